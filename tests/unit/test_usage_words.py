"""The usage page's words: totals and their change, charts, and what is wrong with an address."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from feedback_app.core.money import dollars
from feedback_app.usage import address, labels
from feedback_app.usage.dashboard import charts
from feedback_app.usage.dashboard.axis import ticks
from feedback_app.usage.dashboard.burn_down import burn_down
from feedback_app.usage.dashboard.schemas import (
    BurnDown,
    Choices,
    Dashboard,
    ModelSeries,
    OutcomeSeries,
    Steps,
    TimeSeries,
    Totals,
    Waste,
)
from feedback_app.usage.dashboard.tiles import tiles
from feedback_app.usage.dashboard.views import ChartView, Tile
from feedback_app.usage.filters import Span, UsageFilter, filter_from, page_from


def tile(name: str, now: Totals, before: Totals | None = None) -> Tile:
    found = tiles(now, before or Totals(), running=0)
    return next(t for t in found if t.tile_id == f"usage-{name}")


@pytest.mark.parametrize(
    ("now", "before", "shown", "words"),
    [
        pytest.param(112, 100, "↑ 12%", "12% more than before", id="more"),
        pytest.param(958, 1000, "↓ 4.2%", "4.2% less than before", id="a little less"),
        pytest.param(100, 100, "=", "as before", id="the same"),
        pytest.param(1400, 100, "↑ × 14", "14 times as much", id="many times"),
        pytest.param(5, 0, "new", "none before", id="nothing before"),
        pytest.param(0, 0, "", "", id="nothing ever"),
        pytest.param(0, 5, "↓ 100%", "100% less than before", id="nothing now"),
    ],
)
def test_a_total_says_how_it_changed(now: int, before: int, shown: str, words: str) -> None:
    calls = tile("total-calls", Totals(calls=now), Totals(calls=before))
    assert (calls.change, calls.change_words, calls.trend) == (shown, words, "")


def test_only_what_should_go_one_way_is_called_better_or_worse() -> None:
    now = Totals(calls=100, failed=3, latency_p50_ms=2000, tokens_per_second=50, cost_microusd=9)
    before = Totals(calls=50, failed=1, latency_p50_ms=4000, tokens_per_second=80, cost_microusd=3)
    assert tile("latency", now, before).trend == "better"
    assert tile("speed", now, before).trend == "worse"
    assert (tile("errors", now, before).change, tile("errors", now, before).trend) == (
        "↑ 1.0 pts",
        "worse",
    )
    assert tile("total-cost", now, before).trend == ""


def test_what_was_nothing_before_is_said_to_be_new_whatever_it_is_now() -> None:
    waste = Waste(calls=1, stopped_microusd=500_000_000)
    now = Totals(calls=1, cost_microusd=500_000_000, cached_tokens=7, waste=waste)
    cost, wasted, tokens = (tile(name, now) for name in ("total-cost", "waste", "tokens-in"))
    assert (cost.value, cost.change, cost.trend) == ("$500.00", "new", "")
    assert (wasted.change, wasted.trend) == ("new", "worse")
    assert (tokens.change, tokens.note_change) == ("", "(new)")
    assert tokens.note_change_words == "none before"


def test_cached_and_reasoning_tokens_say_how_they_changed() -> None:
    now = Totals(calls=1, cached_tokens=1200, reasoning_tokens=30)
    before = Totals(calls=1, cached_tokens=1000, reasoning_tokens=60)
    tokens_in, tokens_out = tile("tokens-in", now, before), tile("tokens-out", now, before)
    assert (tokens_in.note, tokens_in.note_change) == ("1,200 of them cached", "(↑ 20%)")
    assert tokens_in.note_change_words == "20% more than before"
    assert (tokens_out.note, tokens_out.note_change) == ("30 of them reasoning", "(↓ 50%)")


def test_an_unknown_cost_is_called_unknown_and_compared_with_nothing() -> None:
    waste = Waste(calls=2, unpriced=2)
    saved = {"saved": 1, "saved_unpriced": 1, "drafts_unpriced": 3}
    unknown = Totals(calls=3, unpriced=3, cost_microusd=None, waste=waste, **saved)
    known = Totals(calls=3, cost_microusd=500, cost_per_saved_microusd=100)
    for name in ("total-cost", "waste", "per-saved"):
        found = tile(name, unknown, known)
        assert (found.value, found.change) == ("Unknown", "")
        assert (tile(name, known, unknown)).change == ""
    assert tile("total-cost", unknown).note == "3 calls of unknown cost"
    assert tile("waste", unknown).note == "2 calls of unknown cost"
    assert tile("per-saved", unknown).note == "1 draft saved as feedback, all of unknown cost"


def test_nothing_known_beside_unknown_costs_is_not_compared_as_nothing() -> None:
    free_and_unknown = Totals(calls=2, unpriced=1, cost_microusd=0)
    known = Totals(calls=2, cost_microusd=500)
    assert tile("total-cost", known, free_and_unknown).change == ""
    assert tile("total-cost", free_and_unknown, known).change == ""


def test_every_sum_of_money_counts_the_calls_it_leaves_out() -> None:
    waste = Waste(calls=4, unpriced=1, stopped_microusd=1_000_000)
    now = Totals(
        calls=9,
        unpriced=4,
        cost_microusd=2_000_000,
        saved=5,
        saved_unpriced=2,
        drafts_unpriced=3,
        cost_per_saved_microusd=600_000,
        waste=waste,
    )
    assert tile("total-cost", now).note == "+ 4 calls of unknown cost"
    assert tile("waste", now).note == "$1.00 stopped; + 1 call of unknown cost"
    per_saved = tile("per-saved", now)
    assert per_saved.value == "$0.60"
    assert per_saved.note == "3 drafts saved as feedback; 3 of unknown cost left out"


@pytest.mark.parametrize(
    ("now", "before", "note"),
    [
        pytest.param(0, 2, "All prices known; before: 2 calls of unknown cost", id="before"),
        pytest.param(1, 2, "+ 1 call of unknown cost; before: 2", id="both"),
    ],
)
def test_what_a_change_is_held_against_says_what_it_left_out(
    now: int, before: int, note: str
) -> None:
    of_now, of_before = (Totals(calls=9, unpriced=n, cost_microusd=50) for n in (now, before))
    assert tile("total-cost", of_now, of_before).note == note


@pytest.mark.parametrize(
    ("microusd", "unpriced", "words"),
    [
        (1_200_000, 0, "$1.20"),
        (1_200_000, 3, "$1.20 + 3 of unknown cost"),
        (0, 1, "$0.00 + 1 of unknown cost"),
        (None, 1_000, "1,000 of unknown cost"),
    ],
)
def test_a_sum_is_what_is_known_and_how_many_costs_are_not(
    microusd: int | None, unpriced: int, words: str
) -> None:
    assert labels.sum_of_costs(microusd, unpriced, dollars) == words


def test_waste_says_what_was_wasted_on() -> None:
    waste = Waste(stopped_microusd=1_000_000, never_saved_microusd=2_500_000)
    found = tile("waste", Totals(calls=9, waste=waste))
    assert (found.value, found.note) == ("$3.50", "$1.00 stopped, $2.50 never saved")


def test_half_a_digit_is_rounded_up_as_everywhere() -> None:
    found = tile("total-cost", Totals(calls=1, cost_microusd=54_650))
    assert found.value == dollars(54_650) == "$0.0547"


def test_slow_calls_are_told_beside_the_usual_ones() -> None:
    now = Totals(calls=1, ttft_p50_ms=400, ttft_p95_ms=2100)
    before = Totals(calls=1, ttft_p50_ms=500, ttft_p95_ms=900)
    found = tile("ttft", now, before)
    assert (found.value, found.note) == ("400 ms", "p95 2.1 s, was 900 ms")


def two_days(**series: Any) -> Dashboard:
    """A dashboard of 9 and 10 March with these series and nothing else."""
    first = datetime(2026, 3, 9, tzinfo=UTC)
    days = (first, first + timedelta(days=1))
    span = Span(first, first + timedelta(days=2))
    return Dashboard(
        **{
            "wanted": UsageFilter(),
            "span": span,
            "before": span,
            "made_at": first,
            "running": 0,
            "totals": Totals(),
            "previous": Totals(),
            "steps": Steps("day", days),
            "models": (),
            "outcomes": OutcomeSeries((0, 0), (0, 0), (0, 0)),
            "times": TimeSeries(*[(None, None)] * 4),
            "errors": (),
            "people": (),
            "burn_down": BurnDown(),
            "choices": Choices(),
            **series,
        }
    )


def drawn(chart: ChartView) -> list[list[str | float | None]]:
    """What the chart draws: a row for each step, in the order of its series."""
    return [
        [point["step"], *(point[series.key] for series in chart.series)] for point in chart.points
    ]


def told(chart: ChartView) -> list[list[str]]:
    """What its table says: the headings, the steps, the total."""
    rows = [[row.heading, *row.cells] for row in chart.table.rows]
    return [chart.table.columns, *rows, *([chart.table.total] if chart.table.total else [])]


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
    chart = charts.outcomes(two_days(outcomes=OutcomeSeries((5, 4), (3, 0), (2, 1))))
    assert drawn(chart) == [["9 Mar", 5, 3, 2], ["10 Mar", 4, 0, 1]]
    assert told(chart) == [
        ["Day (UTC)", "Complete", "Stopped", "Failed", "All"],
        ["9 Mar 2026", "5", "3", "2", "10"],
        ["10 Mar 2026", "4", "0", "1", "5"],
        ["9", "3", "3", "15"],
    ]


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
        "$0.40 + 2 of unknown cost spent this month of $0.90; $1.00 by its end at this pace; "
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
    ("query", "sentence"),
    [
        ({}, ""),
        ({"period": "7d", "status": "error", "sort": "-cost", "older": "24.abc"}, ""),
        ({"period": "custom", "from": "2026-11-01", "to": "2026-11-30"}, ""),
        ({"period": "fortnight"}, "“fortnight” is no period, so the last 30 days are shown."),
        (
            {"period": "custom", "from": "2026-13-01", "to": "2026-11-30"},
            "“2026-13-01” is no day such as 2026-11-03, so the last 30 days are shown.",
        ),
        (
            {"period": "custom", "from": "2026-11-01"},
            "A day is missing, so the last 30 days are shown.",
        ),
        (
            {"period": "custom", "from": "2026-11-30", "to": "2026-11-01"},
            "The period ends before it begins, so the last 30 days are shown.",
        ),
        (
            {"period": "custom", "from": "2020-01-01", "to": "2026-11-01"},
            "A period has at most 731 days, so this one begins on 1 Nov 2024.",
        ),
        ({"status": "lost"}, "“lost” is no status, so calls of any status are shown."),
        ({"sort": "name"}, "“name” is no order, so the newest calls come first."),
        ({"older": "here"}, "The list has no such page, so its first one is shown."),
        ({"status": "x" * 99}, f"“{'x' * 40}…” is no status, so calls of any status are shown."),
    ],
)
def test_an_address_that_cannot_be_followed_is_told_why(
    query: dict[str, str], sentence: str
) -> None:
    assert address.problems(query, page_from(query)) == sentence


def test_an_address_comes_back_as_it_was_read() -> None:
    query = {
        "period": "custom",
        "from": "2026-10-01",
        "to": "2026-10-31",
        "person": "p",
        "status": "error",
        "model": "m",
        "department": "d",
        "operation": "feedback",
        "q": "two words",
        "sort": "-cost",
    }
    assert filter_from(query).query() == query


def test_what_is_typed_over_keeps_the_rest_of_the_address() -> None:
    query = {"period": "7d", "status": "error", "older": "24.x"}
    assert address.with_days(query, "2026-10-01", "2026-10-31") == (
        "/admin/usage?period=custom&from=2026-10-01&to=2026-10-31&status=error"
    )
    assert address.with_value(query, "sort", "-cost") == (
        "/admin/usage?period=7d&status=error&sort=-cost#usage-calls"
    )
