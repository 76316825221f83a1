"""The versions of a text: from before an action, while it was typed, and of another tab."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.text import storable
from feedback_app.db.models import Scorecard, TextVersion, VersionKind
from feedback_app.feedback.queries import version_rows
from feedback_app.llm.text.blocks import Block

TYPED_EVERY = timedelta(minutes=5)
"""How often a version is kept while somebody types."""
MOST_VERSIONS = 50
"""Versions kept of one text; older ones are deleted."""
MOST_REVISIONS = 2**31
"""Revisions are below this: a database integer holds no more."""

FEEDBACK, NOTES = "feedback", "notes"

UNDO_LABELS = {
    VersionKind.DRAFT: "Undo draft",
    VersionKind.REPLACED: "Undo draft",
    VersionKind.APPENDED: "Undo draft",
    VersionKind.REWRITTEN: "Undo placing",
    VersionKind.DISCARDED: "Undo discard",
    VersionKind.RESTORED: "Undo version",
    VersionKind.UNDONE: "Redo",
}
"""What Undo reverts, by the action that the version was kept from."""


REDO = UNDO_LABELS[VersionKind.UNDONE]
_LATER_WORDS = " and later words"
_WITHOUT_LATER_WORDS = ", without later words"


async def undo_label(session: AsyncSession, scorecard: Scorecard) -> str:
    """What Undo would revert now; empty if there is nothing."""
    version = await version_of(session, scorecard, scorecard.undo_id or "")
    label = UNDO_LABELS.get(VersionKind(version.kind), "Undo") if version else ""
    # An action leaves no writer, and every text that is typed names its tab.
    return with_later_words(label) if scorecard.feedback_writer else label


def with_later_words(label: str) -> str:
    """The label if something was typed since the action: Undo reverts that as well."""
    if not label or label.endswith((_LATER_WORDS, _WITHOUT_LATER_WORDS)):
        return label
    return label + (_WITHOUT_LATER_WORDS if label == REDO else _LATER_WORDS)


async def keep_version(
    session: AsyncSession, scorecard: Scorecard, kind: VersionKind
) -> TextVersion:
    """Keep the current feedback as a version."""
    version = TextVersion(
        scorecard_id=scorecard.id,
        field=FEEDBACK,
        kind=kind,
        text=scorecard.feedback,
        blocks=scorecard.feedback_blocks,
        call_id=scorecard.feedback_call_id,
        placements=scorecard.placements,
    )
    session.add(version)
    await session.flush()
    await version_rows.forget_versions(session, scorecard.id, FEEDBACK, MOST_VERSIONS)
    return version


async def keep_typed(session: AsyncSession, scorecard: Scorecard) -> None:
    """Keep the text that typing continues from, every few minutes."""
    if not scorecard.feedback.strip():
        return
    last = await version_rows.last_version(session, scorecard.id, FEEDBACK)
    saved = scorecard.feedback_saved_at or clock.now()
    if max(saved, last.at if last else saved) <= clock.now() - TYPED_EVERY:
        await keep_version(session, scorecard, VersionKind.TYPED)


@dataclass(frozen=True, slots=True)
class Aside:
    """The origin of a text that was not saved."""

    field: str
    writer: str
    base: int


async def keep_aside(
    session: AsyncSession, scorecard: Scorecard, of: Aside, text: str, blocks: list[Block]
) -> None:
    """Keep a text that was not saved; later text of the same tab replaces it."""
    # The page says what it was written over; somebody who sends events by hand may claim anything.
    base = of.base if isinstance(of.base, int) and 0 <= of.base < MOST_REVISIONS else 0
    known = of.writer and await version_rows.version_of_tab(
        session, scorecard.id, of.field, of.writer, base
    )
    version = known or TextVersion(
        scorecard_id=scorecard.id,
        field=of.field,
        kind=VersionKind.ELSEWHERE,
        writer=of.writer,
        base=base,
    )
    version.text, version.at = text, clock.now()
    version.blocks = [block.as_dict() for block in blocks]
    session.add(version)
    await session.flush()
    await version_rows.forget_versions(session, scorecard.id, of.field, MOST_VERSIONS)


async def keep_notes_aside(
    session: AsyncSession, scorecard: Scorecard, notes: str, base: int, writer: str
) -> None:
    """Keep notes that could not be saved because another tab saved others, as a version."""
    await keep_aside(session, scorecard, Aside(NOTES, writer, base), notes, [])


async def version_of(
    session: AsyncSession, scorecard: Scorecard, version_id: str
) -> TextVersion | None:
    """A version of the feedback by its id; `None` for any other text's."""
    version = await session.get(TextVersion, storable(version_id)[:36])
    if version is None or (version.scorecard_id, version.field) != (scorecard.id, FEEDBACK):
        return None
    return version
