"""Generations across processes: each log is copied to a Redis Stream, and mirrored on demand.

A mirror is an ordinary `EventLog` that this process's followers read. One task reads all mirrors'
streams, and the control stream, from one connection; it continues on its own after Redis was away.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from redis.exceptions import ResponseError

from feedback_app.core.errors import Interrupted
from feedback_app.llm.events import ChunkEvent, Event, is_terminal
from feedback_app.llm.ledger.endings import ended_event
from feedback_app.llm.stream.event_log import KEEP_LOG_S, EventLog, Owner, StreamHub
from feedback_app.llm.stream.redis_keys import (
    CONTROL,
    FAULTS,
    KEEP_S,
    RETRY_S,
    Unreadable,
    connect,
    decode_event,
    decode_owner,
    encode_event,
    entry_id,
    events_key,
    is_there_already,
    owner_key,
)
from feedback_app.llm.stream.redis_outbox import Outbox

_log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
"""How long a query to Redis may take before this process continues without it."""
BLOCK_S = 2.0
READ_PAUSE_S = 0.005
"""Seconds between two reads, so that the events of many generations are read together."""
READ_COUNT = 500
"""Entries of one stream in one read."""
_ELSEWHERE = (
    "Debrief is being updated, and this draft continues on a server that this page cannot follow. "
    "Reload the page in a moment."
)


class RedisStreamHub(StreamHub):
    """The logs of generations of every process that shares this Redis. An async context manager."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = connect(url, TIMEOUT_S)
        self._reading = connect(url, BLOCK_S + TIMEOUT_S)
        self._outbox = Outbox(self._redis)
        self._mirrors: dict[str, list[EventLog]] = {}
        self._control_seen: str | None = None
        """The last entry read of the control stream; `None` after a fault."""
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "RedisStreamHub":
        self._tasks = [
            asyncio.create_task(self._outbox.run(), name="redis-outbox"),
            asyncio.create_task(self._read(), name="redis-reader"),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        # More than once: `asyncio.wait_for`, which the client uses, may swallow a cancellation.
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=0.1)
            self._tasks = [task for task in self._tasks if not task.done()]
        await self._outbox.drain()
        with suppress(*FAULTS):
            await self._redis.aclose()
            await self._reading.aclose()

    def share(self, log: EventLog) -> None:
        self._outbox.share(log)

    def adopt(self, log: EventLog, call_id: str) -> bool:
        self._by_call.pop(log.call_id, None)
        log.become(call_id)
        self._register(log)
        self._follow(log)
        return True

    def ask_stop(self, call_id: str) -> bool:
        self._outbox.tell("stop", call_id)
        return True

    def followed(self) -> Sequence[str]:
        return list(self._mirrors)

    async def find(self, call_id: str, owner: Owner) -> EventLog | None:
        if known := self._by_call.get(call_id):
            return known
        # Shielded, so that the client cannot swallow the end of a follower.
        return await asyncio.shield(asyncio.create_task(self._find(call_id, owner)))

    async def texts(self, call_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for call_id in call_ids:
            with suppress(*FAULTS, Unreadable):
                chunks = [e for e in await self._events(call_id) if isinstance(e, ChunkEvent)]
                found[call_id] = "".join(chunk.content for chunk in chunks)
        return found

    async def end(self, call_id: str, text: str, ending: Callable[[int], Event]) -> None:
        key = events_key(call_id)
        try:
            # One event at a time: if several processes end a call, each adds what is missing.
            while True:
                events = await self._events(call_id)
                if any(is_terminal(event) for event in events):
                    return
                seq, told = events[-1].seq + 1 if events else 1, _told(events)
                event = ending(seq)
                if len(text) > told:
                    event = ChunkEvent(seq, call_id, text[told:], told)
                try:
                    async with self._redis.pipeline(transaction=True) as pipe:
                        pipe.xadd(key, encode_event(event), id=entry_id(event.seq))
                        pipe.expire(key, KEEP_S)
                        await pipe.execute()
                except ResponseError as fault:
                    if not is_there_already(fault):
                        raise
        except (*FAULTS, Unreadable) as fault:
            _log.warning("the end of call %s cannot be told: %r", call_id, fault)

    async def ask(self, *command: str | int) -> Any:
        return await asyncio.shield(asyncio.create_task(self._ask(command)))

    async def _ask(self, command: Sequence[str | int]) -> Any:
        with suppress(*FAULTS):
            return await self._redis.execute_command(*command)

    async def _find(self, call_id: str, owner: Owner) -> EventLog | None:
        with suppress(*FAULTS, Unreadable):
            if events := await self._events(call_id):
                return self._mirror(call_id, owner, events)
        return self._by_call.get(call_id)

    async def _newest(self, owner: Owner) -> EventLog | None:
        if here := self.running_here(owner):
            return here
        # Shielded, so that the client cannot swallow the end of a follower.
        return await asyncio.shield(asyncio.create_task(self._look_up(owner)))

    async def _look_up(self, owner: Owner) -> EventLog | None:
        try:
            call_id = await self._redis.get(owner_key(owner))
            # Anything opened here in the meantime, or later, is the newest: ids grow with time.
            here = self._latest.get(owner.run_key)
            if call_id is None or (here and (not here.ended or here.call_id >= call_id)):
                return here
            return self._mirror(call_id, owner, await self._events(call_id))
        except (*FAULTS, Unreadable) as fault:
            _log.warning("generations of other processes cannot be looked up: %r", fault)
            return self._latest.get(owner.run_key)

    def _mirror(self, call_id: str, owner: Owner, events: Sequence[Event]) -> EventLog:
        """The log of another process's call, beginning with its events so far."""
        if known := self._by_call.get(call_id):
            return known
        log = EventLog(call_id, owner)
        for event in events:
            if not log.ended:
                log.append(event)
        latest = self._latest.get(owner.run_key)
        if latest is None or latest.call_id < call_id:
            self._register(log)
        else:
            self._by_call[call_id] = log
        if log.ended:
            self._forget_later(log)
        else:
            self._follow(log)
        return log

    def _follow(self, log: EventLog) -> None:
        self._mirrors.setdefault(log.call_id, []).append(log)
        self._outbox.tell("wake")

    def _forget_later(self, log: EventLog) -> None:
        asyncio.get_running_loop().call_later(KEEP_LOG_S, self.forget, log.call_id)

    async def _events(self, call_id: str) -> list[Event]:
        return [decode_event(fields) for _, fields in await self._redis.xrange(events_key(call_id))]

    async def _read(self) -> None:
        told = False
        while True:
            try:
                await self._read_once()
                told = False
                await asyncio.sleep(READ_PAUSE_S)
            except FAULTS as fault:
                if not told:
                    _log.warning("nothing is followed until Redis answers: %r", fault)
                told, self._control_seen = True, None
                await asyncio.sleep(RETRY_S)
            except Exception:
                # An entry of another version may be anything; all followers here need this task.
                _log.exception("what another process wrote cannot be read")
                await asyncio.sleep(RETRY_S)

    async def _read_once(self) -> None:
        if self._control_seen is None:
            newest = await self._reading.xrevrange(CONTROL, count=1)
            self._control_seen = newest[0][0] if newest else "0-0"
            # Those who wait may have missed logs opened before that.
            for key in list(self._waiting):
                self._wake(key)
        seen: dict[Any, Any] = {CONTROL: self._control_seen}
        for call_id, logs in self._mirrors.items():
            seen[events_key(call_id)] = entry_id(min(len(log.events) for log in logs))
        found = dict(
            await self._reading.xread(seen, count=READ_COUNT, block=round(BLOCK_S * 1000)) or ()
        )
        for entry, fields in found.pop(CONTROL, ()):
            self._control_seen = entry
            self._obey(fields)
        for call_id, logs in list(self._mirrors.items()):
            try:
                for _, fields in found.get(events_key(call_id), ()):
                    self._take(logs, decode_event(fields))
            except Unreadable:
                _log.warning("call %s runs in another version; it is followed no further", call_id)
                self._give_up(logs)
            if all(log.ended for log in logs):
                del self._mirrors[call_id]

    def _obey(self, message: dict[str, str]) -> None:
        match message["kind"]:
            case "stop":
                self.on_stop(message["call"])
            case "opened" if message["call"] not in self._by_call:
                try:
                    owner = decode_owner(message["owner"])
                except Unreadable:
                    return
                # A log that is just being opened here will adopt that call, or be refused.
                if owner.run_key in self._waiting and self.running_here(owner) is None:
                    self._mirror(message["call"], owner, ())

    def _give_up(self, logs: Sequence[EventLog]) -> None:
        """End logs here whose writer uses a format that this version does not understand."""
        for log in logs:
            if not log.ended:
                text = "".join(e.content for e in log.events if isinstance(e, ChunkEvent))
                log.append(ended_event(log.next_seq, log.call_id, Interrupted(_ELSEWHERE), text))
                self._forget_later(log)

    def _take(self, logs: Sequence[EventLog], event: Event) -> None:
        for log in logs:
            if event.seq == log.next_seq and not log.ended:
                log.append(event)
                if log.ended:
                    self._forget_later(log)


def _told(events: Sequence[Event]) -> int:
    """How many characters of the answer these events have sent."""
    chunks = (event for event in reversed(events) if isinstance(event, ChunkEvent))
    return next((chunk.offset + len(chunk.content) for chunk in chunks), 0)
