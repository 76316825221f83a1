"""What is done for an answer is in proportion to its length, whatever a model writes."""

import json
from collections.abc import Callable

import pytest

from feedback_app.live.view import SLOTS, LiveView, fill_slots, wire_block
from feedback_app.llm.events import ChunkEvent
from feedback_app.llm.text import markdown, splitting
from feedback_app.llm.text.blocks import Block, Span
from feedback_app.llm.text.markdown import DEEPEST, MOST_BLOCKS, MOST_COLUMNS, few, parse_blocks
from feedback_app.llm.text.splitting import LONGEST_OPEN, BlockSplitter
from tests.hostile_answers import PIECE, UNITS, hostile, pieces, wide_table

pytestmark = pytest.mark.slow

MOST_BYTES = 120
"""To a page for each character; an ordinary answer takes 11."""


def bytes_to_page(text: str) -> int:
    """What one page is sent while the text comes."""
    view, sent, offset = LiveView(), 0, 0
    for piece in pieces(text):
        sent += len(json.dumps(view.take([ChunkEvent(1, "call", piece, offset)])))
        offset += len(piece)
    return sent


@pytest.mark.parametrize("name", UNITS)
def test_a_page_is_sent_bytes_in_proportion_to_the_answer(name: str) -> None:
    for length in (2_000, 20_000):
        assert bytes_to_page(hostile(name, length)) <= MOST_BYTES * length


@pytest.mark.parametrize("name", UNITS)
def test_a_block_that_is_being_written_is_read_up_to_a_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    for parser in (markdown._parser, splitting._outliner):
        monkeypatch.setattr(parser, "parse", _noting(parser.parse, read))
    splitter = BlockSplitter()
    for piece in pieces(hostile(name, 20_000)):
        settled = splitter.feed(piece)
        assert len(splitter.open) <= LONGEST_OPEN
        assert all(len(block.text) <= LONGEST_OPEN + PIECE for block in settled)
    assert max(read, default=0) <= LONGEST_OPEN + PIECE


def _noting(parse: Callable[..., object], read: list[int]) -> Callable[..., object]:
    def noting(text: str) -> object:
        read.append(len(text))
        return parse(text)

    return noting


@pytest.mark.parametrize("name", UNITS)
def test_a_text_has_so_many_blocks_and_loses_no_word(name: str) -> None:
    text = f"first\n\n{hostile(name, 20_000)}\n\nlast"
    read = parse_blocks(text)
    assert len(read) <= MOST_BLOCKS + 1
    shown = " ".join(block.text for block in read)
    assert shown.startswith("first")
    assert shown.endswith("last")
    for letter in "ab":
        assert shown.count(letter) >= 0.9 * text.count(letter)


def test_a_table_that_is_too_wide_is_plain_text() -> None:
    narrow, wide = (parse_blocks(wide_table(columns)) for columns in (MOST_COLUMNS, 2_000))
    assert [block.text for block in narrow][1] == " · ".join("b" * MOST_COLUMNS)
    assert len(wide) == 1
    assert wide[0].text.count("b") == 3 * 2_000


def test_what_is_nested_too_deep_is_told_all_the_same() -> None:
    deep = 3 * DEEPEST
    for text in ("> " * deep + "words", "- " * deep + "words", "1. " * deep + "words"):
        (block,) = parse_blocks(text)
        assert block.text.endswith("words")
        assert block.level <= DEEPEST


def test_an_ordinary_paragraph_keeps_its_marks_beside_one_of_nothing_but_signs() -> None:
    fine, soup = parse_blocks("**Yes.** She is *good*.\n\n" + "*a **b " * 1_000)
    assert (fine.spans[0].text, fine.spans[0].marks) == ("Yes.", "b")
    assert [span.marks for span in soup.spans] == [""]


def test_a_draft_of_more_blocks_than_are_read_now_is_shown_to_its_end() -> None:
    stored = [Block("bullet", [Span(f"item {number}")]) for number in range(100_000)]
    shown = few(stored)
    assert len(shown) == MOST_BLOCKS + 1
    assert shown[:MOST_BLOCKS] == stored[:MOST_BLOCKS]
    assert shown[-1].text.endswith("item 99999")
    assert few(stored[:MOST_BLOCKS]) == stored[:MOST_BLOCKS]


@pytest.mark.parametrize("count", [0, 1, SLOTS, 500])
def test_slots_hold_every_block_in_order(count: int) -> None:
    stored = [Block("bullet", [Span(f"item {number}")]) for number in range(count)]
    slots = fill_slots(stored)
    assert list(slots) == [f"b{number}" for number in range(SLOTS)]
    assert [block for slot in slots.values() for block in slot] == list(map(wire_block, stored))
