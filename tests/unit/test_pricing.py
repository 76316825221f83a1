"""Prices and what they make of a usage report, in whole micro-dollars."""

from dataclasses import astuple, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.llm.client.completion import Message, Usage
from feedback_app.llm.ledger.pricing import Price, Tier, TokenRates, price_from
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens, estimate_tokens
from tests.usage_reports import FREE_MODELS, REPORTS, Report, overrides

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)
def test_a_usage_report_costs_what_was_worked_out_by_hand(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_FREE_MODELS", FREE_MODELS)
    price = price_from(
        overrides("company", "admin"),
        report.provider,
        report.model,
        report.started_at,
        answered_by=report.answered_by,
    )
    if price is None:
        assert (report.usd, report.microusd, report.source) == (None, None, "")
        return
    assert price.source == report.source
    assert price.cost(report.usage) == report.microusd


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)
def test_the_prices_of_the_table_are_those_in_force(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tells a wrong price from wrong arithmetic."""
    monkeypatch.setenv("LLM_FREE_MODELS", FREE_MODELS)
    price = price_from(
        overrides("company", "admin"),
        report.provider,
        report.model,
        report.started_at,
        answered_by=report.answered_by,
    )
    assert (price is None) is (report.usd is None)
    if price is not None and report.usd is not None:
        length = report.usage.prompt_tokens
        reached = [tier.rates for tier in price.tiers if length > tier.above_prompt_tokens]
        paid_in, cached, paid_out, *rest = map(Decimal, report.usd)
        expected = TokenRates(paid_in, cached, paid_out, *(rest or [paid_in]))
        assert (reached[-1] if reached else price.rates) == expected


@pytest.mark.parametrize("free", ["house-alias", "gpt-4o-2024-08-06", "other, house-alias ,"])
def test_a_model_named_as_free_is_so_by_the_name_asked_for_or_the_one_that_answers(
    free: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_FREE_MODELS", free)
    price = price_from([], "openai", "house-alias", AT, answered_by="gpt-4o-2024-08-06")
    assert price is not None
    assert (price.source, price.cost(Usage(1000, 1000))) == ("LLM_FREE_MODELS", 0)
    paid = price_from([], "openai", "gpt-4o-mini", AT)
    assert paid is not None
    assert paid.cost(Usage(1000, 1000)) > 0


def test_a_price_that_is_not_made_of_tokens_alone_is_unknown() -> None:
    assert price_from([], "openai", "mistral-ocr-latest", AT) is None


def test_of_prices_that_start_together_the_last_set_counts() -> None:
    first, second = overrides("company", "admin")[:2]
    first.id, second.id = "0002", "0001"
    first.starts_at = second.starts_at = AT
    price = price_from([first, second], "openai", "house-7b", AT)
    assert price is not None
    assert price.source == "override:0002"


def test_parts_of_a_prompt_that_are_more_than_it_count_as_the_whole_prompt() -> None:
    price = Price("test", TokenRates(Decimal(2), Decimal(1), Decimal(4), Decimal(3)))
    assert price.cost(Usage(10, 1, cached_tokens=20)) == 10 + 4
    assert price.cost(Usage(10, 1, cache_write_tokens=20)) == 30 + 4
    assert price.cost(Usage(10, 1, cached_tokens=4, cache_write_tokens=20)) == 4 + 18 + 4


TOKENS = st.integers(0, 10_000_000)
RATE = st.integers(0, 10**9).map(lambda microusd: Decimal(microusd) / 1_000_000)
RATES = st.builds(TokenRates, RATE, RATE, RATE, RATE)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    prompt, completion = draw(TOKENS), draw(TOKENS)
    cached = draw(st.integers(0, prompt))
    written = draw(st.integers(0, prompt - cached))
    return Usage(prompt, completion, draw(st.integers(0, completion)), cached, written)


def _sum(a: Usage, b: Usage) -> Usage:
    return Usage(
        a.prompt_tokens + b.prompt_tokens,
        a.completion_tokens + b.completion_tokens,
        a.reasoning_tokens + b.reasoning_tokens,
        a.cached_tokens + b.cached_tokens,
        a.cache_write_tokens + b.cache_write_tokens,
    )


@given(RATES, usages(), usages())
def test_two_usages_cost_together_what_they_cost_apart_but_for_rounding(
    rates: TokenRates, a: Usage, b: Usage
) -> None:
    price = Price("test", rates)
    assert abs(price.cost(_sum(a, b)) - price.cost(a) - price.cost(b)) <= 1


@given(RATES, usages(), usages())
def test_more_tokens_never_cost_less_and_nothing_costs_less_than_nothing(
    rates: TokenRates, a: Usage, b: Usage
) -> None:
    dearer = TokenRates(*(2 * usd for usd in astuple(rates)))
    price = Price("test", rates, (Tier(200_000, dearer),))
    assert 0 <= price.cost(a) <= price.cost(_sum(a, b))


@given(RATES, usages())
def test_reasoning_is_part_of_the_completion_and_costs_nothing_beside_it(
    rates: TokenRates, usage: Usage
) -> None:
    plain = replace(usage, reasoning_tokens=0)
    assert Price("test", rates).cost(usage) == Price("test", rates).cost(plain)


@given(RATES, usages())
def test_caching_changes_the_cost_by_the_difference_of_the_rates(
    rates: TokenRates, usage: Usage
) -> None:
    price = Price("test", rates)
    uncached = Usage(usage.prompt_tokens, usage.completion_tokens)
    saved = usage.cached_tokens * (rates.input_usd - rates.cached_usd)
    saved += usage.cache_write_tokens * (rates.input_usd - rates.cache_write_usd)
    assert abs(price.cost(uncached) - price.cost(usage) - saved) <= 1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("abcd", 1),
        ("abcde", 2),
        ("é" * 4, 1),
        ("日本語", 3),
        ("日本ab", 3),
        ("👍🏽", 2),
    ],
)
def test_tokens_are_estimated_by_characters(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_each_message_of_a_prompt_has_an_overhead() -> None:
    assert estimate_prompt_tokens((Message("system", "a" * 8), Message("user", "b"))) == 2 + 1 + 8
