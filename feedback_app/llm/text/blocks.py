"""An answer as blocks of styled spans, and the splitter that settles them while they stream.

Markdown is parsed by markdown-it-py with raw HTML off, so tags are text. A block holds plain text
runs and marks, nothing a browser could run; images become their description.

However a text is made, it is parsed in time and room in proportion to its length: what would take
more (a wide table, a paragraph of nothing but signs, lists as deep as a well) is plain text.

Where the text has citation marks in it (`llm.text.citations.marked`), the statement before each
mark carries the lines it names, and the mark itself is gone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from feedback_app.llm.text.citations import CLOSE, OPEN

BlockRule = Callable[[StateBlock, int, int, bool], bool]
"""As `markdown_it.parser_block` calls it: the state, first and last line, whether only to look."""
BlockKind = Literal["heading", "paragraph", "bullet", "ordered", "quote", "code", "rule"]
_MARKS = {"strong": "b", "em": "i", "s": "s", "link": "a"}
_SAFE_SCHEMES = ("http://", "https://", "mailto:")

MOST_BLOCKS = 2_000
"""Of one text. No line makes two, so that many lines are read; the rest is one block."""
MOST_COLUMNS = 20
"""Of a table. Rows without cells get all of them, which makes much of few characters."""
DEEPEST = 16
"""How deep lists and quotations nest; a list counts twice. The parser drops what is 20 deep."""
MOST_MARKUP = 250_000
"""A paragraph's signs times its characters, which is what reading it can take. An ordinary one of
2,500 characters has 30 signs."""
LONGEST_OPEN = 5_000
"""Characters of a block that is still being written: it is read again with each new piece."""
MOST_OPEN_LINES = 100
"""Its lines, which each may be a block that is sent again with each new piece."""

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
    """Read what is in the blocks, but for what would take too long."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if len(token.content) * len(_SIGN.findall(token.content)) <= MOST_MARKUP:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children.append(Token("text", "", 0, content=token.content))


def _markdown() -> MarkdownIt:
    """A parser without reference links: what a block says must not depend on another one."""
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


_parser = _markdown()
_outliner = _markdown().disable(["inline", "text_join"])
"""Finds the same blocks without reading what is in them."""

_CITATION = re.compile(f"{OPEN}([0-9,]*){CLOSE}")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|(?<=[。！？])[」』）]*(?=.)")
"""Where one statement ends and the next begins, within one paragraph."""

_UNDECIDED_LINE = re.compile(r"[\s>]*+(?:[#\-*_+=|:~\s]*+|\d{1,9}[.)]?\s*+|[`~]{3}.*+)", re.DOTALL)
"""The beginning of a line that looks like a new block but may yet go on with the one before."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `marks` is a set of letters: b bold, i italic, s struck, c code, a link."""

    text: str
    marks: str = ""
    href: str = ""
    cite: str = ""
    """The lines of the notes its statement rests on, such as `3,7,8`."""


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
    """The blocks of a Markdown text, in reading order; at most `MOST_BLOCKS` and one."""
    lines = markdown.replace("\r", "").split("\n", MOST_BLOCKS)
    blocks = list(_blocks(_parser.parse("\n".join(lines[:MOST_BLOCKS]))))
    return [*blocks, *map(plain, lines[MOST_BLOCKS:])]


def plain(markdown: str) -> Block:
    """The text as it is written, as one paragraph."""
    return Block("paragraph", [Span(_CITATION.sub("", markdown).strip())])


def few(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those beyond `MOST_BLOCKS` as one paragraph."""
    rest = "\n".join(block.text for block in blocks[MOST_BLOCKS:])
    return [*blocks[:MOST_BLOCKS], *([plain(rest)] if rest else [])]


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
            return self._outgrown()
        lines = self.open.split("\n")
        self._may_settle = bool(_UNDECIDED_LINE.fullmatch(lines[-1]))
        cut = _settled_lines(lines[:-1] if self._may_settle else lines)
        settled, self.open = "\n".join(lines[:cut]), "\n".join(lines[cut:])
        return [*(parse_blocks(settled) if cut else []), *self._outgrown()]

    def _outgrown(self) -> list[Block]:
        """The open end as plain text, where it is too long to be read again and again."""
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
                yield Block("code", [Span(_CITATION.sub("", token.content).rstrip("\n"))])
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


def without_citations(blocks: Sequence[Block]) -> list[Block]:
    """The blocks as they are once submitted: what they rest on is the writer's alone."""
    return [
        replace(block, spans=[replace(span, cite="") for span in block.spans]) for block in blocks
    ]


def cited(spans: Iterable[Span]) -> list[Span]:
    """The runs of one paragraph with their marks taken out and put on the statements before them.

    A statement reaches back to the end of the sentence before it, or to the bold name that a
    bullet begins with.
    """
    runs = list(spans)
    if not any(OPEN in run.text for run in runs):
        return runs
    done: list[Span] = []
    statement: list[Span] = []
    for span in runs:
        for number, piece in enumerate(_CITATION.split(span.text)):
            if number % 2:
                if not any(run.text.strip() for run in statement):
                    done += statement
                    statement = _taken_back(done)
                done += _with_lines(statement, piece)
                statement = []
                continue
            *ended, rest = _sentences(piece)
            for sentence in ended:
                done += [*statement, replace(span, text=sentence)]
                statement = []
            if rest:
                statement.append(replace(span, text=rest))
    return _joined([*done, *statement])


def _sentences(text: str) -> Iterator[str]:
    """The text cut behind each sentence's end; the last piece is what goes on, maybe empty."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]


def _taken_back(done: list[Span]) -> list[Span]:
    """Take the last statement out of `done` again: its mark comes behind a space."""
    taken: list[Span] = []
    while done and not any(run.text.strip() for run in taken):
        taken.insert(0, done.pop())
    return taken


def _with_lines(statement: list[Span], lines: str) -> list[Span]:
    label = len(statement) > 1 and "b" in statement[0].marks and _begins_with_colon(statement[1])
    if not lines:
        return statement
    named, said = (statement[:2], statement[2:]) if label else ([], statement)
    if label:
        text = named[1].text
        rest = text.lstrip(":：–- ")
        named = [named[0], replace(named[1], text=text[: len(text) - len(rest)])]
        said = [replace(statement[1], text=rest), *said] if rest else said
    return [*named, *(replace(run, cite=_merged(run.cite, lines)) for run in said)]


def _begins_with_colon(span: Span) -> bool:
    return span.text.lstrip().startswith((":", "：", "–"))


def _merged(before: str, more: str) -> str:
    lines = {int(line) for line in f"{before},{more}".split(",") if line}
    return ",".join(map(str, sorted(lines)))


def _joined(runs: list[Span]) -> list[Span]:
    """Neighbours that look the same as one run."""
    joined: list[Span] = []
    for run in runs:
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + run.text)
        elif run.text:
            joined.append(run)
    return joined
