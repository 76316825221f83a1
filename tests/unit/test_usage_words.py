"""The usage page's words: totals and their change, axes, and what is wrong with an address."""

import pytest

from feedback_app.usage import address
from feedback_app.usage.dashboard.axis import ticks
from feedback_app.usage.dashboard.schemas import Totals, Waste
from feedback_app.usage.dashboard.tiles import tiles
from feedback_app.usage.dashboard.views import Tile
from feedback_app.usage.filters import filter_from, page_from


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
        pytest.param(5, 0, "", "", id="nothing before"),
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


def test_an_unknown_cost_is_called_unknown_and_compared_with_nothing() -> None:
    unknown = Totals(calls=3, unpriced=3, cost_microusd=None, waste=None, saved=1)
    known = Totals(calls=3, cost_microusd=500, cost_per_saved_microusd=100)
    for name in ("total-cost", "waste", "per-saved"):
        found = tile(name, unknown, known)
        assert (found.value, found.change) == ("Unknown", "")
    assert tile("total-cost", unknown).note == "3 calls of unknown cost"


def test_waste_says_what_was_wasted_on() -> None:
    waste = Waste(stopped_microusd=1_000_000, never_saved_microusd=2_500_000)
    found = tile("waste", Totals(calls=9, waste=waste))
    assert (found.value, found.note) == ("$3.50", "$1.00 stopped, $2.50 never saved")


def test_slow_calls_are_told_beside_the_usual_ones() -> None:
    now = Totals(calls=1, ttft_p50_ms=400, ttft_p95_ms=2100)
    before = Totals(calls=1, ttft_p50_ms=500, ttft_p95_ms=900)
    found = tile("ttft", now, before)
    assert (found.value, found.note) == ("400 ms", "p95 2.1 s, was 900 ms")


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
