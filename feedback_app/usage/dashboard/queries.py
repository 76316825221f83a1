"""The SQL of the dashboard: hourly sums of the acting administrator's company, added up.

It reads the hours of a period and nothing of the calls themselves.
"""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    SQLColumnExpression,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db import histogram
from feedback_app.db.models import CallStatus, Department, UsageRollup, User
from feedback_app.db.rollups import hour_of
from feedback_app.llm.prompts import FEEDBACK_OPERATION
from feedback_app.usage.filters import Span, UsageFilter

MOST_PEOPLE = 10
_LATELY_HOURS = 48
_HOUR = col(UsageRollup.hour)
_IS_DRAFT = col(UsageRollup.operation) == FEEDBACK_OPERATION


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one step, model and error code."""

    step: int
    """Hours since 1970 by the hours of a step."""
    model: str
    error_code: str
    calls: int
    estimated: int
    unpriced: int
    saved: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    cost_microusd: int
    saved_cost_microusd: int
    stream_tokens: int
    stream_ms: int
    complete: int
    stopped: int
    failed: int
    stopped_microusd: int
    """Of stopped calls that did not become feedback."""
    failed_microusd: int
    """Of failed ones that did not."""
    draft_cost_microusd: int
    """Of drafts of feedback."""
    unsaved_microusd: int
    """Of complete drafts that did not become feedback."""
    unsaved_lately_microusd: int
    """Of those, the ones that may still."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long calls took: how many of them by bucket of `db.histogram`."""

    latencies: Counter[int]
    ttfts: Counter[int]


@dataclass(frozen=True, slots=True)
class PersonSums:
    user_id: str
    name: str
    calls: int
    tokens: int
    cost_microusd: int
    unpriced: int
    saved: int


_SUMMED = tuple(
    field.name
    for field in fields(Sums)
    if field.name in UsageRollup.model_fields and field.name not in {"model", "error_code"}
)
_FAILED = (CallStatus.ERROR, CallStatus.INTERRUPTED)


def _within(user: CurrentUser, wanted: UsageFilter, span: Span) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        col(UsageRollup.company_id) == user.company_id,
        hour_of(span.since) <= _HOUR,
        hour_of(span.until) > _HOUR,
    ]
    chosen = (
        (col(UsageRollup.user_id), wanted.person),
        (col(UsageRollup.department_id), wanted.department),
        (col(UsageRollup.operation), wanted.operation),
        (col(UsageRollup.model), wanted.model),
        (col(UsageRollup.status), wanted.status),
    )
    conditions += [column == value for column, value in chosen if value]
    return and_(*conditions)


def _sum(value: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """As a whole number: PostgreSQL's sum of large ones is a decimal."""
    return cast(func.coalesce(func.sum(value), 0), BigInteger)


def _step(hours: int) -> ColumnElement[int]:
    # Written out, because grouping by a parameter is not grouping by the same parameter.
    return (_HOUR // literal(hours, Integer, literal_execute=True)).label("step")


async def sums(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    *,
    step_hours: int | None,
    lately_from: int,
) -> list[Sums]:
    """The period's sums by step, model and error code, or without `step_hours` all in one.

    An unsaved draft that began in the hour `lately_from` or later may still be saved.
    """
    calls, cost = col(UsageRollup.calls), col(UsageRollup.cost_microusd)
    status = col(UsageRollup.status)
    unsaved = cost - col(UsageRollup.saved_cost_microusd)
    complete, stopped = status == CallStatus.COMPLETE, status == CallStatus.CANCELLED
    failed = status.in_(_FAILED)
    drafted = and_(_IS_DRAFT, complete)
    summed = (
        *(_sum(col(getattr(UsageRollup, name))) for name in _SUMMED),
        *(_sum(case((which, calls), else_=0)) for which in (complete, stopped, failed)),
        *(_sum(case((which, unsaved), else_=0)) for which in (stopped, failed)),
        _sum(case((_IS_DRAFT, cost), else_=0)),
        _sum(case((drafted, unsaved), else_=0)),
        _sum(case((and_(drafted, lately_from <= _HOUR), unsaved), else_=0)),
    )
    if step_hours is None:
        query = select(literal(0), literal(""), literal(""), *summed)
    else:
        by = (_step(step_hours), col(UsageRollup.model), col(UsageRollup.error_code))
        query = select(*by, *summed).group_by(*by)
    query = query.where(_within(user, wanted, span))
    return [Sums(*row) for row in await (await session.connection()).execute(query)]


async def times(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span, *, step_hours: int
) -> dict[int, Times]:
    """How long the period's calls took, by step."""
    step = _step(step_hours)
    query = (
        select(
            step,
            func.aggregate_strings(col(UsageRollup.latencies), ""),
            func.aggregate_strings(col(UsageRollup.ttfts), ""),
        )
        .where(_within(user, wanted, span))
        .group_by(step)
    )
    return {
        found: Times(histogram.merged([latencies]), histogram.merged([ttfts]))
        for found, latencies, ttfts in await (await session.connection()).execute(query)
    }


async def top_people(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> list[PersonSums]:
    """Those whose calls cost the most, at most `MOST_PEOPLE`."""
    cost, calls = _sum(col(UsageRollup.cost_microusd)), _sum(col(UsageRollup.calls))
    person = col(UsageRollup.user_id)
    dearest = (
        select(
            person.label("user_id"),
            calls.label("calls"),
            _sum(col(UsageRollup.prompt_tokens) + col(UsageRollup.completion_tokens)).label(
                "tokens"
            ),
            cost.label("cost"),
            _sum(col(UsageRollup.unpriced)).label("unpriced"),
            _sum(col(UsageRollup.saved)).label("saved"),
        )
        .where(_within(user, wanted, span))
        .group_by(person)
        .order_by(cost.desc(), calls.desc(), person)
        .limit(MOST_PEOPLE)
        .subquery()
    )
    of = dearest.c
    query = (
        select(of.user_id, col(User.name), of.calls, of.tokens, of.cost, of.unpriced, of.saved)
        .join(User, col(User.id) == of.user_id)
        .order_by(of.cost.desc(), of.calls.desc(), of.user_id)
    )
    return [PersonSums(*row) for row in await (await session.connection()).execute(query)]


async def spent_by_day(
    session: AsyncSession, user: CurrentUser, person: str, span: Span
) -> dict[int, tuple[int, int]]:
    """Cost and number of unpriced calls of each day since 1970, of one person or everybody."""
    day = _step(24)
    query = (
        select(day, _sum(col(UsageRollup.cost_microusd)), _sum(col(UsageRollup.unpriced)))
        .where(_within(user, UsageFilter(person=person), span))
        .group_by(day)
    )
    rows = await (await session.connection()).execute(query)
    return {found: (cost, unpriced) for found, cost, unpriced in rows}


async def used(session: AsyncSession, user: CurrentUser, span: Span) -> tuple[list[str], list[str]]:
    """The operations and the models of the company's calls within the period, by name."""
    query = (
        select(col(UsageRollup.operation), col(UsageRollup.model))
        .where(_within(user, UsageFilter(), span))
        .distinct()
    )
    rows = (await (await session.connection()).execute(query)).all()
    return sorted({row[0] for row in rows}), sorted({row[1] for row in rows})


async def count(session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span) -> int:
    """How many finished calls there are."""
    query = select(_sum(col(UsageRollup.calls))).where(_within(user, wanted, span))
    return (await (await session.connection()).execute(query)).scalar_one()


async def lately(session: AsyncSession, user: CurrentUser, now: datetime) -> tuple[int, ...]:
    """How many calls of the last two days finished, were saved, have no price, and their cost."""
    figures = (UsageRollup.calls, UsageRollup.saved, UsageRollup.unpriced)
    query = select(*(_sum(col(figure)) for figure in (*figures, UsageRollup.cost_microusd))).where(
        col(UsageRollup.company_id) == user.company_id,
        hour_of(now) - _LATELY_HOURS <= _HOUR,
    )
    return tuple((await (await session.connection()).execute(query)).one())


async def departments(session: AsyncSession, user: CurrentUser) -> list[tuple[str, str]]:
    """Id and name of the company's departments, by name."""
    query = (
        select(col(Department.id), col(Department.name))
        .where(col(Department.company_id) == user.company_id)
        .order_by(func.lower(Department.name), col(Department.id))
    )
    return [(row[0], row[1]) for row in await (await session.connection()).execute(query)]
