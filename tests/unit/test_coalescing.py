"""Coalescing on a clock the test moves: nothing lost, the first at once, then one per interval."""

import asyncio
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.llm.generation.coalescing import (
    CHUNKS_PER_S,
    GRACE_S,
    MAX_INTERVAL_S,
    Coalescer,
    LoopLag,
    next_turn,
    point_of,
)

INTERVAL_S = 0.04


class FakeTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeLoop:
    """A loop's clock and timers; timers fire `late_s` after they are due."""

    def __init__(self, late_s: float = 0) -> None:
        self.now = 1000.0
        self.late_s = late_s
        self._timers: list[tuple[float, int, FakeTimer]] = []
        self._numbers = count()

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., None], *args: Any) -> FakeTimer:
        timer = FakeTimer(lambda: callback(*args))
        heapq.heappush(self._timers, (when + self.late_s, next(self._numbers), timer))
        return timer

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while self._timers and self._timers[0][0] <= until:
            when, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                self.now = when
                timer.callback()
        self.now = until

    @property
    def waiting(self) -> int:
        return sum(not timer.cancelled for _, _, timer in self._timers)


class Paced:
    """A coalescer on a fake loop, and what it emitted when."""

    def __init__(self, loop: FakeLoop, lag: LoopLag) -> None:
        self.loop = loop
        self.emitted: list[tuple[float, str]] = []
        self.coalescer = Coalescer(lambda t: self.emitted.append((loop.now, t)), INTERVAL_S, lag)

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.emitted)

    @property
    def gaps(self) -> list[float]:
        times = [at for at, _ in self.emitted]
        return [late - early for early, late in pairwise(times)]


@contextmanager
def paced(late_s: float = 0, lag: LoopLag | None = None) -> Iterator[Paced]:
    loop = FakeLoop(late_s)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "get_running_loop", lambda: loop)
        yield Paced(loop, lag or LoopLag())


_PAUSES = st.sampled_from([0.0, 0.001, 0.012, 0.039, 0.04, 0.041, 0.055, 0.2, 3.0])


@given(st.lists(st.tuples(_PAUSES, st.text(max_size=4))), st.sampled_from([0.0, 0.01, 0.3]))
@settings(deadline=None)
def test_whatever_comes_whenever_leaves_whole_and_in_order(
    deltas: list[tuple[float, str]], late_s: float
) -> None:
    with paced(late_s) as on:
        for pause_s, text in deltas:
            on.loop.advance(pause_s)
            on.coalescer.add(text)
        on.loop.advance(1)
        assert on.text == "".join(text for _, text in deltas)
        assert all(text for _, text in on.emitted)
        assert all(gap >= INTERVAL_S - 1e-9 for gap in on.gaps)
        assert on.loop.waiting == 0
        told = len(on.emitted)
        on.coalescer.flush()
        assert len(on.emitted) == told


@given(st.lists(st.tuples(_PAUSES, st.text(min_size=1, max_size=4)), min_size=1))
@settings(deadline=None)
def test_text_waits_at_most_for_the_interval_and_the_grace(
    deltas: list[tuple[float, str]],
) -> None:
    with paced() as on:
        came_at: list[float] = []
        for pause_s, text in deltas:
            on.loop.advance(pause_s)
            on.coalescer.add(text)
            came_at += [on.loop.now] * len(text)
        on.loop.advance(1)
        told = 0
        for left_at, text in on.emitted:
            assert left_at - came_at[told] <= INTERVAL_S + GRACE_S + 1e-9
            told += len(text)


def test_the_first_delta_leaves_at_once() -> None:
    with paced() as on:
        on.coalescer.add("first")
        assert on.emitted == [(1000.0, "first")]


def test_after_a_pause_the_next_delta_leaves_at_once() -> None:
    with paced() as on:
        on.coalescer.add("first")
        on.loop.advance(5)
        on.coalescer.add("second")
        assert on.emitted[-1] == (1005.0, "second")


def test_what_comes_within_the_interval_leaves_together() -> None:
    with paced() as on:
        on.coalescer.add("a")
        for text in "bcd":
            on.loop.advance(0.005)
            on.coalescer.add(text)
        on.loop.advance(INTERVAL_S)
        assert [text for _, text in on.emitted] == ["a", "bcd"]
        assert on.gaps == [pytest.approx(INTERVAL_S + GRACE_S)]


def test_a_delta_after_the_interval_takes_the_waiting_text_along() -> None:
    with paced() as on:
        on.coalescer.add("a")
        on.loop.advance(0.01)
        on.coalescer.add("b")
        on.loop.advance(0.031)
        on.coalescer.add("c")
        assert [text for _, text in on.emitted] == ["a", "bc"]
        assert on.loop.waiting == 0


def test_the_end_lets_everything_out_and_leaves_no_timer() -> None:
    with paced() as on:
        on.coalescer.add("a")
        on.coalescer.add("b")
        on.coalescer.flush()
        assert on.text == "ab"
        assert on.loop.waiting == 0
        on.loop.advance(1)
        assert len(on.emitted) == 2


def test_a_lagging_loop_is_flushed_less_often_but_never_slower_than_the_limit() -> None:
    lag = LoopLag()
    with paced(late_s=0.5, lag=lag) as on:
        for _ in range(10):
            on.coalescer.add("x")
            on.coalescer.add("y")
            on.loop.advance(0.6)
        assert lag.stretch(INTERVAL_S) == MAX_INTERVAL_S
        assert lag.stretch(1.0) == 1.0
        assert on.gaps[-1] >= MAX_INTERVAL_S


def test_a_lag_nobody_sees_changes_nothing() -> None:
    lag = LoopLag()
    for _ in range(60):
        lag.observe(0.005)
    assert lag.stretch(INTERVAL_S) == INTERVAL_S


def test_a_lag_that_is_over_is_forgotten() -> None:
    lag = LoopLag()
    lag.observe(0.1)
    assert lag.stretch(INTERVAL_S) > INTERVAL_S
    for _ in range(60):
        lag.observe(-0.001)
    assert lag.stretch(INTERVAL_S) == pytest.approx(INTERVAL_S, rel=0.001)


def test_many_streams_share_the_chunks_of_a_process_up_to_the_longest_interval() -> None:
    lag = LoopLag()
    for streams, interval_s in ((1, INTERVAL_S), (100, 100 / CHUNKS_PER_S), (1000, MAX_INTERVAL_S)):
        lag.streams = streams
        assert lag.stretch(INTERVAL_S) == interval_s


def test_deltas_gathered_in_a_crowd_leave_together() -> None:
    lag = LoopLag()
    lag.streams = 1000
    with paced(lag=lag) as on:
        for gathered in ("ab", "cd", "ef"):
            for delta in gathered:
                on.coalescer.add(delta)
            on.loop.advance(MAX_INTERVAL_S)
        assert [text for _, text in on.emitted] == ["ab", "cd", "ef"]


async def test_reading_rests_in_a_crowd_only() -> None:
    lag = LoopLag()
    loop = asyncio.get_running_loop()
    wait_for_turn = lag.turns(INTERVAL_S)
    lag.streams = 20
    with pytest.raises(StopIteration):
        wait_for_turn().__await__().send(None)
    lag.streams = 1000
    await wait_for_turn()
    began = loop.time()
    await wait_for_turn()
    assert loop.time() - began >= 0.5 * MAX_INTERVAL_S


@given(now=st.floats(0, 1e6), every_s=st.floats(0.05, 0.2), number=st.integers(1, 10_000))
def test_a_turn_comes_once_an_interval(now: float, every_s: float, number: int) -> None:
    due = next_turn(now, every_s, point_of(number))
    assert now <= due <= now + every_s
    assert next_turn(due + every_s / 100, every_s, point_of(number)) == pytest.approx(
        due + every_s, abs=every_s / 1000
    )


@given(first=st.integers(1, 10_000), streams=st.integers(2, 300))
def test_the_turns_of_a_crowd_lie_evenly_in_an_interval(first: int, streams: int) -> None:
    points = sorted(point_of(number) for number in range(first, first + streams))
    gaps = [after - before for before, after in pairwise([*points, points[0] + 1])]
    assert max(gaps) < 2 / streams
    assert min(gaps) > 0.3 / streams
