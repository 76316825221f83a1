"""The keyless default: answers without a model, written by the operation from its facts alone.

It streams at a pace that people can follow.
"""

import asyncio
import math
import re
import unicodedata
from collections.abc import AsyncGenerator

from feedback_app.core import clock
from feedback_app.core.errors import LLMEmpty, LLMUnavailable
from feedback_app.llm.client.completion import (
    LENGTH,
    CompletionEvent,
    CompletionRequest,
    Finished,
    ResponseOpened,
    TextDelta,
    Usage,
)

OFFLINE_PROVIDER = "offline"
OFFLINE_MODEL = "offline-drafter"
NEEDS_MODEL = "Only an AI model can write this, and none is configured."
OPENING_DELAY_S = 0.2
LONGEST_S = 3.7
"""Answers of any length have ended by then; with the machine's overhead, below four seconds."""
READING_PACE = 85.0
"""Tokens per second of an answer that is not too long for it: 3 s for 200 words."""
CHARACTERS_PER_TOKEN = 4

_PIECE = re.compile(r"\s*\S+|\s+$")
_LONG_WORD = 8
_PART = 5


class OfflineClient:
    """A completion client that needs no key and no network.

    It streams what `request.write_offline` writes; the messages only count as prompt tokens.
    """

    provider = OFFLINE_PROVIDER

    def __init__(self, tokens_per_second: float | None = READING_PACE) -> None:
        """The slowest pace; a long answer streams faster. `None` streams as fast as it is read."""
        self._tokens_per_second = tokens_per_second

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        """Stream the answer; see the protocol for the order of events.

        Raises:
            LLMEmpty: the facts contain no word an answer could use.
            LLMUnavailable: only a model can write this.
        """
        if request.write_offline is None:
            raise LLMUnavailable(NEEDS_MODEL)
        started = clock.monotonic()
        deltas = split_tokens(await asyncio.to_thread(request.write_offline))
        kept = deltas[: request.max_output_tokens]
        if not kept:
            raise LLMEmpty
        await self._wait_for_token(started, 0, len(kept))
        yield ResponseOpened()
        for number, delta in enumerate(kept, start=1):
            await self._wait_for_token(started, number, len(kept))
            yield TextDelta(delta)
        yield Finished(
            finish_reason="stop" if len(kept) == len(deltas) else LENGTH,
            model=OFFLINE_MODEL,
            usage=Usage(
                prompt_tokens=sum(
                    math.ceil(len(message.content) / CHARACTERS_PER_TOKEN)
                    for message in request.messages
                ),
                completion_tokens=len(kept),
            ),
        )

    async def aclose(self) -> None:
        """Nothing to release."""

    async def _wait_for_token(self, started: float, number: int, count: int) -> None:
        """Sleep until token `number` of `count` is due, counted from the start."""
        due = started
        if self._tokens_per_second is not None:
            pace = max(self._tokens_per_second, count / (LONGEST_S - OPENING_DELAY_S))
            due += OPENING_DELAY_S + number / pace
        await asyncio.sleep(max(0.0, due - clock.monotonic()))


def split_tokens(text: str) -> list[str]:
    """Cut `text` into pieces the size of a model's tokens; joined they are `text` again.

    Cuts fall before whitespace, and inside long words only between two plain letters.
    """
    pieces: list[str] = []
    for word in _PIECE.findall(text):
        start = 0
        for cut in range(_PART, len(word) - 2):
            if len(word) > _LONG_WORD and cut - start >= _PART and _separable(word, cut):
                pieces.append(word[start:cut])
                start = cut
        pieces.append(word[start:])
    return pieces


def _separable(word: str, cut: int) -> bool:
    return all(unicodedata.category(c) in ("Lu", "Ll", "Lo") for c in word[cut - 1 : cut + 1])
