"""The ledger by itself: a call is settled once, and nothing afterwards changes what it says."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from feedback_app.core import clock
from feedback_app.db.models import CallStatus, Draft, LlmCall, SystemLog
from feedback_app.db.session import Database
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.ledger.entries import Checkpoint, Recording, Settlement
from feedback_app.llm.ledger.ledger import Ledger
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text.markdown import parse_blocks
from tests.factories import make_call, make_interview
from tests.integration.generating import gpt_4o_mini_microusd

TEXT = "## Summary\n\nAsked before drawing."


def settlement(**changes: Any) -> Settlement:
    values: dict[str, Any] = {
        "status": CallStatus.COMPLETE,
        "text": TEXT,
        "usage": Usage(1000, 200),
        "tokens_estimated": False,
        "resolved_model": "gpt-4o-mini-2024-07-18",
        "finish_reason": "stop",
        "error_code": None,
        "latency_ms": 1200,
        "ttft_ms": 300,
        "stream_ms": 900,
        "chunk_count": 50,
        "retries": 0,
        "recording": Recording(
            timings=[{"event": "complete", "at_ms": 1200}],
            outline=[["connecting", 0.0], len(TEXT)],
        ),
    }
    return Settlement(**values | changes)


async def running(database: Database, **values: Any) -> LlmCall:
    made = await make_interview(database)
    return await make_call(database, made, **{"status": CallStatus.RUNNING, "text": "", **values})


async def stored(database: Database, call_id: str) -> tuple[LlmCall, Draft, list[SystemLog]]:
    async with database.read() as session:
        call, draft = await session.get(LlmCall, call_id), await session.get(Draft, call_id)
        assert call is not None
        assert draft is not None
        entries = await session.exec(select(SystemLog).where(SystemLog.llm_call_id == call_id))
        return call, draft, list(entries.all())


async def test_of_many_settlements_at_once_one_counts(database: Database) -> None:
    call = await running(database)
    ledger = Ledger(database)
    settlements = [settlement(text=f"Text {n}", usage=Usage(1000, n)) for n in range(10)]
    rows = await asyncio.gather(*(ledger.settle(call.id, s) for s in settlements))
    (winner,) = [row for row in rows if row is not None]
    row, draft, entries = await stored(database, call.id)
    assert row.completion_tokens == winner.completion_tokens
    assert draft.text == f"Text {winner.completion_tokens}"
    assert len(entries) == 1
    assert await ledger.settle(call.id, settlement()) is None
    assert await ledger.sweep(stale_after=timedelta(0)) == []
    assert (await stored(database, call.id))[0] == row


async def test_settling_an_absent_call_does_nothing(database: Database) -> None:
    assert await Ledger(database).settle("absent", settlement()) is None


async def test_a_late_checkpoint_never_replaces_the_settled_text(database: Database) -> None:
    """A checkpoint takes its text before it gets a connection: the call may end in between."""
    call = await running(database)
    ledger = Ledger(database)
    settled = await ledger.settle(call.id, settlement())
    await ledger.checkpoint([Checkpoint(call.id, "## Summ", 3, 0, None)])
    row, draft, _ = await stored(database, call.id)
    assert row == settled
    assert draft.text == TEXT


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_a_checkpoint_writes_every_running_call(database: Database) -> None:
    calls = [await running(database) for _ in range(3)]
    await Ledger(database).checkpoint(
        [Checkpoint(call.id, f"Text {n}", n, 10 * n, f"m-{n}") for n, call in enumerate(calls)]
    )
    for n, call in enumerate(calls):
        row, draft, entries = await stored(database, call.id)
        assert (draft.text, row.chunk_count, row.status) == (f"Text {n}", n, "running")
        assert (row.reasoning_tokens, row.resolved_model) == (10 * n, f"m-{n}")
        assert row.heartbeat_at > call.heartbeat_at
        assert entries == []


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_the_sweep_interrupts_a_call_without_a_heartbeat_and_keeps_its_text(
    database: Database,
) -> None:
    beat = clock.now() - timedelta(seconds=31)
    call = await running(
        database, text=TEXT, heartbeat_at=beat, started_at=beat - timedelta(seconds=9)
    )
    alive = await running(database, heartbeat_at=clock.now() - timedelta(seconds=29))
    assert await Ledger(database).sweep() == [call.id]
    assert await Ledger(database).sweep() == []
    row, draft, (entry,) = await stored(database, call.id)
    completion = estimate_tokens(TEXT)
    assert (row.status, row.error_code) == ("interrupted", "INTERRUPTED")
    assert (row.prompt_tokens, row.completion_tokens) == (800, completion)
    assert row.tokens_estimated
    assert row.cost_microusd == gpt_4o_mini_microusd(800, completion)
    assert row.latency_ms == 9000
    assert row.finished_at is not None
    assert draft.text == TEXT
    assert draft.blocks == [block.as_dict() for block in parse_blocks(TEXT)]
    assert (entry.component, entry.status) == ("llm", "interrupted")
    assert (await stored(database, alive.id))[0].status == "running"


@pytest.mark.ledger_findings("call_without_draft", reason="the draft is taken away on purpose")
async def test_the_sweep_interrupts_a_call_that_has_no_draft(database: Database) -> None:
    call = await running(database, heartbeat_at=clock.now() - timedelta(seconds=31))
    async with database.write() as session:
        await session.exec(delete(Draft).where(col(Draft.llm_call_id) == call.id))
    assert await Ledger(database).sweep() == [call.id]
    async with database.read() as session:
        row = await session.get(LlmCall, call.id)
        entries = await session.exec(select(SystemLog).where(SystemLog.llm_call_id == call.id))
        assert row is not None
        assert (row.status, row.completion_tokens) == ("interrupted", 0)
        assert row.cost_microusd == gpt_4o_mini_microusd(800, 0)
        assert len(entries.all()) == 1


async def test_two_sweeps_at_once_interrupt_each_call_once(database: Database) -> None:
    calls = [
        await running(database, heartbeat_at=clock.now() - timedelta(minutes=1)) for _ in range(4)
    ]
    ledger = Ledger(database)
    first, second = await asyncio.gather(ledger.sweep(), ledger.sweep())
    assert sorted(first + second) == sorted(call.id for call in calls)
    for call in calls:
        assert len((await stored(database, call.id))[2]) == 1
