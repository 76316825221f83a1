"""Where a text departs from what its writer recorded, and where it only seems to."""

import pytest

from feedback_app.feedback.assessment import RECOMMENDATION_LABELS, Recommendation
from feedback_app.feedback.drafter.compose import compose
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.words import LANGUAGES
from feedback_app.feedback.evidence.departing import Recorded, departure, recorded_in
from tests.unit.test_prompts import ASSESSMENT
from tests.upstream.texts import FEEDBACK, OBEDIENT

RECORDED = Recorded(
    Recommendation.YES, {"System design": 4, "Design": 2, "Debugging": 2, "Luck": None}
)
OWN = "but your recommendation is “Yes”"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("**Strong no.** She guessed.", f"This text says “Strong no”, {OWN}."),
        ("No.\n\nShe guessed.", f"This text says “No”, {OWN}."),
        ("# Strong yes\n\nShe drew.", f"This text says “Strong yes”, {OWN}."),
        ("Klares Nein. Sie riet.", f"This text says “Strong no”, {OWN}."),
        ("**強く不採用を推奨。** 推測した。", f"This text says “Strong no”, {OWN}."),
        ("She drew.\n\n**Recommendation: strong hire**", f"This text says “Strong yes”, {OWN}."),
        ("She drew.\n\nMy recommendation is a no.", f"This text says “No”, {OWN}."),
        ("She drew.\n\n## Recommendation\n\nNo.", f"This text says “No”, {OWN}."),
        ("She drew.\n\n## Final verdict:\nNo hire.", f"This text says “No”, {OWN}."),
        ("She drew.\n\n## Hiring decision\n\nNo.", f"This text says “No”, {OWN}."),
        ("She drew: 9/10, **strong hire**.\n", f"This text says “Strong yes”, {OWN}."),
        ("She drew. In all: __No__\nShe left.", f"This text says “No”, {OWN}."),
        ("She drew. I do not recommend her.", f"This text says “do not recommend”, {OWN}."),
        ("Strong on system design (1).", "This text rates System design 1, but you rated it 4."),
        ("- **Debugging**: 4/4. Quick.", "This text rates Debugging 4, but you rated it 2."),
        ("Debugging: 3 of 4", "This text rates Debugging 3, but you rated it 2."),
        ("強みはDebugging（4）。", "This text rates Debugging 4, but you rated it 2."),
        ("**Strong no** because she guessed.", f"This text says “Strong no”, {OWN}."),
        ("Strong no, she guessed.", f"This text says “Strong no”, {OWN}."),
        ("**Strong no** - she guessed.", f"This text says “Strong no”, {OWN}."),
        ("- **Debugging**: 4\n- More.", "This text rates Debugging 4, but you rated it 2."),
        ("Debugging (rated 4).", "This text rates Debugging 4, but you rated it 2."),
        ("Luck (4).", "This text rates Luck 4, but you did not rate it."),
        (
            "**No.** Debugging (4). Luck (4). System design (1). Design (1).",
            f"This text says “No”, {OWN}; it rates Debugging 4, but you rated it 2; it rates "
            "Luck 4, but you did not rate it; and 2 more like that.",
        ),
    ],
)
def test_a_text_that_departs_from_the_record_is_told_in_one_sentence(
    text: str, sentence: str
) -> None:
    assert departure(text, RECORDED) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "**Yes.** Strong on system design (4); concerns in debugging (2) and design (2).",
        "Oui. Elle dessine.",
        "No tests were written at first.",
        "She said no. I asked again: yes.",
        "**No** tests were written at first, and **no** plan.",
        "Debugging: 3 hints were needed.\nDebugging: 4, then 5 queries.",
        "No, she had not heard of it.",
        "Debugging: 3 of 4 tests passed, and she saw why.",
        "Her recommendation: no single shared store.",
        "I recommend hiring her.",
        "She designed (3) queues.",
        "### Ownership\n\n1. Led the migration.",
        "1. Ownership\n2. System design\n3. Debugging\n4. Code quality",
        FEEDBACK,
        OBEDIENT,
    ],
)
def test_a_text_that_keeps_to_the_record_is_not_marked(text: str) -> None:
    recorded = Recorded(Recommendation.YES, {**RECORDED.ratings, "Ownership": 4, "Code quality": 3})
    assert departure(text, recorded) == ""


def test_a_verdict_that_nobody_recorded_is_told() -> None:
    assert departure("**Yes.** She drew.", Recorded()) == (
        "This text says “Yes”, but you have recorded no recommendation."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("own", Recommendation)
def test_every_verdict_is_known_in_every_language(language: str, own: Recommendation) -> None:
    for code, label in knowledge(language).frame.recommendation.items():  # pyright: ignore[reportArgumentType]
        marked = departure(f"**{label}.** A.", Recorded(own))
        assert (marked == "") == (code == own)
        if marked:
            assert RECOMMENDATION_LABELS[Recommendation(code)] in marked


def test_what_the_drafter_writes_never_departs() -> None:
    assert departure(compose(ASSESSMENT), recorded_in(ASSESSMENT)) == ""
