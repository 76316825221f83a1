"""Addresses of the usage page: how they are read, written, and what is wrong with one."""

import pytest

from feedback_app.usage import address
from feedback_app.usage.filters import filter_from, page_from


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
