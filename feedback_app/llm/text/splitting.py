"""Settles the blocks of a Markdown text while it grows."""

import re

from feedback_app.llm.text.blocks import Block
from feedback_app.llm.text.markdown import markdown_parser, parse_blocks, plain

LONGEST_OPEN = 5_000
"""Characters of a block that is still being written: it is read again with each new piece."""
MOST_OPEN_LINES = 100
"""Lines of it, each of which may be a block that is sent again with each new piece."""
_outliner = markdown_parser().disable(["inline", "text_join"])
"""Finds the same blocks without reading what is in them."""
_UNDECIDED_LINE = re.compile(r"[\s>]*+(?:[#\-*_+=|:~\s]*+|\d{1,9}[.)]?\s*+|[`~]{3}.*+)", re.DOTALL)
"""The beginning of a line that looks like a new block but may still continue the one before."""


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
        """Add more text; return the blocks that can no longer change."""
        self.open += text.replace("\r", "")
        self._may_settle = self._may_settle or "\n" in text
        if not self._may_settle:
            return self._outgrown()
        lines = self.open.split("\n")
        self._may_settle = bool(_UNDECIDED_LINE.fullmatch(lines[-1]))
        cut = _settled_lines(lines[:-1] if self._may_settle else lines)
        settled, self.open = "\n".join(lines[:cut]), "\n".join(lines[cut:])
        return [*(parse_blocks(settled) if cut else []), *self._outgrown()]

    def _outgrown(self) -> list[Block]:
        """The open end as plain text, if it is too long to be parsed again and again."""
        if len(self.open) <= LONGEST_OPEN and self.open.count("\n") < MOST_OPEN_LINES:
            return []
        written, self.open, self._may_settle = self.open, "", False
        return [plain(written)]

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
        # An item indented differently would change its own contents if it were the first of a list.
        elif token.level == 1 and token.type == "list_item_open":
            line = token.map[0]
            start = line if _indent(lines[line]) == indent else start
    return start


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
