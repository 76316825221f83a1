"""Parses Markdown to blocks, by markdown-it-py with raw HTML off, so that tags are text.

Any text is parsed in time and memory proportional to its length: anything that would take more (a
wide table, a paragraph of nothing but markup, lists nested too deep) becomes plain text.

If the text contains citation marks (`llm.text.citations.marked`), the statement before each mark
carries the lines it names, and the mark itself is removed.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from feedback_app.llm.text.blocks import Block, Span
from feedback_app.llm.text.cited_statements import CITATION_MARK, cited

BlockRule = Callable[[StateBlock, int, int, bool], bool]
"""As `markdown_it.parser_block` calls it: the state, first and last line, whether only to test."""
_MARKS = {"strong": "b", "em": "i", "s": "s", "link": "a"}
_SAFE_SCHEMES = ("http://", "https://", "mailto:")
MOST_BLOCKS = 2_000
"""The limit for one text. No line makes two, so this many lines are parsed; the rest is one."""
MOST_COLUMNS = 20
"""The limit for a table. Rows without cells get all of them, so that few characters become many."""
DEEPEST = 16
"""How deep lists and quotations nest; a list counts twice. The parser drops what is 20 deep."""
MOST_MARKUP = 250_000
"""A paragraph's markup characters times its length, which bounds the time to parse it. An ordinary
one of 2,500 characters has 30 of them."""
_SIGN = re.compile(r"[\[\]*_~`<!&\\]")


def _when_shallow(rule: BlockRule) -> BlockRule:
    """The rule, but not for what is nested too deep."""

    def shallow(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST and rule(state, start, end, silent)

    return shallow


def _narrow_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for tables, but not for those with too many columns."""
    header = state.src[state.bMarks[start] : state.eMarks[start]]
    return header.count("|") <= MOST_COLUMNS + 1 and table(state, start, end, silent)


def _inline(state: StateCore) -> None:
    """Parse the contents of the blocks, except for any that would take too long."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if len(token.content) * len(_SIGN.findall(token.content)) <= MOST_MARKUP:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children.append(Token("text", "", 0, content=token.content))


def markdown_parser() -> MarkdownIt:
    """A parser without reference links: the meaning of a block must not depend on another one."""
    parser = (
        MarkdownIt("commonmark", {"html": False})
        .enable(["table", "strikethrough"])
        .disable("reference")
    )
    ends = ["paragraph", "reference"]
    rules = parser.block.ruler
    rules.at("table", _narrow_table, {"alt": ends})
    rules.at("blockquote", _when_shallow(blockquote), {"alt": [*ends, "blockquote", "list"]})
    rules.at("list", _when_shallow(list_block), {"alt": [*ends, "blockquote"]})
    parser.core.ruler.at("inline", _inline)
    return parser


_parser = markdown_parser()


def parse_blocks(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, in reading order; at most `MOST_BLOCKS` and one."""
    lines = markdown.replace("\r", "").split("\n", MOST_BLOCKS)
    blocks = list(_blocks(_parser.parse("\n".join(lines[:MOST_BLOCKS]))))
    return [*blocks, *map(plain, lines[MOST_BLOCKS:])]


def plain(markdown: str) -> Block:
    """The text as it is written, as one paragraph."""
    return Block("paragraph", [Span(CITATION_MARK.sub("", markdown).strip())])


def few(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those beyond `MOST_BLOCKS` as one paragraph."""
    rest = "\n".join(block.text for block in blocks[MOST_BLOCKS:])
    return [*blocks[:MOST_BLOCKS], *([plain(rest)] if rest else [])]


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    lists: list[str] = []
    items: list[str | None] = []
    quotes = 0
    row: list[Span] = []
    for index, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(token.type)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                ordered = lists[-1] == "ordered_list_open"
                items.append(f"{token.info}." if ordered else "")
            case "list_item_close":
                items.pop()
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "fence" | "code_block":
                yield Block("code", [Span(CITATION_MARK.sub("", token.content).rstrip("\n"))])
            case "hr":
                yield Block("rule")
            case "tr_open":
                row = []
            case "tr_close":
                yield Block("paragraph", row)
            case "inline":
                spans = list(cited(_spans(token.children or [])))
                holder = tokens[index - 1]
                if holder.type in {"td_open", "th_open"}:
                    row += [Span(" · "), *spans] if row else spans
                elif holder.type == "heading_open":
                    yield Block("heading", spans, int(holder.tag[1]))
                elif items:
                    marker, items[-1] = items[-1], None
                    depth = len(items) - 1
                    if marker is None:
                        yield Block("paragraph", spans, depth + 1)
                    else:
                        yield Block("ordered" if marker else "bullet", spans, depth, marker)
                else:
                    yield Block("quote" if quotes else "paragraph", spans)


def _spans(tokens: list[Token]) -> Iterator[Span]:
    marks: list[str] = []
    href = ""
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _MARKS:
            mark = _MARKS[name]
            if token.nesting == 1:
                target = str(token.attrGet("href") or "")
                if mark == "a" and not target.startswith(_SAFE_SCHEMES):
                    mark = ""
                elif mark == "a":
                    href = target
                marks.append(mark)
            else:
                closed = marks.pop()
                if closed == "a":
                    yield Span(f" ({href})")
                    href = ""
            continue
        held = "".join(sorted(set(marks)))
        if token.type == "code_inline":
            yield Span(token.content, "".join(sorted({*held, "c"})), href)
        elif token.type in {"softbreak", "hardbreak"}:
            yield Span("\n" if token.type == "hardbreak" else " ", held, href)
        elif token.content:
            yield Span(token.content, held, href)
