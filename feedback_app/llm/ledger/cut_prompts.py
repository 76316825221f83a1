"""Detects from a provider's own count that its server read only a part of a prompt.

Ollama cuts a prompt that is longer than its context (4,096 tokens unless configured otherwise) and
answers the rest with status 200. The only sign of it is the number of prompt tokens in its usage.

Our estimate of a prompt cannot be used for that: it can be four times too high, for Russian for
instance. For every usual tokenizer, however, no token spans two words. So the number of words is
the fewest tokens that a prompt can have; in English that is about three quarters of what it really
has. Chinese and Japanese have no spaces: there a token has two characters at most on average, and
three are counted as one. For other text without spaces, such as Thai, no cut is ever noticed.
"""

import re

from feedback_app.llm.client.completion import Message

LEAST_CONTEXT_TOKENS = 1_000
"""No server reads less at once. Smaller counts come from servers that leave out the part of the
prompt they had cached, and say nothing about how much was read."""
CHARACTERS_PER_UNSPACED_TOKEN = 3

_UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""Chinese and Japanese characters, and their punctuation."""


def sent_at_least(messages: tuple[Message, ...], read_tokens: int) -> int:
    """The fewest tokens the prompt can have, if the server counted at least a tenth fewer; else 0.

    The tenth allows for servers that count words, or leave out a message's frame.
    """
    if read_tokens < LEAST_CONTEXT_TOKENS:
        return 0
    least = sum(_least_tokens(message.content) for message in messages)
    return least if 10 * read_tokens < 9 * least else 0


def _least_tokens(text: str) -> int:
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return len(spaced.split()) + unspaced // CHARACTERS_PER_UNSPACED_TOKEN
