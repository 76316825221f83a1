"""The usage page's charts and rankings: what is drawn, and the tables that say the same."""

from datetime import date

import pytest

from feedback_app.usage import labels
from feedback_app.usage.dashboard import charts, rankings, sparkline
from feedback_app.usage.dashboard.axis import decades, ticks
from feedback_app.usage.dashboard.burn_down import burn_down
from feedback_app.usage.dashboard.schemas import (
    BurnDown,
    GroupTotal,
    ModelSeries,
    OutcomeSeries,
    TimeSeries,
    Totals,
)
from feedback_app.usage.dashboard.views import ChartView
from tests.unit.usage_figures import two_days


def drawn(chart: ChartView) -> list[list[str | float | None]]:
    """What the chart draws: a row for each step, in the order of its series."""
    return [
        [point["step"], *(point[series.key] for series in chart.series)] for point in chart.points
    ]


def told(chart: ChartView) -> list[list[str]]:
    """What its table says: the headings, the steps, the total."""
    rows = [[row.heading, *row.cells] for row in chart.table.rows]
    return [chart.table.columns, *rows, *([chart.table.total] if chart.table.total else [])]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0, 0], "", id="nothing"),
        pytest.param(
            [2, 0, 1], "M17.0 28v-28.0h6.0v28.0zM97.0 28v-14.0h6.0v14.0z", id="a gap between"
        ),
        pytest.param([1000, 1], "M27.0 28v-28.0h6.0v28.0zM87.0 28v-1.5h6.0v1.5z", id="a little"),
    ],
)
def test_a_sparkline_is_as_high_as_its_values(values: list[int], expected: str) -> None:
    assert sparkline.path(values) == expected


def test_a_long_period_has_no_more_bars_than_can_be_seen() -> None:
    assert sparkline.path([1] * 731).count("M") == 57, "of 13 days each"


def test_models_are_drawn_as_their_table_says_and_an_unknown_cost_is_no_bar() -> None:
    models = (
        ModelSeries("dear", (2, 1), (1_500_000, 250_000), (1, 0), (700, 30)),
        ModelSeries("", (1, 1), (None, 400_000), (1, 0), (8, 1)),
    )
    d = two_days(models=models)
    cost, tokens = charts.cost(d), charts.tokens(d)
    assert [series.label for series in cost.series] == ["dear", charts.OTHER_MODELS]
    assert drawn(cost) == [["9 Mar", 1.5, None], ["10 Mar", 0.25, 0.4]]
    assert told(cost) == [
        ["Day (UTC)", "dear", "Other models", "All"],
        [
            "9 Mar 2026",
            "$1.500000 + 1 of unknown cost",
            "1 of unknown cost",
            "$1.500000 + 2 of unknown cost",
        ],
        ["10 Mar 2026", "$0.250000", "$0.400000", "$0.650000"],
        [
            "$1.750000 + 1 of unknown cost",
            "$0.400000 + 1 of unknown cost",
            "$2.150000 + 2 of unknown cost",
        ],
    ]
    assert cost.note == "Bars leave out 2 calls of unknown cost."
    assert drawn(tokens) == [["9 Mar", 700, 8], ["10 Mar", 30, 1]]
    assert told(tokens)[1:] == [
        ["9 Mar 2026", "700", "8", "708"],
        ["10 Mar 2026", "30", "1", "31"],
        ["730", "9", "739"],
    ]


def test_times_are_drawn_as_their_table_says_each_percentile_by_itself() -> None:
    times = TimeSeries((4000, None), (9000, None), (400, 500), (2100, 600))
    chart = charts.times(two_days(times=times))
    assert drawn(chart) == [["9 Mar", 9, 4, 2.1, 0.4], ["10 Mar", None, None, 0.6, 0.5]]
    assert told(chart) == [
        ["Day (UTC)", "Latency, p95", "Latency, median", "First token, p95", "First token, median"],
        ["9 Mar 2026", "9.0 s", "4.0 s", "2.1 s", "400 ms"],
        ["10 Mar 2026", labels.NONE, labels.NONE, "600 ms", "500 ms"],
    ]


def test_outcomes_are_drawn_as_their_table_says() -> None:
    chart = charts.outcomes(two_days(outcomes=OutcomeSeries((5, 4), (3, 0), (2, 1), (0, 6))))
    assert drawn(chart) == [["9 Mar", 5, 3, 2, 0], ["10 Mar", 4, 0, 1, 6]]
    assert told(chart) == [
        ["Day (UTC)", "Complete", "Stopped", "Failed", "Interrupted", "All"],
        ["9 Mar 2026", "5", "3", "2", "0", "10"],
        ["10 Mar 2026", "4", "0", "1", "6", "11"],
        ["9", "3", "3", "6", "21"],
    ]


def test_a_legend_names_the_bars_that_can_be_seen_and_a_note_the_others() -> None:
    models = tuple(
        ModelSeries(name, (1, 0), (cost, 0), (0, 0), (tokens, 0))
        for name, cost, tokens in (("dear", 1_000_000, 900), ("cheap", 900, 300), ("free", 0, 500))
    )
    cost, tokens = (draw(two_days(models=models)) for draw in (charts.cost, charts.tokens))
    assert [series.label for series in cost.legend] == ["dear"]
    assert cost.note == "Too small to see: cheap, free; see the table."
    assert [series.label for series in tokens.legend] == ["dear", "cheap", "free"]
    assert tokens.note == ""
    assert cost.table.columns[1:-1] == ["dear", "cheap", "free"]


def test_departments_and_the_calls_of_none_lead_to_their_calls_and_add_up() -> None:
    groups = (
        GroupTotal("d1", "Engineering", 3, 300, 2_081, 0, 2),
        GroupTotal("", labels.NO_DEPARTMENT_NAME, 1, 50, 381, 0, 0),
    )
    totals = Totals(calls=4, prompt_tokens=350, cost_microusd=2_462, saved=2)
    view = rankings.departments(two_days(departments=groups, totals=totals))
    assert [(row.label, row.value, row.href) for row in view.rows] == [
        ("Engineering", "$0.0021", "/admin/usage?department=d1"),
        ("None", "$0.0004", "/admin/usage?department=none"),
    ]
    assert view.table.total == ["$0.002462", "0", "4", "350", "2"]


def test_a_budget_burns_down_from_what_is_spent_straight_to_the_forecast() -> None:
    chart = burn_down(
        BurnDown(
            days=tuple(date(2026, 2, day) for day in (1, 2, 3, 4)),
            spent_microusd=(100_000, 400_000),
            unpriced=(0, 2),
            forecast_microusd=1_000_000,
            budget_microusd=900_000,
            runs_out_on=date(2026, 2, 4),
        )
    )
    assert drawn(chart) == [
        ["1 Feb", 0.1, None, 0.9],
        ["2 Feb", 0.4, 0.4, 0.9],
        ["3 Feb", None, 0.7, 0.9],
        ["4 Feb", None, 1.0, 0.9],
    ]
    assert told(chart) == [
        ["Day", "Spent", "Forecast", "Budget"],
        ["1 Feb 2026", "$0.100000", labels.NONE, "$0.900000"],
        ["2 Feb 2026", "$0.400000 + 2 of unknown cost", "$0.400000", "$0.900000"],
        ["3 Feb 2026", labels.NONE, "$0.700000", "$0.900000"],
        ["4 Feb 2026", labels.NONE, "$1.000000", "$0.900000"],
    ]
    assert chart.summary == (
        "$0.40 + 2 of unknown cost spent this month of $0.90 (44%); $1.00 by its end at this "
        "pace; "
        "the budget runs out on 4 Feb."
    )


@pytest.mark.parametrize(
    ("highest", "whole", "expected"),
    [
        pytest.param(0, False, [0, 1], id="nothing"),
        pytest.param(0.0265, False, [0, 0.01, 0.02, 0.03], id="small"),
        pytest.param(0.0001, False, [0, 0.000025, 0.00005, 0.000075, 0.0001], id="tiny"),
        pytest.param(1, True, [0, 1], id="one call"),
        pytest.param(3, True, [0, 1, 2, 3], id="few calls"),
        pytest.param(16_001, True, [0, 5000, 10_000, 15_000, 20_000], id="many"),
    ],
)
def test_an_axis_ends_at_a_round_value_above_the_highest(
    highest: float, whole: bool, expected: list[float]
) -> None:
    assert ticks(highest, whole=whole) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], [1, 10], id="nothing"),
        pytest.param([0.4, 82], [0.1, 1, 10, 100], id="tenths to tens"),
        pytest.param([0, 2], [1, 10], id="nothing has no place"),
        pytest.param([10, 10], [10, 100], id="at a line"),
    ],
)
def test_an_axis_of_decades_holds_every_value(values: list[float], expected: list[float]) -> None:
    assert decades({"step": "", "s0": value} for value in values) == expected
