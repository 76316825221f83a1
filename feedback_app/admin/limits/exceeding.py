"""Which budgets are already used up when they are set, in words for whoever sets them."""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.admin.limits import queries
from feedback_app.admin.limits.values import Value
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.money import as_set, dollars, share_used
from feedback_app.core.settings import get_settings
from feedback_app.llm.admission.admission import month_of
from feedback_app.llm.admission.limits import LimitName, default_limits, limits_of
from feedback_app.llm.admission.spending import spent

_MOST_NAMED = 3


async def exceeded(
    session: AsyncSession,
    user: CurrentUser,
    person_id: str | None,
    changed: Mapping[LimitName, Value],
) -> str:
    """Which of the budgets just set are already used up, in words; empty if none is."""
    said = []
    if LimitName.COMPANY_COST_PER_MONTH in changed:
        said.append(await _of_company(session, user))
    if LimitName.PERSON_COST_PER_MONTH in changed:
        said.append(await _of_people(session, user, person_id))
    return " ".join(filter(None, said))


async def _of_company(session: AsyncSession, user: CurrentUser) -> str:
    limits = await limits_of(session, default_limits(get_settings()), user.company_id, "")
    budget = limits[LimitName.COMPANY_COST_PER_MONTH]
    used = (await spent(session, user.company_id, None, *month_of(clock.now()))).cost_microusd
    if not _is_used_up(used, budget):
        return ""
    return (
        f"Your company has used {_share(used, budget)} this month already: drafts that cost money "
        "are refused until the month ends or you raise it."
    )


async def _of_people(session: AsyncSession, user: CurrentUser, person_id: str | None) -> str:
    name = LimitName.PERSON_COST_PER_MONTH
    rows = await queries.values(session, user)
    own = {row.user_id: row.value for row in rows if row.name == name}
    of_each = own.get(None, default_limits(get_settings())[name])
    month = month_of(clock.now())
    over = [
        f"{person} ({_share(used, budget)})"
        for user_id, person, used in await queries.spent_by_person(session, user, *month)
        if person_id in {None, user_id} and _is_used_up(used, budget := own.get(user_id, of_each))
    ]
    if not over:
        return ""
    named = over[:_MOST_NAMED]
    if len(over) > len(named):
        named.append(f"{len(over) - len(named):,} more")
    return (
        f"Used up this month already by {', '.join(named)}: their drafts that cost money are "
        "refused."
    )


def _is_used_up(used: int, budget: int | None) -> bool:
    return budget is not None and 0 < used >= budget


def _share(used: int, budget: int | None) -> str:
    share = share_used(used, budget or 0)
    return f"{dollars(used)} of {as_set(budget or 0)}{f', {share}' if share else ''}"
