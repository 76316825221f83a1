"""The usage page's words: totals and their change, charts, and what is wrong with an address."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from feedback_app.core.money import cost
from feedback_app.usage import address, labels
from feedback_app.usage.dashboard import charts, rankings, sparkline
from feedback_app.usage.dashboard.axis import decades, ticks
from feedback_app.usage.dashboard.burn_down import burn_down
from feedback_app.usage.dashboard.headlines import counts, headlines
from feedback_app.usage.dashboard.schemas import (
    BurnDown,
    Choices,
    Dashboard,
    GroupTotal,
    ModelSeries,
    OutcomeSeries,
    StepFigures,
    Steps,
    TimeSeries,
    Totals,
    Waste,
)
from feedback_app.usage.dashboard.tiles import tiles
from feedback_app.usage.dashboard.views import ChartView, Headline, Tile
from feedback_app.usage.filters import Span, UsageFilter, filter_from, page_from


def tile(name: str, now: Totals, before: Totals | None = None) -> Tile:
    before = before or Totals()
    found = [*counts(now, before, 0), *tiles(now, before)]
    return next(t for t in found if t.tile_id == f"usage-{name}")


def headline(name: str, now: Totals, before: Totals | None = None, **series: Any) -> Headline:
    d = two_days(totals=now, previous=before or Totals(), **series)
    return next(h for h in headlines(d) if h.tile_id == f"usage-{name}")


def notes(shown: Headline) -> list[str]:
    return [note.text for note in shown.notes]


@pytest.mark.parametrize(
    ("now", "before", "shown", "words"),
    [
        pytest.param(112, 100, "↑ 12%", "12% more than before", id="more"),
        pytest.param(958, 1000, "↓ 4.2%", "4.2% less than before", id="a little less"),
        pytest.param(100, 100, "=", "as before", id="the same"),
        pytest.param(1400, 100, "↑ × 14", "14 times as much", id="many times"),
        pytest.param(370, 100, "↑ × 3.7", "3.7 times as much", id="more than double"),
        pytest.param(5, 0, "new", "none before", id="nothing before"),
        pytest.param(0, 0, "", "", id="nothing ever"),
        pytest.param(0, 50, "↓ 100%", "100% less than before", id="nothing now"),
        pytest.param(12, 4, "was 4", "from 4 to 12", id="too few before"),
        pytest.param(30, 19, "was 19", "from 19 to 30", id="just too few before"),
        pytest.param(30, 20, "↑ 50%", "50% more than before", id="just enough before"),
        pytest.param(4, 4, "=", "as before", id="few and the same"),
    ],
)
def test_a_total_says_how_it_changed(now: int, before: int, shown: str, words: str) -> None:
    calls = tile("total-calls", Totals(calls=now), Totals(calls=before))
    assert (calls.change, calls.change_words, calls.trend) == (shown, words, "")


def test_only_what_should_go_one_way_is_called_better_or_worse() -> None:
    now = Totals(calls=100, stopped=3, failed=3, latency_p50_ms=2000, tokens_per_second=50)
    before = Totals(calls=50, stopped=1, failed=1, latency_p50_ms=4000, tokens_per_second=80)
    assert tile("latency", now, before).trend == "better"
    assert tile("speed", now, before).trend == "worse"
    stops = tile("stops", now, before)
    assert (stops.change, stops.trend) == ("↑ 1.0 pts", "worse")
    assert headline("failed", now, before).trend == "worse"
    assert headline("drafts", now, before).trend == tile("total-calls", now, before).trend == ""


def test_a_change_of_a_few_calls_is_told_as_it_is_and_called_neither_better_nor_worse() -> None:
    now = Totals(calls=12, stopped=1, failed=3, latency_p50_ms=2000, cost_microusd=61_000)
    before = Totals(calls=4, stopped=1, failed=1, latency_p50_ms=4000, cost_microusd=10_000)
    latency, stops = tile("latency", now, before), tile("stops", now, before)
    assert (latency.change, latency.change_words, latency.trend) == (
        "was 4.0 s",
        "from 4.0 s to 2.0 s",
        "",
    )
    assert (stops.change, stops.change_words, stops.trend) == (
        "was 25.0%",
        "from 25.0% to 8.3%",
        "",
    )
    failed = headline("failed", now, before)
    assert (failed.change, failed.trend) == ("From 1 to 3.", "")
    assert headline("total-cost", now, before).change == "From $0.0100 to $0.0610."


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (124, 100, "From 100 to 124: 24% more than before."),
        (100, 100, "As before: 100."),
        (3, 0, "None before."),
        (0, 0, "None now and none before."),
    ],
)
def test_a_headline_says_its_change_in_a_sentence(now: int, before: int, sentence: str) -> None:
    of_now, of_before = Totals(calls=300, drafts=now), Totals(calls=200, drafts=before)
    assert headline("drafts", of_now, of_before).change == sentence


def test_failed_is_one_thing_and_interrupted_another_and_each_leads_to_its_calls() -> None:
    now = Totals(calls=174, failed=9, interrupted=3)
    shown = headline("failed", now)
    assert shown.value == "9"
    assert [(note.text, note.href) for note in shown.notes] == [
        ("5.2% of 174 calls", "/admin/usage?status=error#usage-calls"),
        (
            "3 more interrupted: the server went away",
            "/admin/usage?status=interrupted#usage-calls",
        ),
    ]
    assert tile("total-calls", now).value == "174"
    assert headline("failed", Totals(calls=9)).notes[0].href == "", "there are none to see"
    assert notes(headline("failed", Totals())) == ["No calls"]


def test_the_lists_of_failures_are_of_the_view_that_is_shown() -> None:
    wanted = filter_from({"period": "7d", "person": "p", "tab": "people", "q": "x"})
    shown = headline("failed", Totals(calls=9, failed=2), wanted=wanted)
    assert shown.notes[0].href == "/admin/usage?period=7d&person=p&status=error#usage-calls"


def test_spending_is_held_against_the_budget_however_much_is_used() -> None:
    def budget(spent: int, budget: int | None) -> Headline:
        days = (date(2026, 3, 9), date(2026, 3, 10))
        month = BurnDown(days, (spent,), (0,), None, budget)
        return headline("total-cost", Totals(calls=1, cost_microusd=5), burn_down=month)

    over = budget(230_000, 100_000)
    assert notes(over) == ["$0.2300 of the $0.10 budget this month: 230% used"]
    assert (over.meter.width, over.meter.level) == ("100%", "full")
    near = budget(4_250_000, 5_000_000)
    assert notes(near)[0].endswith("$4.2500 of the $5.00 budget this month: 85% used")
    assert (near.meter.width, near.meter.level) == ("85%", "near")
    none = budget(230_000, None)
    assert notes(none) == ["$0.2300 this month; no budget is set"]
    assert none.meter.width == ""
    nothing_allowed = budget(1, 0)
    assert notes(nothing_allowed) == ["< $0.0001 of the $0.00 budget this month"]
    assert nothing_allowed.meter.level == "full"


def test_saved_feedback_is_told_as_a_share_of_the_drafts_not_of_all_calls() -> None:
    now = Totals(calls=300, drafts=200, saved=50)
    assert (headline("saved", now).value, notes(headline("saved", now))) == (
        "50",
        ["25% of the drafts"],
    )
    assert notes(headline("drafts", now)) == [
        "of feedback, however they ended; 100 calls of other kinds"
    ]


def test_what_was_nothing_before_is_said_to_be_new_whatever_it_is_now() -> None:
    waste = Waste(calls=1, stopped_microusd=500_000_000)
    now = Totals(calls=1, cost_microusd=500_000_000, cached_tokens=7, waste=waste)
    wasted, tokens = (tile(name, now) for name in ("waste", "tokens-in"))
    spent = headline("total-cost", now)
    assert (spent.value, spent.change, spent.trend) == ("$500.00", "None before.", "")
    assert (wasted.change, wasted.trend) == ("new", "worse")
    assert (tokens.change, tokens.note_change) == ("", "(new)")
    assert tokens.note_change_words == "none before"


def test_cached_and_reasoning_tokens_say_how_they_changed() -> None:
    now = Totals(calls=200, cached_tokens=1200, reasoning_tokens=30)
    before = Totals(calls=200, cached_tokens=1000, reasoning_tokens=60)
    tokens_in, tokens_out = tile("tokens-in", now, before), tile("tokens-out", now, before)
    assert (tokens_in.note, tokens_in.note_change) == ("1,200 of them cached", "(↑ 20%)")
    assert tokens_in.note_change_words == "20% more than before"
    assert (tokens_out.note, tokens_out.note_change) == ("30 of them reasoning", "(↓ 50%)")


def test_an_unknown_cost_is_called_unknown_and_compared_with_nothing() -> None:
    waste = Waste(calls=2, unpriced=2)
    saved = {"saved": 1, "saved_unpriced": 1, "drafts_unpriced": 3}
    unknown = Totals(calls=3, unpriced=3, cost_microusd=None, waste=waste, **saved)
    known = Totals(calls=3, cost_microusd=500, cost_per_saved_microusd=100)
    for name in ("waste", "per-saved"):
        found = tile(name, unknown, known)
        assert (found.value, found.change) == ("Unknown", "")
        assert (tile(name, known, unknown)).change == ""
    spent = headline("total-cost", unknown, known)
    assert (spent.value, spent.change) == ("Unknown", "")
    assert headline("total-cost", known, unknown).change == ""
    assert notes(spent)[0] == "3 calls of unknown cost"
    assert tile("waste", unknown).note == "2 calls of unknown cost"
    assert tile("per-saved", unknown).note == "1 draft saved as feedback, all of unknown cost"


def test_nothing_known_beside_unknown_costs_is_not_compared_as_nothing() -> None:
    free_and_unknown = Totals(calls=2, unpriced=1, cost_microusd=0)
    known = Totals(calls=2, cost_microusd=500)
    assert headline("total-cost", known, free_and_unknown).change == ""
    assert headline("total-cost", free_and_unknown, known).change == ""


def test_every_sum_of_money_counts_the_calls_it_leaves_out() -> None:
    waste = Waste(calls=4, unpriced=1, stopped_microusd=1_000_000)
    now = Totals(
        calls=9,
        unpriced=4,
        cost_microusd=2_000_000,
        saved=5,
        saved_unpriced=2,
        drafts_unpriced=3,
        drafts_cost_microusd=1_800_000,
        cost_per_saved_microusd=600_000,
        waste=waste,
    )
    assert notes(headline("total-cost", now))[0] == "+ 4 calls of unknown cost"
    assert tile("waste", now).note == "$1.0000 stopped; + 1 call of unknown cost"
    per_saved = tile("per-saved", now)
    assert per_saved.value == "$0.6000"
    assert per_saved.note == (
        "$1.8000 for all drafts of feedback, divided by the 3 saved. Other calls, such as parsing "
        "a CV, are left out, and 3 drafts of unknown cost."
    )


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param(0, 2, ["Before: 2 calls of unknown cost"], id="before"),
        pytest.param(1, 2, ["+ 1 call of unknown cost", "Before: 2"], id="both"),
    ],
)
def test_what_a_change_is_held_against_says_what_it_left_out(
    now: int, before: int, expected: list[str]
) -> None:
    of_now, of_before = (Totals(calls=9, unpriced=n, cost_microusd=50) for n in (now, before))
    assert notes(headline("total-cost", of_now, of_before))[:-1] == expected


@pytest.mark.parametrize(
    ("microusd", "unpriced", "words"),
    [
        (1_200_000, 0, "$1.2000"),
        (1_200_000, 3, "$1.2000 + 3 of unknown cost"),
        (0, 1, "$0.0000 + 1 of unknown cost"),
        (None, 1_000, "1,000 of unknown cost"),
    ],
)
def test_a_sum_is_what_is_known_and_how_many_costs_are_not(
    microusd: int | None, unpriced: int, words: str
) -> None:
    assert labels.sum_of_costs(microusd, unpriced, cost) == words


def test_waste_says_what_it_adds_up_and_what_it_leaves_out() -> None:
    waste = Waste(
        stopped_microusd=1_000_000,
        failed_microusd=30_000,
        interrupted_microusd=4_000,
        never_saved_microusd=2_500_000,
        not_yet_saved_microusd=7_600,
    )
    found = tile("waste", Totals(calls=9, waste=waste))
    assert (found.value, found.note) == (
        "$3.5340",
        "$1.0000 stopped + $0.0300 failed + $0.0040 interrupted + $2.5000 complete, but not saved "
        "within a day. Not counted: $0.0076 for drafts of the last day, which may yet be saved",
    )


def test_half_a_digit_is_rounded_up_as_everywhere() -> None:
    found = headline("total-cost", Totals(calls=1, cost_microusd=54_650))
    assert found.value == cost(54_650) == "$0.0547"


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


def test_slow_calls_are_told_beside_the_usual_ones() -> None:
    now = Totals(calls=1, ttft_p50_ms=400, ttft_p95_ms=2100)
    before = Totals(calls=1, ttft_p50_ms=500, ttft_p95_ms=900)
    found = tile("ttft", now, before)
    assert (found.value, found.note) == ("400 ms", "95% within 2.1 s, was 900 ms")


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
            "figures": StepFigures(),
            "outcomes": OutcomeSeries((0, 0), (0, 0), (0, 0), (0, 0)),
            "times": TimeSeries(*[(None, None)] * 4),
            "errors": (),
            "people": (),
            "departments": (),
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
    assert cost.note == "Too little to be seen: cheap, free; the table has it."
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
        "$0.4000 + 2 of unknown cost spent this month of $0.90 (44%); $1.0000 by its end at this "
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
        ({"tab": "people", "department": "none"}, ""),
        ({"tab": "secrets"}, "The page has no part “secrets”, so its calls are shown."),
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
        "tab": "people",
    }
    assert filter_from(query).query() == query


def test_a_filter_keeps_the_part_of_the_page_and_a_search_goes_to_the_list() -> None:
    query = {"tab": "people", "period": "7d"}
    assert address.with_value(query, "status", "error") == (
        "/admin/usage?period=7d&status=error&tab=people"
    )
    assert address.with_value(query, "q", "x") == "/admin/usage?period=7d&q=x#usage-calls"


def test_what_is_typed_over_keeps_the_rest_of_the_address() -> None:
    query = {"period": "7d", "status": "error", "older": "24.x"}
    assert address.with_days(query, "2026-10-01", "2026-10-31") == (
        "/admin/usage?period=custom&from=2026-10-01&to=2026-10-31&status=error"
    )
    assert address.with_value(query, "sort", "-cost") == (
        "/admin/usage?period=7d&status=error&sort=-cost#usage-calls"
    )
