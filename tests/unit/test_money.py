"""Amounts as pages write them: one way everywhere, budgets exactly as they were set."""

import pytest

from feedback_app.core.money import as_set, dollars, share_used


@pytest.mark.parametrize(
    ("microusd", "down", "written"),
    [
        (0, False, "$0.00"),
        (99, False, "under $0.0001"),
        (246_229, False, "$0.2462"),
        (54_650, False, "$0.0547"),
        (54_650, True, "$0.0546"),
        (1_200_000, False, "$1.20"),
        (99_999_949, False, "$99.9999"),
        (100_000_000, False, "$100.00"),
        (1_234_567_891, False, "$1,234.57"),
    ],
)
def test_an_amount_has_at_most_four_decimals_and_two_from_a_hundred_dollars(
    microusd: int, down: bool, written: str
) -> None:
    assert dollars(microusd, down=down) == written


@pytest.mark.parametrize(
    ("microusd", "written"),
    [
        (0, "$0.00"),
        (100_000, "$0.10"),
        (105_000, "$0.105"),
        (1, "$0.000001"),
        (1_250_500_000, "$1,250.50"),
        (10_000_000_000_000, "$10,000,000.00"),
    ],
)
def test_a_budget_is_written_exactly_as_it_was_set(microusd: int, written: str) -> None:
    assert as_set(microusd) == written


@pytest.mark.parametrize(
    ("used", "budget", "share"),
    [
        (0, 100, "0%"),
        (1, 1_000, "under 1%"),
        (999, 1_000, "99%"),
        (1_000, 1_000, "100%"),
        (230_999, 100_000, "230%"),
        (5, 0, ""),
    ],
)
def test_a_share_of_a_budget_may_be_more_than_all_of_it(used: int, budget: int, share: str) -> None:
    assert share_used(used, budget) == share
