"""Pairs of quotation marks, found as a plain pattern finds them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.feedback.drafter.polarity import unquoted
from feedback_app.feedback.drafter.quotations import Marks, quotations, with_quotations

MARKS = Marks({'"': '"', "“": "”", "„": "“”", "«": "»"}, not_within={"“": "“", "«": "«"})
PATTERN = re.compile(r"\"[^\"]{1,5}\"|“[^“”]{1,5}”|„[^“”]{1,5}[“”]|«[^«»]{1,5}»")


@given(st.text(alphabet='"“”„«»a ', max_size=40))
def test_quotations_are_those_of_the_pattern(text: str) -> None:
    assert list(quotations(text, MARKS, 5)) == [found.span() for found in PATTERN.finditer(text)]
    assert with_quotations(text, MARKS, 5, str.upper) == PATTERN.sub(
        lambda found: found[0].upper(), text
    )


def test_apostrophes_quote_only_at_the_edges_of_words() -> None:
    assert unquoted("she said 'no idea' and didn't explain 'why") == (
        "she said   and didn't explain 'why"
    )
