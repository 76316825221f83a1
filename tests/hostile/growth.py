"""How the time of reading a text grows with its length."""

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from time import thread_time
from types import FrameType

from tests.hostile.alphabets import Alphabet

LONG = 100_000
"""Characters of the longest notes that are kept."""
TIMES_LONGER = 4
MOST_GROWTH = 8
"""Times as long as the short text the long one may take: 4 is linear, 16 quadratic."""
SMALL_S = 0.008
"""Processor seconds for the long text below which its growth tells nothing."""
ENDLESS_S = 20.0
"""Processor seconds after which a reader is stopped."""
_TRIES = 6

Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Growth:
    """The processor seconds of one reader, at best, over a short and a long text."""

    short_s: float
    long_s: float

    @property
    def is_linear(self) -> bool:
        if self.long_s == inf:
            return False
        return self.long_s < SMALL_S or self.long_s <= MOST_GROWTH * self.short_s


def growth_of(read: Read, alphabet: Alphabet, length: int = LONG) -> Growth:
    """How long `read` takes over a text of `length` and one of a quarter of it.

    What looks too slow is tried again, for the machine may have been busy. The long text is left
    out where it would take less than `SMALL_S` even if time grew with the square of the length.
    """
    short = alphabet.text(length // TIMES_LONGER)
    try:
        with _stopped_after(ENDLESS_S):
            growth = Growth(seconds(read, short), 0.0)
            if growth.short_s * TIMES_LONGER**2 < SMALL_S:
                return growth
            long = alphabet.text(length)
            growth = Growth(growth.short_s, seconds(read, long))
        for _ in range(_TRIES):
            if growth.is_linear:
                break
            growth = Growth(
                min(growth.short_s, seconds(read, short)), min(growth.long_s, seconds(read, long))
            )
    except _Endless:
        return Growth(inf, inf)
    return growth


def seconds(read: Read, text: str) -> float:
    """The processor seconds of reading a text once, without those of collecting garbage."""
    gc.disable()
    try:
        started = thread_time()
        read(text)
        return thread_time() - started
    finally:
        gc.enable()


class _Endless(Exception):
    """A reader took too long."""


@contextmanager
def _stopped_after(limit_s: float) -> Iterator[None]:
    """Raise `_Endless` within when it takes longer; `re` heeds signals while it matches."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
