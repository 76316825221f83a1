"""The month's cost as a chart: the amount spent, the forecast, and the budget to compare with."""

from feedback_app.core.money import as_set, dollars, share_used
from feedback_app.usage import labels
from feedback_app.usage.dashboard import axis
from feedback_app.usage.dashboard.schemas import BurnDown
from feedback_app.usage.dashboard.views import ChartView, Point, Series, TableRow, TableView

_SPENT, _LIMIT = "var(--series-0)", "var(--series-limit)"
_AHEAD = "5 4"


def burn_down(b: BurnDown) -> ChartView:
    """The month's cost so far, its forecast, and the budget to compare it with."""
    spent = [*b.spent_microusd, *[None] * (len(b.days) - len(b.spent_microusd))]
    ahead = _ahead(b)
    limit = [b.budget_microusd] * len(b.days)
    kinds = [("Spent", spent, _SPENT, "")]
    if b.forecast_microusd is not None:
        kinds.append(("Forecast", ahead, _SPENT, _AHEAD))
    if b.budget_microusd is not None:
        kinds.append(("Budget", limit, _LIMIT, ""))
    points: list[Point] = [
        {
            "step": labels.short_day(day),
            **{
                f"s{n}": None if (v := values[place]) is None else v / 1_000_000
                for n, (_, values, *_) in enumerate(kinds)
            },
        }
        for place, day in enumerate(b.days)
    ]
    series = [Series(f"s{n}", label, *look) for n, (label, _, *look) in enumerate(kinds)]
    return ChartView(
        summary=_budget_summary(b),
        is_empty=not b.days,
        series=series,
        points=points,
        legend=series,
        ticks=axis.ticks(axis.single(points)),
        table=TableView(
            ["Day", *(label for label, *_ in kinds)],
            [
                TableRow(
                    labels.day(day),
                    [
                        _told_spent(b, place),
                        *(_told(values[place]) for _, values, *_ in kinds[1:]),
                    ],
                )
                for place, day in enumerate(b.days)
            ],
        ),
    )


def _told_spent(b: BurnDown, place: int) -> str:
    if place >= len(b.spent_microusd):
        return labels.NONE
    return labels.sum_of_costs(b.spent_microusd[place], b.unpriced[place])


def _told(microusd: int | None) -> str:
    return labels.NONE if microusd is None else labels.exact_dollars(microusd)


def _ahead(b: BurnDown) -> list[int | None]:
    """The straight line from the amount spent to the forecast for the month's end."""
    if b.forecast_microusd is None:
        return [None] * len(b.days)
    today = len(b.spent_microusd) - 1
    left = len(b.days) - 1 - today
    rise = b.forecast_microusd - b.total_microusd
    return [
        None
        if place < today
        else b.total_microusd + (rise * (place - today) // left if left else 0)
        for place in range(len(b.days))
    ]


def _budget_summary(b: BurnDown) -> str:
    said = [f"{labels.sum_of_costs(b.total_microusd, b.total_unpriced, dollars)} spent this month"]
    if b.budget_microusd is not None:
        share = share_used(b.total_microusd, b.budget_microusd)
        said[0] += f" of {as_set(b.budget_microusd)}{f' ({share})' if share else ''}"
    if b.forecast_microusd is not None:
        said.append(f"{dollars(b.forecast_microusd)} by its end at this pace")
    if b.budget_microusd is None:
        said.append("no budget is set")
    elif b.runs_out_on is not None:
        spent_up = b.total_microusd >= b.budget_microusd
        day = labels.short_day(b.runs_out_on)
        said.append(f"the budget {'was used up' if spent_up else 'runs out'} on {day}")
    else:
        known = ", as far as costs are known" if b.total_unpriced else ""
        said.append(f"the budget lasts{known}")
    return f"{'; '.join(said)}."
