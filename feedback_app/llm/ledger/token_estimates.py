"""Estimates tokens that a provider has not counted."""

import math

from feedback_app.llm.client.completion import Message

CHARACTERS_PER_TOKEN = 4
_MESSAGE_OVERHEAD_TOKENS = 4
NON_LATIN_FROM = 0x0250


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has: 4 Latin characters per token, 1 of any other script.

    The first figure is OpenAI's published rule of thumb for English; the second is deliberately on
    the high side, because estimates guard budgets.
    """
    if text.isascii():
        return math.ceil(len(text) / CHARACTERS_PER_TOKEN)
    other = sum(ord(character) >= NON_LATIN_FROM for character in text)
    return other + math.ceil((len(text) - other) / CHARACTERS_PER_TOKEN)


def estimate_prompt_tokens(messages: tuple[Message, ...]) -> int:
    """About how many prompt tokens the messages are, with the chat format's overhead."""
    return sum(estimate_tokens(m.content) + _MESSAGE_OVERHEAD_TOKENS for m in messages)
