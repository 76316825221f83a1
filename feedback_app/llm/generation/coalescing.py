"""Coalesces a model's deltas into few chunks before they reach the event log.

The first delta goes out at once, so that the first word is never late; after it at most one chunk
leaves per interval. The interval stretches, up to `MAX_INTERVAL_S`, with the number of streams and
with the event loop's lag. A chunk is sent together with the first delta that arrives after the
interval is over, because that carries more text for the same overhead; if none arrives within
`GRACE_S`, it is sent without one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

MAX_INTERVAL_S = 0.2
GRACE_S = 0.015
CHUNKS_PER_S = 500
"""How many chunks per second all streams of a process send together before each sends fewer: a
chunk costs about 0.4 ms on its way to the page, and other requests need their share."""
_EARLY_SHARE = 0.25
"""The share of a stretched interval that may still be left when gathered text arrives."""
_GOLDEN_RATIO = 0.618033988749895
"""Its multiples, without their integer parts, are evenly spread at any number (Weyl 1916)."""
_LAG_SHARE = 0.2
_LAG_WEIGHT = 4.0
_TOLERATED_LAG_S = 0.005
"""A lag that nobody notices, as any busy machine has now and then."""


def point_of(number: int) -> float:
    """Where in an interval, from 0 to 1, the stream of this number is read."""
    return number * _GOLDEN_RATIO % 1


def next_turn(now: float, every_s: float, point: float) -> float:
    """The next time at which intervals of `every_s` reach `point`."""
    return now + (point - now / every_s) % 1 * every_s


class LoopLag:
    """How late this process's timers fire: an exponential mean, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.streams = 0
        """How many streams run in this process."""
        self._given = 0

    def observe(self, lateness_s: float) -> None:
        self.seconds += _LAG_SHARE * (max(0.0, lateness_s) - self.seconds)

    def turns(self, interval_s: float) -> Callable[[], Awaitable[None]]:
        """The wait of one more stream between two reads.

        If the interval is stretched, it lasts until the stream's next slot: one read of everything
        that has arrived by then costs far less than a read of each delta, and nothing would be sent
        earlier for it. Slots come once per interval, each stream's at its own point, so that the
        work of many streams never piles up for everybody else's requests to wait behind.
        """
        self._given += 1
        return partial(self._turn, interval_s, point_of(self._given))

    async def _turn(self, interval_s: float, point: float) -> None:
        every_s = self.stretch(interval_s)
        if every_s <= interval_s:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = next_turn(now, every_s, point)
        await asyncio.sleep(due - now)
        self.observe(loop.time() - due)

    def stretch(self, interval_s: float) -> float:
        """The interval to use instead of `interval_s` at the present lag and number of streams."""
        felt = max(0.0, self.seconds - _TOLERATED_LAG_S)
        fair = max(interval_s, self.streams / CHUNKS_PER_S)
        return max(interval_s, min(MAX_INTERVAL_S, fair + _LAG_WEIGHT * felt))


class Coalescer:
    """Collects text and hands it to `emit` in chunks that concatenate to all that was added."""

    def __init__(self, emit: Callable[[str], None], interval_s: float, lag: LoopLag) -> None:
        self._emit = emit
        self._interval_s = interval_s
        self._lag = lag
        self._pending: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._last = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def add(self, text: str) -> None:
        """Add more text; it is sent now or when the interval is over."""
        if not text:
            return
        self._pending.append(text)
        interval_s = self._lag.stretch(self._interval_s)
        due, now = self._last + interval_s, self._loop.time()
        if interval_s > self._interval_s and now >= due - _EARLY_SHARE * interval_s:
            # Deltas that were gathered arrive together, so they are sent together.
            self._cancel_timer()
            self._timer = self._loop.call_at(now, self._on_gathered)
        elif now >= due:
            self._cancel_timer()
            self._leave()
        elif self._timer is None:
            late = due + GRACE_S
            self._timer = self._loop.call_at(late, self._on_timer, late)

    def flush(self) -> None:
        """Send everything now: the stream has ended."""
        self._cancel_timer()
        self._leave()

    def _on_timer(self, due: float) -> None:
        self._timer = None
        self._lag.observe(self._loop.time() - due)
        self._leave()

    def _on_gathered(self) -> None:
        self._timer = None
        self._leave()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _leave(self) -> None:
        text = "".join(self._pending)
        self._pending.clear()
        if text:
            self._last = self._loop.time()
            self._emit(text)
