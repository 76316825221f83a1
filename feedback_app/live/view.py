"""Turns a generation's events into the few, small changes the live page needs.

A page var is sent as a whole whenever it changes, so text that grows in one var costs quadratic
traffic. Here settled blocks fill a fixed row of slots that each stop changing; the open block is a
list of finished runs that changes rarely and a short tail that changes with every flush; counters
change once a second. When a row is full, its last parts are joined by `_first_to_join`, so that the
text of an answer of any length is sent a few times at most. Blocks travel as bare lists, because
names would take more space than the text they name.
"""

import re
from collections.abc import Sequence
from typing import Any

from feedback_app.core import clock
from feedback_app.llm.events import (
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    Event,
    ReasoningEvent,
    StatusEvent,
    is_terminal,
)
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text.blocks import Block, Span
from feedback_app.llm.text.citations import Citation, marked, unpacked
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.llm.text.splitting import BlockSplitter, decided
from feedback_app.ui import wording

WireSpan = tuple[str, str, str]
"""Text, marks, and an address or, after `#n`, the lines it rests on."""
WireBlock = tuple[str, str, list[WireSpan]]
"""Kind with level (`heading2`, `bullet0`), marker, runs."""

SLOTS = 24
SLOT_CHARACTERS = 60
BLOCK_CHARACTERS = 30
"""The approximate size of a block besides its text."""
TAIL_CHARACTERS = 56
REASONING_CHARACTERS = 6000
"""How much of the newest reasoning the page shows."""
COUNTERS_EVERY_S = 1.0

_PIECES = ("h0", "h1", "h2", "h3")
NOTHING_OPEN: dict[str, Any] = {"o": [], "k": "", "n": "", "t": "", "m": ""} | {
    name: [] for name in _PIECES
}
"""The vars of the open block when nothing is being written."""

_MAY_BE_CODE = re.compile(r"`{3}|~{3}|\t| {4}")
_MARKUP = "*_`~"


def wire_span(span: Span) -> WireSpan:
    return span.text, span.marks, f"#n{span.cite}" if span.cite else span.href


def wire_block(block: Block) -> WireBlock:
    """The block as the page receives it."""
    return f"{block.kind}{block.level}", block.marker, [wire_span(span) for span in block.spans]


def fill_slots(blocks: Sequence[Block]) -> dict[str, list[WireBlock]]:
    """All slots for a text that is already there in full."""
    slots = {f"b{number}": list[WireBlock]() for number in range(SLOTS)}
    return slots | _Slots().add(blocks)


def _first_to_join(sizes: Sequence[int]) -> int:
    """The index of the part of a full row to join with all after it.

    It is the last one that is no larger than those together, so that the resent text has doubled
    since; otherwise the last but one.
    """
    after = sizes[-1]
    for part in range(len(sizes) - 2, -1, -1):
        if sizes[part] <= after:
            return part
        after += sizes[part]
    return len(sizes) - 2


class _Slots:
    """The slots filled so far, the last of which is still being filled."""

    def __init__(self) -> None:
        self._slots: list[list[WireBlock]] = [[]]
        self._sizes = [0]

    def add(self, blocks: Sequence[Block]) -> dict[str, list[WireBlock]]:
        """Take the next blocks; return the slots that change."""
        changed: set[int] = set()
        for block in blocks:
            # Later slots hold more, so that a row suffices for an ordinary answer.
            if self._sizes[-1] >= SLOT_CHARACTERS * (1 + (len(self._slots) - 1) // 6):
                changed |= self._begin_slot()
            self._slots[-1].append(wire_block(block))
            self._sizes[-1] += len(block.text) + BLOCK_CHARACTERS
            changed.add(len(self._slots) - 1)
        # Copies: a var that shares its list with a slot would never be seen to change.
        filled = dict(enumerate(self._slots))
        return {f"b{number}": list(filled.get(number, ())) for number in sorted(changed)}

    def _begin_slot(self) -> set[int]:
        """Begin the next slot, joining some if none is free; return those that change."""
        joined: set[int] = set()
        if len(self._slots) == SLOTS:
            first = _first_to_join(self._sizes)
            self._slots[first:] = [[block for slot in self._slots[first:] for block in slot]]
            self._sizes[first:] = [sum(self._sizes[first:])]
            joined = set(range(first, SLOTS))
        self._slots.append([])
        self._sizes.append(0)
        return joined


class _OpenBlock:
    """The block that is being written: finished runs, in a few write-once pieces, and a tail that
    grows."""

    def __init__(self) -> None:
        self._shown: dict[str, Any] = dict(NOTHING_OPEN)

    def show(self, markdown: str) -> dict[str, Any]:
        """The vars that change when `markdown` is the open end."""
        visible = decided(markdown)
        healed = _healed(visible)
        blocks = parse_blocks(healed)
        if healed != visible and _MAY_BE_CODE.search(visible):
            as_written = parse_blocks(visible)
            if as_written and as_written[-1].kind == "code":
                blocks = as_written
        if not blocks:
            return self._change(NOTHING_OPEN)
        *before, last = (wire_block(block) for block in blocks)
        kind, marker, runs = last
        return self._change({"o": before, "k": kind, "n": marker, **self._split(runs)})

    def _change(self, values: dict[str, Any]) -> dict[str, Any]:
        changed = {name: new for name, new in values.items() if self._shown[name] != new}
        self._shown |= changed
        return changed

    def _split(self, runs: list[WireSpan]) -> dict[str, Any]:
        """The runs as pieces and tail, keeping the pieces that still show the beginning."""
        pieces: dict[str, Any] = {name: self._shown[name] for name in _PIECES}
        rest = _after(runs, [run for name in _PIECES for run in pieces[name]])
        if rest is None:
            pieces, rest = {name: [] for name in _PIECES}, runs
        tail, marks = "", self._shown["m"]
        if rest and not rest[-1][2] and len(rest[-1][0]) <= TAIL_CHARACTERS:
            *rest, (tail, marks, _) = rest
        if rest:
            pieces |= _with_runs(pieces, rest)
        return {**pieces, "t": tail, "m": marks}


def _with_runs(pieces: dict[str, Any], rest: list[WireSpan]) -> dict[str, Any]:
    """The pieces that change when `rest` is put after them."""
    free = next((name for name in _PIECES if not pieces[name]), None)
    if free is not None:
        return {free: rest}
    parts = [*(pieces[name] for name in _PIECES), rest]
    first = _first_to_join([sum(len(text) for text, _, _ in part) for part in parts])
    joined = [run for part in parts[first:] for run in part]
    return {name: [] for name in _PIECES[first:]} | {_PIECES[first]: joined}


def _after(runs: list[WireSpan], beginning: list[WireSpan]) -> list[WireSpan] | None:
    """What `runs` show after `beginning`; `None` if they do not start with it."""
    rest = list(runs)
    for text, marks, href in beginning:
        if not rest or rest[0][1:] != (marks, href) or not rest[0][0].startswith(text):
            return None
        left = rest[0][0][len(text) :]
        rest[:1] = [(left, marks, href)] if left else []
    return rest


def _healed(markdown: str) -> str:
    """The Markdown with its unfinished emphasis closed, so that it shows as it will be."""
    text = _without_open_markup(markdown)
    if text.count("`") % 2:
        return text + "`"
    if text.count("**") % 2:
        return text.rstrip() + "**"
    return text


def _without_open_markup(markdown: str) -> str:
    """The Markdown without the markup characters and the spaces at its end."""
    written = markdown.rstrip()
    bare = written.rstrip(_MARKUP)
    return bare if len(bare) < len(written) else markdown


class LiveView:
    """What has been shown to one follower of one generation, which began `age_s` seconds ago."""

    def __init__(self, age_s: float = 0.0) -> None:
        self.text = ""
        self.ending: CompleteEvent | EndedEvent | None = None
        self.later_stages: list[dict[str, Any]] = []
        """The vars of stages to be shown after the last events, each drawn on its own."""
        self._splitter = BlockSplitter()
        self._slots = _Slots()
        self._open = _OpenBlock()
        self._reasoning = ""
        self._reasoning_tokens = 0
        self._progress = 0.0
        self._stage = "connecting"
        self._started = clock.monotonic() - age_s
        self._counted = float("-inf")
        self._cited = 0
        """The number of citations in the text so far."""
        self._lines: set[int] = set()

    @property
    def stage(self) -> str:
        """The stage it is in."""
        return self._stage

    def up_to_ending(self, events: Sequence[Event], *, must_wait: bool = False) -> Sequence[Event]:
        """The events without the ending, if a stage must be shown before it.

        That is one that they enter, or with `must_wait` an earlier one.
        """
        if not events or not is_terminal(events[-1]):
            return events
        enters = any(isinstance(e, StatusEvent) and e.status != self._stage for e in events)
        return events[:-1] if enters or must_wait else events

    def take(self, events: Sequence[Event]) -> dict[str, Any]:
        """The page vars to set after these events; without events, only the counters advance.

        They include text of every stage. Of several stages they include the first, and
        `later_stages` the others: each is to be drawn on its own, and no text waits for that.
        """
        changes: dict[str, Any] = {}
        entered: list[dict[str, Any]] = []
        chunks: list[ChunkEvent] = []
        for event in events:
            match event:
                case ChunkEvent():
                    chunks.append(event)
                case ReasoningEvent():
                    self._reasoning += event.content
                    self._reasoning_tokens += estimate_tokens(event.content)
                case StatusEvent():
                    shown = {"phase": event.status, "message": event.message}
                    if event.status == self._stage:
                        (entered[-1] if entered else changes).update(shown)
                    else:
                        entered.append(shown)
                    self._progress, self._stage = event.progress, event.status
                case CompleteEvent() | EndedEvent():
                    self.ending = event
        changes |= entered[0] if entered else {}
        self.later_stages = entered[1:]
        if chunks:
            changes |= self._grow(chunks)
        if self.ending is not None:
            changes |= self._close(self.ending)
        elif clock.monotonic() - self._counted >= COUNTERS_EVERY_S:
            changes |= self._count()
        return changes

    def _grow(self, chunks: Sequence[ChunkEvent]) -> dict[str, Any]:
        """The vars that change with the next text."""
        changes: dict[str, Any] = {}
        added: list[str] = []
        for chunk in chunks:
            citations = unpacked(chunk.cites)
            self._cited += len(citations)
            if citations:
                changes |= self._rests_on(citations)
            self.text += chunk.content
            added.append(marked(chunk.content, citations, chunk.offset))
        changes |= self._slots.add(self._splitter.feed("".join(added)))
        return {**changes, **self._open.show(self._splitter.open)}

    def _finish_text(self, ending: CompleteEvent | EndedEvent) -> dict[str, Any]:
        """The vars that change when nothing more will come."""
        # A mark after the last text comes with the ending.
        last = marked("", unpacked(ending.cites)[self._cited :])
        changes = self._slots.add([*self._splitter.feed(last), *self._splitter.finish()])
        return {**changes, **NOTHING_OPEN, "f": ""}

    def _rests_on(self, citations: Sequence[Citation]) -> dict[str, Any]:
        """The lines of the notes used so far, and those of the newest statement."""
        self._lines |= {int(line) for _, lines in citations for line in lines.split(",")}
        return {
            "u": f",{','.join(map(str, sorted(self._lines)))},",
            "f": f",{citations[-1][1]},",
        }

    def _count(self) -> dict[str, Any]:
        self._counted = clock.monotonic()
        tokens = estimate_tokens(self.text) + self._reasoning_tokens
        changes: dict[str, Any] = {
            "elapsed": f"{int(self._counted - self._started)} s",
            "progress": round(self._progress * 100),
        }
        if tokens:
            changes["tokens"] = wording.tokens(tokens, estimated=True)
        if self._reasoning:
            changes["reasoning"] = self._reasoning[-REASONING_CHARACTERS:]
        return changes

    def _close(self, ending: CompleteEvent | EndedEvent) -> dict[str, Any]:
        changes = self._count() | {"phase": ending.type, "message": ""}
        changes |= self._finish_text(ending)
        if isinstance(ending, CompleteEvent):
            changes["progress"] = 100
        return changes
