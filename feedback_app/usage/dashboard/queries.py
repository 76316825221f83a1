"""The SQL of the dashboard: usage sums of the acting administrator's company, added up.

It reads a period's sums and nothing of the calls themselves: `dashboard.parts` says which.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    GenerativeSelect,
    SQLColumnExpression,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db import histogram
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import FEEDBACK, CallStatus, Department, User
from feedback_app.db.tables.usage import UsageRollup, UsageSums
from feedback_app.usage.dashboard.parts import Part, by_departments, by_person, parts_of, whole_days
from feedback_app.usage.filters import Span, UsageFilter

MOST_PEOPLE = 10
_LATELY_HOURS = 48


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one step, model and error code."""

    step: int
    """Hours since 1970 divided by the hours of a step."""
    model: str
    error_code: str
    calls: int
    estimated: int
    unpriced: int
    saved: int
    saved_unpriced: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    cost_microusd: int
    saved_cost_microusd: int
    stream_tokens: int
    stream_ms: int
    complete: int
    stopped: int
    failed: int
    interrupted: int
    drafts: int
    """Drafts of feedback."""
    stopped_microusd: int
    """The cost of stopped calls that did not become feedback."""
    failed_microusd: int
    """The cost of failed calls that did not."""
    interrupted_microusd: int
    """The cost of interrupted calls that did not."""
    draft_cost_microusd: int
    """The cost of drafts of feedback."""
    unsaved_microusd: int
    """The cost of complete drafts that did not become feedback."""
    drafts_unpriced: int
    """Drafts of feedback without a known price."""
    unsaved_calls: int
    """The stopped, failed and interrupted calls, and the complete drafts, that did not."""
    unsaved_unpriced: int
    """Those of them without a known price."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Complete drafts that did not become feedback."""

    cost_microusd: int = 0
    """The cost of those with a known price."""
    calls: int = 0
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Times:
    """How long calls took: how many of them by bucket of `db.histogram`."""

    latencies: Counter[int]
    ttfts: Counter[int]


@dataclass(frozen=True, slots=True)
class GroupSums:
    """The sums of one person or department."""

    group_id: str
    name: str
    calls: int
    tokens: int
    cost_microusd: int
    unpriced: int
    saved: int


_SUMMED = tuple(field.name for field in fields(Sums) if field.name in UsageSums.model_fields)


def _sum(value: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """The sum as a whole number: PostgreSQL's sum of large ones is a decimal."""
    return cast(func.coalesce(func.sum(value), 0), BigInteger)


def _unsaved(part: Part) -> tuple[ColumnElement[int], ...]:
    """The cost, number and unpriced number of a row's calls that did not become feedback."""
    pairs = (
        ("cost_microusd", "saved_cost_microusd"),
        ("calls", "saved"),
        ("unpriced", "saved_unpriced"),
    )
    return tuple(part.column(every) - part.column(saved) for every, saved in pairs)


async def _rows(session: AsyncSession, query: Executable, part: Part) -> Sequence[Any]:
    return (await (await session.connection()).execute(query, part.values)).all()


async def sums(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    *,
    step_hours: int | None,
) -> list[Sums]:
    """The period's sums by step, model and error code; without `step_hours` as one step."""
    return [
        Sums(*row)
        for part in parts_of(user, wanted, span, step_hours)
        for row in await _rows(session, _sums(part, by_step=step_hours is not None), part)
    ]


@cache
def _sums(part: Part, *, by_step: bool) -> Executable:
    calls, cost = part.column("calls"), part.column("cost_microusd")
    status, (unsaved, *numbers) = part.column("status"), _unsaved(part)
    complete, stopped, failed, interrupted = (
        status == each
        for each in (
            CallStatus.COMPLETE,
            CallStatus.CANCELLED,
            CallStatus.ERROR,
            CallStatus.INTERRUPTED,
        )
    )
    draft = part.column("operation") == FEEDBACK
    nothing_came_of_it = or_(stopped, failed, interrupted, draft & complete)
    ends = (complete, stopped, failed, interrupted)
    summed = (
        *(_sum(part.column(name)) for name in _SUMMED),
        *(_sum(case((which, calls), else_=0)) for which in (*ends, draft)),
        *(_sum(case((which, unsaved), else_=0)) for which in ends[1:]),
        _sum(case((draft, cost), else_=0)),
        _sum(case((draft & complete, unsaved), else_=0)),
        _sum(case((draft, part.column("unpriced")), else_=0)),
        *(_sum(case((nothing_came_of_it, n), else_=0)) for n in numbers),
    )
    if not by_step:
        nothing = (literal(0), literal(""), literal(""))
        return select(*nothing, *summed).where(*part.conditions)
    by = (part.step(), part.column("model"), part.column("error_code"))
    return select(*by, *summed).where(*part.conditions).group_by(*by)


async def unsaved_in(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> Unsaved:
    """The complete drafts of the span that did not become feedback."""
    if span.since >= span.until:
        return Unsaved()
    found = [
        (await _rows(session, _unsaved_drafts(part), part))[0]
        for part in parts_of(user, wanted, span, None)
    ]
    return Unsaved(*map(sum, zip(*found, strict=True)))


@cache
def _unsaved_drafts(part: Part) -> Executable:
    return select(*map(_sum, _unsaved(part))).where(
        *part.conditions,
        part.column("operation") == FEEDBACK,
        part.column("status") == CallStatus.COMPLETE,
    )


async def times(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    *,
    step_hours: int | None,
) -> dict[int, Times]:
    """How long the period's calls took, by step, or without `step_hours` all in one."""
    found: dict[int, Times] = {}
    for part in parts_of(user, wanted, span, step_hours):
        query = _times(part, by_step=step_hours is not None)
        for step, latencies, ttfts in await _rows(session, query, part):
            took = found.setdefault(step, Times(Counter(), Counter()))
            took.latencies.update(histogram.merged([latencies or ""]))
            took.ttfts.update(histogram.merged([ttfts or ""]))
    return found


@cache
def _times(part: Part, *, by_step: bool) -> Executable:
    joined = [func.aggregate_strings(part.column(name), "") for name in ("latencies", "ttfts")]
    if not by_step:
        return select(literal(0), *joined).where(*part.conditions)
    return select(part.step(), *joined).where(*part.conditions).group_by(part.step())


async def top_people(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> list[GroupSums]:
    """The people whose calls cost the most, at most `MOST_PEOPLE`."""
    part = by_person(user, wanted, span)
    return [GroupSums(*row) for row in await _rows(session, _top_people(part), part)]


@cache
def _top_people(part: Part) -> Executable:
    top = _by_group(part, part.person).limit(MOST_PEOPLE).subquery()
    of = top.c
    return (
        select(of.group_id, col(User.name), of.calls, of.tokens, of.cost, of.unpriced, of.saved)
        .join(User, col(User.id) == of.group_id)
        .order_by(of.cost.desc(), of.calls.desc(), of.group_id)
    )


async def by_department(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> list[GroupSums]:
    """The sums of each department with calls, without the calls of no department."""
    part = by_departments(user, wanted, span)
    return [GroupSums(*row) for row in await _rows(session, _departments(part), part)]


@cache
def _departments(part: Part) -> Executable:
    of = _by_group(part, part.department).subquery().c
    return select(
        of.group_id, col(Department.name), of.calls, of.tokens, of.cost, of.unpriced, of.saved
    ).join(Department, col(Department.id) == of.group_id)


def _by_group(part: Part, group: SQLColumnExpression[str]) -> GenerativeSelect:
    """The sums of each value of a column, the most expensive first."""
    cost, calls = _sum(part.column("cost_microusd")), _sum(part.column("calls"))
    return (
        select(
            group.label("group_id"),
            calls.label("calls"),
            _sum(part.column("prompt_tokens") + part.column("completion_tokens")).label("tokens"),
            cost.label("cost"),
            _sum(part.column("unpriced")).label("unpriced"),
            _sum(part.column("saved")).label("saved"),
        )
        .where(*part.conditions)
        .group_by(group)
        .order_by(cost.desc(), calls.desc(), group)
    )


async def spent_by_day(
    session: AsyncSession, user: CurrentUser, person: str, span: Span
) -> dict[int, tuple[int, int]]:
    """Cost and number of unpriced calls per day since 1970, of one person or everybody.

    The span consists of whole days.
    """
    part = whole_days(user, UsageFilter(person=person), span)
    sums = (_sum(part.column("cost_microusd")), _sum(part.column("unpriced")))
    query = select(part.step(), *sums).where(*part.conditions).group_by(part.step())
    return {day: (cost, unpriced) for day, cost, unpriced in await _rows(session, query, part)}


async def used(session: AsyncSession, user: CurrentUser, span: Span) -> tuple[list[str], list[str]]:
    """The operations and the models of the company's calls on the span's days, by name."""
    part = whole_days(user, UsageFilter(), span)
    query = select(part.column("operation"), part.column("model")).where(*part.conditions)
    rows = await _rows(session, query.distinct(), part)
    return sorted({row[0] for row in rows}), sorted({row[1] for row in rows})


async def count(session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span) -> int:
    """How many finished calls there are."""
    total = 0
    for part in parts_of(user, wanted, span, None):
        query = select(_sum(part.column("calls"))).where(*part.conditions)
        total += (await _rows(session, query, part))[0][0]
    return total


async def lately(session: AsyncSession, user: CurrentUser, now: datetime) -> tuple[int, ...]:
    """How many calls of the last two days finished, were saved, have no price, and their cost."""
    figures = (UsageRollup.calls, UsageRollup.saved, UsageRollup.unpriced)
    query = select(*(_sum(col(figure)) for figure in (*figures, UsageRollup.cost_microusd))).where(
        col(UsageRollup.company_id) == user.company_id,
        col(UsageRollup.hour) >= hour_of(now) - _LATELY_HOURS,
    )
    return tuple((await (await session.connection()).execute(query)).one())


async def departments(session: AsyncSession, user: CurrentUser) -> list[tuple[str, str]]:
    """Id and name of the company's departments, by name."""
    query = (
        select(col(Department.id), col(Department.name))
        .where(col(Department.company_id) == user.company_id)
        .order_by(func.lower(Department.name), col(Department.id))
    )
    rows = await (await session.connection()).execute(query)
    return [(row[0], row[1]) for row in rows]
