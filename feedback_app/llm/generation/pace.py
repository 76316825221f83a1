"""The pace of an answer: when each piece of its text was sent, in compact form, for a replay.

Stored flat as `[wait_ms, characters, wait_ms, characters, …]`; the first wait counts from the
click. A pace never has more than `MAX_PIECES` pieces: beyond that, neighbours are merged.
"""

from collections.abc import Sequence
from itertools import pairwise

MAX_PIECES = 512
"""At six bytes a piece, about 3 KB."""


class PaceRecorder:
    """Records the pieces of one answer."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, int]] = []
        """When each piece was sent, and how many characters had been sent with it."""
        self._length = 0

    def note(self, at_ms: int, characters: int) -> None:
        """Record a piece sent `at_ms` after the click."""
        self._length += characters
        self._pieces.append((at_ms, self._length))
        if len(self._pieces) > MAX_PIECES:
            # The first piece stays by itself: it is the one that was waited for.
            self._pieces = [self._pieces[0], *self._pieces[2::2]]

    def stored(self) -> list[int]:
        """The pace as it is stored."""
        flat: list[int] = []
        for (before_ms, before), (at_ms, length) in pairwise([(0, 0), *self._pieces]):
            flat += [at_ms - before_ms, length - before]
        return flat


def paced(text: str, pace: Sequence[int]) -> list[tuple[int, str]]:
    """The text in its pieces, each with the time it was sent; empty if the pace does not fit."""
    pieces: list[tuple[int, str]] = []
    at_ms = length = 0
    for wait_ms, characters in zip(pace[::2], pace[1::2], strict=False):
        at_ms += wait_ms
        pieces.append((at_ms, text[length : length + characters]))
        length += characters
    return pieces if length == len(text) else []
