"""The life of a generation: started once, stopped, interrupted, swept, settled exactly once."""

import asyncio
import time

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from feedback_app.core.errors import Interrupted
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.db.session import Database
from feedback_app.feedback import queries, service
from feedback_app.llm.assessment import Assessment
from feedback_app.llm.drafter import OfflineDrafter
from feedback_app.llm.events import CompleteEvent, EndedEvent, Event
from feedback_app.llm.pricing import estimate_tokens
from tests.factories import add_interviewer, make_call, make_interview, make_user
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import (
    FOLLOW_WITHIN_S,
    Stage,
    as_user,
    ended_of,
    ending_of,
    follow,
    gpt_4o_mini_microusd,
    stage,
    stages_of,
    text_of,
    until_read,
    until_text,
)
from tests.upstream import FEEDBACK, Scenario, Upstream, tokens_of

HELD = Scenario(hold_after=12)
"""Twelve tokens, then silence until released."""


class HeldLoad:
    """Loads the stage's assessment, but not before it is let go."""

    def __init__(self, on: Stage) -> None:
        self._on = on
        self._gate = asyncio.Event()
        self.begun = asyncio.Event()

    async def __call__(self) -> Assessment:
        self.begun.set()
        await self._gate.wait()
        async with self._on.database.read() as session:
            return await queries.load_assessment(session, self._on.user, self._on.interview_id)

    def let_go(self) -> None:
        self._gate.set()


# Stop


async def test_stop_keeps_text_and_cost_and_closes_the_request_at_once(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=10) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        stopped_at = time.monotonic()
        assert await on.stop()
        ended = ended_of(await follow(log))
        (request,) = (await upstream.idle()).requests
        assert request.ended_monotonic is not None
        assert request.ended_monotonic - stopped_at < 0.25
        row, prompt = await on.call(), await on.prompt_tokens()
        completion = estimate_tokens(TWELVE_TOKENS)
        assert (ended.type, ended.code, ended.retryable) == ("cancelled", "CANCELLED", True)
        assert ended.partial == (await on.draft()).text == TWELVE_TOKENS
        assert (row.status, row.error_code) == ("cancelled", "CANCELLED")
        assert (row.prompt_tokens, row.completion_tokens) == (prompt, completion)
        assert row.tokens_estimated
        assert row.cost_microusd == gpt_4o_mini_microusd(prompt, completion)
        assert row.finished_at is not None
        assert [logged.status for logged in await on.system_log()] == ["cancelled"]


async def test_stop_before_the_first_token_leaves_no_text_and_the_prompts_cost(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(stall_before_headers=True))
    async with stage(database, upstream.base_url, LLM_FIRST_TOKEN_TIMEOUT_S=10) as on:
        log = on.log(await on.start())
        await upstream.received(1)
        assert await on.stop()
        ended = ended_of(await follow(log))
        await upstream.idle()
        row, prompt = await on.call(), await on.prompt_tokens()
        assert (ended.type, ended.partial) == ("cancelled", "")
        assert (row.status, row.prompt_tokens, row.completion_tokens) == ("cancelled", prompt, 0)
        assert row.cost_microusd == gpt_4o_mini_microusd(prompt, 0)
        assert row.ttft_ms is None


async def test_stop_while_it_is_being_admitted_means_that_nothing_is_asked(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        load = HeldLoad(on)
        starting = asyncio.create_task(on.generations.start(on.owner, load))
        await load.begun.wait()
        assert await on.stop()
        load.let_go()
        log = on.log(await starting)
        assert ended_of(await follow(log)).type == "cancelled"
        row = await on.call()
        assert (row.status, row.prompt_tokens, row.completion_tokens) == ("cancelled", 0, 0)
        assert row.cost_microusd == 0
        assert not row.tokens_estimated
        assert upstream.requests == []


async def test_stop_in_the_moment_it_started_is_not_lost(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        assert on.generations.stop(log.call_id)
        assert ended_of(await follow(log)).type == "cancelled"
        assert (await on.call()).status == "cancelled"


async def test_stop_of_what_is_not_running_does_nothing_and_says_so(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        assert not await on.stop()
        await on.run()
        assert not await on.stop()
        assert not on.generations.stop("absent")
        assert (await on.call()).status == "complete"


async def test_nobody_stops_somebody_elses_generation(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=10) as on:
        colleague = await make_user(database)
        await add_interviewer(database, on.made, colleague)
        log = on.log(await on.start())
        await until_text(log)
        assert not await service.stop(as_user(colleague), on.interview_id)
        upstream.release()
        assert text_of(await follow(log)) == FEEDBACK


async def test_stopping_twice_ends_it_once(database: Database, upstream: Upstream) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=10) as on:
        log = on.log(await on.start())
        await until_text(log)
        assert await on.stop()
        await until_read(log)
        await on.stop()
        assert ended_of(await follow(log)).type == "cancelled"
        assert len(await on.system_log()) == 1


# Start


async def test_a_second_start_joins_the_running_one(database: Database, upstream: Upstream) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=10) as on:
        first = await on.start()
        assert await on.start() == first
        await until_text(on.log(first))
        assert await on.start() == first
        upstream.release()
        await follow(on.log(first))
        assert [row.id for row in await on.calls()] == [first]
        assert len(upstream.requests) == 1


async def test_twenty_starts_at_once_are_one_generation(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        started = await asyncio.gather(*(on.start() for _ in range(20)))
        (call_id,) = set(started)
        assert text_of(await follow(on.log(call_id))) == FEEDBACK
        assert [row.id for row in await on.calls()] == [call_id]
        assert len(upstream.requests) == 1


async def test_a_start_after_the_end_is_a_new_call(database: Database, upstream: Upstream) -> None:
    async with stage(database, upstream.base_url) as on:
        first, second = await on.run(), await on.run()
        assert first[0].llm_call_id != second[0].llm_call_id
        assert [row.id for row in await on.calls()] == [
            first[0].llm_call_id,
            second[0].llm_call_id,
        ]


async def test_who_goes_away_while_starting_does_not_take_the_generation_along(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        load = HeldLoad(on)
        starting = asyncio.create_task(on.generations.start(on.owner, load))
        await load.begun.wait()
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        load.let_go()
        log = on.generations.hub.running(on.owner)
        assert log is not None
        assert text_of(await follow(log)) == FEEDBACK
        assert (await on.call()).status == "complete"


async def test_the_database_itself_refuses_a_second_running_call(database: Database) -> None:
    made = await make_interview(database)
    await make_call(database, made)
    await make_call(database, made, status=CallStatus.CANCELLED)
    await make_call(database, made, status=CallStatus.RUNNING)
    with pytest.raises(IntegrityError):
        await make_call(database, made, status=CallStatus.RUNNING)
    await make_call(database, made, status=CallStatus.RUNNING, operation="another")


async def test_a_call_that_runs_elsewhere_is_joined_and_leaves_no_second_row(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        elsewhere = await make_call(database, on.made, status=CallStatus.RUNNING)
        assert await on.start() == elsewhere.id
        assert [row.id for row in await on.calls()] == [elsewhere.id]
        assert upstream.requests == []


# Followers


async def test_a_follower_that_joins_at_any_event_sees_the_same(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(tokens=tokens_of(FEEDBACK)[:60], tokens_per_second=400))
    async with stage(database, upstream.base_url, STREAM_FLUSH_MS=5) as on:
        log = on.log(await on.start())
        joined: dict[int, asyncio.Task[list[Event]]] = {}
        while not log.ended:
            joined.setdefault(len(log.events), asyncio.create_task(follow(log, len(log.events))))
            await log.batch(len(log.events))
        whole = list(log.events)
        assert len(joined) > 5
        for after, following in joined.items():
            assert await following == whole[after:]
        for after in range(len(whole)):
            assert await follow(log, after) == whole[after:]


# Shutdown, sweep, checkpoint


async def test_a_shutdown_interrupts_and_settles_what_runs(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=30) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        async with asyncio.timeout(5):
            await on.generations.aclose()
        assert log.ended
        ended = ended_of(log.events)
        row = await on.call()
        await upstream.idle()
        assert (ended.type, ended.code, ended.partial) == (
            "interrupted",
            "INTERRUPTED",
            TWELVE_TOKENS,
        )
        assert (row.status, (await on.draft()).text) == ("interrupted", TWELVE_TOKENS)
        assert row.cost_microusd == gpt_4o_mini_microusd(row.prompt_tokens, row.completion_tokens)
        assert len(await on.system_log()) == 1
        with pytest.raises(Interrupted):
            await on.start()


async def test_a_shutdown_settles_what_is_still_being_admitted(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        load = HeldLoad(on)
        starting = asyncio.create_task(on.generations.start(on.owner, load))
        await load.begun.wait()
        closing = asyncio.create_task(on.generations.aclose())
        load.let_go()
        async with asyncio.timeout(5):
            await closing
        assert ended_of(on.log(await starting).events).type == "interrupted"
        assert (await on.call()).status == "interrupted"
        assert upstream.requests == []


async def test_a_checkpoint_keeps_the_text_so_far_and_the_heartbeat(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=30) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        assert (await on.draft()).text == ""
        before = await on.call()
        await on.generations._checkpoint()
        after = await on.call()
        assert (await on.draft()).text == TWELVE_TOKENS
        assert (after.status, after.chunk_count) == ("running", 12)
        assert after.heartbeat_at > before.heartbeat_at
        assert await on.stop()
        await follow(log)


async def test_an_open_supervisor_checkpoints_by_itself(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.supervisor.CHECKPOINT_EVERY_S", 0.01)
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=30) as on:
        await on.generations.open()
        log = on.log(await on.start())
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            while (await on.draft()).text != TWELVE_TOKENS:
                assert not log.ended
        await on.stop()
        await follow(log)


async def test_opening_settles_what_an_earlier_process_left_running(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        left = await make_call(database, on.made, status=CallStatus.RUNNING, text=TWELVE_TOKENS)
        await on.generations.open()
        row = await on.call()
        assert (row.id, row.status, row.error_code) == (left.id, "interrupted", "INTERRUPTED")
        assert (await on.draft()).text == TWELVE_TOKENS


# Settlement


async def test_stop_while_the_call_is_being_settled_is_too_late_and_harmless(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=10) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        async with database.write() as session:
            await session.exec(select(LlmCall).where(LlmCall.id == log.call_id).with_for_update())
            upstream.release()
            await until_read(log)
            assert not await on.stop()
            assert not await on.stop()
            assert not log.ended
        assert isinstance(ending_of(await follow(log)), CompleteEvent)
        assert (await on.call()).status == "complete"


async def test_a_stop_that_races_the_end_settles_once_one_way_or_the_other(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(tokens=tokens_of(FEEDBACK)[:12]))
    changes = {"STREAM_FLUSH_MS": 1, "LLM_GENERATIONS_PER_MINUTE": 1000}
    async with stage(database, upstream.base_url, **changes) as on:
        endings: dict[str, str] = {}
        for attempt in range(50):
            log = on.log(await on.start())
            await _after(log.events, attempt % 10, attempt // 10)
            stopped = await on.stop()
            ending = ending_of(await follow(log))
            endings[log.call_id] = ending.type
            if not stopped:
                assert ending.type == "complete"
        rows = await on.calls()
        assert {row.id: row.status for row in rows} == endings
        assert all(row.finished_at and row.cost_microusd is not None for row in rows)
        logged = await on.system_log()
        assert sorted((entry.llm_call_id, entry.status) for entry in logged) == sorted(
            endings.items()
        )
        assert "cancelled" in endings.values()
        await upstream.idle()


async def test_a_settlement_that_fails_still_ends_the_log_and_is_left_to_the_sweep(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, LLM_IDLE_TIMEOUT_S=30) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        await on.generations._checkpoint()
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE llm_call RENAME TO away")
        await on.stop()
        ended = ended_of(await follow(log))
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE away RENAME TO llm_call")
        assert (ended.type, ended.partial, ended.cost_usd) == ("cancelled", TWELVE_TOKENS, None)
        assert (await on.call()).status == "running"
        await on.generations.open()
        assert (await on.call()).status == "interrupted"
        assert (await on.draft()).text == TWELVE_TOKENS


async def test_an_unknown_price_is_no_cost_at_all_and_never_zero(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(resolved_model="house-model-7b"))
    async with stage(database, upstream.base_url, LLM_MODEL="house-model-7b") as on:
        ending = ending_of(await on.run())
        row = await on.call()
        assert (row.cost_microusd, row.reserved_microusd, row.price_source) == (None, None, "")
        assert ending.cost_usd is None
        assert (row.prompt_tokens, row.tokens_estimated) == (900, False)


async def test_a_model_that_calls_itself_otherwise_costs_what_was_asked_for(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(resolved_model="house-model-7b"))
    async with stage(database, upstream.base_url) as on:
        await on.run()
        row = await on.call()
        assert row.resolved_model == "house-model-7b"
        assert row.cost_microusd == gpt_4o_mini_microusd(900, row.completion_tokens)


async def test_the_offline_drafter_costs_nothing(database: Database) -> None:
    async with stage(database, client=OfflineDrafter(tokens_per_second=None)) as on:
        events = await on.run()
        row = await on.call()
        assert stages_of(events) == [
            "connecting",
            "analyzing",
            "thinking",
            "generating",
            "streaming",
        ]
        assert (row.status, row.provider, row.requested_model) == (
            "complete",
            "offline",
            "offline-drafter",
        )
        assert (row.cost_microusd, row.price_source, row.reserved_microusd) == (0, "offline", 0)
        assert ending_of(events).cost_usd == "0.000000"


async def _after(events: list[Event], count: int, turns: int) -> None:
    """Let the loop run until there are `count` events, or the last, and `turns` turns more."""
    while len(events) < count and not isinstance(events[-1], CompleteEvent | EndedEvent):
        await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
