"""How the drafter hears praise and faults, and which layouts and labels it follows."""

import pytest

from feedback_app.core.line_keys import line_key
from feedback_app.feedback.assessment import Assessment, Recommendation
from feedback_app.feedback.drafter.compose import compose, compose_loose, compose_sides
from feedback_app.feedback.drafter.polarity import judge
from feedback_app.feedback.drafter.reading import read
from feedback_app.feedback.drafter.words import Language
from feedback_app.feedback.evidence.placing import take_out
from feedback_app.llm.text.blocks import Block
from feedback_app.llm.text.citations import marked, without_marks
from feedback_app.llm.text.markdown import parse_blocks
from tests.unit.drafter_factories import interview, rated


def parsed(markdown: str) -> list[Block]:
    """The blocks of a draft, with the lines its statements rest on."""
    return parse_blocks(marked(*without_marks(markdown, 20)))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Never opened the cupboard.", "en"),
        ("Hat den Schrank nie geöffnet.", "de"),
        ("N'a jamais ouvert l'armoire.", "fr"),
        ("Nunca abrió el armario.", "es"),
        ("Nunca abriu o armário.", "pt"),
        ("The dose was too high.", "en"),
        ("Esqueceu-se do saco.", "pt"),
    ],
)
def test_what_is_denied_forgotten_or_too_much_is_a_fault(text: str, language: Language) -> None:
    assert judge(text, language).sign == -1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Did not panic.", "en"),
        ("Never lost the thread, not even once.", "en"),
        ("Singt schief, stört keinen.", "de"),
        ("Sans hésiter.", "fr"),
    ],
)
def test_denying_a_fault_is_none(text: str, language: Language) -> None:
    assert judge(text, language).sign >= 0


def test_a_contrast_denies_nothing() -> None:
    assert judge("Opened with a question, not with a pitch.", "en").sign == 0
    assert judge("We did not get the door open.", "en").sign == 0


def test_what_was_found_is_no_fault_of_who_found_it() -> None:
    assert judge("A trouvé l'erreur.", "fr").sign == 1


def test_no_sentence_ends_behind_a_title() -> None:
    notes = "She was warm and knelt to talk to Mr. Abara about his drip. He liked that."
    assert "Mr. Abara about his drip." in compose(interview(notes, rated("Patient care", 3)))


LABELLED = "Debugging: read the logs first"
PLAIN = "Keeps the kitchen tidy for the next one"


def placed_under_debugging(notes: str) -> bool:
    draft = compose(interview(notes, rated("Debugging", 4), rated("Travel", 3, "Goes anywhere.")))
    point = next(line for line in draft.split("\n") if line.startswith("- **Debugging**"))
    return "kitchen" in point


@pytest.mark.parametrize(
    ("notes", "holds"),
    [
        (f"{LABELLED}\n{PLAIN}", False),
        (f"- {LABELLED}\n- {PLAIN}", False),
        (f"{LABELLED}\n\n{PLAIN}", False),
        (f"{LABELLED}\n  - {PLAIN}", True),
        (f"- {LABELLED}\n  - {PLAIN}", True),
        (f"{LABELLED}\n{PLAIN}\n\nTravel: has a car\nLikes trains", True),
        (f"Debugging\n{LABELLED[11:]}\n{PLAIN}", True),
        (f"Debugging:\n\n- {LABELLED[11:]}\n- {PLAIN}", True),
    ],
)
def test_a_label_holds_for_what_the_layout_puts_under_it(notes: str, holds: bool) -> None:
    assert placed_under_debugging(notes) == holds


def test_a_lone_time_at_the_start_of_a_line_is_part_of_what_it_says() -> None:
    notes = "Polite and on the ball.\n7:00 agreed, there at 7:20"
    draft = compose(interview(notes, rated("SQL", 3), rated("Planning", 3)))
    assert "7:00 agreed, there at 7:20. [2]" in draft


def test_letters_with_a_full_stop_mark_questions_and_answers() -> None:
    notes = (
        "Q. How do you find a slow query?\nA. I read the plan before I touch the index.\n"
        "Q. How do you find a lock?\nA. I look who waits for whom, then at the statement."
    )
    draft = compose(interview(notes, rated("SQL", 3)))
    assert '"I read the plan before I touch the index."' in draft
    assert "Q." not in draft


def test_the_one_who_asks_is_the_interviewer_whatever_the_letter_may_mean() -> None:
    notes = (
        "K: Wie finden Sie eine langsame Abfrage?\nO: Ich lese zuerst den Plan der Abfrage.\n"
        "K: Und dann?\nO: Dann baue ich den passenden Index dazu."
    )
    draft = compose(interview(notes, rated("SQL", 3), candidate="Sabine Ohlendorf"))
    assert "„Ich lese zuerst den Plan der Abfrage.“" in draft


def test_a_quotation_keeps_how_sure_the_candidate_was() -> None:
    notes = (
        "Me: Which index would you build?\nHer: I think one on the date, that is all I know.\n"
        "Me: And the plan?\nHer: Never looked at one, others do that."
    )
    assert '"I think one on the date' in compose(interview(notes, rated("SQL", 2)))


def test_a_word_in_a_name_behind_with_is_no_sign_of_its_own() -> None:
    record = (rated("Communication with patients", 3), rated("Hygiene", 3))
    draft = compose(interview("Washed his hands between two patients.", *record))
    assert "**Communication with patients**" not in draft
    assert "**Hygiene**: Washed his hands between two patients. [1]" in draft


def test_a_tie_goes_to_the_rating_that_judges_alike() -> None:
    notes = "Very weak on the query plan."
    good, weak = rated("Query plan reading", 4), rated("Query plan writing", 1)
    assert "**Query plan writing**" in compose(interview(notes, good, weak))
    assert "**Query plan" not in compose(
        interview(notes, rated("Query plan reading", 2), rated("Query plan writing", 2))
    )


REASONED = (
    "SQL: found the missing index by herself in five minutes\n"
    "SQL: explained clearly what each of the four joins costs\n"
    "Planning: has booked travel for forty people in two days\n"
    "Planning: keeps a list of what may slip and shows it each week\n"
    "Ownership: nothing to add"
)


def reasoned(**given: dict[str, str]) -> Assessment:
    return interview(
        REASONED,
        rated("SQL", 4),
        rated("Planning", 3),
        rated("Ownership", 4, "Stayed until the release was out."),
        recommendation=Recommendation.YES,
        **given,  # type: ignore[arg-type]
    )


def test_a_draft_begins_with_a_reason_that_its_point_does_not_repeat() -> None:
    first, _, rest = compose(reasoned()).partition("\n")
    assert "Found the missing index by herself in five minutes. [1]" in first
    assert "missing index" not in rest
    assert "- **SQL**: Explained clearly what each of the four joins costs. [2]" in rest


def test_placing_a_line_leaves_the_reasons_at_the_beginning_as_they_are() -> None:
    placed = {line_key("nothing to add"): "sql"}
    first, _, rest = compose(reasoned(placements=placed)).partition("\n")
    assert "Found the missing index by herself in five minutes. [1]" in first
    assert "missing index" not in rest
    assert "Nothing to add. [5]" in compose_sides(reasoned(placements=placed), "sql")[0]


LOOSE = (
    "Draws boxes on the wall while talking to everybody.\n"
    "Whistles an old tune at the end of each task.\n"
    "SQL: reads a plan line by line\n"
    "Was rude to the porter."
)


def loose() -> Assessment:
    return interview(LOOSE, rated("SQL", 3), rated("Planning", 3))


def test_what_fits_nowhere_is_told_by_side_or_as_observed_and_offered_to_be_placed() -> None:
    draft = compose(loose())
    concerns, _, observed = draft.partition("## Concerns")[2].partition("## Also observed")
    assert "- Was rude to the porter. [4]" in concerns
    assert "Whistles an old tune at the end of each task. [2]" in observed
    offered = {unplaced.line for unplaced in read(loose()).unplaced}
    assert offered == {1, 2, 4}


def test_what_is_told_without_a_competency_can_be_taken_out_of_the_text_again() -> None:
    told = compose_loose(loose())
    text = parsed(compose(loose()))
    for statement in told.values():
        text = take_out(text, parsed(f"- {statement}"))
    said = " ".join(block.text for block in text)
    assert "porter" not in said
    assert "tune" not in said
    assert "reads a plan" in said.casefold()
    assert "Also observed" not in said


def test_a_statement_that_a_person_changed_is_not_taken_out() -> None:
    (statement,) = [s for s in compose_loose(loose()).values() if "porter" in s]
    text = parsed(compose(loose()).replace("rude to", "quite rude to"))
    assert take_out(text, parsed(f"- {statement}")) == text
    assert take_out(text, []) == text


@pytest.mark.parametrize(("rating", "under_it"), [(4, False), (2, True)])
def test_one_word_does_not_put_a_fault_under_an_outstanding_rating(
    rating: int, under_it: bool
) -> None:
    record = (rated("Negotiation", rating), rated("Hygiene", 3, "Washes his hands."))
    draft = compose(interview("The discount sheet was sloppy.", *record))
    assert ("**Negotiation**: The discount" in draft) == under_it
    assert "The discount sheet was sloppy. [1]" in draft


def test_a_reason_faults_its_rating_only_by_strong_words() -> None:
    weak = rated("Calm", 4, "Worked on while two vans were stuck on the road.")
    assert read(interview("", weak)).contradictions == ()
    strong = rated("Calm", 4, "Was rude to the driver and gave up.")
    assert len(read(interview("", strong)).contradictions) == 1
