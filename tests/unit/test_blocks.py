"""Blocks: untrusted Markdown becomes plain runs, and cutting it anywhere changes nothing."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedback_app.llm.text.blocks import Block, Span, block_from_dict
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.llm.text.splitting import BlockSplitter
from tests.upstream import FEEDBACK, MULTILINGUAL


def shown(markdown: str) -> str:
    return "\n".join(block.text for block in parse_blocks(markdown))


def addresses(markdown: str) -> list[str]:
    return [span.href for block in parse_blocks(markdown) for span in block.spans if span.href]


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "before <b onclick='x()'>bold</b> after",
        "<iframe src=https://evil.test></iframe>",
        "<!-- hidden -->",
        "- <svg/onload=alert(1)>",
        "> <style>*{display:none}</style>",
    ],
)
def test_html_is_text(markdown: str) -> None:
    assert shown(markdown) == markdown.lstrip("->").strip()
    assert addresses(markdown) == []
    assert all(span.marks == "" for block in parse_blocks(markdown) for span in block.spans)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java&#x09;script:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.test/",
        "/admin/users",
        "#top",
        "&#106;avascript:alert(1)",
    ],
)
def test_a_link_to_anything_but_the_web_or_mail_never_becomes_an_address(target: str) -> None:
    for markdown in (
        f"[here]({target})",
        f"<{target}>",
        f"![here]({target})",
        f"[a]\n\n[a]: {target}",
    ):
        assert addresses(markdown) == []
    assert "here" in shown(f"[here]({target})")


def test_a_link_shows_where_it_goes() -> None:
    (block,) = parse_blocks("See [the *report*](https://example.test/r).")
    assert block.spans == [
        Span("See "),
        Span("the ", "a", "https://example.test/r"),
        Span("report", "ai", "https://example.test/r"),
        Span(" (https://example.test/r)"),
        Span("."),
    ]


def test_an_address_is_shown_at_the_link_and_not_taken_from_elsewhere() -> None:
    assert addresses("The [notes]\n\n[notes]: https://evil.test") == []


def test_an_image_is_its_description() -> None:
    assert parse_blocks("![a chart](https://evil.test/pixel.png)") == [
        Block("paragraph", [Span("a chart")])
    ]


def test_every_kind_of_block_is_told_apart() -> None:
    markdown = (
        "## Head\n\nText **bold** ~~gone~~ `code`\n\n- one\n  - two\n\n3. three\n4. four\n\n"
        "> said\n\n---\n\n```\nx = 1\n```\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    assert [(b.kind, b.level, b.marker, b.text) for b in parse_blocks(markdown)] == [
        ("heading", 2, "", "Head"),
        ("paragraph", 0, "", "Text bold gone code"),
        ("bullet", 0, "", "one"),
        ("bullet", 1, "", "two"),
        ("ordered", 0, "3.", "three"),
        ("ordered", 0, "4.", "four"),
        ("quote", 0, "", "said"),
        ("rule", 0, "", ""),
        ("code", 0, "", "x = 1"),
        ("paragraph", 0, "", "a · b"),
        ("paragraph", 0, "", "c · d"),
    ]
    marks = [(span.text, span.marks) for span in parse_blocks(markdown)[1].spans]
    assert marks == [
        ("Text ", ""),
        ("bold", "b"),
        (" ", ""),
        ("gone", "s"),
        (" ", ""),
        ("code", "c"),
    ]


def test_a_stored_block_comes_back_as_it_was() -> None:
    for block in parse_blocks(FEEDBACK):
        assert block_from_dict(block.as_dict()) == block


_PIECES = st.sampled_from(
    [
        *("a", "b c", "word ", " ", "  ", "    ", "\n", "\n\n", "\n\n\n", "\r\n", "\r", "\t"),
        *("- ", "* ", "+ ", "-", "*", "**", "***", "---", "- - -", "===", "_", "`", "```", "~~~"),
        *("1. ", "2. ", "2.", "3) ", "10", "#", "# ", "### ", "> ", ">", "|", "| - |", "-|-"),
        *("[a]", "[a]: https://x.test", "[b](https://x.test)", "<b>", "\\", "&amp;", "é", "界"),
    ]
)


def split(chunks: list[str]) -> list[Block]:
    splitter = BlockSplitter()
    settled = [block for chunk in chunks for block in splitter.feed(chunk)]
    return settled + splitter.finish()


@given(st.lists(_PIECES, max_size=30))
@example(["a\n#", "tag"])
@example(["a\n***", "bold***"])
@example(["- a\n-", "5 degrees"])
@example(["1. a\n2.", "5 million"])
@example(["a\n```", "x```"])
@example(["x\na | b\n-|-", "c"])
@example(["[a]: https://x.test\n\nb\n\n", "[a]"])
@example(["a\r", "b"])
@settings(max_examples=600, deadline=None)
def test_a_text_cut_anywhere_gives_the_blocks_of_the_whole(chunks: list[str]) -> None:
    assert split(chunks) == parse_blocks("".join(chunks))


@given(st.sampled_from([FEEDBACK, MULTILINGUAL]), st.integers(1, 40))
@settings(deadline=None)
def test_an_answer_cut_into_equal_pieces_gives_the_blocks_of_the_whole(
    text: str, size: int
) -> None:
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert split(chunks) == parse_blocks(text)


def test_a_block_settles_with_the_first_word_of_the_next() -> None:
    splitter = BlockSplitter()
    assert splitter.feed("## Summary\n\n") == []
    assert splitter.feed("She") == parse_blocks("## Summary")
    assert splitter.feed(" asked.\n\n- one") == parse_blocks("She asked.")
    assert splitter.feed("\n- t") == parse_blocks("- one")
    assert splitter.open == "- t"
