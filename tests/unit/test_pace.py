"""The pace of an answer: what is stored of it shows the same text at the same moments."""

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.llm.generation.pace import MAX_PIECES, PaceRecorder, paced

pieces = st.lists(st.tuples(st.integers(0, 500), st.text(min_size=1, max_size=5)), max_size=60)


def recorded(noted: list[tuple[int, str]]) -> tuple[str, list[int], list[tuple[int, str]]]:
    """The text, what is stored of its pace, and when each piece left."""
    recorder, at_ms, left = PaceRecorder(), 0, []
    for wait_ms, text in noted:
        at_ms += wait_ms
        recorder.note(at_ms, len(text))
        left.append((at_ms, text))
    return "".join(text for _, text in noted), recorder.stored(), left


@given(pieces)
def test_every_piece_comes_again_when_it_came(noted: list[tuple[int, str]]) -> None:
    text, stored, left = recorded(noted)
    assert paced(text, stored) == left


@given(st.integers(MAX_PIECES, 6 * MAX_PIECES))
def test_a_long_answer_keeps_its_first_piece_its_whole_text_and_its_end(count: int) -> None:
    text, stored, left = recorded([(40, "word ")] * count)
    shown = paced(text, stored)
    assert len(stored) <= 2 * MAX_PIECES
    assert "".join(piece for _, piece in shown) == text
    assert shown[0] == left[0]
    assert left[-1][0] - shown[-1][0] == 0


def test_a_pace_of_another_text_shows_nothing() -> None:
    assert paced("short", [10, 3, 10, 9]) == []
    assert paced("", []) == []
