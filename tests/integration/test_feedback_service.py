"""Drafts of feedback: which one is used, shown, discarded; nobody reaches what is another's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AppError, NotFound
from feedback_app.db.models import CallStatus, LlmCall, Scorecard
from feedback_app.db.session import Database
from feedback_app.feedback import editing, reading, service, submitting
from feedback_app.feedback.queries import draft_rows, version_rows
from feedback_app.live.calls import LENGTH_NOTICE
from feedback_app.llm.client.offline import OfflineClient
from feedback_app.llm.text.markdown import parse_blocks
from tests.factories import MadeInterview, add_interviewer, make_call, make_interview, make_user
from tests.integration.generating import as_user, stage
from tests.saving import save_feedback

TEXT = "## Summary\n\nShe asked before drawing."


async def scorecard(database: Database, made: MadeInterview) -> Scorecard:
    async with database.read() as session:
        found = await session.get(Scorecard, made.scorecard.id)
    assert found is not None
    return found


async def saved_flags(database: Database, *calls: LlmCall) -> list[bool]:
    async with database.read() as session:
        rows = [await session.get(LlmCall, call.id) for call in calls]
    return [row.saved_as_feedback for row in rows if row]


async def test_feedback_is_kept_with_the_draft_it_began_as(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    first, second = await make_call(database, made), await make_call(database, made)
    await save_feedback(user, made.id, TEXT, second.id)
    card = await scorecard(database, made)
    assert (card.feedback, card.feedback_call_id) == (TEXT, second.id)
    assert card.feedback_saved_at is not None
    assert card.submitted_at is None
    assert await saved_flags(database, first, second) == [False, True]


async def test_another_draft_in_its_place_takes_the_flag_with_it(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    first, second = await make_call(database, made), await make_call(database, made)
    await save_feedback(user, made.id, TEXT, first.id)
    await save_feedback(user, made.id, "Rewritten.", second.id)
    assert await saved_flags(database, first, second) == [False, True]
    await editing.undo(user, made.id)
    assert await saved_flags(database, first, second) == [True, False]
    card = await scorecard(database, made)
    assert (card.feedback, card.feedback_call_id) == (TEXT, first.id)


@dataclass(frozen=True, slots=True)
class Part:
    """What one tries to reach of an interview."""

    interview_id: str
    call_id: str = ""
    version_id: str = ""


Act = Callable[[CurrentUser, Part], Awaitable[Any]]
MAKES_IT_THEIRS: dict[str, Act] = {
    "saved on purpose": lambda user, part: editing.keep(user, part.interview_id),
    "edited": lambda user, part: save_feedback(user, part.interview_id, "Edited."),
    "taken once more by choice": lambda user, part: editing.replace_with(
        user, part.interview_id, part.call_id
    ),
    "submitted": lambda user, part: submitting.submit(user, part.interview_id),
}


@pytest.mark.parametrize("name", MAKES_IT_THEIRS)
async def test_a_draft_that_fills_an_empty_editor_counts_as_used_once_it_is(
    database: Database, name: str
) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=TEXT)
    taken = await editing.take_draft(user, made.id, call.id)
    assert taken is not None
    card = await scorecard(database, made)
    assert (card.feedback, card.feedback_call_id, card.feedback_kept) == (TEXT, call.id, False)
    assert await saved_flags(database, call) == [False]
    await MAKES_IT_THEIRS[name](user, Part(made.id, call.id))
    assert (await scorecard(database, made)).feedback_kept
    assert await saved_flags(database, call) == [True]


async def test_a_colleagues_saved_draft_keeps_its_flag(database: Database) -> None:
    made = await make_interview(database)
    colleague = await make_user(database, company_id=made.interviewer.company_id)
    theirs = await make_call(database, made, user_id=colleague.id, saved_as_feedback=True)
    await add_interviewer(database, made, colleague, feedback_call_id=theirs.id)
    await save_feedback(as_user(made.interviewer), made.id, TEXT)
    assert await saved_flags(database, theirs) == [True]


async def test_a_draft_of_something_else_cannot_be_the_origin(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    other = await make_interview(database, made.interviewer)
    colleague = await make_user(database, company_id=user.company_id)
    await add_interviewer(database, made, colleague)
    theirs = await make_call(database, made, user_id=colleague.id)
    of_something_else = await make_call(database, made, operation="cv_parse")
    for call_id in ((await make_call(database, other)).id, theirs.id, of_something_else.id, "no"):
        for act in (editing.take_draft, editing.replace_with, editing.append):
            with pytest.raises(NotFound):
                await act(user, made.id, call_id)
    card = await scorecard(database, made)
    assert (card.feedback, card.feedback_revision) == ("", 0)


async def test_a_discarded_draft_is_out_of_sight_but_stays_in_the_ledger(
    database: Database,
) -> None:
    async with stage(database, client=OfflineClient()) as on:
        old = await make_call(database, on.made, text="old")
        new = await make_call(database, on.made, text="new")
        shown = await service.view(on.user, on.interview_id)
        assert shown.latest is not None
        assert shown.latest.text == "new"
        assert [entry.id for entry in shown.history] == [new.id, old.id]
        await service.discard(on.user, new.id)
        shown = await service.view(on.user, on.interview_id)
        assert shown.latest is None
        assert [entry.id for entry in shown.history] == [old.id]
        assert [row.id for row in await on.calls()] == [old.id, new.id]
        await service.bring_back(on.user, new.id)
        shown = await service.view(on.user, on.interview_id)
        assert [entry.id for entry in shown.history] == [new.id, old.id]


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_a_view_shows_ended_drafts_and_where_the_feedback_began(database: Database) -> None:
    async with stage(database, client=OfflineClient()) as on:
        made = on.made
        ended = await make_call(database, made, text="began so", finish_reason="length")
        await make_call(database, made, status=CallStatus.RUNNING, text="half")
        await save_feedback(on.user, made.id, TEXT, ended.id)
        shown = await service.view(on.user, made.id)
        assert (shown.text.markdown, shown.text.call_id) == (TEXT, ended.id)
        assert shown.evidence.beside.sent is not None
        drafts = [(entry.id, entry.opening) for entry in shown.history if entry.kind == "draft"]
        assert drafts == [(ended.id, "began so")]
        assert [(meta.call_id, meta.notice) for meta in shown.drafts] == [(ended.id, LENGTH_NOTICE)]
        assert shown.evidence.has_evidence
        assert shown.evidence.has_recommendation
        assert shown.offline


async def test_a_failed_draft_is_told_with_its_sentence(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    for code in ("LLM_STALLED", "LLM_QUOTA", "CANCELLED"):
        call = await make_call(database, made, status=CallStatus.ERROR, error_code=code)
        shown = await service.draft(user, call.id)
        assert shown.meta.error == _sentence_of(code)


def _sentence_of(code: str) -> str:
    kinds = [AppError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return next(kind.sentence for kind in kinds if kind.code == code)


REACHES: dict[str, Act] = {
    "view": lambda user, part: service.view(user, part.interview_id),
    "evidence": lambda user, part: service.evidence(user, part.interview_id),
    "start": lambda user, part: service.start(user, part.interview_id),
    "draft": lambda user, part: service.draft(user, part.call_id),
    "discard": lambda user, part: service.discard(user, part.call_id),
    "bring_back": lambda user, part: service.bring_back(user, part.call_id),
    "save": lambda user, part: editing.save(user, part.interview_id, parse_blocks("Mine."), 0),
    "keep": lambda user, part: editing.keep(user, part.interview_id),
    "take_draft": lambda user, part: editing.take_draft(user, part.interview_id, part.call_id),
    "replace_with": lambda user, part: editing.replace_with(user, part.interview_id, part.call_id),
    "append": lambda user, part: editing.append(user, part.interview_id, part.call_id),
    "rewrite": lambda user, part: editing.rewrite(user, part.interview_id, [], {}),
    "clear_if_only": lambda user, part: editing.clear_if_only(
        user, part.interview_id, part.call_id
    ),
    "undo": lambda user, part: editing.undo(user, part.interview_id),
    "restore": lambda user, part: editing.restore(user, part.interview_id, part.version_id),
    "review": lambda user, part: submitting.review(user, part.interview_id),
    "submit": lambda user, part: submitting.submit(user, part.interview_id),
    "reopen": lambda user, part: submitting.reopen(user, part.interview_id, "A typo."),
    "panel": lambda user, part: submitting.panel(user, part.interview_id),
    "questions": lambda user, part: reading.questions(user, part.interview_id),
    "put_back": lambda user, part: reading.put_back(user, part.interview_id, "key", True),
    "place": lambda user, part: reading.place(user, part.interview_id, "key", ""),
    "answer": lambda user, part: reading.answer(user, part.interview_id, "key", "keep"),
    "start_over": lambda user, part: reading.start_over(user, part.interview_id),
}


@pytest.mark.parametrize("name", REACHES)
async def test_nobody_reaches_what_is_anothers(database: Database, name: str) -> None:
    made = await make_interview(database)
    owner = as_user(made.interviewer)
    call = await make_call(database, made)
    await save_feedback(owner, made.id, TEXT, call.id)
    async with database.read() as session:
        (version,) = await version_rows.versions_of(session, made.scorecard.id, editing.FEEDBACK)
    part = Part(made.id, call.id, version.id)
    colleague = await make_user(database, company_id=owner.company_id)
    await add_interviewer(database, await make_interview(database, colleague), made.interviewer)
    stranger = await make_user(database)
    elsewhere = CurrentUser(owner.id, stranger.company_id, owner.name, owner.email, "admin")
    before = await scorecard(database, made)
    for person in (as_user(colleague), as_user(stranger), elsewhere):
        with pytest.raises(NotFound):
            await REACHES[name](person, part)
    with pytest.raises(NotFound):
        await REACHES[name](owner, Part("absent", "absent", "absent"))
    assert await scorecard(database, made) == before


async def test_a_query_of_drafts_gives_only_ones_own(database: Database) -> None:
    made = await make_interview(database)
    colleague = await make_user(database, company_id=made.interviewer.company_id)
    await add_interviewer(database, made, colleague)
    await make_call(database, made)
    async with database.read() as session:
        assert len(await draft_rows.drafts_of(session, as_user(made.interviewer), made.id)) == 1
        assert await draft_rows.drafts_of(session, as_user(colleague), made.id) == []


async def test_the_history_is_the_newest_twenty(database: Database) -> None:
    made = await make_interview(database)
    calls = [await make_call(database, made, started_at=clock.now()) for _ in range(22)]
    async with database.read() as session:
        drafts = await draft_rows.drafts_of(session, as_user(made.interviewer), made.id)
    assert [call.id for call, _ in drafts] == [call.id for call in reversed(calls[2:])]
