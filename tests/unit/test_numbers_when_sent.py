"""Lines of the notes keep the number they had when a draft was asked from them."""

import pytest

from feedback_app.feedback.state import numbers_when_sent


@pytest.mark.parametrize(
    ("sent", "now", "numbers"),
    [
        ("a\nb\nc", "a\nb\nc", [1, 2, 3]),
        ("a\nb", "new\na\nb", [0, 1, 2]),
        ("a\nb\nc", "c\na", [3, 1]),
        ("a\nb", "a changed\nb", [0, 2]),
        ("a\nb", "  a\t\nb ", [1, 2]),
        ("a\n\nb\n", "a\n\n\nb", [1, 0, 0, 3]),
        ("same\nb\nsame", "same\nsame\nsame", [1, 3, 0]),
        ("", "a", [0]),
        ("a", "", [0]),
    ],
)
def test_a_line_is_known_by_its_words(sent: str, now: str, numbers: list[int]) -> None:
    assert numbers_when_sent(sent, now) == numbers


def test_many_lines_alike_are_told_apart_by_their_order() -> None:
    sent = "\n".join(["- ok"] * 20_000)
    assert numbers_when_sent(sent, sent) == list(range(1, 20_001))
