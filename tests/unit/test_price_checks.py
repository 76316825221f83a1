"""What an administrator types as a price: read exactly, refused in plain words, or doubted."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from feedback_app.core.errors import Invalid
from feedback_app.llm.ledger.pricing import FREE, Price, TokenRates
from feedback_app.usage.prices.checks import (
    WrongPrice,
    doubts,
    parse_period,
    parse_price,
)
from feedback_app.usage.prices.schemas import PeriodForm, PriceErrors, PriceForm

TYPED = PriceForm("house-7b", "2026-03-01", "0.15", "0.075", "0.60")


def rates(*usd: str) -> TokenRates:
    """Input, cached input and output, and cache writes where they cost other than input."""
    paid_in, cached, paid_out, *rest = (Decimal(price) for price in usd)
    return TokenRates(paid_in, cached, paid_out, *(rest or [paid_in]))


def form(**changes: Any) -> PriceForm:
    return replace(TYPED, **changes)


def test_a_price_is_read_exactly_and_starts_at_midnight_utc() -> None:
    new = parse_price(form(input="$0.15", output=" 1250.500000 ".strip()))
    assert new.starts_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert new.rates == rates("0.15", "0.075", "1250.5")


def test_cached_input_left_empty_costs_what_input_does() -> None:
    assert parse_price(form(cached="")).rates == rates("0.15", "0.15", "0.60")


def test_cache_writes_cost_what_was_typed_and_left_empty_what_input_does() -> None:
    assert parse_price(form(cache_write="0.1875")).rates == rates("0.15", "0.075", "0.60", "0.1875")
    assert parse_price(form(cache_write="")).rates == rates("0.15", "0.075", "0.60", "0.15")


def test_a_model_that_costs_nothing_needs_no_prices() -> None:
    free = form(free=True, input="", cached="x", output="", cache_write="x")
    assert parse_price(free).rates == FREE


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("model", "", "Enter the model's name"),
        ("model", "a\nb", "no control characters"),
        ("model", "a" * 201, "at most 200 characters"),
        ("starts_on", "", "Enter the day"),
        ("starts_on", "soon", "Enter the day"),
        ("starts_on", "2019-12-31", "Choose a day between 1 Jan 2020 and"),
        ("starts_on", "2999-01-01", "Choose a day between"),
        ("input", "", "Enter a price in US dollars"),
        ("input", "-1", "cannot be negative"),
        ("input", "1,5", "with a point and without commas"),
        ("input", "cheap", "Write a number"),
        ("input", "1e3", "Write a number"),
        ("input", "NaN", "Write a number"),
        ("input", "١", "Write a number"),
        ("cached", "0.1234567", "At most 6 digits"),
        ("cache_write", "-1", "cannot be negative"),
        ("cache_write", "dear", "Write a number"),
        ("output", "100000.01", "at most $100,000"),
        ("output", ".", "Write a number"),
    ],
)
def test_bad_input_gets_a_sentence_at_its_field(field: str, typed: str, said: str) -> None:
    with pytest.raises(WrongPrice) as refused:
        parse_price(form(**{field: typed}))
    wrong = {
        name: text
        for name in PriceErrors.__dataclass_fields__
        if (text := getattr(refused.value.errors, name))
    }
    assert list(wrong) == [field]
    assert said in wrong[field]


def test_zeros_must_be_said_to_be_meant() -> None:
    with pytest.raises(WrongPrice) as refused:
        parse_price(form(input="0", cached="0", output="0"))
    assert "If it costs nothing, say so below." in refused.value.errors.input


IN_FORCE = Price("test", rates("0.15", "0.075", "0.60"))


@pytest.mark.parametrize(
    ("typed", "before", "said"),
    [
        (("0.16", "0.08", "0.70"), IN_FORCE, []),
        (("1.49", "0.7", "5.99"), IN_FORCE, []),
        (("0.0151", "0.0076", "0.061"), IN_FORCE, []),
        (("1.50", "0.075", "0.60"), IN_FORCE, ["Input: $1.50 instead of $0.15", "10 ×"]),
        (("0.15", "0.075", "0.06"), IN_FORCE, ["Output: $0.06 instead", "1/10 of"]),
        (("0.15", "0.75", "0.60"), IN_FORCE, ["Cached input: $0.75", "would cost more than other"]),
        (
            ("150", "75", "600"),
            IN_FORCE,
            ["this is 1,000 × the previous price", "multiplied by 1,000 once too often"],
        ),
        (
            ("0.00015", "0.000075", "0.0006"),
            IN_FORCE,
            ["1/1,000 of the previous", "per 1,000 tokens (1K)?", "$0.0006 per 1K is $0.60 per 1M"],
        ),
        (("0.15", "0.075", "0.60", "0.1875"), IN_FORCE, []),
        (("0.15", "0.075", "0.60", "1.50"), IN_FORCE, ["Cache writes: $1.50 instead of $0.15"]),
        (("0", "0", "0"), IN_FORCE, ["it would cost nothing"]),
        (("0.15", "0.15", "0.60"), Price("test", FREE), ["until now it costs nothing"]),
        (("0", "0", "0"), Price("test", FREE), []),
        (("0.15", "0.0028", "0.60"), None, []),
        (("0", "0", "0"), None, []),
        (("0.0005", "0.0005", "0.0015"), None, ["unusually cheap", "per 1,000 tokens (1K)?"]),
        (("150", "150", "500"), None, ["unusually expensive", "multiplied by 1,000"]),
    ],
)
def test_a_price_far_from_what_is_known_is_doubted(
    typed: tuple[str, ...], before: Price | None, said: list[str]
) -> None:
    found = doubts(rates(*typed), before)
    assert bool(found) is bool(said)
    assert [part for part in said if part not in " ".join(found)] == []


@pytest.mark.parametrize(
    ("model", "since", "until", "said"),
    [
        ("", "2026-01-01", "2026-01-31", "Choose the model"),
        ("m", "", "2026-01-31", "Enter the first and the last day"),
        ("m", "2026-02-01", "2026-01-31", "ends before it begins"),
        ("m", "2999-01-01", "2999-01-02", "lies in the future"),
        ("m", "2024-01-01", "2026-01-02", "at most 366 days"),
        ("m", "2019-01-01", "2019-01-02", "from 1 Jan 2020 on"),
        ("m", "2026-13-01", "2026-13-02", "Enter the first and the last day"),
        ("m", "2026-01-01", "9999-12-31", "at most 366 days"),
    ],
)
def test_what_is_no_period_is_refused(model: str, since: str, until: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        parse_period(PeriodForm(model, since, until))


def test_both_days_are_in_the_period() -> None:
    assert parse_period(PeriodForm("m", "2026-01-01", "2026-01-31")) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    )


def test_what_the_browser_sends_may_be_anything() -> None:
    sent = {"model": 7, "starts_on": None, "input": " 1 ", "free": "on", "more": []}
    assert PriceForm.of(sent) == PriceForm(input="1", free=True)
    assert PeriodForm.of({"model": ["x"]}) == PeriodForm()
