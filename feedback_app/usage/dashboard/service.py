"""Decides what a dashboard says. Knows nothing of pages.

Its cost grows with the period that is asked for, not with the ledger's age.
"""

import calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.epoch import hour_of, start_of
from feedback_app.db.histogram import percentile
from feedback_app.db.session import database
from feedback_app.usage import queries as calls
from feedback_app.usage.dashboard import queries
from feedback_app.usage.dashboard.queries import Sums, Times, Unsaved
from feedback_app.usage.dashboard.schemas import (
    BurnDown,
    Choices,
    Dashboard,
    ErrorCount,
    ModelSeries,
    OutcomeSeries,
    PersonTotal,
    Steps,
    TimeSeries,
    Totals,
    Waste,
)
from feedback_app.usage.filters import Span, UsageFilter

MOST_MODELS = 6
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
        running = await calls.running_now(session, user, wanted)
        burn_down = await _burn_down(session, user, wanted.person, now, budget_microusd)
    steps = range(hour_of(span.since) // step_hours, hour_of(span.until) // step_hours)
    return Dashboard(
        wanted=wanted,
        span=span,
        before=before,
        made_at=now,
        running=running,
        totals=_totals(found, times.values(), not_yet_saved),
        previous=_totals(earlier, earlier_times.values(), not_saved_before),
        steps=Steps(
            "hour" if step_hours == 1 else "day",
            tuple(start_of(step * step_hours) for step in steps),
        ),
        models=_by_model(found, steps),
        outcomes=_outcomes(found, steps),
        times=_times(times, steps),
        errors=_errors(found),
        people=tuple(
            PersonTotal(
                p.user_id,
                p.name,
                p.calls,
                p.tokens,
                _money(p.cost_microusd, p.calls, p.unpriced),
                p.unpriced,
                p.saved,
            )
            for p in people
        ),
        burn_down=burn_down,
        choices=choices,
    )


def _before(span: Span, now: datetime) -> Span:
    """As many days before; where the period is not over, only up to the same hour."""
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
        departments=tuple(await queries.departments(session, user)),
        operations=tuple(operations),
        models=tuple(models),
    )


def _money(microusd: int, calls: int, unpriced: int) -> int | None:
    """An amount of known prices, `None` where there are calls and no price is known."""
    return None if calls and unpriced >= calls else microusd


def _sum(rows: Iterable[Sums], value: Callable[[Sums], int]) -> int:
    return sum(map(value, rows))


def _totals(rows: Sequence[Sums], times: Iterable[Times], not_yet_saved: Unsaved) -> Totals:
    number, unpriced = _sum(rows, lambda r: r.calls), _sum(rows, lambda r: r.unpriced)
    saved, saved_unpriced = _sum(rows, lambda r: r.saved), _sum(rows, lambda r: r.saved_unpriced)
    saved_priced = saved - saved_unpriced
    drafts_cost = _sum(rows, lambda r: r.draft_cost_microusd)
    waste = Waste(
        calls=_sum(rows, lambda r: r.unsaved_calls) - not_yet_saved.calls,
        unpriced=_sum(rows, lambda r: r.unsaved_unpriced) - not_yet_saved.unpriced,
        stopped_microusd=_sum(rows, lambda r: r.stopped_microusd),
        failed_microusd=_sum(rows, lambda r: r.failed_microusd),
        never_saved_microusd=_sum(rows, lambda r: r.unsaved_microusd) - not_yet_saved.cost_microusd,
        not_yet_saved_microusd=not_yet_saved.cost_microusd,
    )
    stream_ms = _sum(rows, lambda r: r.stream_ms)
    latencies, ttfts = Counter[int](), Counter[int]()
    for took in times:
        latencies.update(took.latencies)
        ttfts.update(took.ttfts)
    return Totals(
        calls=number,
        complete=_sum(rows, lambda r: r.complete),
        stopped=_sum(rows, lambda r: r.stopped),
        failed=_sum(rows, lambda r: r.failed),
        saved=saved,
        saved_unpriced=saved_unpriced,
        estimated=_sum(rows, lambda r: r.estimated),
        unpriced=unpriced,
        drafts_unpriced=_sum(rows, lambda r: r.drafts_unpriced),
        prompt_tokens=_sum(rows, lambda r: r.prompt_tokens),
        completion_tokens=_sum(rows, lambda r: r.completion_tokens),
        cached_tokens=_sum(rows, lambda r: r.cached_tokens),
        reasoning_tokens=_sum(rows, lambda r: r.reasoning_tokens),
        cost_microusd=_money(_sum(rows, lambda r: r.cost_microusd), number, unpriced),
        cost_per_saved_microusd=round(drafts_cost / saved_priced) if saved_priced else None,
        waste=waste,
        latency_p50_ms=percentile(latencies, 0.5),
        latency_p95_ms=percentile(latencies, 0.95),
        ttft_p50_ms=percentile(ttfts, 0.5),
        ttft_p95_ms=percentile(ttfts, 0.95),
        tokens_per_second=(
            _sum(rows, lambda r: r.stream_tokens) * 1000 / stream_ms if stream_ms else None
        ),
    )


def _by_model(rows: Sequence[Sums], steps: range) -> tuple[ModelSeries, ...]:
    of_model: dict[str, list[Sums]] = defaultdict(list)
    for row in rows:
        of_model[row.model].append(row)
    by_cost = sorted(
        of_model,
        key=lambda model: (
            -_sum(of_model[model], lambda r: r.cost_microusd),
            -_sum(of_model[model], _tokens),
            model,
        ),
    )
    series = [_model_series(model, of_model[model], steps) for model in by_cost[:MOST_MODELS]]
    others = [row for model in by_cost[MOST_MODELS:] for row in of_model[model]]
    return (*series, *([_model_series("", others, steps)] if others else []))


def _model_series(model: str, rows: Iterable[Sums], steps: range) -> ModelSeries:
    number, cost, unpriced, tokens = ([0] * len(steps) for _ in range(4))
    for row in rows:
        place = row.step - steps.start
        number[place] += row.calls
        cost[place] += row.cost_microusd
        unpriced[place] += row.unpriced
        tokens[place] += _tokens(row)
    return ModelSeries(
        model=model,
        calls=tuple(number),
        cost_microusd=tuple(map(_money, cost, number, unpriced)),
        unpriced=tuple(unpriced),
        tokens=tuple(tokens),
    )


def _tokens(row: Sums) -> int:
    return row.prompt_tokens + row.completion_tokens


def _outcomes(rows: Iterable[Sums], steps: range) -> OutcomeSeries:
    complete, stopped, failed = ([0] * len(steps) for _ in range(3))
    for row in rows:
        place = row.step - steps.start
        complete[place] += row.complete
        stopped[place] += row.stopped
        failed[place] += row.failed
    return OutcomeSeries(tuple(complete), tuple(stopped), tuple(failed))


def _times(times: dict[int, Times], steps: range) -> TimeSeries:
    took = [times.get(step) for step in steps]
    latencies = [t.latencies if t else {} for t in took]
    ttfts = [t.ttfts if t else {} for t in took]
    return TimeSeries(
        latency_p50_ms=tuple(percentile(counts, 0.5) for counts in latencies),
        latency_p95_ms=tuple(percentile(counts, 0.95) for counts in latencies),
        ttft_p50_ms=tuple(percentile(counts, 0.5) for counts in ttfts),
        ttft_p95_ms=tuple(percentile(counts, 0.95) for counts in ttfts),
    )


def _errors(rows: Iterable[Sums]) -> tuple[ErrorCount, ...]:
    """Failed calls by code, the most frequent first."""
    of_code: dict[str, list[Sums]] = defaultdict(list)
    for row in rows:
        if row.failed:
            of_code[row.error_code].append(row)
    counts = [
        ErrorCount(
            code,
            number := _sum(found, lambda r: r.calls),
            _money(
                _sum(found, lambda r: r.cost_microusd),
                number,
                unpriced := _sum(found, lambda r: r.unpriced),
            ),
            unpriced,
        )
        for code, found in of_code.items()
    ]
    return tuple(sorted(counts, key=lambda count: (-count.calls, count.code)))


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
