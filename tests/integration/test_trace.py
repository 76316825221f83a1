"""A call's trace: what the pipeline noted of it, told to administrators of its company only."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden, LLMStalled, NotFound
from feedback_app.core.settings import get_settings
from feedback_app.db.models import CallStatus, Role, Scorecard
from feedback_app.db.session import Database
from feedback_app.live.view import fill_slots
from feedback_app.llm.events import ChunkEvent, Event, StatusEvent
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.usage.trace import service
from feedback_app.usage.trace.schemas import TraceView
from feedback_app.usage.trace.state import TraceState
from tests.factories import (
    DRAFT_TEXT,
    MadeInterview,
    make_admin,
    make_call,
    make_interview,
    make_user,
    store,
)
from tests.integration.generating import HELD, as_user, stage, text_of
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in
from tests.upstream import FAULTS, FEEDBACK, Scenario, Upstream

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SECRET = "They cried when we asked about the outage."
NOTHING = fill_slots([])
"""What only its writer may read before they submit."""
KEPT: dict[str, Any] = {
    "pace": [100, 10, 100, len(SECRET) - 10],
    "timings": [{"event": "streaming", "at_ms": 100}, {"event": "complete", "at_ms": 2000}],
    "prompt": [{"role": "user", "content": f"Notes: {SECRET}"}],
}
TIMINGS = [
    {"event": "connecting", "at_ms": 0},
    {"event": "analyzing", "at_ms": 5},
    {"event": "thinking", "at_ms": 25},
    {"event": "retry", "at_ms": 125, "code": "LLM_UNAVAILABLE", "delay_ms": 500},
    {"event": "thinking", "at_ms": 125},
    {"event": "opened", "at_ms": 900},
    {"event": "generating", "at_ms": 1000},
    {"event": "streaming", "at_ms": 1000},
    {"event": "complete", "at_ms": 2000},
]


@pytest.fixture(autouse=True)
def contents_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_STORE_CONTENT", "true")
    get_settings.cache_clear()


async def admin_of(database: Database, made: MadeInterview) -> CurrentUser:
    return as_user(await make_admin(database, company_id=made.interviewer.company_id))


async def submit(database: Database, made: MadeInterview, at: datetime | None = NOW) -> None:
    """Have the interviewer's feedback submitted, or with `None` opened again."""
    async with database.write() as session:
        card = await session.get_one(Scorecard, made.scorecard.id)
        card.feedback, card.submitted_at = "Their own words.", at
        session.add(card)


async def make_submitted(database: Database) -> MadeInterview:
    """An interview whose interviewer has submitted their feedback."""
    made = await make_interview(database)
    await submit(database, made)
    return made


def facts(view: TraceView) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (group.title, fact.label): (fact.value, fact.note)
        for group in view.groups
        for fact in group.facts
    }


def chunks_of(events: list[Event]) -> list[tuple[int, str]]:
    """The offset and the text of each chunk."""
    return [(event.offset, event.content) for event in events if isinstance(event, ChunkEvent)]


async def test_a_call_is_timed_from_the_click_and_replays_as_it_came(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(tokens_per_second=400))
    async with stage(database, upstream.base_url, LLM_STORE_CONTENT=True) as on:
        log = await on.run()
        call, draft = await on.call(), await on.draft()
        await submit(database, on.made)
        admin = await admin_of(database, on.made)
    noted = [timing["event"] for timing in draft.timings]
    assert noted == [
        *("connecting", "analyzing", "thinking", "opened", "generating", "streaming", "complete")
    ]
    at = [timing["at_ms"] for timing in draft.timings]
    assert at[0] == 0
    assert at == sorted(at)
    assert call.latency_ms == at[-1]
    assert 2 < len(draft.pace) <= 1024
    shown = await service.trace(admin, call.id)
    assert shown.answer == fill_slots(parse_blocks(FEEDBACK))
    assert shown.view.can_replay
    assert [message.role for message in shown.view.prompt] == ["system", "user"]
    moments = await service.moments(admin, call.id)
    pieces = [moment for moment in moments if isinstance(moment.event, ChunkEvent)]
    assert chunks_of([moment.event for moment in moments]) == chunks_of(log)
    assert text_of(log) == FEEDBACK
    assert len(pieces) == len(draft.pace) // 2
    assert pieces[0].at_ms == draft.pace[0] <= pieces[-1].at_ms <= at[-1]
    told = [m.event.status if isinstance(m.event, StatusEvent) else "text" for m in moments]
    assert list(dict.fromkeys(told)) == [*noted[:3], *noted[4:6], "text"]


async def test_a_stopped_call_keeps_its_pace(database: Database, upstream: Upstream) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        while not log.ended:
            await log.batch(len(log.events) - 1)
            if any(isinstance(event, ChunkEvent) for event in log.events):
                await on.stop()
            if not log.ended:
                await log.batch(len(log.events))
        draft = await on.draft()
        await submit(database, on.made)
        moments = await service.moments(await admin_of(database, on.made), draft.llm_call_id)
    told = [m.event.content for m in moments if isinstance(m.event, ChunkEvent)]
    assert "".join(told) == draft.text != ""
    assert draft.timings[-1]["event"] == "cancelled"


async def test_retries_are_noted_with_their_cause(database: Database, upstream: Upstream) -> None:
    upstream.queue(FAULTS["server-error"], Scenario())
    async with stage(database, upstream.base_url) as on:
        await on.run()
        draft = await on.draft()
    (retry,) = [timing for timing in draft.timings if timing["event"] == "retry"]
    assert retry["code"] == "LLM_UNAVAILABLE"
    assert retry["delay_ms"] >= 0


async def test_the_timeline_is_drawn_from_what_was_noted(database: Database) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, draft={"timings": TIMINGS}, retries=1)
    line = (await service.trace(await admin_of(database, made), call.id)).view.timeline
    assert [(s.stage, s.start, s.width, s.lasted) for s in line.segments] == [
        ("connecting", "0.000%", "0.250%", "5 ms"),
        ("analyzing", "0.250%", "1.000%", "20 ms"),
        ("thinking", "1.250%", "5.000%", "100 ms"),
        ("thinking", "6.250%", "43.750%", "875 ms"),
        ("streaming", "50.000%", "50.000%", "1.0 s"),
    ]
    assert [step.label for step in line.steps][3] == "LLM_UNAVAILABLE: tried again after 500 ms"
    assert (line.total, line.note) == ("2.0 s", "")
    assert line.summary.endswith("Writing 1.0 s; complete after 2.0 s.")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({}, ["thinking", "streaming"], id="a whole answer"),
        pytest.param(
            {"status": CallStatus.ERROR, "error_code": "LLM_STALLED", "latency_ms": 24_000},
            ["thinking", "streaming", "closing"],
            id="an answer that stalled",
        ),
        pytest.param({"ttft_ms": None, "stream_ms": None}, ["thinking"], id="no token at all"),
    ],
)
async def test_without_notes_the_ledgers_figures_make_the_timeline(
    database: Database, values: dict[str, Any], expected: list[str]
) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, **values)
    line = (await service.trace(await admin_of(database, made), call.id)).view.timeline
    assert [segment.stage for segment in line.segments] == expected
    assert "not recorded" in line.note


async def test_the_facts_are_the_ledgers(database: Database) -> None:
    made = await make_interview(database)
    call = await make_call(
        database,
        made,
        status=CallStatus.ERROR,
        error_code="LLM_STALLED",
        tokens_estimated=True,
        reasoning_tokens=40,
        saved_as_feedback=False,
    )
    view = (await service.trace(await admin_of(database, made), call.id)).view
    known = facts(view)
    assert view.error == LLMStalled.sentence
    assert known["About", "Person"] == (made.interviewer.name, made.interviewer.email)
    assert known["About", "Interview"] == ("Technical interview", "Backend engineer")
    assert known["Model", "Asked for"][0] == "gpt-4o-mini"
    assert known["Model", "Answered by"][0] == "gpt-4o-mini-2024-07-18"
    assert known["Tokens", "Prompt"] == ("≈ 800", "estimated, not counted by the provider")
    assert known["Tokens", "Completion"][0] == "≈ 300"
    assert known["Tokens", "Reasoning"][0] == "40"
    assert known["Cost", "Cost"][0] == "$0.0003"
    assert known["Cost", "Set aside"][0] == "$0.0008"
    assert known["Cost", "Price from"] == ("genai-prices", "openai/gpt-4o-mini")
    assert known["Time", "Latency"][0] == "4.0 s"
    assert (
        known["Time", "Pace"][0] == "72 tokens a second while writing"
    )  # 260 of 300 tokens in 3.6 s


@pytest.mark.ledger_findings("unknown_price", reason="the model's price is unknown")
async def test_an_unknown_price_is_called_unknown(database: Database) -> None:
    made = await make_interview(database)
    call = await make_call(
        database,
        made,
        requested_model="house-7b",
        resolved_model=None,
        cost_microusd=None,
        reserved_microusd=None,
        price_source="",
    )
    known = facts((await service.trace(await admin_of(database, made), call.id)).view)
    assert known["Cost", "Cost"][0] == "Unknown"
    assert known["Cost", "Price from"][0] == "Unknown"


async def test_others_learn_nothing_of_a_call(database: Database) -> None:
    made = await make_interview(database)
    call = await make_call(database, made)
    stranger = as_user(await make_admin(database))
    for ask in (service.trace, service.moments):
        with pytest.raises(Forbidden):
            await ask(as_user(made.interviewer), call.id)
        with pytest.raises(NotFound):
            await ask(stranger, call.id)
        with pytest.raises(NotFound):
            await ask(await admin_of(database, made), "no-such-call")


async def test_contents_stay_the_interviewers_where_they_are_not_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make_submitted(database)
    pace = [100, 10, 100, len(DRAFT_TEXT) - 10]
    kept = {"pace": pace, "prompt": [{"role": "user", "content": "What they noted."}]}
    call = await make_call(database, made, draft=kept)
    admin = await admin_of(database, made)
    assert (await service.trace(admin, call.id)).view.can_replay
    monkeypatch.setenv("LLM_STORE_CONTENT", "false")
    get_settings.cache_clear()
    shown = await service.trace(admin, call.id)
    assert (shown.answer, shown.view.prompt, shown.view.can_replay) == (NOTHING, [], False)
    assert shown.view.answer_note == shown.view.prompt_note == service.NOT_KEPT
    assert await service.moments(admin, call.id) == []


@pytest.mark.parametrize("store_content", ["true", "false"])
async def test_an_unsubmitted_draft_of_somebody_else_has_figures_and_no_text(
    database: Database, monkeypatch: pytest.MonkeyPatch, store_content: str
) -> None:
    monkeypatch.setenv("LLM_STORE_CONTENT", store_content)
    get_settings.cache_clear()
    made = await make_interview(database)
    call = await make_call(database, made, text=SECRET, draft=KEPT)
    admin = await admin_of(database, made)
    shown = await service.trace(admin, call.id)
    assert SECRET not in repr(shown)
    assert (shown.answer, shown.view.prompt, shown.view.can_replay) == (NOTHING, [], False)
    assert shown.view.answer_note == shown.view.prompt_note != ""
    assert [step.label for step in shown.view.timeline.steps] == ["Writing", "Complete"]
    assert facts(shown.view)["Tokens", "Completion"][0] == "300"
    assert facts(shown.view)["Time", "Pace"][0] == "83 tokens a second while writing"
    assert await service.moments(admin, call.id) == []


async def test_a_draft_is_readable_while_its_feedback_is_submitted_and_no_longer(
    database: Database,
) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, text=SECRET, draft=KEPT)
    admin = await admin_of(database, made)
    assert (await service.trace(admin, call.id)).view.answer_note == service.NOT_SUBMITTED
    await submit(database, made)
    shown = await service.trace(admin, call.id)
    assert shown.answer == fill_slots(parse_blocks(SECRET))
    assert shown.view.can_replay
    assert shown.view.prompt[0].content.endswith(SECRET)
    await submit(database, made, None)
    assert (await service.trace(admin, call.id)).answer == NOTHING


async def test_neither_a_colleagues_submission_nor_one_elsewhere_opens_a_draft(
    database: Database,
) -> None:
    elsewhere = await make_submitted(database)
    made = await make_interview(database, elsewhere.interviewer)
    admin = await admin_of(database, made)
    later = await make_user(database, company_id=made.interviewer.company_id)
    await store(database, Scorecard(interview_id=made.id, user_id=later.id))
    drafts = {
        person.id: await make_call(database, made, text=SECRET, draft=KEPT, user_id=person.id)
        for person in (made.interviewer, later)
    }
    for call in drafts.values():
        assert SECRET not in repr(await service.trace(admin, call.id))
    await submit(database, made)
    assert SECRET in repr(await service.trace(admin, drafts[made.interviewer.id].id))
    assert SECRET not in repr(await service.trace(admin, drafts[later.id].id))


async def test_an_administrator_reads_their_own_draft(database: Database) -> None:
    admin = await make_user(database, role=Role.ADMIN)
    made = await make_interview(database, admin)
    call = await make_call(database, made, text=SECRET, draft=KEPT)
    assert (await service.trace(as_user(admin), call.id)).answer == fill_slots(parse_blocks(SECRET))
    assert SECRET not in repr(await service.trace(await admin_of(database, made), call.id))


async def test_a_replay_sent_by_hand_plays_nothing_that_is_not_submitted(
    database: Database,
) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, text=SECRET, draft=KEPT)
    admin = await make_admin(database, company_id=made.interviewer.company_id)
    path = f"/admin/usage/calls/{call.id}?replay=1"
    state = await state_of(TraceState, await signed_in(database, admin), path=path)
    async for _ in TraceState.load.fn(state):
        assert not state.replaying
    await TraceState.replay.fn(state)
    shown = json.dumps(state.dict(), default=repr)
    assert "cried" not in shown
    assert (state.shows, state.b0) == ("ready", [])
    await submit(database, made)
    await TraceState.replay.fn(state)
    assert "cried" in json.dumps(state.dict(), default=repr)


async def test_an_answer_whose_pace_was_not_noted_is_shown_but_not_replayed(
    database: Database,
) -> None:
    made = await make_submitted(database)
    call = await make_call(database, made)
    shown = await service.trace(await admin_of(database, made), call.id)
    assert shown.answer != NOTHING
    assert not shown.view.can_replay
    assert shown.view.replay_note == service.NO_PACE


async def test_the_page_shows_nothing_to_whoever_may_not_see_it(database: Database) -> None:
    made = await make_interview(database)
    call = await make_call(database, made)
    path = f"/admin/usage/calls/{call.id}"
    expected = [(made.interviewer, "refused"), (await make_admin(database), "missing")]
    for person, shows in expected:
        state = await state_of(TraceState, await signed_in(database, person), path=path)
        async for _ in TraceState.load.fn(state):
            assert state.view == TraceView()
        assert (state.shows, state.view, state.b0) == (shows, TraceView(), [])


async def test_the_page_shows_the_whole_answer_and_replays_only_if_its_address_says_so(
    database: Database,
) -> None:
    made = await make_submitted(database)
    pace = [100, len(DRAFT_TEXT)]
    call = await make_call(database, made, draft={"pace": pace})
    admin = await make_admin(database, company_id=made.interviewer.company_id)
    token_hash, path = await signed_in(database, admin), f"/admin/usage/calls/{call.id}"
    state = await state_of(TraceState, token_hash, path=path)
    events = [event async for event in TraceState.load.fn(state) if event is not None]
    assert (events, state.shows, state.phase, state.replaying) == ([], "ready", "complete", False)
    assert state.b0 != []
    state = await state_of(TraceState, token_hash, path=f"{path}?replay=2")
    events = [event async for event in TraceState.load.fn(state) if event is not None]
    assert "replay" in str(events)
    assert (state.replaying, state.b0) == (True, [])
    assert state.replay_href.startswith(f"{path}?replay=3#")
