"""Generations on two workers: followed and stopped from either, and ended when one dies."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from feedback_app.core import clock
from feedback_app.core.ids import new_id
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.llm.events import ChunkEvent, CompleteEvent, Event
from feedback_app.llm.generation.sweeper import Sweeper
from feedback_app.llm.ledger.entries import Settlement
from feedback_app.llm.ledger.ledger import Ledger
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from tests.factories import make_call, make_interview
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import (
    FOLLOW_WITHIN_S,
    HELD,
    ended_of,
    ending_of,
    follow,
    text_of,
    until_text,
)
from tests.integration.test_ledger import TEXT, settlement, stored
from tests.integration.workers import follow_next, log_of, owner_of, run_of, seqs, worker
from tests.upstream import FEEDBACK, Scenario, Upstream

LONG_AGO = timedelta(seconds=31)


def told_of(events: list[Event]) -> str:
    """The text that a follower puts together, each piece where it belongs; nothing is left out."""
    assert seqs(events) == list(range(1, len(events) + 1))
    text = ""
    for event in events:
        if isinstance(event, ChunkEvent):
            assert event.offset == len(text)
            text += event.content
    return text


async def test_a_generation_is_followed_on_another_worker_from_before_and_after_its_start(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    upstream.play(HELD)
    made = await make_interview(database)
    owner, run = owner_of(made), run_of(database, made)
    async with AsyncExitStack() as stack:
        a, b, c = [
            await stack.enter_async_context(worker(database, upstream.base_url, valkey_url))
            for _ in range(3)
        ]
        before = asyncio.create_task(follow_next(b, owner))
        call_id = await a.start(run)
        here = a.hub.get(call_id)
        assert here is not None
        await until_text(here, len(TWELVE_TOKENS))
        after = asyncio.create_task(follow_next(c, owner))
        assert await b.start(run) == call_id
        upstream.release()
        whole = await follow(here)
        assert text_of(whole) == FEEDBACK
        assert await before == await after == whole
        assert seqs(whole) == list(range(1, len(whole) + 1))
        assert len(upstream.requests) == 1
        upstream.play(Scenario())
        again = asyncio.create_task(follow_next(b, owner, call_id))
        second = await c.start(run)
        assert {event.llm_call_id for event in await again} == {second}


async def test_stop_on_another_worker_closes_the_request(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    upstream.play(HELD)
    made = await make_interview(database)
    owner, run = owner_of(made), run_of(database, made)
    async with (
        worker(database, upstream.base_url, valkey_url) as a,
        worker(database, upstream.base_url, valkey_url) as b,
    ):
        call_id = await a.start(run)
        await until_text(await log_of(b.hub, call_id, owner), len(TWELVE_TOKENS))
        assert await b.stop(call_id)
        ended = ended_of(await follow(await log_of(b.hub, call_id, owner)))
        (request,) = (await upstream.idle()).requests
        assert request.ending == "client_closed"
        assert (ended.type, ended.partial) == ("cancelled", TWELVE_TOKENS)
        assert not await b.stop(call_id)
        assert not await b.stop("absent")


async def test_of_two_workers_that_start_at_once_one_generates_and_both_show_it(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    upstream.play(HELD)
    made = await make_interview(database)
    owner, run = owner_of(made), run_of(database, made)
    async with (
        worker(database, upstream.base_url, valkey_url) as a,
        worker(database, upstream.base_url, valkey_url) as b,
    ):
        followers = [asyncio.create_task(follow_next(each, owner)) for each in (a, b)]
        started = await asyncio.gather(a.start(run), b.start(run))
        (call_id,) = set(started)
        await upstream.received(1)
        upstream.release()
        first, second = [await task for task in followers]
        assert text_of(first) == text_of(second) == FEEDBACK
        assert seqs(first) == seqs(second) == list(range(1, len(first) + 1))
        assert first[2:] == second[2:]
        assert first[-1].llm_call_id == call_id
        assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("checkpointed", "streamed"),
    [pytest.param("a b", "a b c", id="streamed"), pytest.param("a b c", "a b", id="checkpointed")],
)
async def test_the_call_of_a_dead_worker_is_interrupted_once_with_all_its_text(
    database: Database, valkey_url: str, checkpointed: str, streamed: str
) -> None:
    made = await make_interview(database)
    beat = clock.now() - LONG_AGO
    call = await make_call(
        database, made, id=new_id(), status=CallStatus.RUNNING, text=checkpointed, heartbeat_at=beat
    )
    owner = owner_of(made)
    async with RedisStreamHub(valkey_url) as dead:
        log = dead.open(call.id, owner)
        dead.share(log)
        log.append(ChunkEvent(1, call.id, streamed, 0))
    async with RedisStreamHub(valkey_url) as one, RedisStreamHub(valkey_url) as other:
        follower = asyncio.create_task(follow(await log_of(one, call.id, owner)))
        sweepers = [Sweeper(Ledger(database), hub) for hub in (one, other)]
        await asyncio.gather(sweepers[0].watch(), sweepers[1].sweep(), sweepers[0].watch())
        events = await follower
        ended = ended_of(events)
        assert (ended.type, ended.retryable) == ("interrupted", True)
        assert told_of(events) == ended.partial == "a b c"
        row, draft, entries = await stored(database, call.id)
        assert (row.status, draft.text, len(entries)) == ("interrupted", "a b c", 1)


@pytest.mark.ledger_findings("lost_call", reason="the call's worker lives on in the story only")
async def test_a_living_workers_call_is_left_alone(database: Database, valkey_url: str) -> None:
    made = await make_interview(database)
    beat = clock.now() - timedelta(seconds=25)
    call = await make_call(database, made, status=CallStatus.RUNNING, heartbeat_at=beat)
    async with RedisStreamHub(valkey_url) as living, RedisStreamHub(valkey_url) as other:
        log = living.open(call.id, owner_of(made))
        living.share(log)
        log.append(ChunkEvent(1, call.id, "a", 0))
        followed = await log_of(other, call.id, owner_of(made))
        sweeper = Sweeper(Ledger(database), other)
        assert await sweeper.sweep() == 0
        await sweeper.watch()
        assert not followed.ended
        assert (await stored(database, call.id))[0].status == "running"


async def test_an_end_that_was_settled_but_never_told_reaches_followers(
    database: Database, valkey_url: str
) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, status=CallStatus.RUNNING, text="")
    owner = owner_of(made)
    async with RedisStreamHub(valkey_url) as dead:
        log = dead.open(call.id, owner)
        dead.share(log)
        log.append(ChunkEvent(1, call.id, TEXT[:3], 0))
    whole: Settlement = settlement()
    async with RedisStreamHub(valkey_url) as hub:
        followed = await log_of(hub, call.id, owner)
        assert await Ledger(database).settle(call.id, whole)
        sweeper = Sweeper(Ledger(database), hub)
        await sweeper.watch()
        assert not followed.ended
        clock.set_now(lambda: clock._system_now() + timedelta(seconds=6))
        try:
            await sweeper.watch()
        finally:
            clock.set_now(None)
        events = await follow(followed)
        complete = ending_of(events)
        assert isinstance(complete, CompleteEvent)
        assert told_of(events) == complete.text == whole.text
        assert (complete.tokens_used, complete.finish_reason) == (1200, "stop")


async def test_what_died_just_before_a_start_is_swept_soon_after_it(
    database: Database, upstream: Upstream, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.generation.supervisor.SWEEP_LATER_S", 1.5)
    made = await make_interview(database)
    beat = clock.now() - timedelta(seconds=29)
    left = await make_call(database, made, status=CallStatus.RUNNING, heartbeat_at=beat)
    async with worker(database, upstream.base_url, valkey_url):
        assert (await stored(database, left.id))[0].status == "running"
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            while (await stored(database, left.id))[0].status == "running":
                pass
    assert (await stored(database, left.id))[0].status == "interrupted"
