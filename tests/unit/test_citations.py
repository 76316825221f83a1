"""Citation marks leave the text while it streams, wherever the pieces of it are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.llm.text.blocks import Block
from feedback_app.llm.text.citations import (
    MOST_MARKS,
    CitationFilter,
    marked,
    packed,
    unpacked,
    without_marks,
)
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.llm.text.splitting import BlockSplitter
from feedback_app.llm.text.unwrapping import Unwrapped
from tests.cutting import cut

ANSWER = (
    "**Yes.** Strong on ownership (4). [1, 3] Weak.\n\n## Strengths\n\n"
    '- **Ownership**: She stopped it. [3] Then "left money as floats". [7-8]\n'
    "- **Craft**: rows[3] stays, and a [link](https://example.test) too [99]\n\nLast [2]"
)
CLEAN = (
    "**Yes.** Strong on ownership (4). Weak.\n\n## Strengths\n\n"
    '- **Ownership**: She stopped it. Then "left money as floats".\n'
    "- **Craft**: rows[3] stays, and a [link](https://example.test) too\n\nLast"
)


def streamed(text: str, cuts: list[int], lines: int = 10) -> tuple[str, list[tuple[int, str]]]:
    taking, out, found = CitationFilter(lines), "", []
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        more, marks = taking.feed(text[begin:end])
        out, found = out + more, [*found, *marks]
    more, marks = taking.finish()
    return out + more, [*found, *marks]


def cited(blocks: list[Block]) -> list[tuple[str, str]]:
    return [(span.text, span.cite) for block in blocks for span in block.spans if span.cite]


def test_the_marks_are_taken_out_and_their_lines_kept() -> None:
    text, citations = without_marks(ANSWER, 10)
    assert text == CLEAN
    assert [lines for _, lines in citations] == ["1,3", "3", "7,8", "2"]
    assert cited(parse_blocks(marked(text, citations))) == [
        ("Yes.", "1,3"),
        (" Strong on ownership (4).", "1,3"),
        ("She stopped it.", "3"),
        (' Then "left money as floats".', "7,8"),
        ("Last", "2"),
    ]


@given(cuts=st.lists(st.integers(0, len(ANSWER)), max_size=30).map(sorted))
def test_wherever_the_stream_is_cut_the_text_and_the_marks_are_the_same(cuts: list[int]) -> None:
    assert streamed(ANSWER, cuts) == without_marks(ANSWER, 10)


@given(
    text=st.text(alphabet="ab [],-–1290\n.(*`", max_size=80),
    cuts=st.lists(st.integers(0, 80), max_size=12).map(sorted),
)
def test_no_text_is_lost_but_marks_and_the_blanks_before_them(text: str, cuts: list[int]) -> None:
    whole, citations = without_marks(text, 1000)
    assert streamed(text, [min(cut, len(text)) for cut in cuts], 1000) == (whole, citations)
    assert [c for c in whole if c in "ab.(*`"] == [c for c in text if c in "ab.(*`"]
    assert all(0 <= offset <= len(whole) for offset, _ in citations)


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("Said. [3]", "3"),
        ("Said. [line 3]", "3"),
        ("Said. [lines 3-5]", "3,4,5"),
        ("Said. [5, 3; 4]", "3,4,5"),
        ("Said. [3][4]", "3,4"),
        ("Said. [3–4]", "3,4"),
        ("Said. [2-999999]", "2,3,4,5,6,7,8,9,10"),
    ],
)
def test_marks_are_understood_as_models_write_them(written: str, lines: str) -> None:
    text, citations = without_marks(written, 10)
    assert text == "Said."
    assert cited(parse_blocks(marked(text, citations))) == [("Said.", lines)]


@pytest.mark.parametrize("written", ["Said. [0]", "Said. [11]", "Said. [5-2]", "Said. [99, 40-44]"])
def test_a_mark_of_lines_that_do_not_exist_is_taken_out_and_cites_nothing(written: str) -> None:
    assert without_marks(written, 10) == ("Said.", [])


@pytest.mark.parametrize("text", ["rows[3]", "[3](#there)", "[x]", "an open [3", "[1,2,", "a_[1]"])
def test_what_is_no_mark_stays_as_it_is(text: str) -> None:
    assert without_marks(text, 10) == (text, [])


def test_citations_survive_being_stored() -> None:
    _, citations = without_marks(ANSWER, 10)
    assert unpacked(packed(citations)) == citations
    assert unpacked("") == []


def test_blocks_settled_one_by_one_carry_what_the_whole_text_carries() -> None:
    text, citations = without_marks(ANSWER, 10)
    whole = marked(text, citations)
    splitter, settled = BlockSplitter(), []
    for at in range(0, len(whole), 7):
        settled += splitter.feed(whole[at : at + 7])
    assert [*settled, *splitter.finish()] == parse_blocks(whole)


@given(cuts=st.lists(st.integers(0, 60), max_size=20))
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("```markdown\n## Yes\n\nText.\n```", "## Yes\n\nText.\n"),
        ("```\nText.\n```\n", "Text.\n"),
        ("Text with\n\n```\ncode\n```\n", "Text with\n\n```\ncode\n```\n"),
        ("```python\nprint()\n```", "```python\nprint()\n```"),
        ("Plain.", "Plain."),
        ("```markdown\nStopped here", "Stopped here"),
    ],
)
def test_a_fence_around_the_whole_answer_is_taken_off(
    answer: str, text: str, cuts: list[int]
) -> None:
    taking = Unwrapped()
    assert "".join(map(taking.feed, cut(answer, cuts))) + taking.finish() == text


def test_an_answer_keeps_so_many_marks_and_shows_none_of_the_rest() -> None:
    taking = CitationFilter(12)
    written = [taking.feed("She drew. [1-12] ") for _ in range(3 * MOST_MARKS)]
    text = "".join(text for text, _ in written)
    assert "[" not in text
    assert sum(len(marks) for _, marks in written) == MOST_MARKS
