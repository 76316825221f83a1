"""A line that was placed enters the text without touching a word that a person changed."""

import pytest

from feedback_app.feedback.evidence.placing import put_point
from feedback_app.llm.text.blocks import Block
from feedback_app.llm.text.citations import marked as with_marks
from feedback_app.llm.text.citations import without_marks
from feedback_app.llm.text.markdown import parse_blocks

TEXT = (
    "## Strengths\n\n- **SQL**: Quick.\n- **Planning**: Calm.\n\n## Concerns\n\n- **Tests**: None."
)


def read(markdown: str) -> list[Block]:
    """The blocks of a draft in which `[3]` is a citation."""
    return parse_blocks(with_marks(*without_marks(markdown, 9)))


def points(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks]


BEFORE = read("- **SQL**: Quick.")
AFTER = read("- **SQL**: Quick. Read a plan. [3]")


def test_a_point_as_it_was_drafted_is_replaced_where_it_stands() -> None:
    text = put_point(read(TEXT), "SQL", BEFORE, AFTER, speaks_for=True)
    assert points(text) == [
        "Strengths",
        "SQL: Quick. Read a plan.",
        "Planning: Calm.",
        "Concerns",
        "Tests: None.",
    ]
    assert [span.cite for span in text[1].spans if span.cite] == ["3"]


def test_a_point_that_a_person_changed_stays_and_ends_with_the_news() -> None:
    changed = TEXT.replace("Quick.", "Quick, I thought.")
    text = put_point(read(changed), "SQL", BEFORE, AFTER, speaks_for=True)
    assert points(text)[1:3] == ["SQL: Quick, I thought. Read a plan.", "Planning: Calm."]
    assert [span.cite for span in text[1].spans if span.cite] == ["3"]


def test_what_was_drafted_before_in_other_words_is_not_said_again() -> None:
    changed = TEXT.replace("Quick.", "Fast, in my own words.")
    before, after = (read(f"- **SQL**: Quick. [1]{more}") for more in ("", " Read a plan. [3]"))
    text = put_point(read(changed), "SQL", before, after, speaks_for=True)
    assert points(text)[1] == "SQL: Fast, in my own words. Read a plan."


def test_what_a_changed_point_says_already_is_not_said_again() -> None:
    changed = TEXT.replace("Quick.", "Quick! Read a plan.")
    before = read(changed)
    assert put_point(before, "SQL", BEFORE, AFTER, speaks_for=True) == before


@pytest.mark.parametrize(("speaks_for", "at"), [(True, 3), (False, 5)])
def test_a_new_point_joins_the_list_it_belongs_to(speaks_for: bool, at: int) -> None:
    after = read("- **Depth**: Read a plan. [3]")
    text = put_point(read(TEXT), "Depth", [], after, speaks_for=speaks_for)
    assert points(text)[at] == "Depth: Read a plan."
    assert [one for one in points(text) if "Depth" not in one] == points(read(TEXT))


def test_a_text_without_a_list_gets_the_point_at_its_end() -> None:
    text = put_point(read("My own words."), "SQL", BEFORE, AFTER, speaks_for=True)
    assert points(text) == ["My own words.", "SQL: Quick. Read a plan."]
    assert points(put_point([], "SQL", [], AFTER, speaks_for=True)) == ["SQL: Quick. Read a plan."]


def test_a_competency_is_known_by_its_whole_name_whatever_its_case() -> None:
    named = "- **SQL tuning**: Slow.\n- **sql:** Quick."
    text = put_point(read(named), " SQL ", read("- **sql:** Quick."), AFTER, speaks_for=True)
    assert points(text) == ["SQL tuning: Slow.", "SQL: Quick. Read a plan."]


def test_nothing_to_say_changes_nothing() -> None:
    assert put_point(read(TEXT), "Depth", [], [], speaks_for=True) == read(TEXT)
