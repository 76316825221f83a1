"""Every pattern takes time linear in the length of the text of people, files and models."""

import re

import pytest

from feedback_app.core.text import compatible
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.live import view
from feedback_app.llm.text import tags
from tests.hostile.alphabets import ALPHABETS, Alphabet
from tests.hostile.growth import growth_of
from tests.hostile.patterns import compiled_patterns, patterns_made_in_passing, reads_of

PATTERNS = compiled_patterns()
OURS = {"feedback_app.web.security._INLINE_SCRIPT": "reads the pages as they were built"}
"""Patterns that see no text of others."""


def test_square_time_is_told_from_linear_time() -> None:
    blanks = ALPHABETS["blanks"]
    assert not growth_of(lambda text: re.search(r"\s+,", text), blanks, 8_000).is_linear
    assert growth_of(lambda text: re.search(r"(?<!\s)\s++,", text), blanks).is_linear
    assert growth_of(lambda text: [text[at : at + 9] for at in range(len(text))], blanks).is_linear


def test_a_pattern_that_never_ends_is_stopped() -> None:
    assert not growth_of(re.compile("(?:a|a)+b").match, Alphabet("a")).is_linear


def test_the_patterns_are_found_wherever_they_are_held() -> None:
    known = {
        "a module": tags._TAG,
        "another module": view._MAY_BE_CODE,
        "a list read when first needed": knowledge("fr").reading.fillers,
        "a list in it": knowledge("en").frame.topics[0].pattern,
        "an object": knowledge("ja").polarity.signs._pattern,  # type: ignore[union-attr]
    }
    found = {id(pattern) for pattern in PATTERNS.values()}
    assert [where for where, pattern in known.items() if id(pattern) not in found] == []
    assert len(PATTERNS) > 140
    assert patterns_made_in_passing() == []


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in OURS])
def test_a_pattern_takes_time_linear_in_the_text(name: str) -> None:
    slow = {
        (how, alphabet): growth
        for how, read in reads_of(PATTERNS[name]).items()
        for alphabet, text in ALPHABETS.items()
        if not (growth := growth_of(read, text)).is_linear
    }
    assert slow == {}


def test_more_marks_on_a_letter_than_any_language_has_are_not_sorted() -> None:
    assert compatible("e\u0301" + "\u0323" * 3) == "\u1eb9\u0323\u0323\u0301"
    assert len(compatible("a" + "\u0301\u0323" * 500)) < 40
    assert compatible("ＡＢ " * 5_000 + "e\u0301") == "AB " * 5_000 + "\u00e9"
