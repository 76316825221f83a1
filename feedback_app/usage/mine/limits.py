"""What limits a person's drafts and what is left of it, as the page of their own usage says it."""

from datetime import datetime

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.money import dollars
from feedback_app.core.settings import get_settings
from feedback_app.db.session import database
from feedback_app.llm.admission import day_of, month_of
from feedback_app.llm.limits import LimitName, default_limits, limits_of
from feedback_app.llm.spending import running, spent
from feedback_app.llm.streams import Owner
from feedback_app.usage import labels
from feedback_app.usage.mine.schemas import LimitLine


async def lines_of(user: CurrentUser) -> list[LimitLine]:
    """The person's limits, the most pressing first; what running drafts may use is not left."""
    now = clock.now()
    day, month = day_of(now), month_of(now)
    async with database().read() as session:
        limits = await limits_of(session, default_limits(get_settings()), user.company_id, user.id)
        held = (await running(session, Owner(user.company_id, user.id, "", ""))).person
        today = await spent(session, user.company_id, user.id, *day)
        this_month = await spent(session, user.company_id, user.id, *month)
    lines: list[LimitLine] = []
    if (budget := limits[LimitName.PERSON_COST_PER_MONTH]) is not None:
        left = dollars(max(0, budget - this_month.cost_microusd - held.cost_microusd), down=True)
        of = f"of {dollars(budget)} this month; it starts anew {_moment(month[1])}"
        lines.append(LimitLine("Budget", f"{left} left", of))
    if (tokens := limits[LimitName.PERSON_TOKENS_PER_DAY]) is not None:
        left = max(0, tokens - today.tokens - held.tokens)
        of = f"of {tokens:,} today; they start anew {_moment(day[1])}"
        lines.append(LimitLine("Tokens", f"{left:,} left", of))
    if (at_once := limits[LimitName.PERSON_AT_ONCE]) is not None:
        lines.append(LimitLine("At once", labels.count(at_once, "draft"), _running(held.calls)))
    if (a_minute := limits[LimitName.PERSON_PER_MINUTE]) is not None:
        lines.append(LimitLine("Pace", labels.count(a_minute, "draft"), "within any minute"))
    return lines


def _running(calls: int) -> str:
    return f"{calls} running now" if calls else "none running now"


def _moment(moment: datetime) -> str:
    return f"on {moment.day} {moment:%b} at {moment:%H:%M} UTC"
