"""How the drafter reads notes: where remarks begin and end, and what they plainly say."""

import pytest

from feedback_app.llm.drafter.notes import clean, split_notes
from feedback_app.llm.drafter.signals import polarity


def remarks(notes: str) -> list[str]:
    return [note.text for note in split_notes(notes)[0]]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        pytest.param("- one thing\n* two things\n• three things", 3, id="bullets"),
        pytest.param("1. one thing\n2) two things\n(3) three things", 3, id="numbers"),
        pytest.param("Saw Dr. Smith, e.g. on p. 5. Then she left.", 2, id="abbreviations"),
        pytest.param("good sql\r\nslow on joins\r\n\tgreat manner", 3, id="CRLF and tabs"),
        pytest.param("很好的回答。他解释了事务。", 2, id="Chinese"),
        pytest.param("उत्तर बहुत अच्छा था। समय पर नहीं।", 2, id="Hindi"),
        pytest.param("------\n=====\n***", 0, id="only rules"),
        pytest.param("# Weak on SQL\n\n**Late as well**", 2, id="only headings"),
        pytest.param("Same thing here.\nsame thing here.", 1, id="repeats"),
    ],
)
def test_notes_are_cut_into_remarks(notes: str, expected: int) -> None:
    assert len(remarks(notes)) == expected


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        pytest.param("10:05 - asked about queues", "asked about queues", id="timestamp"),
        pytest.param("[10:05] asked about queues", "asked about queues", id="bracketed time"),
        pytest.param("- 10:05–10:20: talked queues", "talked queues", id="bullet and time range"),
        pytest.param("Q: Why?\nA: because of locks", "because of locks", id="question and answer"),
        pytest.param("Q: Why? A: because of locks", "because of locks", id="both on one line"),
        pytest.param("- [x] wrote the tests", "wrote the tests", id="checkbox"),
        pytest.param(
            "she went on about\nKafka at length", "she went on about Kafka at length", id="wrap"
        ),
        pytest.param("a\u202eb\u200b c\x00d", "ab cd", id="invisible characters"),
    ],
)
def test_marks_around_a_remark_are_not_part_of_it(notes: str, expected: str) -> None:
    assert remarks(notes) == [expected]


def test_a_run_on_sentence_is_cut_at_clauses_and_inside_no_word() -> None:
    notes = "he talked about the old job and then he went on about around sixty calls a day " * 9
    pieces = remarks(notes)
    assert len(pieces) > 1 or len(pieces[0]) <= 240
    assert all(f" {piece} " in f" {clean(notes)} " for piece in pieces)


def test_hard_wrapped_prose_is_read_as_whole_sentences() -> None:
    notes = (
        "She explained how the billing service retries its calls and why\n"
        "Kafka was chosen over a plain queue, naming the cost of each of\n"
        "Them before I had to ask about it at all."
    )
    assert len(remarks(notes)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("strong grasp of SQL", 1),
        ("not bad", 1),
        ("no concerns", 1),
        ("did not struggle", 1),
        ("solved it without help", 1),
        ("hardly any mistakes", 1),
        ("not just good, excellent", 1),
        ("couldn't explain joins", -1),
        ("could not explain joins", -1),
        ("not very clear", -1),
        ("didn't know indexes", -1),
        ("too confident", -1),
        ("lacked structure", -1),
        ("failed to test", -1),
        ("is it good?", 0),
        ("good but slow", 0),
        ("would be good with practice", 0),
        ("he said the old team was bad", 0),
        ("asked about a weak spot", 0),
        ("struggled at first, eventually solved it", 0),
        ("you couldn't ask for more", 0),
        ("separation of concerns", 0),
        ("I forgot to ask about pay", 0),
        ("previous team was weak", 0),
    ],
)
def test_praise_and_fault_are_told_apart_or_left_alone(text: str, expected: int) -> None:
    assert polarity(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nicht schlecht", 1),
        ("ohne Probleme", 1),
        ("überzeugte nicht", -1),
        ("gut, aber langsam", 0),
    ],
)
def test_german_negation_is_heeded(text: str, expected: int) -> None:
    assert polarity(text, "de") == expected
