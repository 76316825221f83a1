"""The audit's check of the usage sums against the calls they are made of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    FromClause,
    Label,
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

from feedback_app.db.epoch import epoch_day, start_of
from feedback_app.db.models import LlmCall, UsageDay, UsageRollup
from feedback_app.db.tally import SUMS
from feedback_app.llm.audit.finding import SETTLED, Check, Finding, fetch, of_company

_KIND = ("operation", "model", "status", "error_code")


async def rollups(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Days on which a company's hourly sums are not those of its calls, or the daily ones not
    those of the hourly ones.

    One statement reads both of what it compares, so that a call settled meanwhile is in both or
    in neither.
    """
    wrong = await _days_of_wrong_hours(session, company_id)
    findings = [_finding("hourly", day, call_id, gaps) for (_, day), call_id, gaps in wrong]
    known = {of for of, _, _ in wrong}
    for company, day, gaps in await _wrong_days(session, company_id):
        if (company, day) not in known:
            latest = await _latest_call(session, company, day)
            findings.append(_finding("daily", day, latest, gaps))
    return findings


async def _days_of_wrong_hours(
    session: AsyncSession, company_id: str | None
) -> list[tuple[tuple[str, int], str, Sequence[int]]]:
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
            *(-func.sum(_summed(UsageRollup, name)) for name in SUMS),
            literal(""),
        )
        .where(true() if company_id is None else col(UsageRollup.company_id) == company_id)
        .group_by(col(UsageRollup.company_id), "day")
    )
    both = union_all(calls, sums).subquery()
    gaps = _gaps(both)
    query: Select[Any] = (
        select(both.c.company_id, both.c.day, func.max(both.c.call_id), *gaps)
        .group_by(both.c.company_id, both.c.day)
        .having(or_(*(gap.element != 0 for gap in gaps)))
        .order_by(both.c.day)
    )
    return [(row[:2], row[2], row[3:]) for row in await fetch(session, query)]


async def _wrong_days(
    session: AsyncSession, company_id: str | None
) -> list[tuple[str, int, Sequence[int]]]:
    """Company, day and what is wrong, where a row by day is not the sum of its rows by hour."""
    both = _hours_and_days(company_id).subquery()
    gaps = _gaps(both)
    by_row = (
        select(both.c.company_id, both.c.day, *gaps)
        .group_by(both.c.company_id, both.c.subject_id, both.c.day, *(both.c[n] for n in _KIND))
        .having(or_(*(gap.element != 0 for gap in gaps)))
        .subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            by_row.c.company_id,
            by_row.c.day,
            *(func.max(func.abs(by_row.c[name])) for name in SUMS),
        )
        .group_by(by_row.c.company_id, by_row.c.day)
        .order_by(by_row.c.day)
    )
    return [(row[0], row[1], row[2:]) for row in await fetch(session, query)]


def _hours_and_days(company_id: str | None) -> CompoundSelect[Any]:
    """The rows by hour as what they add to rows by day, and those themselves taken away."""
    hour, department = col(UsageRollup.hour), col(UsageRollup.department_id)
    of_hours = true() if company_id is None else col(UsageRollup.company_id) == company_id
    of_days = true() if company_id is None else col(UsageDay.company_id) == company_id
    subjects = (
        (literal(""), of_hours),
        (col(UsageRollup.user_id), of_hours),
        (department, of_hours & (department != "")),
    )
    added = [
        select(
            col(UsageRollup.company_id).label("company_id"),
            subject.label("subject_id"),
            (hour // 24).label("day"),
            *(_summed(UsageRollup, name) for name in (*_KIND, *SUMS)),
        ).where(which)
        for subject, which in subjects
    ]
    taken = select(
        col(UsageDay.company_id),
        col(UsageDay.subject_id),
        col(UsageDay.day),
        *(_summed(UsageDay, name) for name in _KIND),
        *(-_summed(UsageDay, name) for name in SUMS),
    ).where(of_days)
    return union_all(*added, taken)


async def _latest_call(session: AsyncSession, company_id: str, day: int) -> str:
    query = select(func.coalesce(func.max(col(LlmCall.id)), "")).where(
        of_company(company_id),
        SETTLED,
        col(LlmCall.started_at) >= start_of(day * 24),
        col(LlmCall.started_at) < start_of((day + 1) * 24),
    )
    return (await fetch(session, query))[0][0]


def _gaps(both: FromClause) -> list[Label[Any]]:
    return [func.sum(both.c[name]).label(name) for name in SUMS]


def _finding(unit: str, day: int, call_id: str, gaps: Sequence[int]) -> Finding:
    wrong = [name for name, gap in zip(SUMS, gaps, strict=True) if gap]
    sentence = (
        f"The {unit} sums of {start_of(day * 24):%d %b %Y} do not add up to its calls: "
        f"{', '.join(wrong)}."
    )
    return Finding(Check.ROLLUP_SUMS, call_id, sentence)


def _summed(table: type[UsageDay] | type[UsageRollup], name: str) -> SQLColumnExpression[Any]:
    return col(getattr(table, name))


def _of_calls() -> dict[str, SQLColumnExpression[Any]]:
    """What each sum adds up, of a call."""
    cost = func.coalesce(col(LlmCall.cost_microusd), 0)
    unpriced = col(LlmCall.cost_microusd).is_(None)
    saved = col(LlmCall.saved_as_feedback)
    completion, reasoning = col(LlmCall.completion_tokens), col(LlmCall.reasoning_tokens)
    streamed = func.coalesce(col(LlmCall.stream_ms), 0)
    values: dict[str, SQLColumnExpression[Any]] = {
        "calls": literal(1),
        "estimated": case((col(LlmCall.tokens_estimated), 1), else_=0),
        "unpriced": case((unpriced, 1), else_=0),
        "saved": case((saved, 1), else_=0),
        "saved_unpriced": case((saved & unpriced, 1), else_=0),
        "prompt_tokens": col(LlmCall.prompt_tokens),
        "completion_tokens": col(LlmCall.completion_tokens),
        "reasoning_tokens": col(LlmCall.reasoning_tokens),
        "cached_tokens": col(LlmCall.cached_tokens),
        "cost_microusd": cost,
        "saved_cost_microusd": case((saved, cost), else_=0),
        "stream_tokens": case(
            ((streamed > 0) & (completion > reasoning), completion - reasoning), else_=0
        ),
        "stream_ms": streamed,
    }
    return {name: values[name] for name in SUMS}
