"""Adds up the rows of usage sums: the totals of a period, its series, its errors."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from feedback_app.db.histogram import percentile
from feedback_app.usage.dashboard.queries import GroupSums, Sums, Times, Unsaved
from feedback_app.usage.dashboard.schemas import (
    ErrorCount,
    GroupTotal,
    ModelSeries,
    OutcomeSeries,
    StepFigures,
    TimeSeries,
    Totals,
    Waste,
)

MOST_MODELS = 6


def money(microusd: int, calls: int, unpriced: int) -> int | None:
    """An amount of known prices, `None` if there are calls and no price is known."""
    return None if calls and unpriced >= calls else microusd


def _sum(rows: Iterable[Sums], value: Callable[[Sums], int]) -> int:
    return sum(map(value, rows))


def totals(rows: Sequence[Sums], took: Iterable[Times], not_yet_saved: Unsaved) -> Totals:
    """The totals of a period."""
    number, unpriced = _sum(rows, lambda r: r.calls), _sum(rows, lambda r: r.unpriced)
    saved, saved_unpriced = _sum(rows, lambda r: r.saved), _sum(rows, lambda r: r.saved_unpriced)
    saved_priced = saved - saved_unpriced
    drafts_cost = _sum(rows, lambda r: r.draft_cost_microusd)
    waste = Waste(
        calls=_sum(rows, lambda r: r.unsaved_calls) - not_yet_saved.calls,
        unpriced=_sum(rows, lambda r: r.unsaved_unpriced) - not_yet_saved.unpriced,
        stopped_microusd=_sum(rows, lambda r: r.stopped_microusd),
        failed_microusd=_sum(rows, lambda r: r.failed_microusd),
        interrupted_microusd=_sum(rows, lambda r: r.interrupted_microusd),
        never_saved_microusd=_sum(rows, lambda r: r.unsaved_microusd) - not_yet_saved.cost_microusd,
        not_yet_saved_microusd=not_yet_saved.cost_microusd,
    )
    stream_ms = _sum(rows, lambda r: r.stream_ms)
    latencies, ttfts = Counter[int](), Counter[int]()
    for each in took:
        latencies.update(each.latencies)
        ttfts.update(each.ttfts)
    return Totals(
        calls=number,
        complete=_sum(rows, lambda r: r.complete),
        stopped=_sum(rows, lambda r: r.stopped),
        failed=_sum(rows, lambda r: r.failed),
        interrupted=_sum(rows, lambda r: r.interrupted),
        drafts=_sum(rows, lambda r: r.drafts),
        saved=saved,
        saved_unpriced=saved_unpriced,
        estimated=_sum(rows, lambda r: r.estimated),
        unpriced=unpriced,
        drafts_unpriced=_sum(rows, lambda r: r.drafts_unpriced),
        prompt_tokens=_sum(rows, lambda r: r.prompt_tokens),
        completion_tokens=_sum(rows, lambda r: r.completion_tokens),
        cached_tokens=_sum(rows, lambda r: r.cached_tokens),
        cache_write_tokens=_sum(rows, lambda r: r.cache_write_tokens),
        reasoning_tokens=_sum(rows, lambda r: r.reasoning_tokens),
        cost_microusd=money(_sum(rows, lambda r: r.cost_microusd), number, unpriced),
        drafts_cost_microusd=drafts_cost,
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


def by_model(rows: Sequence[Sums], steps: range) -> tuple[ModelSeries, ...]:
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
        cost_microusd=tuple(map(money, cost, number, unpriced)),
        unpriced=tuple(unpriced),
        tokens=tuple(tokens),
    )


def _tokens(row: Sums) -> int:
    return row.prompt_tokens + row.completion_tokens


def outcomes(rows: Iterable[Sums], steps: range) -> OutcomeSeries:
    """How the calls of each step ended."""
    rows = list(rows)
    return OutcomeSeries(
        *(
            _by_step(rows, steps, value)
            for value in (
                lambda r: r.complete,
                lambda r: r.stopped,
                lambda r: r.failed,
                lambda r: r.interrupted,
            )
        )
    )


def figures(rows: Iterable[Sums], steps: range) -> StepFigures:
    """The page's main figures for each step."""
    rows = list(rows)
    return StepFigures(
        cost_microusd=_by_step(rows, steps, lambda r: r.cost_microusd),
        drafts=_by_step(rows, steps, lambda r: r.drafts),
        saved=_by_step(rows, steps, lambda r: r.saved),
        failed=_by_step(rows, steps, lambda r: r.failed),
    )


def _by_step(rows: Iterable[Sums], steps: range, value: Callable[[Sums], int]) -> tuple[int, ...]:
    found = [0] * len(steps)
    for row in rows:
        found[row.step - steps.start] += value(row)
    return tuple(found)


def times(found: dict[int, Times], steps: range) -> TimeSeries:
    took = [found.get(step) for step in steps]
    latencies = [t.latencies if t else {} for t in took]
    ttfts = [t.ttfts if t else {} for t in took]
    return TimeSeries(
        latency_p50_ms=tuple(percentile(counts, 0.5) for counts in latencies),
        latency_p95_ms=tuple(percentile(counts, 0.95) for counts in latencies),
        ttft_p50_ms=tuple(percentile(counts, 0.5) for counts in ttfts),
        ttft_p95_ms=tuple(percentile(counts, 0.95) for counts in ttfts),
    )


def errors(rows: Iterable[Sums]) -> tuple[ErrorCount, ...]:
    """Failed and interrupted calls by code, the most frequent first."""
    of_code: dict[str, list[Sums]] = defaultdict(list)
    for row in rows:
        if row.failed or row.interrupted:
            of_code[row.error_code].append(row)
    counts = [
        ErrorCount(
            code,
            number := _sum(found, lambda r: r.calls),
            money(
                _sum(found, lambda r: r.cost_microusd),
                number,
                unpriced := _sum(found, lambda r: r.unpriced),
            ),
            unpriced,
        )
        for code, found in of_code.items()
    ]
    return tuple(sorted(counts, key=lambda count: (-count.calls, count.code)))


def group(sums: GroupSums) -> GroupTotal:
    """A person or a department; its amount is unknown if no price is known."""
    return GroupTotal(
        sums.group_id,
        sums.name,
        sums.calls,
        sums.tokens,
        money(sums.cost_microusd, sums.calls, sums.unpriced),
        sums.unpriced,
        sums.saved,
    )


def rest(whole: Totals, groups: Sequence[GroupSums], name: str) -> list[GroupSums]:
    """The rest of the whole without the groups, as one more group of that name if there is any."""
    calls = whole.calls - sum(g.calls for g in groups)
    if not calls:
        return []
    tokens = whole.prompt_tokens + whole.completion_tokens - sum(g.tokens for g in groups)
    return [
        GroupSums(
            "",
            name,
            calls,
            tokens,
            (whole.cost_microusd or 0) - sum(g.cost_microusd for g in groups),
            whole.unpriced - sum(g.unpriced for g in groups),
            whole.saved - sum(g.saved for g in groups),
        )
    ]
