"""The usage page's totals in words, and how they changed."""

from datetime import date

import pytest

from feedback_app.core.money import dollars
from feedback_app.usage import labels
from feedback_app.usage.dashboard.schemas import (
    BurnDown,
    Totals,
    Waste,
)
from feedback_app.usage.dashboard.views import Headline
from feedback_app.usage.filters import filter_from
from tests.unit.usage_figures import headline, notes, tile


@pytest.mark.parametrize(
    ("now", "before", "shown", "words"),
    [
        pytest.param(112, 100, "↑ 12%", "12% more than before", id="more"),
        pytest.param(958, 1000, "↓ 4.2%", "4.2% less than before", id="a little less"),
        pytest.param(100, 100, "=", "as before", id="the same"),
        pytest.param(1400, 100, "↑ × 14", "14 times what it was", id="many times"),
        pytest.param(370, 100, "↑ × 3.7", "3.7 times what it was", id="more than double"),
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
    assert headline("total-cost", now, before).change == "From $0.01 to $0.061."


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
    assert notes(over) == ["$0.23 of the $0.10 budget this month: 230% used"]
    assert (over.meter.width, over.meter.level) == ("100%", "full")
    near = budget(4_250_000, 5_000_000)
    assert notes(near)[0].endswith("$4.25 of the $5.00 budget this month: 85% used")
    assert (near.meter.width, near.meter.level) == ("85%", "near")
    none = budget(230_000, None)
    assert notes(none) == ["$0.23 this month; no budget is set"]
    assert none.meter.width == ""
    nothing_allowed = budget(1, 0)
    assert notes(nothing_allowed) == ["under $0.0001 of the $0.00 budget this month"]
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


def test_tokens_written_to_the_cache_are_told_before_those_read_from_it() -> None:
    now = Totals(calls=200, prompt_tokens=9000, cached_tokens=1200, cache_write_tokens=5000)
    tokens = tile("tokens-in", now, Totals(calls=200, cached_tokens=1000))
    assert tokens.note == "5,000 of them written to the cache, 1,200 read from it"
    assert tokens.note_change == "(↑ 20%)"


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
    assert tile("waste", now).note == "$1.00 stopped; + 1 call of unknown cost"
    per_saved = tile("per-saved", now)
    assert per_saved.value == "$0.60"
    assert per_saved.note == (
        "$1.80 for all drafts of feedback, divided by the 3 saved. Other calls, such as parsing "
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
        "$3.534",
        "$1.00 stopped + $0.03 failed + $0.004 interrupted + $2.50 complete, but not saved "
        "within a day. Not counted: $0.0076 for drafts of the last day, which may still be saved",
    )


def test_half_a_digit_is_rounded_up_as_everywhere() -> None:
    found = headline("total-cost", Totals(calls=1, cost_microusd=54_650))
    assert found.value == dollars(54_650) == "$0.0547"


def test_slow_calls_are_told_beside_the_usual_ones() -> None:
    now = Totals(calls=1, ttft_p50_ms=400, ttft_p95_ms=2100)
    before = Totals(calls=1, ttft_p50_ms=500, ttft_p95_ms=900)
    found = tile("ttft", now, before)
    assert (found.value, found.note) == ("400 ms", "95% within 2.1 s, was 900 ms")
