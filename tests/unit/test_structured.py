"""Typed answers as they are read while they are written, and as they are drawn."""

import json

import pytest

from feedback_app.llm.text.structured import drawn, so_far

HALF = "\ud83d"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"title": "Eng', {"title": "Eng"}),
        ('{"title": "Engineer", "lev', {"title": "Engineer"}),
        ('{"title": "a \\ud83d', {"title": "a "}),
        ('{"title": "a \\ud83d\\ude00', {"title": "a 😀"}),
        (f'{{"title": "a {HALF}', {"title": "a ?"}),
        ("[1, 2", {}),
        ("Here it is: {", {}),
        ("", {}),
    ],
)
def test_the_fields_so_far_are_those_that_have_begun(text: str, fields: dict[str, str]) -> None:
    assert so_far(text) == fields


@pytest.mark.parametrize("text", [f'{{"a": "{HALF}"}}', json.dumps({"a": HALF}), HALF, "```"])
def test_whatever_an_answer_holds_it_can_be_sent_and_stays_within_its_code(text: str) -> None:
    said = drawn(text)
    said.encode()
    assert said.count("```") == 2
