"""What a call costs, in whole micro-dollars; an unknown price is `None`, never 0.

Prices come from the `genai-prices` data set, which knows them by date. The offline drafter costs
nothing because nothing is called.
"""

import logging
import math
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price

from feedback_app.llm.completion import Message, Usage

_log = logging.getLogger(__name__)

OFFLINE_PROVIDER = "offline"
_CHARACTERS_PER_TOKEN = 4
_MESSAGE_OVERHEAD_TOKENS = 4
_NON_LATIN_FROM = 0x0250


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount and where its price came from (`genai-prices:openai/gpt-4o-mini`, `offline`)."""

    microusd: int | None
    source: str


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` is: 4 Latin characters a token, 1 of any other script.

    The first figure is OpenAI's published rule of thumb for English; the second is on the high
    side on purpose, because estimates guard budgets.
    """
    if text.isascii():
        return math.ceil(len(text) / _CHARACTERS_PER_TOKEN)
    other = sum(ord(character) >= _NON_LATIN_FROM for character in text)
    return other + math.ceil((len(text) - other) / _CHARACTERS_PER_TOKEN)


def estimate_prompt_tokens(messages: tuple[Message, ...]) -> int:
    """About how many prompt tokens the messages are, with the chat format's overhead."""
    return sum(estimate_tokens(m.content) + _MESSAGE_OVERHEAD_TOKENS for m in messages)


def cost_of(provider: str, model: str, usage: Usage, at: datetime) -> Cost:
    """The price of `usage` on `model` at that moment."""
    if provider == OFFLINE_PROVIDER:
        return Cost(0, OFFLINE_PROVIDER)
    try:
        priced = calc_price(
            PricedUsage(
                input_tokens=usage.prompt_tokens,
                cache_read_tokens=usage.cached_tokens,
                output_tokens=usage.completion_tokens,
            ),
            model_ref=model,
            genai_request_timestamp=at,
        )
    except LookupError:
        return Cost(None, "")
    except ValueError as error:
        _log.warning("usage of %s cannot be priced: %s", model, error)
        return Cost(None, "")
    micro = (priced.total_price * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP)
    return Cost(int(micro), f"genai-prices:{priced.provider.id}/{priced.model.id}")
