"""The limits on a person's drafts and what is left of them, for the page of their own usage.

The state of each limit comes from the same place that a start reads it from. Of the company's
limits, which everybody uses, only the sums are shown: no other person's figures.
"""

from datetime import datetime

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.money import as_set, dollars, share_used
from feedback_app.db.session import database
from feedback_app.llm.admission.admission import month_of
from feedback_app.llm.admission.limit_use import LimitUse
from feedback_app.llm.admission.limits import LimitName
from feedback_app.llm.admission.spending import spent
from feedback_app.llm.generation.supervisor import generations
from feedback_app.ui import wording
from feedback_app.usage import labels
from feedback_app.usage.mine.schemas import LimitLine

_ORDER = (
    LimitName.PERSON_COST_PER_MONTH,
    LimitName.PERSON_TOKENS_PER_DAY,
    LimitName.PERSON_AT_ONCE,
    LimitName.PERSON_PER_MINUTE,
    LimitName.COMPANY_COST_PER_MONTH,
    LimitName.COMPANY_AT_ONCE,
    LimitName.COMPANY_PER_MINUTE,
)
"""The most pressing first."""


async def lines_of(user: CurrentUser) -> tuple[list[LimitLine], list[LimitLine]]:
    """The person's own limits and the company's; what running drafts may use counts as used."""
    uses = await generations().limit_uses(user.company_id, user.id)
    own: list[LimitLine] = []
    companys: list[LimitLine] = []
    for use in sorted(uses, key=lambda s: _ORDER.index(s.name)):
        (own if use.name.is_personal else companys).append(await _line(use, user))
    return own, companys


async def _line(s: LimitUse, user: CurrentUser) -> LimitLine:
    match s.name:
        case LimitName.PERSON_COST_PER_MONTH | LimitName.COMPANY_COST_PER_MONTH:
            return _budget(s, await _unpriced(s.name, user))
        case LimitName.PERSON_TOKENS_PER_DAY:
            of = f"of {s.allowed:,} today, {s.used:,} used; they reset {_moment(s.resets_at)}"
            return LimitLine("Tokens", f"{s.left:,} left", of)
        case LimitName.PERSON_AT_ONCE | LimitName.COMPANY_AT_ONCE:
            return _at_once(s)
        case _:
            return _pace(s)


async def _unpriced(name: LimitName, user: CurrentUser) -> int:
    """How many calls of this month the budget's sum leaves out."""
    whose = user.id if name.is_personal else None
    async with database().read() as session:
        return (await spent(session, user.company_id, whose, *month_of(clock.now()))).unpriced


def _budget(s: LimitUse, unpriced: int) -> LimitLine:
    used = f"{labels.sum_of_costs(s.used, unpriced, dollars)} used{_by(s)}"
    if s.held:
        used += " or held by running drafts"
    if share := share_used(s.used, s.allowed):
        used += f" ({share})"
    of = f"of {as_set(s.allowed)} this month, {used}; it resets {_moment(s.resets_at)}"
    return LimitLine("Budget", f"{dollars(s.left, down=True)} left", of)


def _at_once(s: LimitUse) -> LimitLine:
    of = f"of {s.allowed:,} at once, {f'{s.used:,} running' if s.used else 'none running'} now"
    freed = "" if s.left else "; one is free as soon as a draft ends"
    return LimitLine("At once", _drafts_left(s), f"{of}{freed}")


def _pace(s: LimitUse) -> LimitLine:
    of = f"of {s.allowed:,} within any minute"
    if s.used and s.resets_at is not None:
        of += f", {s.used:,} used{_by(s)}; one more from {wording.to_the_second(s.resets_at)}"
    return LimitLine("Pace", _drafts_left(s), of)


def _drafts_left(s: LimitUse) -> str:
    return f"{labels.count(s.left, 'draft')} left"


def _by(s: LimitUse) -> str:
    return "" if s.name.is_personal else " by everybody"


def _moment(moment: datetime | None) -> str:
    return f"on {moment.day} {moment:%b} at {moment:%H:%M} UTC" if moment else ""
