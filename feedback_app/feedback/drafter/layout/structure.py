"""Reads the layout of notes: which lines are headings, labels, table rows, pasted CVs or code.

The result is blocks of text, each with the lines it came from and the heading over it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from feedback_app.feedback.drafter.layout.headings import Heading, heading_of
from feedback_app.feedback.drafter.layout.labels import LONGEST_LABEL, Labels, plain_label
from feedback_app.feedback.drafter.layout.lines import (
    COLON,
    clean_line,
    depth_of,
    fenced,
    has_both_signs,
    has_times,
    without_marks,
    wrapped,
)

_EMOJI_LABEL = re.compile(
    r"\A([^\W\d_][\w /&-]{2,40}?)\s*"
    r"(?=[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff]|\+\+|--\s)"
)
_RULE = re.compile(r"[-=_*~#|:+\s]{3,}|```.*|~~~.*")
_HASH = re.compile(r"#{1,6}\s*(.{1,200}?)\s*+#*+")
_BOLD = re.compile(r"(?:\*\*|__)([^*_]{1,80}?)[:：]?(?:\*\*|__)\s*+(?:[:：]\s*+)?")
_BRACKETED = re.compile(
    r"[\[【＜<■](?:\s++(?![\]】＞>]))?([^\]】＞>]{1,40}?)\s*+[\]】＞>]\s*+(?:[:：]\s*+)?"
    r"|■\s*(.{1,30})$"
)
_DASH = re.compile(r"\A([^:：\"“„«「.!?]{1,40}?)(?<!\s)(?:\s++[-–—=>]++\s|\s*+→)\s*+(?=\S)")
_LEADING_SCORE = re.compile(
    r"^(?:\(?\d(?:[.,]5)?(?:\s*+/\s*+\d{1,2}\)?|\s*+\))?\s*+[-–—:]\s++"
    r"|\(?\d\s*+/\s*+(?:4|5|10)\)?[,.:]?\s++)"
)
_SCORE = re.compile(r"[\d\s./*–-]{1,6}")
_YEARS = re.compile(
    r"\b(?:19|20)\d{2}\s*(?:[-–—]|to|bis|à|a|al|até)\s*(?:(?:19|20)\d{2}|now|present|today|heute|jetzt|aujourd|hoy|actual|hoje|atual)",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?…:;。！？][\"'”’)\]]*$")
_OPEN_END = re.compile(
    r"(?:,|\b(?:a|an|the|of|and|or|to|in|on|with|for|about|from|by|that|which|und|der|die|das|mit|de|la|le|et|y|que|e))$",
    re.IGNORECASE,
)

LONGEST_HEADING = 300
"""Characters of the longest line that may be a heading, with its marks."""


@dataclass(slots=True)
class NoteBlock:
    """The text of one bullet, line or paragraph."""

    pieces: list[tuple[int, str]]
    """Line numbers, counted from 1, each with its part of the text."""
    speaker: str = ""
    """The label of a speaker; see `speakers`."""
    competency: int | None = None
    """The competency that a label on it or over it names."""
    held: int | None = None
    """The competency that a label at the start of an earlier line names, if it still applies."""
    context: str = ""
    lean: int = 0
    paragraph: int = 0
    bullet: bool = False
    closing: bool = False
    task: bool = False
    """Whether a label marks it as a description of the task."""


def blocks_of(
    lines: Sequence[str], labels: Labels, speakers: frozenset[str]
) -> Iterator[NoteBlock]:
    """The blocks of the notes in order; `speakers` are the labels of a transcript's speakers."""
    reader = _Reader(lines, labels, speakers)
    yield from reader.blocks()


class _Reader:
    def __init__(self, lines: Sequence[str], labels: Labels, speakers: frozenset[str]) -> None:
        self._lines = lines
        self._labels = labels
        self._speakers = speakers
        self._over = Heading()
        self._block: NoteBlock | None = None
        self._paragraph = 0
        self._fenced = fenced(lines)
        self._wrapped = wrapped(lines)
        self._under_heading = False
        self._both_signs = has_both_signs(lines)
        self._timed = has_times(lines)
        self._label_depth: int | None = None
        self._by_paragraphs = self._each_paragraph_has_a_label()

    def blocks(self) -> Iterator[NoteBlock]:
        for number, raw in enumerate(self._lines, start=1):
            line = clean_line(raw)
            if not line or _RULE.fullmatch(line) or self._fenced[number - 1]:
                yield from self._close()
                if not line:
                    self._blank()
                continue
            yield from self._line(number, raw, line)
        yield from self._close()

    def _blank(self) -> None:
        self._paragraph += 1
        if self._under_heading:
            self._over.paragraph = self._paragraph
        elif not self._over.lasting:
            self._over = Heading(cv=self._over.cv)

    def _line(self, number: int, raw: str, line: str) -> Iterator[NoteBlock]:
        if "|" in line and (line.startswith("|") or line.count("|") >= 2):
            yield from self._close()
            yield from self._row(number, line)
            return
        body, bullet, sign = without_marks(line, self._both_signs, self._timed)
        if not body:
            return
        if self._heading(body, bullet):
            yield from self._close()
            return
        if self._over.cv and (bullet or _YEARS.search(body) or not _reads_as_note(body)):
            return
        self._over.cv = False
        if self._over.asked:
            yield from self._close()
            return
        if _YEARS.search(body) and not sign:
            yield from self._close()
            return
        speaker, body = self._speaker(body)
        if not speaker and self._joins(number, raw, body, bullet):
            assert self._block is not None
            self._block.pieces.append((number, body))
            return
        yield from self._close()
        self._open(number, body, bullet, sign, speaker, depth_of(raw, bullet))

    def _open(
        self, number: int, body: str, bullet: bool, sign: int, speaker: str, depth: int
    ) -> None:
        over = self._over
        self._under_heading = False
        if self._label_depth is not None and depth <= self._label_depth:
            over.held = over.held if self._by_paragraphs else None
        block = NoteBlock(
            [],
            speaker=speaker,
            competency=over.competency,
            held=over.held,
            context=over.context,
            lean=sign or over.lean,
            paragraph=self._paragraph,
            bullet=bullet,
            closing=over.closing,
            task=over.task,
        )
        if not speaker:
            body = self._inline_label(body, block, depth)
        if body:
            block.pieces.append((number, body))
            self._block = block

    def _close(self) -> Iterator[NoteBlock]:
        if self._block is not None:
            yield self._block
            self._block = None

    def _speaker(self, body: str) -> tuple[str, str]:
        if self._speakers and (found := COLON.match(body)):
            label = speaker_label(found[1])
            if label in self._speakers:
                return label, body[found.end() :]
        return "", body

    def _heading(self, body: str, bullet: bool) -> bool:
        """Whether the line is a heading; if so, it applies to the lines below."""
        if len(body) > LONGEST_HEADING:
            return False
        hashed = _HASH.fullmatch(body) if body.startswith("#") else None
        marked = hashed or _BOLD.fullmatch(body) or _BRACKETED.fullmatch(body)
        colon = COLON.fullmatch(body)
        title = (
            (marked[1] or marked[marked.lastindex or 1]) if marked else colon[1] if colon else body
        )
        title = title.rstrip(":： ")
        if len(title.split()) > 8 or len(title) > LONGEST_LABEL * 2:
            return False
        plain = plain_label(title)
        if self._speakers and plain in self._speakers:
            return False
        over = heading_of(plain, self._labels)
        if over is None and not (marked or colon):
            return False
        bare = over is not None and over.competency is not None and not (marked or colon)
        if bare and not (self._labels.is_name(title) and title[-1:] not in ".!?。"):
            return False
        if over is None:
            over = Heading(competency=self._labels.competency(title))
        nested = bool(over.lean) and self._over.competency is not None
        nested = nested and self._over.paragraph == self._paragraph
        if nested:
            over.competency = self._over.competency
        over.context = title
        over.lasting = not nested and bool(marked or not (colon or bullet))
        over.paragraph = self._paragraph
        self._over = over
        self._under_heading = True
        return True

    def _each_paragraph_has_a_label(self) -> bool:
        """Whether the notes are paragraphs of several lines that each begin with a label."""
        paragraphs: list[list[bool]] = [[]]
        for raw in self._lines:
            line = clean_line(raw)
            if line:
                body, _, _ = without_marks(line, self._both_signs, self._timed)
                paragraphs[-1].append(self._is_labelled(body))
            elif paragraphs[-1]:
                paragraphs.append([])
        labelled = [lines for lines in paragraphs if any(lines)]
        return len(labelled) >= 2 and all(
            lines[0] and sum(lines) == 1 and len(lines) > 1 for lines in labelled
        )

    def _is_labelled(self, body: str) -> bool:
        found = _BOLD.match(body) or _BRACKETED.match(body) or COLON.match(body)
        found = found or _DASH.match(body)
        label = next((group for group in found.groups() if group), "") if found else ""
        return len(label.split()) <= 6 and self._labels.competency(label) is not None

    def _inline_label(self, body: str, block: NoteBlock, depth: int) -> str:
        """The text after a label at its start; the label's meaning is stored in the block."""
        bold = _BOLD.match(body)
        bracketed = _BRACKETED.match(body)
        found = bold or bracketed or COLON.match(body)
        strict = False
        if not found:
            found, strict = _DASH.match(body) or _EMOJI_LABEL.match(body), True
        if not found:
            return body
        label = next((group for group in found.groups() if group), "")
        rest = body[found.end() :]
        if len(label.split()) > 6 or not rest:
            return body
        over = heading_of(plain_label(label), self._labels)
        if over is None:
            if strict or (not bold and not bracketed):
                block.context = f"{block.context} {label}"
                return body
            block.context = f"{block.context} {label}"
            return rest if ":" in found[0] or "：" in found[0] else body
        if strict and over.competency is None:
            return body
        if over.competency is not None:
            lasting = self._over if self._over.lasting else Heading()
            self._over = replace(lasting, competency=None, held=over.competency, context="")
            block.competency, block.held = over.competency, None
            self._label_depth = depth
        elif over.lean:
            block.lean = over.lean
        elif over.cv or over.asked:
            return ""
        else:
            self._over = Heading()
            block.competency = block.held = None
            block.lean = 0
            block.closing, block.task = over.closing, over.task
        block.context = f"{block.context} {label}"
        return _LEADING_SCORE.sub("", rest, count=1)

    def _row(self, number: int, line: str) -> Iterator[NoteBlock]:
        """A row of a table: the first cell is a label, the others are text."""
        following = self._lines[number] if number < len(self._lines) else ""
        if "-" in following and _RULE.fullmatch(clean_line(following)):
            return
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        filled = [cell for cell in cells if cell and not _SCORE.fullmatch(cell)]
        if not filled:
            return
        label = filled[0][:LONGEST_HEADING]
        over = heading_of(plain_label(label), self._labels) if len(filled) > 1 else None
        texts = filled[1:] if over else filled
        for text in texts:
            if len(text.split()) > 1 or len(text) > 6:
                yield NoteBlock(
                    [(number, text)],
                    competency=over.competency if over else None,
                    lean=over.lean if over else 0,
                    context=label,
                    paragraph=self._paragraph,
                    bullet=True,
                )

    def _joins(self, number: int, raw: str, body: str, bullet: bool) -> bool:
        if self._block is None or bullet:
            return False
        above = self._block.pieces[-1][1]
        indented = raw[:1].isspace() and self._block.bullet
        if self._wrapped[number - 1] or indented:
            return True
        if _ENDED.search(above):
            return False
        wrapped = len(above) >= 50 and body[0].islower() and self._block.pieces[0][1][:1].isupper()
        if not body[0].islower() or COLON.match(body):
            return False
        return wrapped or (len(above) >= 40 and bool(_OPEN_END.search(above)))


def speaker_label(label: str) -> str:
    """A speaker's label for comparison: "Q1" is "q"."""
    return plain_label(label).rstrip("0123456789 ")


def _reads_as_note(body: str) -> bool:
    """Whether a line under a CV's heading is a sentence and so the writer's again."""
    return len(body.split()) >= 4 and _ENDED.search(body) is not None
