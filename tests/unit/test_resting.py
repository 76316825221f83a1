"""What a text rests on: lines of the notes, by the number they had when a draft was asked."""

import pytest

from feedback_app.feedback.evidence.resting import Ground, Source, ground, numbers_when_sent
from feedback_app.llm.text.blocks import Block, Span

TEXT = [Block("bullet", [Span("Named the index."), Span(" Asked first.", cite="3,1")])]
NOTES = "asked first\n\nnamed the index\nlate"


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


@pytest.mark.parametrize(
    ("text", "sent", "notes", "judgements", "expected"),
    [
        (TEXT, Source(NOTES, "5"), NOTES, "5", Ground(",1,3,", "", [], 1)),
        (
            TEXT,
            Source(NOTES, "5"),
            f"new\n{NOTES}",
            "5",
            Ground(",1,3,", "notes", [0, 1, 0, 3, 4], 2),
        ),
        (TEXT, Source(NOTES, "5"), NOTES, "4", Ground(",1,3,", "ratings", [], 1)),
        (TEXT, Source(NOTES, ""), NOTES, "4", Ground(",1,3,", "", [], 1)),
        ([], Source(NOTES, "5"), "other", "5", Ground("", "", [], 1)),
        ([], None, NOTES, "5", Ground("", "", [], 3)),
    ],
)
def test_a_text_tells_what_it_rests_on_and_what_has_changed_since(
    text: list[Block], sent: Source | None, notes: str, judgements: str, expected: Ground
) -> None:
    assert ground(text, sent, notes, judgements) == expected


def test_who_kept_their_own_text_is_not_told_of_changes_before_the_last_draft() -> None:
    sent, latest = Source(NOTES, "5"), Source(NOTES, "6")
    assert ground(TEXT, sent, NOTES, "6", latest).changed == ""
    assert ground(TEXT, sent, NOTES, "7", latest).changed == "ratings"
    moved = ground(TEXT, sent, f"new\n{NOTES}", "6", Source(f"new\n{NOTES}", "6"))
    assert (moved.changed, moved.sent_lines) == ("", [0, 1, 0, 3, 4])


def test_of_a_draft_that_names_no_lines_none_is_called_unused() -> None:
    text = [Block("bullet", [Span("Placed later.", cite="4")])]
    assert ground(text, Source(NOTES, "5", cites=False), NOTES, "5") == Ground("", "", [], 0)
