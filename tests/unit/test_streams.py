"""The event log and the hub: nothing out of order, nothing lost, nothing after the end."""

import asyncio

import pytest

from feedback_app.llm.events import ChunkEvent, EndedEvent
from feedback_app.llm.stream.event_log import EventLog, StreamHub
from tests.factories import call_owner

OWNER = call_owner("company", "user", "interview")
OTHER = call_owner("company", "colleague", "interview")


def chunk(log: EventLog, text: str = "x") -> None:
    log.append(ChunkEvent(log.next_seq, log.call_id, text, len(log.events)))


def end(log: EventLog) -> None:
    log.append(
        EndedEvent(log.next_seq, log.call_id, "error", "INTERNAL", "", True, "", 0, None, False)
    )


def test_events_are_numbered_from_one_without_a_gap() -> None:
    log = EventLog("call", OWNER)
    for seq in (0, 2):
        with pytest.raises(ValueError, match="does not follow"):
            log.append(ChunkEvent(seq, "call", "x", 0))
    chunk(log)
    with pytest.raises(ValueError, match="does not follow"):
        log.append(ChunkEvent(1, "call", "x", 0))
    assert [event.seq for event in log.events] == [1]


def test_nothing_follows_the_end() -> None:
    log = EventLog("call", OWNER)
    assert not log.ended
    end(log)
    assert log.ended
    with pytest.raises(ValueError, match="does not follow"):
        chunk(log)


async def test_a_batch_is_everything_after_and_waits_for_the_first() -> None:
    log = EventLog("call", OWNER)
    chunk(log, "a")
    chunk(log, "b")
    assert await log.batch(0) == log.events
    assert await log.batch(1) == log.events[1:]
    waiting = [asyncio.create_task(log.batch(2)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    chunk(log, "c")
    chunk(log, "d")
    for task in waiting:
        assert await task == log.events[2:]


async def test_a_batch_that_waited_long_enough_is_empty() -> None:
    assert await EventLog("call", OWNER).batch(0, timeout_s=0.01) == []


async def test_a_batch_wakes_at_the_event_it_asked_for_and_not_before() -> None:
    log = EventLog("call", OWNER)
    ahead = asyncio.create_task(log.batch(1))
    await asyncio.sleep(0)
    chunk(log, "a")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not ahead.done()
    chunk(log, "b")
    assert await ahead == log.events[1:]


async def test_the_hub_finds_a_log_by_call_and_by_owner() -> None:
    hub = StreamHub()
    log = hub.open("call", OWNER)
    assert hub.get("call") is log
    assert await hub.running(OWNER) is log
    assert await hub.running(OTHER) is None
    end(log)
    assert await hub.running(OWNER) is None
    assert hub.get("call") is log
    hub.forget("call")
    hub.forget("call")
    assert hub.get("call") is None


async def test_a_running_log_is_next_and_an_ended_one_is_not() -> None:
    hub = StreamHub()
    log = hub.open("first", OWNER)
    assert await hub.next(OWNER) is log
    end(log)
    fresh = asyncio.create_task(hub.next(OWNER))
    again = asyncio.create_task(hub.next(OWNER, "first"))
    other = asyncio.create_task(hub.next(OTHER))
    await asyncio.sleep(0)
    second = hub.open("second", OWNER)
    assert await fresh is second
    assert await again is second
    assert not other.done()
    third = hub.open("third", OTHER)
    assert await other is third


async def test_a_generation_that_ended_before_its_waiting_follower_woke_is_not_missed() -> None:
    hub = StreamHub()
    waiting = asyncio.create_task(hub.next(OWNER))
    await asyncio.sleep(0)
    refused = hub.open("refused", OWNER)
    end(refused)
    async with asyncio.timeout(1):
        assert await waiting is refused


async def test_a_generation_that_ended_while_a_follower_was_busy_is_not_missed() -> None:
    hub = StreamHub()
    end(hub.open("first", OWNER))
    refused = hub.open("refused", OWNER)
    end(refused)
    async with asyncio.timeout(1):
        assert await hub.next(OWNER, "first") is refused


async def test_a_follower_is_never_given_an_older_call_than_it_has_seen() -> None:
    """What a process knew last may be forgotten before what other processes still tell of."""
    hub = StreamHub()
    end(hub.open("call-1", OWNER))
    waiting = asyncio.create_task(hub.next(OWNER, "call-2"))
    await asyncio.sleep(0)
    end(hub.open("call-1", OWNER))
    await asyncio.sleep(0)
    assert not waiting.done()
    newest = hub.open("call-3", OWNER)
    async with asyncio.timeout(1):
        assert await waiting is newest


async def test_forgetting_an_old_call_keeps_the_owners_new_one() -> None:
    hub = StreamHub()
    end(hub.open("first", OWNER))
    second = hub.open("second", OWNER)
    hub.forget("first")
    assert await hub.running(OWNER) is second


async def test_followers_that_have_waited_leave_nothing_in_the_hub() -> None:
    hub = StreamHub()
    impatient, patient = [asyncio.create_task(hub.next(OWNER)) for _ in range(2)]
    await asyncio.sleep(0)
    impatient.cancel()
    log = hub.open("call", OWNER)
    assert await patient is log
    hub.forget("call")
    assert (hub._waiting, hub._by_call, hub._latest) == ({}, {}, {})


async def test_an_older_call_that_has_ended_is_no_news_to_who_saw_a_later_one() -> None:
    hub = StreamHub()
    waiting = asyncio.create_task(hub.next(OWNER, "b"))
    end(hub.open("a", OWNER))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    end(hub.open("c", OWNER))
    assert (await waiting).call_id == "c"


async def test_an_older_call_that_runs_is_shown_to_who_saw_a_later_one_refused() -> None:
    hub = StreamHub()
    hub.open("a", OWNER)
    async with asyncio.timeout(1):
        assert (await hub.next(OWNER, "b")).call_id == "a"
