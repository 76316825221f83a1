"""The SQL of usage. Every query takes the acting administrator and sees only that company's calls.

Figures are of finished calls; running ones have no cost, latency or final tokens yet.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, func, or_
from sqlalchemy import select as select_values
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import CallStatus, Candidate, Interview, LlmCall, User
from feedback_app.usage.filters import Span, UsageFilter

answering_model = func.coalesce(col(LlmCall.resolved_model), col(LlmCall.requested_model))
_FINISHED = col(LlmCall.status) != CallStatus.RUNNING


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The calls of one UTC day (`2026-11-03`) that share a status."""

    day: str
    status: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    estimated: int
    """How many of the calls have estimated tokens."""
    cost_microusd: int
    """Of the calls whose price is known."""
    unpriced: int
    """How many of the calls have no known price."""


@dataclass(frozen=True, slots=True)
class Median:
    """The exact median, `None` of no values, and how many values it is of."""

    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call and whom it concerns."""

    call: LlmCall
    person: str
    candidate: str | None
    interview_kind: str | None


class _UtcDay(FunctionElement[str]):
    """The UTC day of a moment as `YYYY-MM-DD`."""

    type = String()
    inherit_cache = True
    name = "utc_day"


@compiles(_UtcDay)
def _utc_day(element: _UtcDay, compiler: SQLCompiler, **options: Any) -> str:
    return (
        f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    )


@compiles(_UtcDay, "sqlite")
def _utc_day_sqlite(element: _UtcDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)})"


def chosen(user: CurrentUser, wanted: UsageFilter) -> list[ColumnElement[bool]]:
    """The company's calls of the chosen person, status and model, whenever they were."""
    conditions = [col(LlmCall.company_id) == user.company_id]
    if wanted.person:
        conditions.append(col(LlmCall.user_id) == wanted.person)
    if wanted.status:
        conditions.append(col(LlmCall.status) == wanted.status)
    if wanted.model:
        conditions.append(answering_model == wanted.model)
    if wanted.department:
        conditions.append(col(LlmCall.department_id) == wanted.department)
    if wanted.operation:
        conditions.append(col(LlmCall.operation) == wanted.operation)
    return conditions


def within(span: Span) -> ColumnElement[bool]:
    return and_(col(LlmCall.started_at) >= span.since, col(LlmCall.started_at) < span.until)


async def figures_by_day(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> list[DayFigures]:
    """The finished calls summed by UTC day and status; days without calls are absent."""
    day = _UtcDay(col(LlmCall.started_at)).label("day")
    unpriced = col(LlmCall.cost_microusd).is_(None)
    rows = await (await session.connection()).execute(
        select_values(
            day,
            col(LlmCall.status),
            func.count(),
            func.sum(col(LlmCall.prompt_tokens)),
            func.sum(col(LlmCall.completion_tokens)),
            func.sum(case((col(LlmCall.tokens_estimated), 1), else_=0)),
            func.coalesce(func.sum(col(LlmCall.cost_microusd)), 0),
            func.sum(case((unpriced, 1), else_=0)),
        )
        .where(*chosen(user, wanted), within(span), _FINISHED)
        .group_by(day, col(LlmCall.status))
        .order_by(day)
    )
    return [DayFigures(row[0], row[1], *(int(total or 0) for total in row[2:])) for row in rows]


async def running_now(session: AsyncSession, user: CurrentUser, wanted: UsageFilter) -> int:
    """How many of the chosen calls are running, whenever they began."""
    return (
        await session.exec(
            select(func.count()).where(*chosen(user, wanted), LlmCall.status == CallStatus.RUNNING)
        )
    ).one()


async def count_calls(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> int:
    """How many calls began within the span, running ones included."""
    return (
        await session.exec(select(func.count()).where(*chosen(user, wanted), within(span)))
    ).one()


async def median_latency_ms(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> Median:
    """Of every finished call that has one."""
    return await _median(session, user, wanted, span, col(LlmCall.latency_ms))


async def median_ttft_ms(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> Median:
    """Of every finished call that received a first token."""
    return await _median(session, user, wanted, span, col(LlmCall.ttft_ms))


async def _median(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    column: Mapped[int | None],
) -> Median:
    ranked = (
        select_values(
            column.label("value"),
            func.row_number().over(order_by=column).label("place"),
            func.count().over().label("size"),
        )
        .where(*chosen(user, wanted), within(span), _FINISHED, column.is_not(None))
        .subquery()
    )
    value, place, size = ranked.c.value, ranked.c.place, ranked.c.size
    middle = await (await session.connection()).execute(
        # The middle one of an odd count, the middle two of an even one.
        select_values(func.min(value), func.max(value), func.max(size)).where(
            (2 * place).between(size, size + 2)
        )
    )
    low, high, count = middle.one()
    return Median((low + high) / 2, count) if count else Median(None, 0)


async def call_by_id(session: AsyncSession, user: CurrentUser, call_id: str) -> LlmCall | None:
    """A call of the company, `None` for anybody else's."""
    return (
        await session.exec(
            select(LlmCall).where(LlmCall.id == call_id, LlmCall.company_id == user.company_id)
        )
    ).first()


async def list_calls(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    *,
    older_than: LlmCall | None = None,
    newer_than: LlmCall | None = None,
    limit: int,
) -> list[CallRecord]:
    """Calls newest first: the newest, those right after `older_than`, or before `newer_than`."""
    query = (
        select(LlmCall, User.name, Candidate.name, Interview.kind)
        .join(User, col(User.id) == LlmCall.user_id)
        .join(Interview, col(Interview.id) == LlmCall.interview_id, isouter=True)
        .join(Candidate, col(Candidate.id) == Interview.candidate_id, isouter=True)
        .where(*chosen(user, wanted), within(span))
        .limit(limit)
    )
    started, call_id = col(LlmCall.started_at), col(LlmCall.id)
    if newer_than is not None:
        query = query.where(_newer(newer_than)).order_by(started, call_id)
    else:
        query = query.order_by(started.desc(), call_id.desc())
    if older_than is not None:
        query = query.where(_older(older_than))
    rows = [CallRecord(*row) for row in (await session.exec(query)).all()]
    return rows[::-1] if newer_than is not None else rows


async def count_newer(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span, than: LlmCall
) -> int:
    """How many calls stand before this one in the list."""
    return (
        await session.exec(
            select(func.count()).where(*chosen(user, wanted), within(span), _newer(than))
        )
    ).one()


def _newer(than: LlmCall) -> ColumnElement[bool]:
    started, call_id = col(LlmCall.started_at), col(LlmCall.id)
    return or_(started > than.started_at, and_(started == than.started_at, call_id > than.id))


def _older(than: LlmCall) -> ColumnElement[bool]:
    started, call_id = col(LlmCall.started_at), col(LlmCall.id)
    return or_(started < than.started_at, and_(started == than.started_at, call_id < than.id))


async def people(session: AsyncSession, user: CurrentUser) -> list[tuple[str, str]]:
    """Id and name of everybody in the company who has ever made a call, by name."""
    made_one = (
        select(LlmCall.id)
        .where(LlmCall.user_id == User.id, LlmCall.company_id == user.company_id)
        .exists()
    )
    rows = await session.exec(
        select(User.id, User.name)
        .where(User.company_id == user.company_id, made_one)
        .order_by(func.lower(User.name), col(User.id))
    )
    return [(user_id, name) for user_id, name in rows.all()]


async def models(session: AsyncSession, user: CurrentUser, span: Span) -> list[str]:
    """The models that the company's calls within the span went to, by name."""
    rows = await session.exec(
        select(answering_model)
        .where(LlmCall.company_id == user.company_id, within(span))
        .distinct()
        .order_by(answering_model)
    )
    return list(rows.all())
