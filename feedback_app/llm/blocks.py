"""An answer as blocks of styled spans, and the splitter that settles them while they stream.

Markdown is parsed by markdown-it-py with raw HTML off, so tags are text. A block holds plain text
runs and marks, nothing a browser could run; images become their description.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

BlockKind = Literal["heading", "paragraph", "bullet", "ordered", "quote", "code", "rule"]
_MARKS = {"strong": "b", "em": "i", "s": "s", "link": "a"}
_SAFE_SCHEMES = ("http://", "https://", "mailto:")

_parser = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable("reference")
)
"""Without reference links: what a block says must not depend on another one."""
_outliner = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["reference", "inline", "text_join"])
)
"""Finds the same blocks without reading what is in them."""

_UNDECIDED_LINE = re.compile(r"[\s>]*(?:[#\-*_+=|:~\s]*|\d{1,9}[.)]?\s*|[`~]{3}.*)", re.DOTALL)
"""The beginning of a line that looks like a new block but may yet go on with the one before."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `marks` is a set of letters: b bold, i italic, s struck, c code, a link."""

    text: str
    marks: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `level` is a heading's rank or a list item's depth from 0."""

    kind: BlockKind
    spans: list[Span] = field(default_factory=list)
    level: int = 0
    marker: str = ""
    """An ordered item's number as written, such as `2.`."""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def block_from_dict(stored: dict[str, Any]) -> Block:
    """The block that `as_dict` wrote."""
    return Block(**{**stored, "spans": [Span(**span) for span in stored["spans"]]})


def parse_blocks(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, in reading order."""
    return list(_blocks(_parser.parse(markdown.replace("\r", ""))))


def decided(markdown: str) -> str:
    """The Markdown without a last line that may still become a list item, a heading, a rule, a
    fence or an underline of the line above."""
    before, _, last = markdown.rpartition("\n")
    return before if _UNDECIDED_LINE.fullmatch(last) else markdown


class BlockSplitter:
    """Cuts a growing Markdown text into settled blocks and the open end that may still change."""

    def __init__(self) -> None:
        self.open = ""
        """The Markdown after the last settled block."""
        self._may_settle = False

    def feed(self, text: str) -> list[Block]:
        """Take more text; the blocks that can no longer change."""
        self.open += text.replace("\r", "")
        self._may_settle = self._may_settle or "\n" in text
        if not self._may_settle:
            return []
        lines = self.open.split("\n")
        self._may_settle = bool(_UNDECIDED_LINE.fullmatch(lines[-1]))
        cut = _settled_lines(lines[:-1] if self._may_settle else lines)
        if not cut:
            return []
        settled, self.open = "\n".join(lines[:cut]), "\n".join(lines[cut:])
        return parse_blocks(settled)

    def finish(self) -> list[Block]:
        """The blocks of the open end: no more text will come."""
        settled, self.open = parse_blocks(self.open), ""
        return settled


def _settled_lines(lines: list[str]) -> int:
    """The line on which the last block (or top-level list item) begins: all before is settled."""
    start, indent = 0, None
    for token in _outliner.parse("\n".join(lines)):
        if token.map is None:
            continue
        if token.level == 0:
            start, indent = token.map[0], _indent(lines[token.map[0]])
        # An item indented otherwise would, as the first of a list, change what belongs to it.
        elif token.level == 1 and token.type == "list_item_open":
            line = token.map[0]
            start = line if _indent(lines[line]) == indent else start
    return start


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


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
                yield Block("code", [Span(token.content.rstrip("\n"))])
            case "hr":
                yield Block("rule")
            case "tr_open":
                row = []
            case "tr_close":
                yield Block("paragraph", row)
            case "inline":
                spans = list(_spans(token.children or []))
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
