"""Takes citation marks out of an answer while it streams.

An answer ends a statement with the lines of the notes it rests on, `[3]` or `[3, 7-8]`. The marks
are never part of its text: the filter below passes the text on without them and records where each
was. Wherever text is parsed into blocks, `marked` puts them back as private-use characters that no
person or model writes, and `llm.text.cited_statements` turns those into marks of spans.
"""

import re
from collections.abc import Sequence

MOST_LINES = 12
"""Lines one mark may name; further ones are left out."""
MOST_MARKS = 300
"""Marks of one answer that are kept; further ones are taken out all the same."""
LONGEST_MARK = 60
"""Characters of the longest mark; a longer bracket is text."""
TOKENS_PER_MARK = 4
"""The approximate size of a mark such as `[3, 7]` in an answer."""
OPEN, CLOSE = "\ue000", "\ue001"

_RANGE = r"\d{1,6}(?:\s?[-–]\s?\d{1,6})?"
_MARK = re.compile(rf"\[\s?(?:lines? )?({_RANGE}(?:\s?[,;]\s?{_RANGE}){{0,11}})\s?\]")
_UNFINISHED = re.compile(r"\[[\d\s,;\-–lines]*\]?\Z")
_COMMA = re.compile(r"[,;]")

Citation = tuple[int, str]
"""The position of a mark in the text, in characters, and its lines such as `3,7,8`."""


class CitationFilter:
    """Removes the marks from text that comes in pieces. `lines` is the number of lines to cite."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._held = ""
        self._before = ""
        """The last character that was let through."""
        self._told = 0
        self._kept = 0
        """How many marks have been returned."""

    def feed(self, text: str) -> tuple[str, list[Citation]]:
        """The text that is already certain, and the marks in it, in order."""
        return self._take(self._held + text, last=False)

    def finish(self) -> tuple[str, list[Citation]]:
        """The text that was held back: an unfinished mark is text."""
        return self._take(self._held, last=True)

    def _take(self, text: str, *, last: bool) -> tuple[str, list[Citation]]:
        kept: list[str] = []
        found: list[Citation] = []
        length = start = 0
        for mark in _MARK.finditer(text):
            if mark.end() == len(text) and not last:
                break
            before = text[mark.start() - 1] if mark.start() > start else self._before
            if _is_text(before, text[mark.end() : mark.end() + 1]):
                continue
            kept.append(text[start : mark.start()].rstrip(" \t"))
            length += len(kept[-1])
            # After a mark, nothing is part of a word.
            start, self._before = mark.end(), ""
            if self._kept < MOST_MARKS and (lines := self._existing(mark[1])):
                found.append((self._told + length, lines))
                self._kept += 1
        rest = text[start:]
        kept.append(rest if last else rest[: _certain(rest)])
        self._held = rest[len(kept[-1]) :]
        self._before = kept[-1][-1:] or self._before
        self._told += length + len(kept[-1])
        return "".join(kept), found

    def _existing(self, written: str) -> str:
        """Those of the lines a mark names that exist."""
        lines: dict[int, None] = {}
        for part in _COMMA.split(written):
            first, _, end = part.replace("–", "-").partition("-")
            begin, stop = int(first), int(end or first)
            for line in range(begin, min(stop, begin + MOST_LINES - 1) + 1):
                if 1 <= line <= self._lines:
                    lines[line] = None
        return ",".join(str(line) for line in sorted(lines)[:MOST_LINES])


def _is_text(before: str, after: str) -> bool:
    """Whether a bracket is part of a word or an address, such as `rows[3]` or `[3](#top)`."""
    return before.isalnum() or before in {"_", "]"} or after == "("


def _certain(text: str) -> int:
    """How many characters of an open end cannot belong to a mark."""
    tail = text[-LONGEST_MARK:]
    unfinished = _UNFINISHED.search(tail)
    end = len(text) - (len(tail) - unfinished.start() if unfinished else 0)
    before = text[max(0, end - LONGEST_MARK) : end]
    return end - (len(before) - len(before.rstrip(" \t")))


def marked(text: str, citations: Sequence[Citation], begins_at: int = 0) -> str:
    """The text with its marks in place, for parsing; `begins_at` is the offset of its beginning."""
    pieces: list[str] = []
    done = 0
    for offset, lines in citations:
        at = max(done, min(len(text), offset - begins_at))
        pieces += [text[done:at], OPEN, lines, CLOSE]
        done = at
    return "".join([*pieces, text[done:]])


def without_marks(text: str, lines: int) -> tuple[str, list[Citation]]:
    """A whole answer's text without its marks, and the marks."""
    taking = CitationFilter(lines)
    (head, found), (tail, more) = taking.feed(text), taking.finish()
    return head + tail, [*found, *more]


def packed(citations: Sequence[Citation]) -> str:
    """Citations as one string, such as `132:3,7;180:9`."""
    return ";".join(f"{offset}:{lines}" for offset, lines in citations)


def unpacked(stored: str) -> list[Citation]:
    """What `packed` was given."""
    parts = (part.partition(":") for part in stored.split(";") if part)
    return [(int(offset), lines) for offset, _, lines in parts]
