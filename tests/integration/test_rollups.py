"""Hourly sums: always those of the calls, whoever settles, saves or mends at the same time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.ids import new_id
from feedback_app.core.settings import Settings
from feedback_app.db import histogram, rollups
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import CallStatus, LlmCall, UsageRollup, User
from feedback_app.db.session import Database
from feedback_app.feedback import editing
from feedback_app.feedback.queries import version_rows
from feedback_app.llm.admission.admission import Admission
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.ledger.entries import Reservation, Settlement
from feedback_app.llm.ledger.ledger import Ledger
from tests.factories import (
    MadeInterview,
    call_owner,
    make_call,
    make_interview,
    make_job,
    make_user,
)
from tests.saving import save_feedback

SETTLED = Settlement(
    status=CallStatus.COMPLETE,
    text="A draft.",
    usage=Usage(900, 300, 20, 100),
    tokens_estimated=False,
    resolved_model="gpt-4o-mini-2024-07-18",
    finish_reason="stop",
    error_code=None,
    latency_ms=4_000,
    ttft_ms=400,
    stream_ms=3_000,
    chunk_count=70,
    retries=0,
)


def acting_as(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def sums_in(database: Database) -> Sequence[UsageRollup]:
    async with database.read() as session:
        return (await session.exec(select(UsageRollup).order_by(col(UsageRollup.hour)))).all()


async def started(database: Database, made: MadeInterview, operation: str = "feedback") -> str:
    call_id = new_id()
    owner = call_owner(made.interviewer.company_id, made.interviewer.id, made.id, operation)
    reservation = Reservation(
        call_id=call_id,
        owner=owner,
        template_id="standard",
        prompt_version="feedback-1",
        requested_model="gpt-4o-mini",
        provider="openai",
        streaming=True,
        prompt_tokens=900,
        max_output_tokens=1200,
        started_at=clock.now(),
        department_id=made.department.id,
    )
    assert await Admission(Settings(), database).reserve(reservation) is None
    return call_id


async def test_a_settled_call_is_in_the_sums_of_the_hour_it_began_in(database: Database) -> None:
    made, ledger = await make_interview(database), Ledger(database)
    call_id = await started(database, made)
    assert await sums_in(database) == []
    call = await ledger.settle(call_id, SETTLED)
    assert call is not None
    assert await ledger.settle(call_id, SETTLED) is None, "it is settled once"
    (row,) = await sums_in(database)
    assert row.hour == hour_of(call.started_at)
    assert (row.user_id, row.department_id) == (made.interviewer.id, made.department.id)
    assert (row.operation, row.model) == ("feedback", "gpt-4o-mini-2024-07-18")
    assert (row.status, row.error_code, row.calls) == ("complete", "", 1)
    assert (row.prompt_tokens, row.completion_tokens) == (900, 300)
    assert (row.reasoning_tokens, row.cached_tokens) == (20, 100)
    assert (row.cost_microusd, row.unpriced, row.estimated) == (call.cost_microusd, 0, 0)
    assert (row.stream_tokens, row.stream_ms) == (280, 3_000), "reasoning came before the answer"
    assert histogram.percentile(histogram.merged([row.latencies]), 0.5) == pytest.approx(4000, 0.04)
    assert histogram.percentile(histogram.merged([row.ttfts]), 0.5) == pytest.approx(400, 0.04)


@pytest.mark.ledger_findings("unknown_price", reason="the model has no price")
async def test_an_unknown_price_is_counted_and_adds_nothing(database: Database) -> None:
    made, ledger = await make_interview(database), Ledger(database)
    for _ in range(2):
        unknown = replace(SETTLED, resolved_model="house-7b")
        call_id = await started(database, made)
        async with database.write() as session:
            await session.exec(update(LlmCall).values(requested_model="house-7b"))
        assert await ledger.settle(call_id, unknown) is not None
    (row,) = await sums_in(database)
    assert (row.calls, row.unpriced, row.cost_microusd) == (2, 2, 0)


async def test_swept_calls_are_in_the_sums(database: Database) -> None:
    ledger = Ledger(database)
    for _ in range(3):
        await started(database, await make_interview(database))
    await ledger.sweep(stale_after=timedelta(seconds=-1))
    rows = await sums_in(database)
    assert [(row.status, row.error_code, row.calls) for row in rows] == [
        ("interrupted", "INTERRUPTED", 1)
    ] * 3


@pytest.mark.parametrize("swept", [False, True])
async def test_a_call_whose_sums_cannot_be_written_goes_on_to_run(
    database: Database, monkeypatch: pytest.MonkeyPatch, swept: bool
) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("the sums cannot be written")

    made, ledger = await make_interview(database), Ledger(database)
    call_id = await started(database, made)

    async def end() -> None:
        if swept:
            await ledger.sweep(stale_after=timedelta(seconds=-1))
        else:
            await ledger.settle(call_id, SETTLED)

    with monkeypatch.context() as patched:
        patched.setattr(rollups, "add_calls", broken)
        with pytest.raises(RuntimeError):
            await end()
    assert await ledger.is_running(call_id)
    assert await sums_in(database) == []
    await end()
    assert not await ledger.is_running(call_id)
    assert [row.calls for row in await sums_in(database)] == [1]


async def test_settlements_at_the_same_moment_lose_nothing(database: Database) -> None:
    """Ten people settle into as many sums, and eight calls of each into the same one."""
    job = await make_job(database, (await make_user(database)).company_id)
    people = [await make_user(database, company_id=job.job.company_id) for _ in range(5)]
    ledger = Ledger(database)
    ids: list[str] = []
    for person in people:
        for _ in range(8):
            made = await make_interview(database, person, job=job)
            ids.append(await started(database, made))
    settled = await asyncio.gather(*(ledger.settle(call_id, SETTLED) for call_id in ids))
    assert all(settled)
    rows = await sums_in(database)
    assert sorted(row.calls for row in rows) == [8] * 5
    assert sum(row.prompt_tokens for row in rows) == 40 * 900
    for row in rows:
        assert sum(histogram.merged([row.latencies]).values()) == 8
        assert sum(histogram.merged([row.ttfts]).values()) == 8


async def test_saving_and_replacing_a_draft_moves_the_saved_sums(database: Database) -> None:
    made = await make_interview(database)
    user = acting_as(made.interviewer)
    dear = await make_call(database, made, cost_microusd=700)
    cheap = await make_call(
        database, made, cost_microusd=50, started_at=clock.now() - timedelta(hours=3)
    )

    async def saved() -> list[tuple[int, int]]:
        return [(row.saved, row.saved_cost_microusd) for row in await sums_in(database)]

    assert await saved() == [(0, 0), (0, 0)]
    await save_feedback(user, made.id, "Text", dear.id)
    assert await saved() == [(0, 0), (1, 700)]
    await save_feedback(user, made.id, "Text, edited", dear.id)
    assert await saved() == [(0, 0), (1, 700)]
    await save_feedback(user, made.id, "Other text", cheap.id)
    assert await saved() == [(1, 50), (0, 0)]
    await editing.undo(user, made.id)
    assert await saved() == [(0, 0), (1, 700)]
    async with database.read() as session:
        versions = await version_rows.versions_of(session, made.scorecard.id, editing.FEEDBACK)
    await editing.restore(user, made.id, versions[-1].id)
    assert await saved() == [(0, 0), (0, 0)], "the text from before any draft"


async def test_a_draft_that_fills_an_empty_editor_is_saved_once_it_is_kept(
    database: Database,
) -> None:
    made = await make_interview(database)
    user = acting_as(made.interviewer)
    call = await make_call(database, made, cost_microusd=700)
    await editing.take_draft(user, made.id, call.id)
    (row,) = await sums_in(database)
    assert (row.saved, row.saved_cost_microusd) == (0, 0)
    await editing.keep(user, made.id)
    (row,) = await sums_in(database)
    assert (row.saved, row.saved_cost_microusd) == (1, 700)


async def test_a_draft_saved_while_it_runs_is_counted_at_settlement(database: Database) -> None:
    made, ledger = await make_interview(database), Ledger(database)
    call_id = await started(database, made)
    await save_feedback(acting_as(made.interviewer), made.id, "Text so far", call_id)
    assert await sums_in(database) == []
    call = await ledger.settle(call_id, SETTLED)
    assert call is not None
    (row,) = await sums_in(database)
    assert (row.saved, row.saved_cost_microusd) == (1, call.cost_microusd)


async def test_a_histogram_stays_short_however_many_calls_there_are(database: Database) -> None:
    made = await make_interview(database)
    calls = [
        LlmCall(
            company_id=made.interviewer.company_id,
            user_id=made.interviewer.id,
            operation="cv_parse",
            requested_model="gpt-4o-mini",
            provider="openai",
            status=CallStatus.COMPLETE,
            latency_ms=4_000 + number % 5,
            started_at=clock.now(),
        )
        for number in range(200)
    ]
    async with database.write() as session:
        for call in calls:
            await rollups.add_calls(session, [call])
        (row,) = (await session.exec(select(UsageRollup))).all()
        await session.refresh(row)
        assert len(row.latencies.split()) < 5 + rollups.SHORTEN_EVERY
        assert sum(histogram.merged([row.latencies]).values()) == row.calls == 200
        await session.rollback()
