"""The live view: however an answer is cut, the page shows it as the text so far reads.

Link reference definitions are left out: what they change above them is seen when the text ends.
"""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.core.errors import Cancelled
from feedback_app.live.view import (
    NOTHING_OPEN,
    SLOTS,
    LiveView,
    WireBlock,
    WireSpan,
    fill_slots,
    wire_block,
)
from feedback_app.llm.events import (
    STAGE_MESSAGES,
    ChunkEvent,
    EndedEvent,
    Event,
    Stage,
    StatusEvent,
)
from feedback_app.llm.ledger.endings import ended_event
from feedback_app.llm.text.citations import Citation, CitationFilter, marked, packed, without_marks
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.llm.text.splitting import decided
from tests.cutting import cut

_WORDS = [
    "Asked",
    "about",
    "retries",
    "12",
    "7",
    "é",
    "👍🏽",
    "日本",
    ".",
    ":",
    "!",
    " ",
    "  ",
    "    ",
]
_MARKUP = [
    "**",
    "*",
    "_",
    "`",
    "~~",
    "[",
    "](",
    ")",
    "https://example.test",
    "&amp;",
    "\\",
    "<b>",
    "|",
]
_LINES = ["\n", "\n\n", "- ", "* ", "+ ", "1. ", "2) ", "## ", "# ", "> ", "---", "===", "```\n"]
_STAGES = list(STAGE_MESSAGES)

markdown = st.lists(st.sampled_from(_WORDS + _MARKUP + _LINES), max_size=40).map("".join)


@st.composite
def cut_markdown(draw: st.DrawFn) -> list[str]:
    """Any Markdown in any pieces."""
    text = draw(markdown)
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=12))
    return cut(text, cuts)


class Page:
    """What a browser holds after the changes it was sent."""

    def __init__(self) -> None:
        self.view = LiveView()
        self.vars: dict[str, Any] = {f"b{number}": [] for number in range(SLOTS)} | NOTHING_OPEN

    def receive(self, *events: Event) -> dict[str, Any]:
        changes = self.view.take(events)
        self.vars |= changes
        return changes

    def write(self, *pieces: str) -> dict[str, Any]:
        """Receive the pieces together, as a follower that fell behind does."""
        return self.receive(*(ChunkEvent(1, "call", text, 0) for text in pieces))

    def end(self) -> None:
        text = self.view.text
        self.receive(
            EndedEvent(2, "call", "cancelled", "CANCELLED", "", True, text, 0, None, False)
        )

    @property
    def slots(self) -> list[list[WireBlock]]:
        return [self.vars[f"b{number}"] for number in range(SLOTS)]

    @property
    def shown(self) -> list[WireBlock]:
        blocks = [block for slot in self.slots for block in slot] + self.vars["o"]
        if self.vars["k"]:
            runs = [run for name in ("h0", "h1", "h2", "h3") for run in self.vars[name]]
            tail = (self.vars["t"], self.vars["m"], "")
            blocks.append((self.vars["k"], self.vars["n"], [*runs, tail]))
        return seen(blocks)


def seen(blocks: Sequence[WireBlock]) -> list[WireBlock]:
    """The blocks as a reader sees them: runs of one look are one, and so is white space."""
    return [
        (kind, marker, runs)
        for kind, marker, runs in ((kind, marker, _joined(runs)) for kind, marker, runs in blocks)
        if runs or kind == "rule0"
    ]


def _joined(runs: Sequence[WireSpan]) -> list[WireSpan]:
    joined: list[WireSpan] = []
    for text, marks, href in runs:
        before = ""
        if joined and joined[-1][1:] == (marks, href):
            before = joined.pop()[0]
        if before + text:
            joined.append((before + text, marks, href))
    spaced = [(re.sub(r"\s+", " ", text), marks, href) for text, marks, href in joined]
    while spaced and not spaced[-1][0].strip():
        spaced.pop()
    if spaced:
        text, marks, href = spaced[-1]
        spaced[-1] = (text.rstrip(), marks, href)
    return spaced


def read(text: str) -> list[WireBlock]:
    """What the whole text shows."""
    return seen([wire_block(block) for block in parse_blocks(text)])


def possible_readings(text: str) -> list[list[WireBlock]]:
    """What a text that goes on may show: as it is, or with its last emphasis left out or closed."""
    now = decided(text)
    bare = re.sub(r"[*_`~]+\s*\Z", "", now)
    return [read(now), read(bare), read(bare + "`"), read(bare.rstrip() + "**")]


@given(cut_markdown())
@example(["- -", " Asked"])
@example(["&", "amp;"])
@example(["Asked```\n```\nAsked"])
@example(["Asked**\n\n", "about"])
@example(["1. Asked\n*", "*"])
def test_at_every_moment_the_page_shows_the_text_so_far(pieces: list[str]) -> None:
    page, text = Page(), ""
    for piece in pieces:
        page.write(piece)
        text += piece
        assert page.shown in possible_readings(text)


@given(cut_markdown())
@example(["Asked```\nA", "bout"])
@example(["Asked**\n\n", "about"])
def test_how_an_answer_was_cut_cannot_be_seen(pieces: list[str]) -> None:
    cut, together, whole = Page(), Page(), Page()
    for piece in pieces:
        cut.write(piece)
    together.write(*pieces)
    whole.write("".join(pieces))
    assert cut.shown == together.shown == whole.shown


@given(cut_markdown())
@example(["1. Asked\n*", "*"])
@example(["- Asked\n```", "about`"])
def test_an_ended_answer_reads_as_its_whole_text(pieces: list[str]) -> None:
    page = Page()
    for piece in pieces:
        page.write(piece)
    page.end()
    assert page.shown == read("".join(pieces))
    assert {name: page.vars[name] for name in NOTHING_OPEN} == NOTHING_OPEN


@given(markdown)
def test_a_stored_draft_looks_as_it_did_when_it_was_written(text: str) -> None:
    stored, live = Page(), Page()
    stored.vars |= fill_slots(parse_blocks(text))
    live.write(text)
    live.end()
    assert stored.shown == live.shown


@given(cut_markdown())
def test_a_slot_never_changes_once_the_next_is_begun(pieces: list[str]) -> None:
    page = Page()
    for piece in pieces:
        before = page.slots
        page.write(piece)
        begun = [number for number, slot in enumerate(before) if slot]
        assert page.slots[: max(begun, default=0)] == before[: max(begun, default=0)]


def told(text: str, lines: int, size: int) -> list[Event]:
    """The events of an answer with citation marks that came `size` characters at a time."""
    taking, events, plain = CitationFilter(lines), list[Event](), ""
    cites: list[Citation] = []
    waiting = 0
    for at in range(0, len(text) + size, size):
        content, found = taking.feed(text[at : at + size]) if at < len(text) else taking.finish()
        cites += found
        if content:
            now = packed(cites[waiting:])
            events.append(ChunkEvent(at + 1, "call", content, len(plain), now))
            plain, waiting = plain + content, len(cites)
    ending = EndedEvent(
        0,
        "call",
        "cancelled",
        "CANCELLED",
        "",
        True,
        plain,
        0,
        None,
        False,
        cites=packed(cites),
    )
    return [*events, ending]


CITED = "## Summary\n\n- Drew two tables. [1] Asked first. [2, 3]\n- Needed hints. [3]"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_every_statement_carries_the_lines_it_rests_on_however_it_was_cut(size: int) -> None:
    page = Page()
    for event in told(CITED, 3, size):
        page.receive(event)
    runs = [run for _, _, runs in page.shown for run in runs if run[2]]
    assert [(text.strip(), href) for text, _, href in runs] == [
        ("Drew two tables.", "#n1"),
        ("Asked first.", "#n2,3"),
        ("Needed hints.", "#n3"),
    ]
    stored = fill_slots(parse_blocks(marked(*without_marks(CITED, 3))))
    assert page.shown == seen([block for slot in stored.values() for block in slot])
    assert (page.vars["u"], page.vars["f"]) == (",1,2,3,", "")


def test_a_mark_behind_the_last_text_comes_with_the_ending() -> None:
    page = Page()
    page.receive(ChunkEvent(1, "call", "Drew two tables.", 0))
    assert "#n3" not in str(page.shown)
    ending = EndedEvent(
        2, "call", "cancelled", "", "", True, "Drew two tables.", 0, None, False, cites="16:3"
    )
    page.receive(ending)
    assert page.shown == [("paragraph0", "", [("Drew two tables.", "", "#n3")])]


def test_the_lines_of_the_newest_statement_are_told_apart_from_all_that_were_used() -> None:
    page = Page()
    page.receive(ChunkEvent(1, "call", "One. ", 0, "4:2"))
    assert (page.vars["u"], page.vars["f"]) == (",2,", ",2,")
    page.receive(ChunkEvent(2, "call", "Two.", 5, "9:1,4"))
    assert (page.vars["u"], page.vars["f"]) == (",1,2,4,", ",1,4,")


def test_a_long_paragraph_is_sent_a_little_at_a_time() -> None:
    page = Page()
    sent = [str(page.write(f"word{number} ")) for number in range(100)]
    assert max(map(len, sent[1:])) < 700


def test_who_comes_late_sees_the_time_since_the_call_began() -> None:
    assert LiveView(age_s=75.2).take([])["elapsed"] == "75 s"


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 10])
def test_each_stage_is_shown_by_itself_however_events_arrive(batch_size: int) -> None:
    log: list[Event] = []
    for stage in _STAGES:
        log.append(_status(len(log) + 1, stage))
        log.append(_status(len(log) + 1, stage))
    page, taken = Page(), 0
    shown = ["connecting"]  # what the page shows from the click on
    while taken < len(log):
        page.receive(*log[taken : taken + batch_size])
        taken += batch_size
        shown += [page.vars["phase"], *(stage["phase"] for stage in page.view.later_stages)]
    assert list(dict.fromkeys(shown)) == _STAGES


def test_the_first_text_waits_for_no_stage() -> None:
    events = [_status(1, "generating"), _status(2, "streaming"), ChunkEvent(3, "call", "Yes", 0)]
    view = LiveView()
    changes = view.take(events)
    assert (changes["phase"], changes["t"]) == ("generating", "Yes")
    assert [stage["phase"] for stage in view.later_stages] == ["streaming"]
    assert view.take([_status(4, "streaming")])["phase"] == "streaming"
    assert view.later_stages == []


def test_an_ending_waits_for_the_stages_before_it() -> None:
    view = LiveView()
    ending = ended_event(3, "call", Cancelled(), "")
    log: list[Event] = [_status(1, "thinking"), _status(2, "generating"), ending]
    assert view.up_to_ending(log) == log[:-1]
    view.take(log[:-1])
    assert view.up_to_ending([ending]) == [ending]
    assert view.up_to_ending([ending], must_wait=True) == []
    assert view.up_to_ending(log[:-1], must_wait=True) == log[:-1]
    assert view.up_to_ending([], must_wait=True) == []


def _status(seq: int, stage: Stage) -> StatusEvent:
    return StatusEvent(seq, "call", stage, STAGE_MESSAGES[stage], 0.1)
