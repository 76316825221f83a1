"""What the page shows of a text, and what it says beside it.

All of it grows with the text and the notes, so it is worked out away from the event loop.
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
    """What a text is read beside. A tuple, because a page's state hands those out as they are."""

    sent: Source | None = None
    """What the draft was asked from that the text began as."""
    latest: Source | None = None
    """What a draft was asked from last."""
    notes: str = ""
    """The notes as a draft would be sent them."""
    judgements: str = ""
    """A mark of what else was recorded (`Assessment.judgements`)."""
    recorded: Recorded = Recorded()
    """What the text must not depart from."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One revision of a text as the page shows it."""

    revision: int
    blocks: list[Block]
    is_empty: bool
    words: str
    """How many it has."""
    departs: str
    """Where it departs from what was recorded, in one sentence."""
    ground: Ground
    html: str = ""
    """What an editor shows after it was restarted."""
    final: list[WireGroup] | None = None
    """The text for reading."""


async def typed(text: Written, beside: Beside) -> Shown:
    """A text that stands in an editor already."""
    return await asyncio.to_thread(_shown, text, beside)


async def begun(text: Written, beside: Beside) -> Shown:
    """A text that an editor begins with, or that is read."""
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
