"""The text of feedback: revisions, tabs, every act that replaces it, and what Undo brings back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AlreadySubmitted, ChangedElsewhere, Invalid, NotFound
from feedback_app.db.models import Scorecard, TextVersion, VersionKind
from feedback_app.db.session import Database
from feedback_app.feedback import editing
from feedback_app.feedback.document import from_editor
from feedback_app.feedback.editing import Written
from feedback_app.feedback.queries import version_rows
from feedback_app.feedback.versions import (
    FEEDBACK,
    MOST_VERSIONS,
    NOTES,
    undo_label,
    with_later_words,
)
from feedback_app.interviews import service as interviews
from feedback_app.llm.text.blocks import Block
from feedback_app.llm.text.citations import packed
from feedback_app.llm.text.markdown import parse_blocks
from tests.factories import MadeInterview, make_call, make_interview
from tests.integration.generating import as_user
from tests.saving import save_feedback

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
DRAFT = "## Summary\n\n- Drew two tables.\n- Needed two hints."
CITES = packed([(len("## Summary\n\n- Drew two tables."), "1"), (len(DRAFT), "3")])
TAB, OTHER_TAB = "a" * 32, "b" * 32


@pytest.fixture
def at() -> Iterator[Callable[[timedelta], None]]:
    """Moves the clock to so long after noon."""
    clock.set_now(lambda: NOON)
    yield lambda after: clock.set_now(lambda: NOON + after)
    clock.set_now(None)


async def kept(database: Database, made: MadeInterview) -> Scorecard:
    async with database.read() as session:
        found = await session.get(Scorecard, made.scorecard.id)
    assert found is not None
    return found


async def versions(database: Database, made: MadeInterview) -> list[TextVersion]:
    """The versions of the feedback, oldest first."""
    async with database.read() as session:
        found = await version_rows.versions_of(session, made.scorecard.id, FEEDBACK)
    return list(reversed(found))


async def told(database: Database, made: MadeInterview) -> list[tuple[str, str]]:
    """The versions' kinds and texts, oldest first."""
    return [(version.kind, version.text) for version in await versions(database, made)]


def text(markdown: str) -> list[Block]:
    return parse_blocks(markdown)


async def test_each_save_of_another_text_is_a_revision(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    first = await editing.save(user, made.id, text("One."), 0, TAB)
    again = await editing.save(user, made.id, text("One."), first.revision, TAB)
    second = await editing.save(user, made.id, text("Two."), again.revision, TAB)
    assert (first.revision, again.revision, second.revision) == (1, 1, 2)
    card = await kept(database, made)
    assert (card.feedback, card.feedback_writer, card.feedback_kept) == ("Two.", TAB, True)


async def test_what_a_database_cannot_hold_is_kept_without_it(database: Database) -> None:
    made = await make_interview(database)
    document = {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "a\0b\ud83d"}]},
            {"type": "paragraph"},
        ],
    }
    blocks = from_editor(document)
    assert (await editing.save(as_user(made.interviewer), made.id, blocks, 0)).markdown == "ab?"
    assert (await kept(database, made)).feedback == "ab?"


async def test_one_tab_goes_on_from_a_revision_it_has_not_heard_of(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    for number in range(3):
        await editing.save(user, made.id, text(f"Line {number}."), 0, TAB)
    card = await kept(database, made)
    assert (card.feedback, card.feedback_revision) == ("Line 2.", 3)


async def test_two_tabs_keep_both_texts(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    await editing.save(user, made.id, text("The first tab's."), 0, TAB)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("The second"), 0, OTHER_TAB)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("The second tab's."), 0, OTHER_TAB)
    assert (await kept(database, made)).feedback == "The first tab's."
    assert await told(database, made) == [("elsewhere", "The second tab's.")]
    (version,) = await versions(database, made)
    taken = await editing.restore(user, made.id, version.id)
    assert taken.markdown == "The second tab's."
    assert await told(database, made) == [
        ("elsewhere", "The second tab's."),
        ("restored", "The first tab's."),
    ]


async def test_what_a_tab_could_not_save_stays_when_the_same_happens_again(
    database: Database,
) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    await editing.save(user, made.id, text("First."), 0, TAB)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("Refused once."), 0, OTHER_TAB)
    await editing.save(user, made.id, text("Second."), 1, TAB)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("Refused again."), 1, OTHER_TAB)
    assert await told(database, made) == [
        ("elsewhere", "Refused once."),
        ("elsewhere", "Refused again."),
    ]


@pytest.mark.parametrize("base", [-1, 2**31, 10**30, "1", None])
async def test_a_base_that_nobody_has_is_another_texts(database: Database, base: Any) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    await editing.save(user, made.id, text("One."), 0, TAB)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("Two."), base, OTHER_TAB)
    assert await told(database, made) == [("elsewhere", "Two.")]


async def test_a_tab_without_a_name_is_never_taken_for_the_same_one(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    await editing.save(user, made.id, text("One."), 0)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("Two."), 0)


async def test_a_tab_that_missed_an_act_may_not_write_over_it(database: Database) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)
    await editing.save(user, made.id, text("Mine."), 0, TAB)
    await editing.replace_with(user, made.id, call.id)
    with pytest.raises(ChangedElsewhere):
        await editing.save(user, made.id, text("Mine, and more."), 1, TAB)
    assert (await kept(database, made)).feedback == DRAFT
    assert ("elsewhere", "Mine, and more.") in await told(database, made)


async def test_two_saves_at_once_over_one_revision_lose_neither_text(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    texts = [f"Text {number}." for number in range(6)]
    outcomes = await asyncio.gather(
        *(
            editing.save(user, made.id, text(one), 0, f"tab{number}")
            for number, one in enumerate(texts)
        ),
        return_exceptions=True,
    )
    saved = [outcome for outcome in outcomes if isinstance(outcome, Written)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, ChangedElsewhere)]
    assert (len(saved), len(refused)) == (1, 5)
    card = await kept(database, made)
    assert (card.feedback, card.feedback_revision) == (saved[0].markdown, 1)
    aside = [of for kind, of in await told(database, made) if kind == "elsewhere"]
    assert sorted([card.feedback, *aside]) == texts


async def test_a_save_beside_an_act_leaves_one_of_them_in_place_and_loses_neither(
    database: Database,
) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)
    await asyncio.gather(
        editing.save(user, made.id, text("Typed."), 0, TAB),
        editing.replace_with(user, made.id, call.id),
        return_exceptions=True,
    )
    everything = [(await kept(database, made)).feedback]
    everything += [of for _, of in await told(database, made)]
    assert {"Typed.", DRAFT} <= set(everything)


async def test_a_draft_fills_an_empty_editor_with_what_its_statements_rest_on(
    database: Database,
) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, text=DRAFT, draft={"cites": CITES})
    taken = await editing.take_draft(as_user(made.interviewer), made.id, call.id)
    assert taken is not None
    assert (taken.markdown, taken.call_id) == (DRAFT, call.id)
    cited = [span.cite for block in taken.blocks for span in block.spans if span.cite]
    assert cited == ["1", "3"]


async def test_a_newer_draft_takes_the_place_of_one_as_it_came_but_of_nothing_else(
    database: Database,
) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    old = await make_call(database, made, text=DRAFT)
    new = await make_call(database, made, text="Newer.")
    newest = await make_call(database, made, text="Newest.")
    await editing.take_draft(user, made.id, old.id)
    taken = await editing.take_draft(user, made.id, new.id)
    assert taken is not None
    assert (taken.markdown, taken.call_id) == ("Newer.", new.id)
    await editing.save(user, made.id, text("Newer, edited."), taken.revision, TAB)
    assert await editing.take_draft(user, made.id, newest.id) is None
    assert (await kept(database, made)).feedback == "Newer, edited."


async def test_a_draft_that_was_taken_and_edited_is_not_taken_again(database: Database) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)
    taken = await editing.take_draft(user, made.id, call.id)
    assert taken is not None
    await editing.save(user, made.id, text("Edited."), taken.revision, TAB)
    again = await editing.take_draft(user, made.id, call.id)
    assert again is not None
    assert again.markdown == "Edited."


async def test_a_draft_that_ended_unseen_is_taken_once(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    call, newer = await make_call(database, made, text=DRAFT), await make_call(database, made)
    assert await editing.take_unseen(user, made.id, call.id)
    assert not await editing.take_unseen(user, made.id, call.id), "it is there"
    assert await editing.take_unseen(user, made.id, newer.id), "over one as it came"
    await editing.undo(user, made.id)
    assert not await editing.take_unseen(user, made.id, newer.id), "it was taken back"
    await save_feedback(user, made.id, "")
    assert not await editing.take_unseen(user, made.id, newer.id)
    unseen = await make_call(database, made, text="A third.")
    await save_feedback(user, made.id, "Mine.")
    assert not await editing.take_unseen(user, made.id, unseen.id), "over the person's own"
    assert (await kept(database, made)).feedback == "Mine."


Act = Callable[[CurrentUser, MadeInterview, str], Awaitable[Written | None]]
ACTS: dict[VersionKind, tuple[Act, str]] = {
    VersionKind.REPLACED: (
        lambda user, made, call: editing.replace_with(user, made.id, call),
        DRAFT,
    ),
    VersionKind.APPENDED: (
        lambda user, made, call: editing.append(user, made.id, call),
        f"Mine.\n\n{DRAFT}",
    ),
    VersionKind.REWRITTEN: (
        lambda user, made, call: editing.rewrite(user, made.id, text("Placed."), {}),
        "Placed.",
    ),
}


@pytest.mark.parametrize("kind", ACTS)
async def test_what_an_act_replaced_is_a_version_and_undo_and_redo_go_between_both(
    database: Database, kind: VersionKind
) -> None:
    act, after = ACTS[kind]
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)
    await save_feedback(user, made.id, "Mine.")
    written = await act(user, made, call.id)
    assert written is not None
    assert written.markdown == after
    assert await told(database, made) == [(kind, "Mine.")]
    for expected in ("Mine.", after, "Mine."):
        written = await editing.undo(user, made.id)
        assert written.markdown == expected
    assert (await kept(database, made)).feedback == "Mine."
    assert written.revision == 5


async def test_undo_brings_back_the_draft_a_text_began_as(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    old = await make_call(database, made, text=DRAFT, draft={"cites": CITES})
    new = await make_call(database, made, text="Newer.")
    await editing.take_draft(user, made.id, old.id)
    await editing.replace_with(user, made.id, new.id)
    written = await editing.undo(user, made.id)
    assert (written.markdown, written.call_id) == (DRAFT, old.id)
    assert [span.cite for block in written.blocks for span in block.spans if span.cite] == [
        "1",
        "3",
    ]


async def test_undo_says_when_later_words_go_along_and_redo_brings_them_back(
    database: Database,
) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)

    async def label() -> str:
        async with database.read() as session:
            return await undo_label(session, await session.get_one(Scorecard, made.scorecard.id))

    async def typed(text: str) -> None:
        _, base = await interviews.revisions(user, made.id)
        await editing.save(user, made.id, parse_blocks(text), base, TAB)

    await editing.replace_with(user, made.id, call.id)
    assert await label() == "Undo draft"
    await editing.rewrite(user, made.id, parse_blocks("Placed."), {})
    assert await label() == "Undo placing"
    await typed("Placed, and more.")
    assert await label() == "Undo placing and later words"
    await editing.undo(user, made.id)
    assert await label() == "Redo"
    assert (await editing.undo(user, made.id)).markdown == "Placed, and more."
    assert await label() == "Undo placing"
    await editing.undo(user, made.id)
    await typed("Something else.")
    assert await label() == "Redo, without later words"
    assert with_later_words(with_later_words("Redo")) == await label()


async def test_there_is_nothing_to_undo_before_the_first_act(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    await save_feedback(user, made.id, "Mine.")
    async with database.read() as session:
        assert await undo_label(session, made.scorecard) == ""
    with pytest.raises(Invalid, match="nothing to undo"):
        await editing.undo(user, made.id)


async def test_a_discarded_draft_leaves_an_editor_that_holds_nothing_else(
    database: Database,
) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)
    taken = await editing.take_draft(user, made.id, call.id)
    assert taken is not None
    cleared = await editing.clear_if_only(user, made.id, call.id)
    assert (cleared.markdown, cleared.call_id) == ("", "")
    assert (await editing.undo(user, made.id)).markdown == DRAFT
    edited = await save_feedback(user, made.id, "Edited.")
    assert (await editing.clear_if_only(user, made.id, call.id)).markdown == "Edited."
    assert (await kept(database, made)).feedback_revision == edited.revision


async def test_typing_leaves_a_version_every_five_minutes_and_no_more(
    database: Database, at: Callable[[timedelta], None]
) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    for minute in (0, 1, 4, 9, 10, 13, 16):
        at(timedelta(minutes=minute))
        await editing.save(user, made.id, text(f"Minute {minute}."), 0, TAB)
    assert await told(database, made) == [("typed", "Minute 4.")]
    at(timedelta(minutes=40))
    await editing.save(user, made.id, text("Later."), 0, TAB)
    assert await told(database, made) == [("typed", "Minute 4."), ("typed", "Minute 16.")]


async def test_the_newest_fifty_versions_are_kept(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    colleagues = await make_interview(database)
    await editing.rewrite(as_user(colleagues.interviewer), colleagues.id, text("Theirs."), {})
    for number in range(MOST_VERSIONS + 3):
        await editing.rewrite(user, made.id, text(f"Text {number}."), {})
    found = await versions(database, made)
    assert len(found) == MOST_VERSIONS
    assert (found[0].text, found[-1].text) == ("Text 2.", "Text 51.")
    assert (await editing.undo(user, made.id)).markdown == "Text 51."
    assert len(await versions(database, colleagues)) == 1


async def test_feedback_has_a_limit_and_the_refusal_says_which(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    longest = [Block("paragraph", [*text("x" * 50_000)[0].spans])]
    written = await editing.save(user, made.id, longest, 0, TAB)
    call = await make_call(database, made, text="One more.")
    with pytest.raises(Invalid, match=r"50,000 characters; this has 50,001"):
        await editing.save(user, made.id, text("y" * 50_001), written.revision, TAB)
    with pytest.raises(Invalid, match=r"50,000 characters; this has 50,011"):
        await editing.append(user, made.id, call.id)
    with pytest.raises(Invalid, match=r"50,000 characters"):
        await editing.rewrite(user, made.id, text("y" * 50_001), {})
    assert (await kept(database, made)).feedback == "x" * 50_000
    assert await versions(database, made) == []


async def test_a_version_of_other_feedback_or_of_notes_is_not_found(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    own_other = await make_interview(database, made.interviewer)
    await editing.rewrite(user, own_other.id, text("Of the other interview."), {})
    (elsewhere,) = await versions(database, own_other)
    notes = TextVersion(
        scorecard_id=made.scorecard.id, field=NOTES, kind=VersionKind.ELSEWHERE, text="N"
    )
    async with database.write() as session:
        session.add(notes)
    for version_id in (elsewhere.id, notes.id, "", "no\0such", "x" * 10_000):
        with pytest.raises(NotFound):
            await editing.restore(user, made.id, version_id)
    assert (await kept(database, made)).feedback == ""


async def test_submitted_feedback_is_final(database: Database) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made, text=DRAFT)
    await save_feedback(user, made.id, "Mine.", call.id)
    (version,) = await versions(database, made)
    async with database.write() as session:
        card = await session.get_one(Scorecard, made.scorecard.id)
        card.submitted_at = clock.now()
        session.add(card)
    before = await kept(database, made)
    for act in (
        editing.save(user, made.id, text("Other."), before.feedback_revision),
        editing.keep(user, made.id),
        editing.take_draft(user, made.id, call.id),
        editing.replace_with(user, made.id, call.id),
        editing.append(user, made.id, call.id),
        editing.rewrite(user, made.id, text("Other."), {}),
        editing.clear_if_only(user, made.id, call.id),
        editing.undo(user, made.id),
        editing.restore(user, made.id, version.id),
    ):
        with pytest.raises(AlreadySubmitted):
            await act
    assert await kept(database, made) == before
    assert len(await versions(database, made)) == 1
