"""The verdict is written where an answer has the place for it, however the answer is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.feedback.verdict import PLACE, VerdictPlace
from tests.cutting import cut

CASES = {
    "[verdict] Strong on ownership (4).": "**Yes.** Strong on ownership (4).",
    "[Verdict] Strong.": "**Yes.** Strong.",
    "**[verdict].** Strong.": "**Yes.** Strong.",
    "**[verdict]** Strong.": "**Yes.** Strong.",
    "\n [verdict]. Strong.": "**Yes.** Strong.",
    "[verdict]Strong.": "**Yes.** Strong.",
    "# [verdict]\n\nStrong.": "**Yes.**\n\nStrong.",
    "> \u200b__[verdict]__ Strong.": "**Yes.** Strong.",
    "[verdict]\n\n## Strengths": "**Yes.**\n\n## Strengths",
    "[verdict]": "**Yes.**",
    "[verdic": "[verdic",
    "**Strong no.** Weak.": "**Strong no.** Weak.",
    "She drew. [verdict] She left.": "She drew. Yes. She left.",
    "Here it is:\n\n[Verdict] Strong.": "Here it is:\n\nYes. Strong.",
    "- [verdict] Strong.": "- Yes. Strong.",
    "[verdict] Strong. [verd": "**Yes.** Strong. [verd",
    "She said [ver[3]. [3, 4]": "She said [ver[3]. [3, 4]",
    "[3] She drew.": "[3] She drew.",
    "- **Ownership**: Strong.": "- **Ownership**: Strong.",
    "": "",
    " \n": " \n",
    "*" * 100 + PLACE: "*" * 100 + "Yes.",
}


def written(answer: str, verdict: str, cuts: list[int]) -> str:
    """The whole of an answer that comes in pieces."""
    place = VerdictPlace(verdict)
    return "".join(map(place.feed, cut(answer, cuts))) + place.finish()


@pytest.mark.parametrize(("answer", "text"), CASES.items())
@given(cuts=st.lists(st.integers(0, 60)))
def test_the_verdict_stands_in_its_place_alone(answer: str, text: str, cuts: list[int]) -> None:
    assert written(answer, "Yes.", cuts) == text


@given(st.text(alphabet=st.sampled_from("[verdict]*#> \na")), st.lists(st.integers(0, 30)))
def test_pieces_say_what_the_whole_says(answer: str, cuts: list[int]) -> None:
    assert written(answer, "Yes.", cuts) == written(answer, "Yes.", [])


@given(st.lists(st.integers(0, 30)))
def test_without_a_verdict_its_place_is_left_out(cuts: list[int]) -> None:
    assert written("[verdict] Strong.", "", cuts) == "Strong."
    assert written("Well: [verdict] Strong.", "", cuts) == "Well:  Strong."


def test_the_first_words_of_other_answers_are_not_waited_for() -> None:
    assert VerdictPlace("Yes.").feed("S") == "S"
    assert VerdictPlace("Yes.").feed("**S") == "**S"
