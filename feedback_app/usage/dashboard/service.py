"""The contents of a dashboard. Knows nothing of pages.

Its running time grows with the requested period, not with the ledger's age.
"""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.epoch import hour_of, start_of
from feedback_app.db.session import database
from feedback_app.usage import queries as calls
from feedback_app.usage.dashboard import adding_up, queries
from feedback_app.usage.dashboard.schemas import BurnDown, Choices, Dashboard, Steps
from feedback_app.usage.filters import NO_DEPARTMENT, Span, UsageFilter
from feedback_app.usage.labels import NO_DEPARTMENT_NAME

_MAY_BE_SAVED_HOURS = 24


async def dashboard(
    user: CurrentUser, wanted: UsageFilter, *, budget_microusd: int | None = None
) -> Dashboard:
    """The figures of the administrator's company.

    `budget_microusd` is the month's: of the company, or of the person the filter names.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    now = clock.now()
    span = wanted.span(now)
    before = _before(span, now)
    lately = _lately(span, now)
    step_hours = 1 if span.days == 1 else 24
    async with database().read() as session:
        choices = await _choices(session, user, span)
        found = await queries.sums(session, user, wanted, span, step_hours=step_hours)
        not_yet_saved = await queries.unsaved_in(session, user, wanted, lately)
        times = await queries.times(session, user, wanted, span, step_hours=step_hours)
        earlier = await queries.sums(session, user, wanted, before, step_hours=None)
        not_saved_before = await queries.unsaved_in(session, user, wanted, _lately(before, now))
        earlier_times = await queries.times(session, user, wanted, before, step_hours=None)
        people = await queries.top_people(session, user, wanted, span)
        departments = await queries.by_department(session, user, wanted, span)
        running = await calls.running_now(session, user, wanted)
        burn_down = await _burn_down(session, user, wanted.person, now, budget_microusd)
    steps = range(hour_of(span.since) // step_hours, hour_of(span.until) // step_hours)
    totals = adding_up.totals(found, times.values(), not_yet_saved)
    departments += adding_up.rest(totals, departments, NO_DEPARTMENT_NAME)
    departments.sort(key=lambda d: (-d.cost_microusd, -d.calls, d.name))
    return Dashboard(
        wanted=wanted,
        span=span,
        before=before,
        made_at=now,
        running=running,
        totals=totals,
        previous=adding_up.totals(earlier, earlier_times.values(), not_saved_before),
        steps=Steps(
            "hour" if step_hours == 1 else "day",
            tuple(start_of(step * step_hours) for step in steps),
        ),
        figures=adding_up.figures(found, steps),
        models=adding_up.by_model(found, steps),
        outcomes=adding_up.outcomes(found, steps),
        times=adding_up.times(times, steps),
        errors=adding_up.errors(found),
        people=tuple(map(adding_up.group, people)),
        departments=tuple(map(adding_up.group, departments)),
        burn_down=burn_down,
        choices=choices,
    )


def _before(span: Span, now: datetime) -> Span:
    """The same number of days before; if the period is not over, only up to the same hour."""
    length = timedelta(days=span.days)
    so_far = max(span.since, min(span.until, start_of(hour_of(now) + 1)))
    return Span(span.since - length, so_far - length)


def _lately(span: Span, now: datetime) -> Span:
    """The part of it whose drafts may still be saved."""
    return Span(max(span.since, start_of(hour_of(now) - _MAY_BE_SAVED_HOURS)), span.until)


async def _choices(session: AsyncSession, user: CurrentUser, span: Span) -> Choices:
    operations, models = await queries.used(session, user, span)
    return Choices(
        people=tuple(await calls.people(session, user)),
        departments=(
            *await queries.departments(session, user),
            (NO_DEPARTMENT, NO_DEPARTMENT_NAME),
        ),
        operations=tuple(operations),
        models=tuple(models),
    )


async def _burn_down(
    session: AsyncSession, user: CurrentUser, person: str, now: datetime, budget: int | None
) -> BurnDown:
    today = now.date()
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    length = calendar.monthrange(today.year, today.month)[1]
    span = Span(first, first + timedelta(days=length))
    by_day = await queries.spent_by_day(session, user, person, span)
    first_day = hour_of(first) // 24
    so_far = [by_day.get(first_day + day, (0, 0)) for day in range(today.day)]
    spent = list(accumulate(cost for cost, _ in so_far))
    elapsed = (now - first) / timedelta(days=1)
    forecast = round(spent[-1] * length / elapsed) if elapsed >= 1 else None
    return BurnDown(
        days=tuple(today.replace(day=number + 1) for number in range(length)),
        spent_microusd=tuple(spent),
        unpriced=tuple(accumulate(unpriced for _, unpriced in so_far)),
        forecast_microusd=forecast,
        budget_microusd=budget,
        runs_out_on=_runs_out_on(today, spent, elapsed, length, budget),
    )


def _runs_out_on(
    today: date, spent: Sequence[int], elapsed: float, length: int, budget: int | None
) -> date | None:
    if budget is None:
        return None
    for number, sofar in enumerate(spent, 1):
        if sofar >= budget:
            return today.replace(day=number)
    if elapsed < 1 or not spent[-1]:
        return None
    at = budget * elapsed / spent[-1]
    return today.replace(day=int(at) + 1) if at < length else None
