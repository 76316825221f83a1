"""Copies the logs that this process writes to Redis, in order, in batches, off their hot path.

A log's events stay in its memory, so only the number of them that Redis has is kept here. While
Redis is slow or down nothing waits for it; afterwards it is asked what it has, and sent the rest.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from feedback_app.core import clock
from feedback_app.llm.stream.event_log import EventLog
from feedback_app.llm.stream.redis_keys import (
    CONTROL,
    CONTROL_LENGTH,
    FAULTS,
    KEEP_S,
    RETRY_S,
    encode_event,
    encode_owner,
    entry_id,
    entry_seq,
    events_key,
    is_there_already,
    owner_key,
)

_log = logging.getLogger(__name__)

PAUSE_S = 0.005
"""Seconds between two batches, so that the events of many generations are sent together."""
BATCH = 500
"""Events of one log in one batch."""
REFRESH_EVERY_S = 60.0
"""How often the expiry of a running call's keys is moved."""
DRAIN_WITHIN_S = 2.0
MAX_MESSAGES = 1000


@dataclass(slots=True)
class _Copy:
    log: EventLog
    appended_at: float
    sent: int = 0
    opened: bool = False
    refreshed_at: float = 0.0

    @property
    def done(self) -> bool:
        return self.log.ended and self.sent == len(self.log.events)


class Outbox:
    """The messages that this process has yet to send to the others."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._copies: dict[str, _Copy] = {}
        self._messages: deque[dict[Any, Any]] = deque(maxlen=MAX_MESSAGES)
        self._work = asyncio.Event()
        self._failing = False

    def share(self, log: EventLog) -> None:
        """Copy this log from its beginning, and continue with every event."""
        copy = _Copy(log, clock.monotonic())
        self._copies[log.call_id] = copy
        log.on_append = partial(self._appended, copy)
        self._work.set()

    def tell(self, kind: str, call_id: str = "") -> None:
        """Put a message on the control stream."""
        self._messages.append({"kind": kind, "call": call_id})
        self._work.set()

    async def run(self) -> None:
        """Send whatever there is, forever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_EVERY_S):
                    await self._work.wait()
            self._work.clear()
            try:
                if self._failing:
                    await self._ask_what_is_there()
                    self._failing = False
                    _log.info("generations are shared again")
                await self._send()
                await asyncio.sleep(PAUSE_S)
            except FAULTS as fault:
                if not self._failing:
                    _log.warning("generations cannot be shared until Redis answers: %r", fault)
                self._failing = True
                self._work.set()
                self._drop_old()
                await asyncio.sleep(RETRY_S)

    async def drain(self) -> None:
        """Send the rest; gives up after `DRAIN_WITHIN_S`, or when Redis does not answer."""
        with suppress(*FAULTS):
            async with asyncio.timeout(DRAIN_WITHIN_S):
                if self._failing:
                    await self._ask_what_is_there()
                while self._messages or any(
                    copy.sent < len(copy.log.events) for copy in self._copies.values()
                ):
                    await self._send()

    def _appended(self, copy: _Copy) -> None:
        copy.appended_at = clock.monotonic()
        self._work.set()

    async def _send(self) -> None:
        now = clock.monotonic()
        taken = list(self._messages)
        sending: list[tuple[_Copy, int, int]] = []
        async with self._redis.pipeline(transaction=True) as pipe:
            for copy in self._copies.values():
                events = copy.log.events[copy.sent : copy.sent + BATCH]
                due = now - copy.refreshed_at >= REFRESH_EVERY_S
                if not events and not due and copy.opened:
                    continue
                self._add(pipe, copy, events, refresh=due or copy.log.ended)
                sending.append((copy, copy.sent + len(events), len(pipe.command_stack)))
                pipe.xlen(events_key(copy.log.call_id))
            for message in taken:
                pipe.xadd(CONTROL, message, maxlen=CONTROL_LENGTH)
            if not pipe.command_stack:
                return
            pipe.expire(CONTROL, KEEP_S)
            answers = await pipe.execute(raise_on_error=False)
        for answer in answers:
            if isinstance(answer, Exception) and not is_there_already(answer):
                raise answer
        # A Redis that restarted may have lost its data without any command failing.
        if any(answers[length] < sent for _, sent, length in sending):
            raise RedisError("events that were sent are gone")
        for _ in taken:
            self._messages.popleft()
        for copy, sent, _ in sending:
            copy.sent, copy.opened = sent, True
            if copy.done:
                copy.log.on_append = None
                del self._copies[copy.log.call_id]
            elif sent < len(copy.log.events):
                self._work.set()

    def _add(self, pipe: Any, copy: _Copy, events: list[Any], *, refresh: bool) -> None:
        log, key = copy.log, events_key(copy.log.call_id)
        if not copy.opened:
            pipe.set(owner_key(log.owner), log.call_id)
        for event in events:
            pipe.xadd(key, encode_event(event), id=entry_id(event.seq))
        if refresh or not copy.opened:
            pipe.expire(key, KEEP_S)
            pipe.expire(owner_key(log.owner), KEEP_S)
            copy.refreshed_at = clock.monotonic()
        if not copy.opened:
            opened = {"kind": "opened", "call": log.call_id, "owner": encode_owner(log.owner)}
            pipe.xadd(CONTROL, opened, maxlen=CONTROL_LENGTH)

    async def _ask_what_is_there(self) -> None:
        """After a fault, find out how much of each log arrived, or was lost as Redis restarted."""
        copies = list(self._copies.values())
        async with self._redis.pipeline(transaction=False) as pipe:
            for copy in copies:
                pipe.xlen(events_key(copy.log.call_id))
                pipe.xrevrange(events_key(copy.log.call_id), count=1)
            answers = await pipe.execute()
        for copy, length, newest in zip(copies, answers[::2], answers[1::2], strict=True):
            last = entry_seq(newest[0][0]) if newest else 0
            if length < last:
                # Nothing can be inserted before existing entries; mirrors skip those they already
                # have.
                await self._redis.delete(events_key(copy.log.call_id))
                last = 0
            copy.sent, copy.opened = min(last, len(copy.log.events)), False

    def _drop_old(self) -> None:
        """Forget ended logs that nobody could still follow."""
        old = clock.monotonic() - KEEP_S
        for copy in list(self._copies.values()):
            if copy.log.ended and copy.appended_at < old:
                del self._copies[copy.log.call_id]
