"""A finished text as the page draws it: items that belong together are one list."""

from feedback_app.live.settled import grouped
from feedback_app.llm.text.blocks import Block, Span
from feedback_app.llm.text.citations import marked
from feedback_app.llm.text.markdown import parse_blocks


def test_neighbouring_items_are_one_list_and_all_else_stands_alone() -> None:
    text = "## Strengths\n\n- one\n- two\n  - inner\n\n1. first\n2. second\n\nEnd.\n\nThe end."
    groups = grouped(parse_blocks(text))
    assert [(kind, len(items)) for kind, items in groups] == [
        ("heading", 1),
        ("ul", 3),
        ("ol", 2),
        ("paragraph", 1),
        ("paragraph", 1),
    ]
    assert [depth for depth, _ in groups[1][1]] == ["depth0", "depth0", "depth1"]


def test_a_run_carries_the_lines_it_rests_on_as_an_address() -> None:
    (group,) = grouped(parse_blocks(marked("One. Two.", [(4, "3,7")])))
    assert group == (
        "paragraph",
        [("depth0", [("One.", "", "#n3,7"), (" Two.", "", "")])],
    )


def test_of_nothing_there_is_nothing_to_draw() -> None:
    assert grouped([]) == []
    assert grouped([Block("rule")]) == [("rule", [("depth0", [])])]
    assert grouped([Block("paragraph", [Span("")])]) == [
        ("paragraph", [("depth0", [("", "", "")])])
    ]
