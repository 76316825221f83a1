"""What calls have used: settled ones in a period, running ones at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, case, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.epoch import hour_of
from feedback_app.db.models import CallStatus, LlmCall, UsageDay


@dataclass(frozen=True, slots=True)
class Spent:
    """What settled calls have used; those of unknown price add nothing to the cost."""

    cost_microusd: int
    tokens: int
    unpriced: int
    """How many of the calls have no known price."""


@dataclass(frozen=True, slots=True)
class Held:
    """The calls that run and the most they may use; calls of unknown price hold no cost."""

    calls: int
    cost_microusd: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Running:
    """The running calls of a company, and those of one person in it."""

    company: Held
    person: Held
    call_id: str | None
    """The running call with the given key, in whichever process it runs."""


_COST, _TOKENS = col(LlmCall.reserved_microusd), col(LlmCall.reserved_tokens)
_MINE = col(LlmCall.user_id) == bindparam("user")
_SAME = col(LlmCall.run_key) == bindparam("run_key")

# Built once: building a statement takes longer than running it.
_RUNNING = select(
    func.max(case((_SAME, col(LlmCall.id)), else_=None)),
    func.count(),
    *(
        func.coalesce(func.sum(figure), 0)
        for figure in (
            _COST,
            _TOKENS,
            case((_MINE, 1), else_=0),
            case((_MINE, _COST), else_=0),
            case((_MINE, _TOKENS), else_=0),
        )
    ),
).where(col(LlmCall.company_id) == bindparam("company"), col(LlmCall.status) == CallStatus.RUNNING)
_SPENT = select(
    func.coalesce(func.sum(col(UsageDay.cost_microusd)), 0),
    func.coalesce(func.sum(col(UsageDay.prompt_tokens) + col(UsageDay.completion_tokens)), 0),
    func.coalesce(func.sum(col(UsageDay.unpriced)), 0),
).where(
    col(UsageDay.company_id) == bindparam("company"),
    col(UsageDay.subject_id) == bindparam("subject"),
    col(UsageDay.day) >= bindparam("first"),
    col(UsageDay.day) < bindparam("end"),
)


async def spent(
    session: AsyncSession, company_id: str, user_id: str | None, since: datetime, until: datetime
) -> Spent:
    """What the company, or one person of it, has used by calls begun in that period.

    The period consists of whole UTC days. Read from the daily sums, which every settlement adds to
    in its own transaction: so it is exact, and as fast after a year of calls as on the first day.
    """
    asked = {
        "company": company_id,
        "subject": user_id or "",
        "first": hour_of(since) // 24,
        "end": hour_of(until) // 24,
    }
    return Spent(*map(int, await _figures(session, _SPENT, asked)))


async def running(
    session: AsyncSession, company_id: str, user_id: str = "", run_key: str = ""
) -> Running:
    """The calls running now for the company, for one person of it, and for one `Owner.run_key`.

    If settlements may happen at the same time, read this before `spent`: a call that ends in
    between is then counted twice for a moment, but never missed.
    """
    asked = {"company": company_id, "user": user_id, "run_key": run_key}
    call_id, *numbers = await _figures(session, _RUNNING, asked)
    calls, cost, tokens, my_calls, my_cost, my_tokens = map(int, numbers)
    return Running(Held(calls, cost, tokens), Held(my_calls, my_cost, my_tokens), call_id)


async def _figures(session: AsyncSession, query: Executable, asked: Mapping[str, Any]) -> Any:
    """The one row of the query."""
    return (await (await session.connection()).execute(query, asked)).one()
