"""What calls have used: settled ones in a period, running ones at most."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.llm.streams import Owner


@dataclass(frozen=True, slots=True)
class Spent:
    """What settled calls have used; a cost of unknown price counts nothing."""

    cost_microusd: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Held:
    """The calls that run and the most they may use; calls of unknown price hold no cost."""

    calls: int
    cost_microusd: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Running:
    """What runs for a company, and of that for one person of it."""

    company: Held
    person: Held
    call_id: str | None
    """The owner's own running call, on whichever process it runs."""


async def spent(
    session: AsyncSession, company_id: str, user_id: str | None, since: datetime, until: datetime
) -> Spent:
    """What the company, or one person of it, has used by calls begun in that period."""
    whose = (
        (LlmCall.company_id == company_id,)
        if user_id is None
        else (LlmCall.company_id == company_id, LlmCall.user_id == user_id)
    )
    cost, tokens = (
        await session.exec(
            select(
                func.coalesce(func.sum(col(LlmCall.cost_microusd)), 0),
                func.coalesce(
                    func.sum(col(LlmCall.prompt_tokens) + col(LlmCall.completion_tokens)), 0
                ),
            ).where(
                *whose,
                LlmCall.started_at >= since,
                LlmCall.started_at < until,
                LlmCall.status != CallStatus.RUNNING,
            )
        )
    ).one()
    return Spent(int(cost or 0), int(tokens or 0))


async def running(session: AsyncSession, owner: Owner) -> Running:
    """What runs now.

    Where settlements may happen meanwhile, read this before `spent`: a call that ends in between
    then counts twice for a moment, and never not at all.
    """
    mine = col(LlmCall.user_id) == owner.user_id
    same = and_(
        mine,
        col(LlmCall.interview_id) == owner.interview_id,
        col(LlmCall.operation) == owner.operation,
    )
    cost, tokens = col(LlmCall.reserved_microusd), col(LlmCall.reserved_tokens)
    sums = [
        func.coalesce(func.sum(figure), 0)
        for figure in (
            cost,
            tokens,
            case((mine, 1), else_=0),
            case((mine, cost), else_=0),
            case((mine, tokens), else_=0),
        )
    ]
    connection = await session.connection()
    found = await connection.execute(
        select_columns(
            func.max(case((same, col(LlmCall.id)), else_=None)), func.count(), *sums
        ).where(
            col(LlmCall.company_id) == owner.company_id,
            col(LlmCall.status) == CallStatus.RUNNING,
        )
    )
    figures: Any = found.one()
    call_id, *numbers = figures
    calls, held, held_tokens, my_calls, my_held, my_tokens = map(int, numbers)
    return Running(Held(calls, held, held_tokens), Held(my_calls, my_held, my_tokens), call_id)
