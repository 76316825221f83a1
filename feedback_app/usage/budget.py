"""The month's budget that the usage page's burn-down is compared with."""

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.settings import get_settings
from feedback_app.db.session import database
from feedback_app.llm.admission.limits import LimitName, default_limits, limits_of


async def budget_of(user: CurrentUser, person: str) -> int | None:
    """The budget of one person, or of the company, in micro-dollars; `None` means no limit."""
    name = LimitName.PERSON_COST_PER_MONTH if person else LimitName.COMPANY_COST_PER_MONTH
    async with database().read() as session:
        limits = await limits_of(session, default_limits(get_settings()), user.company_id, person)
    return limits[name]
