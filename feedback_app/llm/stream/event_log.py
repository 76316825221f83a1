"""The append-only event log of a generation, and the hub that finds it.

A log has one writer and any number of followers, each reading from its own offset. Appending
never waits: a slow follower finds more in its next batch, and nothing is dropped. The hub here
knows the generations of this process; `redis_streams` adds those of other processes.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from feedback_app.core.ids import new_id
from feedback_app.llm.events import Event, is_terminal
from feedback_app.llm.owner import Owner

KEEP_LOG_S = 60.0
"""How long the log of an ended generation is kept for late followers."""


class EventLog:
    """The events of one call, in order; `seq` of the n-th is n."""

    def __init__(self, call_id: str, owner: Owner) -> None:
        self.call_id = call_id
        self.owner = owner
        self.events: list[Event] = []
        self.on_append: Callable[[], None] | None = None
        """Called after each event; returns at once and never raises."""
        self._changed = asyncio.Event()

    @property
    def next_seq(self) -> int:
        return len(self.events) + 1

    @property
    def ended(self) -> bool:
        return bool(self.events) and is_terminal(self.events[-1])

    def append(self, event: Event) -> None:
        """Add the next event and wake every follower."""
        if event.seq != self.next_seq or self.ended:
            raise ValueError(f"event {event.seq} does not follow {len(self.events)} events")
        self.events.append(event)
        self._changed.set()
        self._changed = asyncio.Event()
        if self.on_append is not None:
            self.on_append()

    def become(self, call_id: str) -> None:
        """Continue as the log of another call, whose first events are the same as those so far."""
        self.call_id = call_id
        self.events = [replace(event, llm_call_id=call_id) for event in self.events]

    async def batch(self, after: int, timeout_s: float | None = None) -> list[Event]:
        """Everything after `seq`, waiting for the first event; empty if the wait times out."""
        while len(self.events) <= after:
            changed = self._changed
            try:
                async with asyncio.timeout(timeout_s):
                    await changed.wait()
            except TimeoutError:
                return []
        return self.events[after:]


def _is_news(log: EventLog, after_call: str) -> bool:
    """Whether a log is to be followed after `after_call`: ids grow with time.

    The newest known call may be an older one, after a later one that was refused is forgotten.
    """
    return log.call_id > after_call or (not log.ended and log.call_id != after_call)


class StreamHub:
    """The logs of this process's generations, by call and by owner."""

    def __init__(self) -> None:
        self.on_stop: Callable[[str], object] = lambda _call_id: None
        """Stops a call of this process; set by its supervisor."""
        self._by_call: dict[str, EventLog] = {}
        self._latest: dict[str, EventLog] = {}
        self._waiting: dict[str, set[asyncio.Event]] = {}
        """Both by `Owner.run_key`."""

    def open(self, call_id: str, owner: Owner) -> EventLog:
        """Begin a log and notify those who wait for one of this owner."""
        log = EventLog(call_id, owner)
        self._register(log)
        return log

    def get(self, call_id: str) -> EventLog | None:
        """The log of a call that this process runs, follows or has just seen end."""
        return self._by_call.get(call_id)

    def running_here(self, owner: Owner) -> EventLog | None:
        """The owner's unfinished log that this process knows of."""
        log = self._latest.get(owner.run_key)
        return log if log and not log.ended else None

    async def running(self, owner: Owner) -> EventLog | None:
        """The owner's unfinished log, in whichever process it is written."""
        log = await self._newest(owner)
        return log if log and not log.ended else None

    async def next(self, owner: Owner, after_call: str | None = None) -> EventLog:
        """The owner's running log, or the next to open; never `after_call` again.

        A log that began after `after_call`, or while waiting here, is returned even if it has
        ended.
        """
        with self._opening(owner) as opened:
            log = await self._newest(owner)
            if after_call is None:
                after_call = max(new_id(), log.call_id if log and log.ended else "")
            while log is None or not _is_news(log, after_call):
                await opened.wait()
                opened.clear()
                log = await self._newest(owner)
            return log

    def forget(self, call_id: str) -> None:
        """Drop an ended log; followers that hold it read it to its end."""
        log = self._by_call.pop(call_id, None)
        if log and self._latest.get(log.owner.run_key) is log:
            del self._latest[log.owner.run_key]

    async def find(self, call_id: str, owner: Owner) -> EventLog | None:
        """The log of a call, whichever process writes or wrote it; `None` once it is forgotten.

        The caller must know that the call is this owner's: for another process's log this is not
        checked.
        """
        return self._by_call.get(call_id)

    def share(self, log: EventLog) -> None:
        """Let other processes follow a log of this one, and announce that it is open."""

    def adopt(self, log: EventLog, call_id: str) -> bool:
        """Let this log follow another process's call, as its own was refused; return whether it
        can."""
        return False

    def ask_stop(self, call_id: str) -> bool:
        """Ask another process that runs a call to stop it; return whether there may be one."""
        return False

    def followed(self) -> Sequence[str]:
        """The calls of other processes that are followed here and have not ended."""
        return ()

    async def texts(self, call_ids: Sequence[str]) -> dict[str, str]:
        """The answers so far of calls that other processes wrote, if they are known."""
        return {}

    async def end(self, call_id: str, text: str, ending: Callable[[int], Event]) -> None:
        """Close the log of a call whose process cannot; `ending` takes the event's `seq`.

        The part of `text`, the whole answer, that the log lacks is sent first.
        """

    async def ask(self, *command: str | int) -> Any:
        """The answer of the Redis that all processes share; `None` if there is none."""
        return None

    async def _newest(self, owner: Owner) -> EventLog | None:
        return self._latest.get(owner.run_key)

    def _register(self, log: EventLog) -> None:
        self._by_call[log.call_id] = self._latest[log.owner.run_key] = log
        self._wake(log.owner.run_key)

    def _wake(self, key: str) -> None:
        for opened in self._waiting.get(key, ()):
            opened.set()

    @contextmanager
    def _opening(self, owner: Owner) -> Iterator[asyncio.Event]:
        """An event that is set whenever a log of this owner may have opened."""
        opened, key = asyncio.Event(), owner.run_key
        self._waiting.setdefault(key, set()).add(opened)
        try:
            yield opened
        finally:
            self._waiting[key].discard(opened)
            if not self._waiting[key]:
                del self._waiting[key]
