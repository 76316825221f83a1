"""The document of the editor: from blocks to its HTML, from its JSON to blocks, and to Markdown."""

import sys
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.core.errors import Invalid
from feedback_app.feedback.document import (
    DEEPEST,
    MOST_NODES,
    cited_lines,
    from_editor,
    to_html,
    to_markdown,
    without_end,
    words_in,
)
from feedback_app.llm.text.blocks import Block, Span
from feedback_app.llm.text.citations import marked
from feedback_app.llm.text.markdown import parse_blocks

Node = dict[str, Any]

_KINDS = {
    "p": "paragraph",
    "ul": "bulletList",
    "ol": "orderedList",
    "li": "listItem",
    "blockquote": "blockquote",
    "pre": "codeBlock",
}
_MARKS = {"strong": "bold", "em": "italic", "s": "strike", "code": "code", "a": "link"}


class Editor(HTMLParser):
    """Reads HTML into the document that the editor makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.document: Node = {"type": "doc", "content": []}
        self._open: list[Node] = [self.document]
        self._marks: list[Node] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        in_code = self._open[-1]["type"] == "codeBlock"
        if tag in _MARKS and not in_code:
            self._marks.append({"type": _MARKS[tag], "attrs": attributes})
        elif tag == "br":
            self._add({"type": "hardBreak"})
        elif tag == "hr":
            self._add({"type": "horizontalRule"})
        elif tag in _KINDS:
            start = {"start": int(attributes.get("start", "1") or "")} if tag == "ol" else {}
            self._begin({"type": _KINDS[tag], "attrs": start})
        elif tag[0] == "h":
            self._begin({"type": "heading", "attrs": {"level": int(tag[1])}})
        else:
            assert in_code, tag

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS and self._open[-1]["type"] != "codeBlock":
            assert self._marks.pop()["type"] == _MARKS[tag]
        elif tag in _KINDS or tag in {"h2", "h3", "h4", "h5"}:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._add({"type": "text", "text": data, "marks": list(self._marks)})

    def _begin(self, node: Node) -> None:
        self._add(node)
        self._open.append(node)

    def _add(self, node: Node) -> None:
        self._open[-1].setdefault("content", []).append(node)


def read_by_editor(html: str) -> Node:
    editor = Editor()
    editor.feed(html)
    editor.close()
    return editor.document


def joined(blocks: list[Block]) -> list[Block]:
    """The blocks with runs of one look as one, as every reader sees them."""
    return [
        Block(
            block.kind,
            [
                Span(text, *look)
                for look, alike in groupby(block.spans, lambda s: (s.marks, s.href, s.cite))
                if (text := "".join(span.text for span in alike))
            ],
            block.level,
            block.marker,
        )
        for block in blocks
    ]


def paragraph(*content: Node) -> Node:
    return {"type": "paragraph", "content": list(content)}


def run(text: str, *marks: str, cite: str = "") -> Node:
    links = [{"type": "link", "attrs": {"href": f"#n{cite}"}}] if cite else []
    return {"type": "text", "text": text, "marks": [{"type": mark} for mark in marks] + links}


texts = st.text(
    st.sampled_from("ab <>&\"'é日👍🏽#*_`[]()") | st.characters(exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=12,
)
runs = st.builds(
    lambda text, marks, cite: run(text, *marks, cite=cite),
    texts,
    st.sets(st.sampled_from(["bold", "italic", "strike", "code"])),
    st.sampled_from(["", "", "3", "3,7", "12"]),
) | st.just({"type": "hardBreak"})
paragraphs = st.builds(lambda content: paragraph(*content), st.lists(runs, max_size=4))
headings = st.builds(
    lambda content, level: {"type": "heading", "attrs": {"level": level}, "content": content},
    st.lists(runs, min_size=1, max_size=3),
    st.sampled_from([3, 4, 5]),
)


def _lists(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.lists(
        st.builds(
            lambda first, more: {"type": "listItem", "content": [first, *more]},
            paragraphs,
            st.lists(inner, max_size=2),
        ),
        min_size=1,
        max_size=3,
    )
    return st.builds(
        lambda kind, content, start: {
            "type": kind,
            "attrs": {"start": start} if kind == "orderedList" else {},
            "content": content,
        },
        st.sampled_from(["bulletList", "orderedList"]),
        items,
        st.integers(1, 9),
    )


lists = st.recursive(paragraphs, _lists, max_leaves=8)
documents = st.builds(
    lambda content: {"type": "doc", "content": content},
    st.lists(
        paragraphs
        | headings
        | lists
        | st.just({"type": "horizontalRule"})
        | st.builds(lambda p: {"type": "blockquote", "content": [p]}, paragraphs)
        | st.builds(lambda text: {"type": "codeBlock", "content": [run(text)]}, texts),
        max_size=6,
    ),
)


@given(documents)
def test_what_the_editor_sent_is_what_it_begins_with_the_next_time(document: Node) -> None:
    blocks = from_editor(document)
    again = from_editor(read_by_editor(to_html(blocks)))
    assert joined(again) == joined(blocks)


@given(documents)
def test_no_text_of_a_document_is_lost(document: Node) -> None:
    def words(node: Node) -> str:
        if node["type"] == "hardBreak":
            return "\n"
        return node.get("text", "") + "".join(map(words, node.get("content", [])))

    assert "".join(block.text for block in from_editor(document)) == words(document)


DRAFT = (
    "## Summary\n\nYes, with **one doubt**.\n\n- Drew two tables.\n- Needed hints:\n"
    "  1. the first\n  2. the second\n\n> Slow, but sure.\n\n```\nkept()\n```\n\n---\n\nThe end."
)


def test_a_draft_is_the_same_text_after_the_editor_had_it() -> None:
    blocks = parse_blocks(marked(DRAFT, [(DRAFT.index("tables.") + 7, "1,2")]))
    again = from_editor(read_by_editor(to_html(blocks)))
    assert joined(again) == joined(blocks)
    assert cited_lines(again) == {1, 2}
    assert to_markdown(again) == to_markdown(parse_blocks(DRAFT))
    assert joined(parse_blocks(to_markdown(again))) == joined(parse_blocks(DRAFT))


def test_what_is_saved_copied_and_exported_has_no_citation() -> None:
    document = {
        "content": [paragraph(run("Drew ", "bold", cite="1"), run("it.", "bold", cite="3"))]
    }
    blocks = from_editor(document)
    assert cited_lines(blocks) == {1, 3}
    assert to_markdown(blocks) == "**Drew it.**"


@pytest.mark.parametrize(
    ("numbers", "markdown"),
    [((3, 4), "3. a\n4. a"), ((1,), "1. a"), ((0, 1), "0. a\n1. a")],
)
def test_a_numbered_list_keeps_its_numbers(numbers: tuple[int, ...], markdown: str) -> None:
    blocks = [Block("ordered", [Span("a")], 0, f"{number}.") for number in numbers]
    again = from_editor(read_by_editor(to_html(blocks)))
    assert to_markdown(again) == to_markdown(blocks) == markdown


def test_a_list_goes_on_behind_what_stands_between_its_items() -> None:
    blocks = parse_blocks("1. one\n\nIn between.\n\n2. two")
    again = from_editor(read_by_editor(to_html(blocks)))
    assert [block.marker for block in again] == ["1.", "", "2."]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "https://evil.test/#n3",
        '#n3"><script>alert(1)</script>',
        "#n",
        "#nabc",
        "#n3,",
        "#n1234567",
        "#n" + ",".join("1" * 13),
        "#n3\n",
        "data:text/html,#n3",
        None,
        3,
        ["#n3"],
        {"a": "#n3"},
    ],
)
def test_a_link_that_is_no_citation_is_dropped_and_its_text_kept(href: Any) -> None:
    link = {"type": "link", "attrs": {"href": href}}
    text = {"type": "text", "text": "here", "marks": [link, "link", None, {"type": ["link"]}]}
    (block,) = from_editor({"content": [paragraph(text)]})
    assert block.spans == [Span("here")]
    assert to_html([block]) == "<p>here</p>"


@pytest.mark.parametrize("kind", ["paragraph", "heading", "codeBlock", "script", "image"])
def test_markup_in_a_text_is_text(kind: str) -> None:
    hostile = '<img src=x onerror="alert(1)"></p></code></pre><script>alert(1)</script>&lt;'
    document = {"content": [{"type": kind, "content": [run(hostile, "bold", cite="3")]}]}
    html = to_html(from_editor(document))
    assert "<img" not in html
    assert "<script" not in html
    read = read_by_editor(html)["content"][0]["content"]
    assert "".join(node["text"] for node in read) == hostile


@pytest.mark.parametrize(
    "document",
    [
        None,
        "text",
        3,
        [],
        {},
        {"content": None},
        {"content": "abc"},
        {"content": {"type": "paragraph"}},
        {"content": [None, 3, "x", [], [{}]]},
        {"content": [{}, {"type": 3}, {"type": None, "content": 7}]},
        {
            "content": [
                {"type": "paragraph", "content": [{"text": 3}, {"text": None}, {"text": {}}]}
            ]
        },
        {"content": [{"type": "heading", "attrs": "x", "content": [{"type": "text"}]}]},
        {"content": [{"type": "heading", "attrs": {"level": "9"}}]},
        {"content": [{"type": "heading", "attrs": {"level": 10**30}}]},
        {"content": [{"type": "heading", "attrs": {"level": True}}]},
        {"content": [{"type": "orderedList", "attrs": {"start": -(10**30)}, "content": [{}]}]},
        {"content": [{"type": "text", "text": "loose", "marks": {"type": "bold"}}]},
        {"content": [{"type": "bulletList", "content": [{"type": "bulletList"}]}]},
    ],
)
def test_what_is_no_document_is_read_as_far_as_it_goes(document: Any) -> None:
    blocks = from_editor(document)
    assert not to_markdown(blocks).strip("#->`. 1\n")
    assert "".join(block.text for block in blocks) == ""
    to_html(blocks)


def nested(kind: str, depth: int) -> Node:
    node: Node = paragraph(run("deep"))
    for _ in range(depth):
        content = [{"type": "listItem", "content": [node]}] if "List" in kind else [node]
        node = {"type": kind, "content": content}
    return {"type": "doc", "content": [node]}


@pytest.mark.parametrize("kind", ["bulletList", "orderedList", "blockquote"])
def test_lists_and_quotations_may_nest_only_so_deep(kind: str) -> None:
    assert "deep" in to_markdown(from_editor(nested(kind, DEEPEST)))
    for depth in (DEEPEST + 1, sys.getrecursionlimit() - 200):
        with pytest.raises(Invalid, match="nested"):
            from_editor(nested(kind, depth))


@pytest.mark.parametrize("kind", ["paragraph", "listItem", "codeBlock", "unknown"])
def test_what_may_not_hold_blocks_is_not_read_for_any(kind: str) -> None:
    document = nested(kind, sys.getrecursionlimit() - 200)
    assert [block.text for block in from_editor(document)] == [""]


def test_a_document_of_too_many_parts_is_refused() -> None:
    most = {"content": [{"type": "horizontalRule"}] * MOST_NODES}
    assert len(from_editor(most)) == MOST_NODES
    for kind in ("horizontalRule", "nothing"):
        with pytest.raises(Invalid, match="too many parts"):
            from_editor({"content": [{"type": kind}] * (MOST_NODES + 1)})
    with pytest.raises(Invalid, match="too many parts"):
        from_editor({"content": [None] * (MOST_NODES + 1)})


def test_what_the_database_cannot_hold_is_left_out() -> None:
    (block,) = from_editor({"content": [paragraph(run("a\0b\ud83d"))]})
    assert block.text == "ab?"


def test_empty_paragraphs_at_the_end_are_no_part_of_the_text() -> None:
    document = {"content": [paragraph(run("One.")), paragraph(), paragraph(run(" "))]}
    assert [block.text for block in without_end(from_editor(document))] == ["One."]
    assert without_end([]) == []


def test_words_are_counted_over_all_blocks() -> None:
    assert words_in(parse_blocks("## Two words\n\n- three more *words*")) == 5
