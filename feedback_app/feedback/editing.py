"""Saves what a person writes: the text of their feedback, and the actions that replace all of it.

Every save names the revision the text was written over, and the tab it was written in. If another
tab has since saved a different text, the save is refused, and the text is kept as a version
instead: nothing is overwritten silently. Every action that replaces text (a draft taken over or
appended or discarded, a version restored) first keeps the text that was there; Undo brings it back,
and what Undo replaced is kept as well, so that Undo can be undone.
"""

from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import ChangedElsewhere, Invalid, NotFound
from feedback_app.core.threads import soon
from feedback_app.db.models import Draft, Scorecard, TextVersion, VersionKind
from feedback_app.db.session import database
from feedback_app.feedback.document import to_markdown, without_end
from feedback_app.feedback.queries import draft_rows, scorecard_rows, version_rows
from feedback_app.feedback.versions import (
    FEEDBACK,
    Aside,
    keep_aside,
    keep_typed,
    keep_version,
    version_of,
)
from feedback_app.llm.text.blocks import Block, block_from_dict
from feedback_app.llm.text.citations import marked, unpacked
from feedback_app.llm.text.markdown import few, parse_blocks

MAX_FEEDBACK_CHARACTERS = 50_000


@dataclass(frozen=True, slots=True)
class Written:
    """A person's feedback in its current state."""

    blocks: list[Block]
    markdown: str
    revision: int
    call_id: str
    """The draft it started from; empty if there was none."""


async def written(scorecard: Scorecard) -> Written:
    """The feedback of a scorecard."""
    blocks = await soon(blocks_of, scorecard.feedback, scorecard.feedback_blocks)
    return Written(
        blocks=blocks,
        markdown=scorecard.feedback,
        revision=scorecard.feedback_revision,
        call_id=scorecard.feedback_call_id or "",
    )


def blocks_of(text: str, stored: list[dict[str, object]]) -> list[Block]:
    """The blocks of a text; if none are stored, those of its Markdown."""
    return [block_from_dict(block) for block in stored] if stored else parse_blocks(text)


def drawn(draft: Draft) -> list[Block]:
    """The blocks of a draft with the lines they rest on."""
    return few(blocks_of(marked(draft.text, unpacked(draft.cites)), draft.blocks))


async def save(
    user: CurrentUser, interview_id: str, blocks: list[Block], base: int, writer: str = ""
) -> Written:
    """Save the feedback as it was typed over revision `base` in the tab `writer`.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        ChangedElsewhere: another text was saved since; this one is kept as a version.
        Invalid: longer than `MAX_FEEDBACK_CHARACTERS`.
    """
    text = await soon(to_markdown, without_end(blocks))
    _check_length(text)
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        same_tab = writer != "" and scorecard.feedback_writer == writer
        if scorecard.feedback_revision != base and not same_tab and scorecard.feedback != text:
            await keep_aside(session, scorecard, Aside(FEEDBACK, writer, base), text, blocks)
            changed = True
        else:
            changed = False
            if scorecard.feedback != text:
                await keep_typed(session, scorecard)
                await _write(scorecard, blocks, scorecard.feedback_call_id)
                scorecard.feedback_writer = writer
                await _make_theirs(session, user, scorecard)
    if changed:
        raise ChangedElsewhere
    return await written(scorecard)


async def keep(user: CurrentUser, interview_id: str) -> Written:
    """Confirm that the text is to be kept: the draft it started from counts as used.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        await _make_theirs(session, user, scorecard)
    return await written(scorecard)


async def take_draft(user: CurrentUser, interview_id: str, call_id: str) -> Written | None:
    """Put a finished draft into the editor; return `None` if it holds text of the person's own.

    Raises:
        NotFound: not an interview or a draft of this person.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        blocks = await _draft_blocks(session, user, interview_id, call_id)
        if scorecard.feedback_call_id == call_id:
            return await written(scorecard)
        if not await _is_untouched(session, user, scorecard):
            return None
        await _replace(session, user, scorecard, blocks, call_id, VersionKind.DRAFT)
    return await written(scorecard)


async def take_unseen(user: CurrentUser, interview_id: str, call_id: str) -> bool:
    """Take over a draft that ended while no page was open; return whether it was taken over.

    It works like `take_draft`, but a draft that has been in the editor before stays where the
    person put it.

    Raises:
        NotFound: not an interview or a draft of this person.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        blocks = await _draft_blocks(session, user, interview_id, call_id)
        known = scorecard.feedback_call_id == call_id
        if known or await version_rows.has_version_of(session, scorecard.id, call_id):
            return False
        if not await _is_untouched(session, user, scorecard):
            return False
        await _replace(session, user, scorecard, blocks, call_id, VersionKind.DRAFT)
    return True


async def replace_with(user: CurrentUser, interview_id: str, call_id: str) -> Written:
    """Replace the current text with a draft.

    Raises:
        NotFound: not an interview or a draft of this person.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        blocks = await _draft_blocks(session, user, interview_id, call_id)
        await _replace(session, user, scorecard, blocks, call_id, VersionKind.REPLACED)
    return await written(scorecard)


async def append(user: CurrentUser, interview_id: str, call_id: str) -> Written:
    """Append a draft to the current text.

    Raises:
        NotFound: not an interview or a draft of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: both together would be too long.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        more = await _draft_blocks(session, user, interview_id, call_id)
        both = [*without_end((await written(scorecard)).blocks), *more]
        _check_length(await soon(to_markdown, both))
        await _replace(session, user, scorecard, both, call_id, VersionKind.APPENDED)
    return await written(scorecard)


async def rewrite(
    user: CurrentUser, interview_id: str, blocks: list[Block], placements: dict[str, str]
) -> Written:
    """Replace the current text with another, as one action that can be undone.

    `placements` says where lines were placed before the action: Undo restores that, too.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: longer than `MAX_FEEDBACK_CHARACTERS`.
    """
    _check_length(await soon(to_markdown, blocks))
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        call_id = scorecard.feedback_call_id
        await _replace(session, user, scorecard, blocks, call_id, VersionKind.REWRITTEN)
        version = await session.get_one(TextVersion, scorecard.undo_id)
        version.placements = placements
        session.add(version)
    return await written(scorecard)


async def clear_if_only(user: CurrentUser, interview_id: str, call_id: str) -> Written:
    """Empty the editor if it holds nothing but this draft, which was discarded.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        if scorecard.feedback_call_id == call_id and await _is_untouched(session, user, scorecard):
            await _replace(session, user, scorecard, [], None, VersionKind.DISCARDED)
    return await written(scorecard)


async def undo(user: CurrentUser, interview_id: str) -> Written:
    """Restore the text from before the last action; the next Undo restores this one.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: there is nothing to undo.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        version = await version_of(session, scorecard, scorecard.undo_id or "")
        if version is None:
            raise Invalid("There is nothing to undo.")
        kind = VersionKind.UNDONE
        if version.kind == VersionKind.UNDONE:
            kind = await version_rows.undone_kind(session, version)
        await _restore(session, user, scorecard, version, kind)
        if version.placements is not None:
            scorecard.placements = version.placements
    return await written(scorecard)


async def restore(user: CurrentUser, interview_id: str, version_id: str) -> Written:
    """Restore an earlier version.

    Raises:
        NotFound: not an interview of this person, or not a version of its feedback.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        version = await version_of(session, scorecard, version_id)
        if version is None:
            raise NotFound
        await _restore(session, user, scorecard, version)
    return await written(scorecard)


async def _write(scorecard: Scorecard, blocks: list[Block], call_id: str | None) -> None:
    kept = without_end(blocks)
    text, stored = await soon(_as_stored, kept)
    scorecard.feedback = text
    scorecard.feedback_blocks = stored
    scorecard.feedback_saved_at = clock.now()
    scorecard.feedback_revision += 1
    scorecard.feedback_writer = ""
    scorecard.feedback_call_id = call_id


def _as_stored(blocks: list[Block]) -> tuple[str, list[dict[str, Any]]]:
    """The Markdown of a text, and the blocks that are stored with it."""
    return to_markdown(blocks), [block.as_dict() for block in blocks]


async def _replace(
    session: AsyncSession,
    user: CurrentUser,
    scorecard: Scorecard,
    blocks: list[Block],
    call_id: str | None,
    kind: VersionKind,
) -> None:
    """Replace the text with another, keeping the old one for Undo.

    A draft that fills an empty editor is not the person's yet; anything they chose themselves is.
    """
    scorecard.undo_id = (await keep_version(session, scorecard, kind)).id
    await _write(scorecard, blocks, call_id)
    if kind == VersionKind.DRAFT:
        scorecard.feedback_kept = False
        session.add(scorecard)
        await draft_rows.mark_saved_call(session, user, scorecard.interview_id, None)
    else:
        await _make_theirs(session, user, scorecard)


async def _restore(
    session: AsyncSession,
    user: CurrentUser,
    scorecard: Scorecard,
    version: TextVersion,
    kind: VersionKind = VersionKind.RESTORED,
) -> None:
    blocks = await soon(blocks_of, version.text, version.blocks)
    await _replace(session, user, scorecard, blocks, version.call_id, kind)
    await _make_theirs(session, user, scorecard)


async def _draft_blocks(
    session: AsyncSession, user: CurrentUser, interview_id: str, call_id: str
) -> list[Block]:
    call, draft = await draft_rows.draft_of(session, user, call_id)
    if call.subject_id != interview_id:
        raise NotFound
    return await soon(drawn, draft)


async def _is_untouched(session: AsyncSession, user: CurrentUser, scorecard: Scorecard) -> bool:
    """Whether the editor holds nothing of the person's own: nothing, or an untouched draft."""
    if not scorecard.feedback.strip():
        return True
    if not scorecard.feedback_call_id:
        return False
    call_id = scorecard.feedback_call_id
    blocks = await _draft_blocks(session, user, scorecard.interview_id, call_id)
    return scorecard.feedback == await soon(to_markdown, without_end(blocks))


async def _make_theirs(session: AsyncSession, user: CurrentUser, scorecard: Scorecard) -> None:
    """Count the text as the person's own, and the draft it started from as used."""
    scorecard.feedback_kept = True
    session.add(scorecard)
    call_id = scorecard.feedback_call_id
    await draft_rows.mark_saved_call(session, user, scorecard.interview_id, call_id)


def _check_length(text: str) -> None:
    if len(text) > MAX_FEEDBACK_CHARACTERS:
        raise Invalid(
            f"Feedback may have {MAX_FEEDBACK_CHARACTERS:,} characters; this has {len(text):,}. "
            "Shorten it to save it."
        )
