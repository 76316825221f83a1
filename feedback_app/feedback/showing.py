"""What the page shows of a text, and what it says next to it.

All of it grows with the text and the notes, so it is computed off the event loop.
"""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from feedback_app.feedback.document import to_html, words_in
from feedback_app.feedback.editing import Written
from feedback_app.feedback.evidence.departing import Recorded, departure
from feedback_app.feedback.evidence.resting import Ground, Source, ground
from feedback_app.live.settled import WireGroup, grouped
from feedback_app.llm.text.blocks import Block, without_citations


class Beside(NamedTuple):
    """The context a text is shown in. A tuple, because a page's state returns tuples unwrapped."""

    sent: Source | None = None
    """The source of the draft that the text started from."""
    latest: Source | None = None
    """The source of the last draft."""
    notes: str = ""
    """The notes as they would be sent for a draft."""
    judgements: str = ""
    """A hash of what else was recorded (`Assessment.judgements`)."""
    recorded: Recorded = Recorded()
    """The record that the text must not depart from."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One revision of a text as the page shows it."""

    revision: int
    blocks: list[Block]
    is_empty: bool
    words: str
    """Its number of words."""
    departs: str
    """Where it departs from what was recorded, in one sentence."""
    ground: Ground
    html: str = ""
    """The editor's content after a restart."""
    final: list[WireGroup] | None = None
    """The text in read-only form."""


async def typed(text: Written, beside: Beside) -> Shown:
    """A text that is already in an editor."""
    return await asyncio.to_thread(_shown, text, beside)


async def begun(text: Written, beside: Beside) -> Shown:
    """A text that an editor begins with, or that is shown read-only."""
    return await asyncio.to_thread(_shown, text, beside, is_begun=True)


def _shown(text: Written, beside: Beside, *, is_begun: bool = False) -> Shown:
    count = words_in(text.blocks)
    return Shown(
        revision=text.revision,
        blocks=text.blocks,
        is_empty=not text.markdown.strip(),
        words=f"{count:,} word{'' if count == 1 else 's'}" if count else "",
        departs=departure(text.markdown, beside.recorded),
        ground=ground(text.blocks, beside.sent, beside.notes, beside.judgements, beside.latest),
        html=to_html(text.blocks) if is_begun else "",
        final=grouped(without_citations(text.blocks)) if is_begun else None,
    )
