"""How a generation is settled: by its end, a Stop that races it, a shutdown, or the sweep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlmodel import select

from feedback_app.core.errors import Interrupted
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.db.session import Database
from feedback_app.llm.client.offline import OfflineClient
from feedback_app.llm.events import CompleteEvent
from feedback_app.llm.stream.event_log import EventLog
from tests.factories import make_call
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import (
    FOLLOW_WITHIN_S,
    HELD,
    HeldLoad,
    ended_of,
    ending_of,
    follow,
    gpt_4o_mini_microusd,
    stage,
    stages_of,
    until_read,
    until_text,
)
from tests.upstream import FEEDBACK, Scenario, Upstream, tokens_of


async def test_a_shutdown_interrupts_and_settles_what_runs(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
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
        starting = asyncio.create_task(on.generations.start(on.run_with(load)))
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
    async with stage(database, upstream.base_url) as on:
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
    monkeypatch.setattr("feedback_app.llm.generation.supervisor.CHECKPOINT_EVERY_S", 0.01)
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
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


async def test_stop_while_the_call_is_being_settled_is_too_late_and_harmless(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
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
    changes: dict[str, Any] = {"STREAM_FLUSH_MS": 1, "LLM_GENERATIONS_PER_MINUTE": 1000}
    async with stage(database, upstream.base_url, **changes) as on:
        endings: dict[str, str] = {}
        for attempt in range(50):
            log = on.log(await on.start())
            await _after(log, attempt % 10, attempt // 10)
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


async def test_a_settlement_that_fails_ends_the_log_at_once_and_is_tried_again(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.generation.supervisor.RESETTLE_EVERY_S", 0.01)
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        await on.generations.open()
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        async with _away(database, "llm_call"):
            await on.stop()
            ended = ended_of(await follow(log))
        assert (ended.type, ended.partial, ended.cost_usd) == ("cancelled", TWELVE_TOKENS, None)
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            while (row := await on.call()).status == "running":
                pass
        assert (row.status, row.error_code) == ("cancelled", "CANCELLED")
        assert row.cost_microusd == gpt_4o_mini_microusd(row.prompt_tokens, row.completion_tokens)
        assert (await on.draft()).text == TWELVE_TOKENS
        assert len(await on.system_log()) == 1


async def test_what_could_not_be_settled_is_tried_before_the_sweep_and_at_the_shutdown(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        for settle_again in (on.generations._sweep, on.generations.aclose):
            log = on.log(await on.start())
            await until_text(log, len(TWELVE_TOKENS))
            async with _away(database, "llm_call"):
                await on.stop()
                await follow(log)
            assert (await on.calls())[-1].status == "running"
            await settle_again()
            assert (await on.calls())[-1].status == "cancelled"


async def test_an_ending_does_not_wait_for_a_database_that_hangs(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.generation.supervisor.TELL_AFTER_S", 0.05)
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        async with database.write() as session:
            await session.exec(select(LlmCall).where(LlmCall.id == log.call_id).with_for_update())
            await on.stop()
            ended = ended_of(await follow(log))
            assert (ended.partial, ended.cost_usd) == (TWELVE_TOKENS, None)
            assert (await on.call()).status == "running"
        await on.generations.aclose()
        assert (await on.call()).status == "cancelled"


@pytest.mark.ledger_findings("unknown_price", reason="the model's price is unknown")
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
    async with stage(database, client=OfflineClient(tokens_per_second=None)) as on:
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


@asynccontextmanager
async def _away(database: Database, table: str) -> AsyncIterator[None]:
    """The table cannot be used inside the block."""
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away")
    yield
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {table}")


async def _after(log: EventLog, count: int, turns: int) -> None:
    """Let the loop run until there are `count` events, or the last, and `turns` turns more."""
    while len(log.events) < count and not log.ended:
        await log.batch(len(log.events))
    for _ in range(turns):
        await asyncio.sleep(0)
