"""The audit's check of the hourly sums against the calls they are made of."""

from typing import Any

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.epoch import epoch_day
from feedback_app.db.models import LlmCall, UsageRollup
from feedback_app.db.rollups import SUMS, start_of
from feedback_app.llm.audit.finding import SETTLED, Check, Finding, fetch, of_company


async def rollups(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Days on which a company's hourly sums are not those of its calls.

    One statement reads both, so that a call settled meanwhile is in both or in neither.
    """
    calls = (
        select(
            col(LlmCall.company_id).label("company_id"),
            epoch_day(col(LlmCall.started_at)).label("day"),
            *(func.sum(value).label(name) for name, value in _of_calls().items()),
            func.max(col(LlmCall.id)).label("call_id"),
        )
        .where(of_company(company_id), SETTLED)
        .group_by("company_id", "day")
    )
    sums = (
        select(
            col(UsageRollup.company_id),
            (col(UsageRollup.hour) // 24).label("day"),
            *(-func.sum(_summed(name)) for name in SUMS),
            literal(""),
        )
        .where(true() if company_id is None else col(UsageRollup.company_id) == company_id)
        .group_by(col(UsageRollup.company_id), "day")
    )
    both = union_all(calls, sums).subquery()
    gaps = [func.sum(both.c[name]).label(name) for name in SUMS]
    query: Select[Any] = (
        select(both.c.day, func.max(both.c.call_id), *gaps)
        .group_by(both.c.company_id, both.c.day)
        .having(or_(*(gap.element != 0 for gap in gaps)))
        .order_by(both.c.day)
    )
    return [_finding(*row) for row in await fetch(session, query)]


def _finding(day: int, call_id: str, *gaps: int) -> Finding:
    wrong = [name for name, gap in zip(SUMS, gaps, strict=True) if gap]
    sentence = (
        f"The hourly sums of {start_of(day * 24):%d %b %Y} do not add up to its calls: "
        f"{', '.join(wrong)}."
    )
    return Finding(Check.ROLLUP_SUMS, call_id, sentence)


def _summed(name: str) -> SQLColumnExpression[int]:
    return col(getattr(UsageRollup, name))


def _of_calls() -> dict[str, SQLColumnExpression[Any]]:
    """What each sum adds up, of a call."""
    cost = func.coalesce(col(LlmCall.cost_microusd), 0)
    saved = col(LlmCall.saved_as_feedback)
    streamed = func.coalesce(col(LlmCall.stream_ms), 0)
    values: dict[str, SQLColumnExpression[Any]] = {
        "calls": literal(1),
        "estimated": case((col(LlmCall.tokens_estimated), 1), else_=0),
        "unpriced": case((col(LlmCall.cost_microusd).is_(None), 1), else_=0),
        "saved": case((saved, 1), else_=0),
        "prompt_tokens": col(LlmCall.prompt_tokens),
        "completion_tokens": col(LlmCall.completion_tokens),
        "reasoning_tokens": col(LlmCall.reasoning_tokens),
        "cached_tokens": col(LlmCall.cached_tokens),
        "cost_microusd": cost,
        "saved_cost_microusd": case((saved, cost), else_=0),
        "stream_tokens": case((streamed > 0, col(LlmCall.completion_tokens)), else_=0),
        "stream_ms": streamed,
    }
    return {name: values[name] for name in SUMS}
