"""Costs in whole micro-dollars, each computed by hand from the published price."""

from datetime import UTC, datetime

import pytest

from feedback_app.llm.completion import Message, Usage
from feedback_app.llm.pricing import Cost, cost_of, estimate_prompt_tokens, estimate_tokens

AT = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("model", "usage", "microusd"),
    [
        # gpt-4o-mini: $0.15 in, $0.075 cached, $0.60 out, per million.
        ("gpt-4o-mini", Usage(900, 334), 335),  # 135.0 + 200.4 = 335.4
        ("gpt-4o-mini", Usage(900, 335), 336),  # 135.0 + 201.0
        ("gpt-4o-mini", Usage(10, 0), 2),  # 1.5 rounds up
        ("gpt-4o-mini", Usage(3, 0), 0),  # 0.45
        ("gpt-4o-mini", Usage(0, 0), 0),
        ("gpt-4o-mini", Usage(1_000_000, 1_000_000), 750_000),
        ("gpt-4o-mini", Usage(1000, 0, cached_tokens=400), 120),  # 90 + 30
        ("gpt-4o-mini", Usage(0, 500, reasoning_tokens=400), 300),  # reasoning is in completion
        ("gpt-4o-mini-2024-07-18", Usage(1000, 100), 210),
        # gpt-4o since October 2024: $2.50 in, $1.25 cached, $10 out.
        ("gpt-4o", Usage(1000, 100), 3500),
        ("gpt-4o", Usage(1000, 100, cached_tokens=1000), 2250),
    ],
)
def test_a_known_model_costs_what_its_price_list_says(
    model: str, usage: Usage, microusd: int
) -> None:
    cost = cost_of("openai", model, usage, AT)
    assert cost.microusd == microusd
    assert cost.source == f"genai-prices:openai/{model.removesuffix('-2024-07-18')}"


def test_an_unknown_model_has_no_cost_rather_than_none_to_pay() -> None:
    assert cost_of("openai", "house-model-7b", Usage(1000, 100), AT) == Cost(None, "")


def test_usage_that_contradicts_itself_has_no_cost() -> None:
    assert cost_of("openai", "gpt-4o-mini", Usage(10, 1, cached_tokens=20), AT) == Cost(None, "")


def test_the_offline_drafter_is_free_whatever_its_model() -> None:
    assert cost_of("offline", "gpt-4o", Usage(10**6, 10**6), AT) == Cost(0, "offline")


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
