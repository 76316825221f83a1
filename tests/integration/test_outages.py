"""Pages that follow outlive a short fault of the database, and show what happened meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
import reflex as rx

from feedback_app.admin.alerts import state as alerts_state
from feedback_app.admin.alerts.state import AlertsState
from feedback_app.admin.logs import state as logs_state
from feedback_app.admin.logs.state import LogsState
from feedback_app.auth import bell, sessions
from feedback_app.auth.bell import BellState
from feedback_app.core.ids import new_id
from feedback_app.core.settings import get_settings
from feedback_app.db import outage
from feedback_app.db.models import (
    CallStatus,
    CompetencyRating,
    LogComponent,
    Scorecard,
    SystemLog,
)
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.feedback.document import to_html
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews import recording
from feedback_app.interviews import service as interviews
from feedback_app.interviews.state import InterviewState
from feedback_app.live import generator as live
from feedback_app.live.view import SLOTS
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.ui import autosave
from feedback_app.ui.notice import NoticeState
from feedback_app.usage import state as usage_state
from feedback_app.usage.running import state as running_state
from feedback_app.usage.running.state import RunningState
from feedback_app.usage.state import UsageState
from feedback_app.usage.trace import state as trace_state
from feedback_app.usage.trace.state import TraceState
from tests.factories import make_admin, make_call, make_interview, store
from tests.integration.alerting import make_alert
from tests.integration.generating import HELD, Stage, stage
from tests.integration.outages import WITHIN_S, database_away, following, until
from tests.integration.states import state_of
from tests.integration.test_trace import submit
from tests.integration.test_usage_page import signed_in
from tests.upstream import FEEDBACK, Scenario, Upstream

SOON_S = 0.01


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks again does so at once, and every tab is open."""

    async def opened(_state: rx.State) -> bool:
        return True

    monkeypatch.setattr(outage, "ASK_AGAIN_S", SOON_S)
    for module, *names in (
        (bell, "LOOK_EVERY_S"),
        (alerts_state, "LOOK_EVERY_S"),
        (logs_state, "LOOK_S"),
        (running_state, "BUSY_S", "QUIET_S"),
        (usage_state, "BUSY_S", "QUIET_S"),
        (trace_state, "TICK_S"),
        (live, "TICK_S", "CHECK_SESSION_EVERY_S"),
    ):
        for name in names:
            monkeypatch.setattr(module, name, SOON_S)
    for module in (logs_state, usage_state, autosave, recording):
        monkeypatch.setattr(module, "is_open", opened)


@pytest_asyncio.fixture
async def on(database: Database, upstream: Upstream) -> AsyncIterator[Stage]:
    async with stage(database, upstream.base_url) as opened:
        yield opened


async def admins(on: Stage) -> str:
    """The hash of a session of an administrator of the stage's company."""
    admin = await make_admin(on.database, company_id=on.made.interviewer.company_id)
    return await signed_in(on.database, admin)


async def an_alert(on: Stage) -> None:
    company_id = on.made.interviewer.company_id
    await make_alert(on.database, company_id=company_id, subject=new_id())


async def a_running_call(on: Stage) -> None:
    made = await make_interview(on.database, on.made.interviewer)
    await make_call(on.database, made, status=CallStatus.RUNNING)


async def a_call(on: Stage) -> None:
    await make_call(on.database, on.made)


async def a_row(on: Stage) -> None:
    values: dict[str, Any] = {"status": "200", "request_id": "0" * 16}
    company_id = on.made.interviewer.company_id
    row = SystemLog(component=LogComponent.API, action="/", company_id=company_id, **values)
    await store(on.database, row)


def calls_shown(state: Any) -> int:
    total = next((tile.value for tile in state.counts if tile.tile_id == "usage-total-calls"), "0")
    return int(total)


@dataclass(frozen=True, slots=True)
class Case:
    """A follower, what happens in the world, and how much of it the page shows."""

    state: type[rx.State]
    handler: str
    happens: Callable[[Stage], Awaitable[None]]
    shown: Callable[[Any], int]
    path: str = "/admin"


@pytest.mark.ledger_findings("lost_call", reason="running rows that no process runs are written")
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case(BellState, "watch", an_alert, lambda s: s.unseen), id="bell"),
        pytest.param(Case(AlertsState, "watch", an_alert, lambda s: s.view.unseen), id="alerts"),
        pytest.param(Case(RunningState, "watch", a_running_call, lambda s: len(s.rows)), id="now"),
        pytest.param(
            Case(LogsState, "follow", a_row, lambda s: len(s.rows), "/admin/logs?tail=1"), id="log"
        ),
        pytest.param(
            Case(UsageState, "follow", a_call, calls_shown, "/admin/usage"), id="dashboard"
        ),
    ],
)
async def test_a_page_that_follows_goes_on_after_an_outage(on: Stage, case: Case) -> None:
    state = await state_of(case.state, await admins(on), path=case.path)
    async with following(getattr(case.state, case.handler).fn(state)):
        await case.happens(on)
        await until(lambda: case.shown(state) == 1)
        async with database_away() as away:
            await away.until_asked()
            await case.happens(on)
        await until(lambda: case.shown(state) == 2)


def drawn(state: Live) -> str:
    """The text that the page draws of a draft."""
    blocks = [block for slot in range(SLOTS) for block in getattr(state, f"b{slot}")]
    return "".join(text for _, _, runs in blocks for text, _, _ in runs)


def parsed(markdown: str) -> str:
    """The text of Markdown, as it is drawn."""
    return "".join(block.text for block in parse_blocks(markdown))


async def test_a_draft_that_ends_during_an_outage_is_shown_at_once_and_its_facts_later(
    on: Stage, upstream: Upstream
) -> None:
    upstream.play(HELD)
    state = await state_of(Live, await signed_in(on.database, on.made.interviewer))
    panel = await state.get_state(FeedbackState)
    panel.interview_id = on.interview_id
    async with following(Live.follow.fn(state)):
        first = await on.start()
        await until(lambda: state.phase == "streaming" and bool(state.t))
        async with database_away() as away:
            await away.until_asked()
            upstream.release()
            await until(lambda: state.phase == "complete")
            assert drawn(state) == parsed(FEEDBACK)
            assert (panel.over, panel.html, panel.history) == (True, "", [])
            assert state.meta.call_id == ""
            await away.until_asked()
        await until(lambda: state.meta.call_id == first)
        assert [(entry.kind, entry.id) for entry in panel.history[:1]] == [("draft", first)]
        assert (panel.over, panel.html) == (False, to_html(parse_blocks(FEEDBACK)))
        upstream.play(Scenario())
        second = await on.start()
        await until(lambda: state.meta.call_id == second)


async def test_a_draft_that_fails_during_an_outage_says_why(on: Stage, upstream: Upstream) -> None:
    upstream.play(HELD)
    state = await state_of(Live, await signed_in(on.database, on.made.interviewer))
    (await state.get_state(FeedbackState)).interview_id = on.interview_id
    async with following(Live.follow.fn(state)):
        call_id = await on.start()
        await until(lambda: state.phase == "streaming")
        async with database_away():
            await on.generations.stop(call_id)
            await until(lambda: state.phase == "cancelled")
            assert state.error.startswith("Stopped.")


@pytest.mark.parametrize("what", ["notes", "a reason", "feedback"])
async def test_what_is_typed_during_an_outage_is_kept_after_it_though_nobody_types_on(
    on: Stage, what: str
) -> None:
    state = await state_of(InterviewState, await signed_in(on.database, on.made.interviewer))
    panel, notice = await state.get_state(FeedbackState), await state.get_state(NoticeState)
    panel.interview_id = on.interview_id
    document = {"type": "doc", "content": [_paragraph("Typed meanwhile.")]}
    competency_id = on.made.competencies[0].id
    events: tuple[Any, Any] = (InterviewState, FeedbackState)
    interviews, feedback = events
    typing = {
        "notes": lambda: interviews.note.fn(state, on.interview_id, "Typed meanwhile."),
        "a reason": lambda: interviews.give_reason.fn(
            state, on.interview_id, competency_id, "Typed meanwhile."
        ),
        "feedback": lambda: feedback.edit.fn(panel, on.interview_id, document),
    }
    async with database_away() as away:
        task = asyncio.create_task(typing[what]())
        await away.until_asked()
        await until(lambda: "cannot reach its database" in notice.message)
    await asyncio.wait_for(task, WITHIN_S)
    assert notice.message == ""
    async with on.database.read() as session:
        card = await session.get_one(Scorecard, on.made.scorecard.id)
        rating = await session.get_one(CompetencyRating, (card.id, competency_id))
    kept = {"notes": card.notes, "a reason": rating.reason, "feedback": card.feedback}
    assert kept[what] == "Typed meanwhile."


async def test_reasons_typed_one_after_the_other_during_an_outage_are_both_kept(on: Stage) -> None:
    state = await state_of(InterviewState, await signed_in(on.database, on.made.interviewer))
    notice = await state.get_state(NoticeState)
    state.detail = (await interviews.record(on.user, on.interview_id)).detail
    first, second = (competency.id for competency in on.made.competencies[:2])
    give: Any = InterviewState.give_reason
    async with database_away() as away:
        superseded = asyncio.create_task(give.fn(state, on.interview_id, first, "Hers alone.", 1))
        await away.until_asked()
        superseded.cancel()
        task = asyncio.create_task(give.fn(state, on.interview_id, second, "And this.", 2))
        await until(lambda: "cannot reach its database" in notice.message)
    await asyncio.wait_for(task, WITHIN_S)
    assert notice.message == ""
    async with on.database.read() as session:
        card_id = on.made.scorecard.id
        kept = [
            (await session.get_one(CompetencyRating, (card_id, competency_id))).reason
            for competency_id in (first, second)
        ]
    assert kept == ["Hers alone.", "And this."]


async def test_the_notice_of_an_outage_goes_with_the_first_text_that_is_kept_after_it(
    on: Stage,
) -> None:
    state = await state_of(InterviewState, await signed_in(on.database, on.made.interviewer))
    notice = await state.get_state(NoticeState)
    note: Any = InterviewState.note
    async with database_away() as away:
        superseded = asyncio.create_task(note.fn(state, on.interview_id, "Typed", 1))
        await away.until_asked()
        await until(lambda: "cannot reach its database" in notice.message)
        superseded.cancel()
    await note.fn(state, on.interview_id, "Typed on", 2)
    assert notice.message == ""


def _paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


async def test_facts_that_come_late_do_not_replace_those_of_another_draft(
    on: Stage, upstream: Upstream
) -> None:
    earlier = await make_call(on.database, on.made)
    shown = await service.draft(on.user, earlier.id)
    upstream.play(HELD)
    state = await state_of(Live, await signed_in(on.database, on.made.interviewer))
    panel = await state.get_state(FeedbackState)
    panel.interview_id = on.interview_id
    async with following(Live.follow.fn(state)):
        await on.start()
        await until(lambda: state.phase == "streaming")
        async with database_away() as away:
            upstream.release()
            await until(lambda: state.phase == "complete")
            await away.until_asked()
            state._show(shown)
        await until(lambda: [entry.kind for entry in panel.history].count("draft") == 2)
        assert state.meta.call_id == earlier.id


@pytest.mark.parametrize("until_the_end", [False, True], ids=["midway", "to the end"])
async def test_a_replay_goes_on_through_an_outage(
    on: Stage, monkeypatch: pytest.MonkeyPatch, until_the_end: bool
) -> None:
    monkeypatch.setenv("LLM_STORE_CONTENT", "true")
    get_settings.cache_clear()
    await submit(on.database, on.made)
    call = await make_call(
        on.database, on.made, text="First. Second.", draft={"pace": [1, 7, 500, 7]}
    )
    state = await state_of(TraceState, await admins(on), path=f"/admin/usage/calls/{call.id}")
    state.replaying = True
    played: asyncio.Task[Any] = asyncio.create_task(TraceState.replay.fn(state))
    await until(lambda: state.t == "First.")
    async with database_away() as away:
        await away.until_asked()
        if until_the_end:
            await until(lambda: "Second." in state.t)
            await away.until_asked()
        assert state.replaying
    assert await played is None
    assert (state.replaying, state.phase) == (False, "complete")


async def test_a_replay_that_is_refused_does_not_stay_under_way(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_STORE_CONTENT", "true")
    get_settings.cache_clear()
    await submit(on.database, on.made)
    call = await make_call(on.database, on.made, text="All.", draft={"pace": [60_000, 4]})
    token_hash = await admins(on)
    state = await state_of(TraceState, token_hash, path=f"/admin/usage/calls/{call.id}")
    state.replaying = True
    played: asyncio.Task[Any] = asyncio.create_task(TraceState.replay.fn(state))
    await until(lambda: state.elapsed != "")
    await sessions.sign_out(token_hash)
    assert "/login" in str(await played)
    assert not state.replaying
