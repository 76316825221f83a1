"""The feedback as the editor holds it: blocks, HTML for the editor, its JSON, Markdown.

Blocks are what is kept. The editor is given HTML, which is short, and sends its document as JSON,
which needs no parser of ours. Both know the same few kinds of blocks and marks; anything else a
client sends is dropped, but its text is kept. A citation is a link to lines of the notes, `#n3,7`;
it appears on the page only, never in the Markdown.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from feedback_app.core.errors import Invalid
from feedback_app.core.text import storable
from feedback_app.llm.text.blocks import Block, Span

MOST_NODES = 20_000
"""The limit for one document; a client that sends more is refused."""
DEEPEST = 16
"""How deep lists and quotations may nest."""

_HEADINGS = range(2, 6)
"""The page's own headings are the first two ranks, so `##` is the third here."""
_CITE = re.compile(r"#n(\d{1,6}(?:,\d{1,6}){0,11})")
_TAGS = {"b": "strong", "i": "em", "s": "s", "c": "code"}
_MARKS = {"bold": "b", "italic": "i", "strike": "s", "code": "c"}
_MARKDOWN = {"b": "**", "i": "*", "s": "~~", "c": "`"}


def to_html(blocks: Sequence[Block]) -> str:
    """The document the editor begins with."""
    out: list[str] = []
    lists: list[tuple[str, int]] = []
    """The open lists, each with the number of the item that would follow; 0 for bullets."""

    def close(depth: int) -> None:
        while len(lists) > depth:
            out.append(f"</li></{lists.pop()[0]}>")

    for block in blocks:
        inner = "".join(map(_span_html, block.spans))
        if block.kind in {"bullet", "ordered"}:
            tag, number = ("ol", _number(block)) if block.kind == "ordered" else ("ul", 0)
            level = min(block.level, len(lists), DEEPEST)
            close(level + 1)
            if len(lists) == level + 1 and lists[-1] != (tag, number):
                close(level)
            if len(lists) == level:
                start = f' start="{number}"' if tag == "ol" and number != 1 else ""
                out.append(f"<{tag}{start}><li>")
            else:
                out.append("</li><li>")
                lists.pop()
            lists.append((tag, number + 1 if tag == "ol" else 0))
            out.append(f"<p>{inner}</p>")
            continue
        close(min(block.level, len(lists)) if block.kind == "paragraph" else 0)
        match block.kind:
            case "heading":
                level = min(max(block.level, 2), 4) + 1
                out.append(f"<h{level}>{inner}</h{level}>")
            case "quote":
                out.append(f"<blockquote><p>{inner}</p></blockquote>")
            case "code":
                out.append(f"<pre><code>{html.escape(block.text)}</code></pre>")
            case "rule":
                out.append("<hr>")
            case _:
                out.append(f"<p>{inner}</p>")
    close(0)
    return "".join(out)


def _number(block: Block) -> int:
    digits = block.marker.rstrip(".)")
    return int(digits) if digits.isdecimal() else 1


def _span_html(span: Span) -> str:
    text = html.escape(span.text, quote=False).replace("\n", "<br>")
    for mark in span.marks:
        if tag := _TAGS.get(mark):
            text = f"<{tag}>{text}</{tag}>"
    return f'<a href="#n{span.cite}">{text}</a>' if span.cite else text


def to_markdown(blocks: Sequence[Block]) -> str:
    """The text that is saved, copied and exported: without citations, without escapes."""
    parts: list[str] = []
    before = ""
    for block in blocks:
        text = "".join(_span_markdown(span) for span in _whole_marks(block.spans))
        is_item = block.kind in {"bullet", "ordered"}
        inside = "  " * block.level if block.kind in {"bullet", "ordered", "paragraph"} else ""
        match block.kind:
            case "heading":
                text = f"{'#' * max(1, block.level)} {text}"
            case "bullet":
                text = f"- {text}"
            case "ordered":
                text = f"{block.marker or '1.'} {text}"
            case "quote":
                text = text.replace("\n", "\n> ")
                text = f"> {text}"
            case "code":
                text = f"```\n{block.text}\n```"
            case "rule":
                text = "---"
            case _:
                pass
        text = inside + text.replace("\n", "\n" + inside)
        if parts:
            parts.append("\n" if is_item and block.kind == before else "\n\n")
        parts.append(text)
        before = block.kind
    return "".join(parts).strip()


def _whole_marks(spans: Iterable[Span]) -> Iterator[Span]:
    """Merges runs that differ only in their citations, so that no mark closes and opens again."""
    plain = (replace(span, cite="", href="") for span in spans)
    for marks, runs in groupby(plain, key=lambda span: span.marks):
        yield Span("".join(run.text for run in runs), marks)


def _span_markdown(span: Span) -> str:
    core = span.text.strip()
    if not core or not span.marks:
        return span.text
    start = span.text.index(core)
    signs = "".join(_MARKDOWN.get(mark, "") for mark in span.marks)
    return f"{span.text[:start]}{signs}{core}{signs[::-1]}{span.text[start + len(core) :]}"


def to_plain(blocks: Sequence[Block]) -> str:
    """The text without any markup but that of lists, for places without formatting."""
    bare = [
        replace(
            block,
            kind="paragraph" if block.kind == "heading" else block.kind,
            level=0 if block.kind == "heading" else block.level,
            spans=[Span(block.text)],
        )
        for block in blocks
    ]
    return to_markdown(bare)


def from_editor(document: Any) -> list[Block]:
    """The blocks of the JSON the editor sent.

    Raises:
        Invalid: not such a document, or too large.
    """
    return list(_Reader().blocks(document))


class _Reader:
    """Walks a document once, counting its nodes."""

    def __init__(self) -> None:
        self._nodes = 0

    def blocks(self, node: Any, depth: int = 0) -> Iterator[Block]:
        for child in self._children(node):
            match _name(child):
                case "heading":
                    level = _attributes(child).get("level")
                    level = level if isinstance(level, int) and level in _HEADINGS else 3
                    yield Block("heading", self._spans(child), max(2, level - 1))
                case "bulletList" | "orderedList" as kind:
                    yield from self._items(child, kind == "orderedList", depth)
                case "blockquote":
                    for block in self.blocks(child, _deeper(depth)):
                        yield replace(block, kind="quote", level=0, marker="")
                case "codeBlock":
                    text = "".join(span.text for span in self._spans(child))
                    yield Block("code", [Span(text)])
                case "horizontalRule":
                    yield Block("rule")
                case _:
                    yield Block("paragraph", self._spans(child), depth)

    def _items(self, node: Any, ordered: bool, depth: int) -> Iterator[Block]:
        inside = _deeper(depth)
        start = _attributes(node).get("start")
        number = start if isinstance(start, int) and 0 <= start < 10**6 else 1
        for item in self._children(node):
            first = True
            for block in self.blocks(item, inside):
                if first and block.kind == "paragraph":
                    kind = "ordered" if ordered else "bullet"
                    yield Block(kind, block.spans, depth, f"{number}." if ordered else "")
                else:
                    yield block
                first = False
            number += 1

    def _spans(self, node: Any) -> list[Span]:
        spans: list[Span] = []
        for child in self._children(node):
            if _name(child) == "hardBreak":
                spans.append(Span("\n"))
            elif isinstance(text := child.get("text"), str):
                spans.append(Span(storable(text), *self._look(child)))
        return spans

    def _look(self, node: Mapping[str, Any]) -> tuple[str, str, str]:
        marks, cite = "", ""
        for mark in _list(node.get("marks")):
            marks += _MARKS.get(_name(mark), "")
            if _name(mark) == "link" and (
                found := _CITE.fullmatch(str(_attributes(mark).get("href", ""))[:100])
            ):
                cite = found[1]
        return "".join(sorted(set(marks))), "", cite

    def _children(self, node: Any) -> Iterator[Mapping[str, Any]]:
        for child in _list(node.get("content") if isinstance(node, Mapping) else None):
            self._nodes += 1
            if self._nodes > MOST_NODES:
                raise Invalid("This text has too many parts to be kept.")
            if isinstance(child, Mapping):
                yield child


def _deeper(depth: int) -> int:
    # Each level passes on everything inside it.
    if depth >= DEEPEST:
        raise Invalid("Lists and quotations may not be nested that deep.")
    return depth + 1


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(node: Any) -> str:
    name = node.get("type") if isinstance(node, Mapping) else None
    return name if isinstance(name, str) else ""


def _attributes(node: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = node.get("attrs")
    return attributes if isinstance(attributes, Mapping) else {}


def without_end(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without empty paragraphs at the end, which every editor leaves behind."""
    kept = list(blocks)
    while kept and kept[-1].kind == "paragraph" and not kept[-1].text.strip():
        kept.pop()
    return kept


def cited_lines(blocks: Sequence[Block]) -> set[int]:
    """The lines of the notes that the text rests on."""
    return {
        int(line)
        for block in blocks
        for span in block.spans
        for line in span.cite.split(",")
        if line
    }


def words_in(blocks: Sequence[Block]) -> int:
    """How many words the text has."""
    return sum(len(block.text.split()) for block in blocks)
