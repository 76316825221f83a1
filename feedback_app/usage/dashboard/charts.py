"""The series of a dashboard as charts: points to draw, and tables with the full values."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from feedback_app.core import zones
from feedback_app.usage import labels
from feedback_app.usage.dashboard import axis
from feedback_app.usage.dashboard.schemas import (
    Dashboard,
    ModelSeries,
    OutcomeSeries,
    Steps,
    TimeSeries,
)
from feedback_app.usage.dashboard.views import ChartView, Point, Series, TableRow, TableView

OTHER_MODELS = "Other models"
_AXIS = "each line of the axis is ten times the one below it"
_COLORS = tuple(f"var(--series-{number})" for number in range(7))
_GOOD, _STOPPED = "var(--series-good)", "var(--series-stopped)"
_BAD, _AWAY = "var(--series-bad)", "var(--series-away)"
_LEAST_SEEN = 0.005
"""A share of a chart's height: a lower bar would be less than a pixel or two high."""


def cost(d: Dashboard) -> ChartView:
    """What calls cost by step and model, in dollars; an unknown cost draws no bar."""
    steps = range(len(d.steps.starts))
    total = _cost(d.models, steps)
    unpriced = sum(sum(m.unpriced) for m in d.models)
    return _by_model(
        d,
        f"Cost {_per(d)} by model, {total} in all.",
        [[None if c is None else c / 1_000_000 for c in m.cost_microusd] for m in d.models],
        [[_cost([m], [place]) for place in steps] for m in d.models],
        [_cost([m], steps) for m in d.models],
        [_cost(d.models, [place]) for place in steps],
        total,
        note=f"Bars leave out {labels.unknown_costs(unpriced)}." if unpriced else "",
    )


def tokens(d: Dashboard) -> ChartView:
    """Tokens in and out together by step and model."""
    total = sum(sum(m.tokens) for m in d.models)
    return _by_model(
        d,
        f"Tokens {_per(d)} by model, {total:,} in all.",
        [list(m.tokens) for m in d.models],
        [[f"{n:,}" for n in m.tokens] for m in d.models],
        [f"{sum(m.tokens):,}" for m in d.models],
        [f"{sum(m.tokens[place] for m in d.models):,}" for place in range(len(d.steps.starts))],
        f"{total:,}",
        whole=True,
    )


def outcomes(d: Dashboard) -> ChartView:
    """How calls ended by step."""
    o: OutcomeSeries = d.outcomes
    kinds = (
        ("Complete", o.complete, _GOOD),
        ("Stopped", o.stopped, _STOPPED),
        ("Failed", o.failed, _BAD),
        ("Interrupted", o.interrupted, _AWAY),
    )
    sums = [sum(values) for _, values, _ in kinds]
    rows = [
        TableRow(_step_in_full(d.steps, place), [f"{n:,}" for n in (*row, sum(row))])
        for place, row in enumerate(zip(*(values for _, values, _ in kinds), strict=True))
    ]
    return ChartView(
        summary=(
            f"Calls {_per(d)}: {sums[0]:,} complete, {sums[1]:,} stopped, {sums[2]:,} failed, "
            f"{sums[3]:,} interrupted as the server went away."
        ),
        is_empty=not sum(sums),
        series=(
            series := [Series(f"s{n}", label, color) for n, (label, _, color) in enumerate(kinds)]
        ),
        legend=series,
        points=(points := _points(d.steps, [list(values) for _, values, _ in kinds])),
        ticks=axis.ticks(axis.stacked(points), whole=True),
        table=TableView(
            [_unit(d.steps), *(label for label, _, _ in kinds), "All"],
            rows,
            [f"{n:,}" for n in (*sums, sum(sums))],
        ),
    )


def times(d: Dashboard) -> ChartView:
    """Percentiles of latency and time to first token by step, in seconds."""
    t: TimeSeries = d.times
    kinds = (
        ("Latency, p95", t.latency_p95_ms, _COLORS[0], "5 4"),
        ("Latency, median", t.latency_p50_ms, _COLORS[0], ""),
        ("First token, p95", t.ttft_p95_ms, _COLORS[1], "5 4"),
        ("First token, median", t.ttft_p50_ms, _COLORS[1], ""),
    )
    steps = range(len(d.steps.starts))
    points = _points(
        d.steps,
        [[None if v is None else round(v / 1000, 3) for v in values] for _, values, *_ in kinds],
    )
    whole = ", ".join(
        f"{what} {labels.milliseconds(value)}"
        for what, value in (
            ("median latency", d.totals.latency_p50_ms),
            ("95th percentile", d.totals.latency_p95_ms),
            ("median time to first token", d.totals.ttft_p50_ms),
        )
    )
    return ChartView(
        summary=f"Times {_per(d)}, {_AXIS}; of the whole period: {whole}.",
        note=f"{_AXIS[0].upper()}{_AXIS[1:]}.",
        is_empty=all(value is None for _, values, _, _ in kinds for value in values),
        series=(
            series := [Series(f"s{n}", label, *look) for n, (label, _, *look) in enumerate(kinds)]
        ),
        legend=series,
        points=points,
        ticks=axis.decades(points),
        table=TableView(
            [_unit(d.steps), *(label for label, *_ in kinds)],
            [
                TableRow(
                    _step_in_full(d.steps, place),
                    [labels.milliseconds(values[place]) for _, values, *_ in kinds],
                )
                for place in steps
            ],
        ),
    )


def _by_model(
    d: Dashboard,
    summary: str,
    values: Sequence[Sequence[float | None]],
    cells: Sequence[Sequence[str]],
    of_models: Sequence[str],
    of_steps: Sequence[str],
    total: str,
    *,
    whole: bool = False,
    note: str = "",
) -> ChartView:
    names = [m.model or OTHER_MODELS for m in d.models]
    drawn = [[v or None for v in of_model] for of_model in values]
    points = _points(d.steps, drawn)
    ticks = axis.ticks(axis.stacked(points), whole=whole)
    series = [Series(f"s{n}", name, _COLORS[n]) for n, name in enumerate(names)]
    legend = [s for s, v in zip(series, drawn, strict=True) if _is_seen(v, ticks[-1])]
    unseen = [s.label for s in series if s not in legend]
    small = f"Too small to see: {', '.join(unseen)}; see the table." if unseen else ""
    return ChartView(
        summary=summary,
        note=" ".join(filter(None, (note, small if legend else ""))),
        is_empty=not any(any(of_model) for of_model in drawn),
        series=series,
        legend=legend,
        points=points,
        ticks=ticks,
        table=TableView(
            [_unit(d.steps), *names, "All"],
            [
                TableRow(
                    _step_in_full(d.steps, place),
                    [*(of_model[place] for of_model in cells), of_steps[place]],
                )
                for place in range(len(d.steps.starts))
            ],
            [*of_models, total],
        ),
    )


def _is_seen(values: Iterable[float | None], highest: float) -> bool:
    return any(value and value >= _LEAST_SEEN * highest for value in values)


def _cost(models: Iterable[ModelSeries], places: Sequence[int]) -> str:
    """The cost of these models at these steps, and how many calls it leaves out."""
    cells = [(m, place) for m in models for place in places]
    unpriced = sum(m.unpriced[place] for m, place in cells)
    known = sum(m.cost_microusd[place] or 0 for m, place in cells)
    none_known = unpriced and unpriced == sum(m.calls[place] for m, place in cells)
    return labels.sum_of_costs(None if none_known else known, unpriced)


def _points(steps: Steps, values: Sequence[Sequence[float | None]]) -> list[Point]:
    return [
        {
            "step": _step(steps, place),
            **{f"s{n}": of_series[place] for n, of_series in enumerate(values)},
        }
        for place in range(len(steps.starts))
    ]


def _step(steps: Steps, place: int) -> str:
    start = steps.starts[place]
    return f"{zones.local(start):%H:%M}" if steps.unit == "hour" else labels.short_day(start.date())


def _step_in_full(steps: Steps, place: int) -> str:
    start = steps.starts[place]
    if steps.unit == "hour":
        end = zones.local(start + timedelta(hours=1))
        return f"{zones.local(start):%H:%M} to {end:%H:%M}"
    return labels.day(start.date())


def _unit(steps: Steps) -> str:
    return "Hour" if steps.unit == "hour" else "Day (UTC)"


def _per(d: Dashboard) -> str:
    return "per hour" if d.steps.unit == "hour" else "per day"
