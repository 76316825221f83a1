"""What the drafter asks the writer: lines to place, contradictions, what is missing."""

import re

import pytest

from feedback_app.feedback.drafter.compose import compose
from feedback_app.feedback.drafter.reading import line_key, read
from tests.unit.drafter_factories import interview, rated

FILLER = "\n".join(
    (
        "SQL: explains a query plan line by line",
        "SQL: found the missing index at once",
        "Planning: has booked travel for forty people in two days",
        "Planning: keeps a list of what may slip and shows it each week",
    )
)
WHISTLE = "- Brought printed screens, which nobody does"
NOTES = f"{WHISTLE}\n{FILLER}"
RECORD = (rated("SQL", 3, "Quick."), rated("Planning", 3, "Calm."))


def test_a_line_that_fits_nowhere_is_reported_and_stays_out_of_the_draft() -> None:
    assessment = interview(NOTES, *RECORD)
    (unplaced,) = read(assessment).unplaced
    assert (unplaced.line, unplaced.text) == (1, WHISTLE[2:])
    assert unplaced.key == line_key(WHISTLE)
    assert "printed" not in compose(assessment)


def test_a_placed_line_enters_the_draft_there_and_is_not_reported_again() -> None:
    record = (rated("SQL", None), rated("Planning", 3, "Calm."))
    notes = f"{WHISTLE}\n" + FILLER.split("\n", 2)[2]
    assessment = interview(notes, *record, placements={line_key(WHISTLE): "sql"})
    assert read(assessment).unplaced == ()
    assert "**SQL**: Brought printed screens, which nobody does. [1]" in compose(assessment)


def test_a_line_the_writer_left_out_is_neither_used_nor_reported() -> None:
    lines = NOTES.split("\n")
    assessment = interview(
        NOTES, *RECORD, placements={line_key(WHISTLE): "", line_key(lines[2]): ""}
    )
    assert read(assessment).unplaced == ()
    assert "missing index" not in compose(assessment)
    assert 3 not in read(assessment).used


@pytest.mark.parametrize("marked", ["* brought PRINTED screens - which nobody does!", WHISTLE])
def test_a_key_does_not_depend_on_marks_case_and_blanks(marked: str) -> None:
    assert line_key(marked) == line_key("Brought printed screens, which nobody does")


def test_keys_of_different_lines_differ() -> None:
    assert len({line_key(line) for line in NOTES.split("\n")}) == 5


GUESSED = "Debugging: guessed for 20 minutes"
DOUBTFUL = f"{GUESSED}\n{FILLER}"


def test_a_fault_under_an_outstanding_rating_is_asked_about() -> None:
    (asked,) = read(interview(DOUBTFUL, rated("Debugging", 4), *RECORD)).contradictions
    assert (asked.competency_id, asked.competency, asked.rating) == ("debugging", "Debugging", 4)
    assert (asked.line, asked.quote) == (1, "guessed for 20 minutes")
    assert asked.question == "You rated Debugging 4 and wrote “guessed for 20 minutes”."
    assert asked.answers == (
        ("keep", "Keep 4"),
        ("rate:2", "Change to 2 · Mixed"),
        ("not_about", "This note is about something else"),
    )


def test_praise_under_a_poor_rating_is_asked_about() -> None:
    notes = f"Debugging: excellent, found it at once without help\n{FILLER}"
    (asked,) = read(interview(notes, rated("Debugging", 1), *RECORD)).contradictions
    assert asked.answers[1] == ("rate:3", "Change to 3 · Good")


@pytest.mark.parametrize(
    ("note", "rating"),
    [
        ("Debugging: guessed for 20 minutes", 2),
        ("Debugging: slow at first, but found it by itself", 4),
        ("Debugging: looked at the logs", 4),
        ("Debugging: excellent, found it at once", 4),
        ("Debugging: guessed for 20 minutes", None),
    ],
)
def test_what_fits_the_rating_or_is_unclear_is_not_asked_about(
    note: str, rating: int | None
) -> None:
    assessment = interview(f"{note}\n{FILLER}", rated("Debugging", rating), *RECORD)
    assert read(assessment).contradictions == ()


@pytest.mark.parametrize("answer", ["", "keep"])
def test_a_contradiction_is_told_as_the_fault_it_is_and_never_as_support(answer: str) -> None:
    record = (rated("Debugging", 4, "Calm throughout."), *RECORD)
    (asked,) = read(interview(DOUBTFUL, *record)).contradictions
    answers = {asked.key: answer} if answer else {}
    answered = interview(DOUBTFUL, *record, answers=answers)
    strengths, _, concerns = compose(answered).partition("## Concerns")
    assert "uessed" not in strengths
    assert "- **Debugging**: Guessed for 20 minutes. [1]" in concerns
    assert len(read(answered).contradictions) == (not answer)


def test_a_note_that_is_about_something_else_leaves_its_competency() -> None:
    (asked,) = read(interview(DOUBTFUL, rated("Debugging", 4), *RECORD)).contradictions
    answered = interview(DOUBTFUL, rated("Debugging", 4), *RECORD, answers={asked.key: "not_about"})
    assert read(answered).contradictions == ()
    assert "uessed" not in compose(answered)


def test_a_changed_rating_asks_anew_only_if_it_still_contradicts() -> None:
    (asked,) = read(interview(DOUBTFUL, rated("Debugging", 4), *RECORD)).contradictions
    answers = {asked.key: "rate:2"}
    changed = interview(DOUBTFUL, rated("Debugging", 2), *RECORD, answers=answers)
    assert read(changed).contradictions == ()


def test_what_is_missing_is_a_to_do_beside_the_scorecard() -> None:
    record = (rated("SQL", 3), rated("Planning", None), rated("Ownership", 4, "Drove it."))
    assert read(interview("", *record)).to_do == (
        ("sql", "SQL: no reason yet"),
        ("planning", "Planning: no rating yet"),
    )


def test_the_used_lines_are_those_the_draft_names() -> None:
    assessment = interview(NOTES, *RECORD)
    marks = re.findall(r" \[([\d, -]+)\]", compose(assessment))
    assert read(assessment).used == {int(n) for mark in marks for n in re.findall(r"\d+", mark)}
    assert 1 not in read(assessment).used
