"""The append-only event log of a generation, kept in memory, and the hub that finds it.

A log has one writer and any number of followers, each reading from its own offset. Appending
never waits: a slow follower finds more in its next batch, and nothing is dropped.
"""

import asyncio
from dataclasses import dataclass

from feedback_app.llm.events import Event, is_terminal


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose generation of what: at most one runs for each owner."""

    company_id: str
    user_id: str
    interview_id: str
    operation: str


class EventLog:
    """The events of one call, in order; `seq` of the n-th is n."""

    def __init__(self, call_id: str, owner: Owner) -> None:
        self.call_id = call_id
        self.owner = owner
        self.events: list[Event] = []
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

    async def batch(self, after: int, timeout_s: float | None = None) -> list[Event]:
        """Everything after `seq`, waiting for the first of it; empty when the wait times out."""
        while len(self.events) <= after:
            changed = self._changed
            try:
                async with asyncio.timeout(timeout_s):
                    await changed.wait()
            except TimeoutError:
                return []
        return self.events[after:]


class StreamHub:
    """The logs of this process's generations, by call and by owner."""

    def __init__(self) -> None:
        self._by_call: dict[str, EventLog] = {}
        self._latest: dict[Owner, EventLog] = {}
        self._opened: dict[Owner, asyncio.Event] = {}

    def open(self, call_id: str, owner: Owner) -> EventLog:
        """Begin a log and tell those who wait for one of this owner."""
        log = EventLog(call_id, owner)
        self._by_call[call_id] = self._latest[owner] = log
        if waiting := self._opened.pop(owner, None):
            waiting.set()
        return log

    def get(self, call_id: str) -> EventLog | None:
        """The log of a call that runs here or has just ended."""
        return self._by_call.get(call_id)

    def running(self, owner: Owner) -> EventLog | None:
        """The owner's log that has not ended."""
        log = self._latest.get(owner)
        return log if log and not log.ended else None

    async def next(self, owner: Owner, after_call: str | None = None) -> EventLog:
        """The owner's running log, or the next to open; never `after_call` again.

        What began after `after_call`, or while waiting here, is given even if it has ended.
        """
        log = self._latest.get(owner)
        if log and log.call_id != after_call and not (after_call is None and log.ended):
            return log
        await self._opened.setdefault(owner, asyncio.Event()).wait()
        return self._latest[owner]

    def forget(self, call_id: str) -> None:
        """Drop an ended log; followers that hold it read it to its end."""
        log = self._by_call.pop(call_id, None)
        if log and self._latest.get(log.owner) is log:
            del self._latest[log.owner]
