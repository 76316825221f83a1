"""Cuts raw interview notes into single remarks, each a verbatim piece of what was written.

Bullets, headings, timestamps and Q:/A: marks shape the cut and are not part of a remark.
`sentences` cuts sentences and clauses; what a remark means is left to `signals`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from feedback_app.llm.drafter.language import guess_language
from feedback_app.llm.drafter.sentences import cut_remarks
from feedback_app.llm.drafter.words import Language, word_set

Lean = Literal[-1, 0, 1]

LONGEST_QUOTE = 400
"""Characters above which a piece that has no clause boundary is not quoted."""

_NEWLINES = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BEYOND_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1fff]+")
_BULLET = re.compile(
    r"(?:[-*+>•◦▪‣·–—→✓✔✅✗✘❌☐☑]\s+|[•◦▪‣✓✔✅✗✘❌]|-(?=[^\W\d])|\(?\d{1,3}[.)]\s+|[a-z]\)\s+)"
    r"(?:\[[ xX]\]\s*)?"
)
_TIME = re.compile(
    r"[\[(]?\d{1,2}[:h]\d{2}(?::\d{2})?(?:\s*(?:am|pm|Uhr)\b)?"
    r"(?:\s*[-–]\s*\d{1,2}[:h]\d{2})?[\])]?(?:\s*[-–—:|]\s+|\s+|$)",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-=_*~#\s]{3,}")
_HASH_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*")
_BOLD_HEADING = re.compile(r"(?:\*\*|__)([^*_]{1,80}?):?(?:\*\*|__):?")
_COLON_HEADING = re.compile(r"([^:.!?]{1,60}):")
_LABEL = re.compile(r"([^\W\d_][^:.!?,;\"“]{0,40}?|[QAF]\d{1,2})\s*:\s+(?=\S)")
_QUESTION_LABELS = {"q", "question", "frage", "f"}
_ANSWER_LABELS = {"a", "answer", "antwort", "candidate", "kandidat", "kandidatin"}
_INLINE_ANSWER = re.compile(r"\s(?:A|Answer|Antwort):\s+(?=\S)")
_LEANS: dict[str, Lean] = {
    **dict.fromkeys(
        word_set("pro pros strength strengths positive positives plus highlights stärken positiv"),
        1,
    ),
    **dict.fromkeys(("went well", "what went well", "green flags", "the good"), 1),
    **dict.fromkeys(
        word_set(
            "con cons contra weakness weaknesses concern concerns negative negatives minus "
            "gaps risks schwächen negativ bedenken"
        ),
        -1,
    ),
    **dict.fromkeys(("red flags", "areas to improve", "to improve", "the bad"), -1),
}
_OPEN_END = re.compile(
    r"(?:,|\b(?:a|an|the|of|and|or|to|in|on|with|for|about|from|by|that|which|und|der|die|das|mit))$",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?…:;。！？।][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Note:
    """One remark. `text` is verbatim but for collapsed whitespace."""

    position: int
    text: str
    context: str
    """The heading, label and question it stood under; for matching, never for quoting."""
    lean: Lean
    """What a "Pros" or "Cons" heading or a +/- bullet says about it."""
    language: Language
    fragment: bool
    """Whether it was cut out of a longer sentence at a comma."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The text of one bullet, one line or one paragraph."""

    text: str
    context: str
    lean: Lean
    marker: str


def clean(text: str) -> str:
    """One line: invisible characters dropped, every run of whitespace a single space."""
    return " ".join(_INVISIBLE.sub("", _NEWLINES.sub("\n", text)).split())


def split_notes(text: str, headings: Collection[str] = ()) -> tuple[tuple[Note, ...], int]:
    """The remarks in `text`, in order and without repeats, and how many were too long to quote.

    `headings` are competency names: a line or label equal to one (in any case) is a heading.
    """
    plain = _INVISIBLE.sub("", _NEWLINES.sub("\n", text))
    known = {clean(h).casefold() for h in headings}
    lines = plain.split("\n")
    blocks = list(_blocks(lines, known)) or list(_titles(lines))
    marked = {b.marker for b in blocks} >= {"+", "-"}
    whole_language = guess_language(_BEYOND_LATIN.sub(" ", plain), default="en")
    notes: list[Note] = []
    seen: set[str] = set()
    too_long = 0
    for block in blocks:
        language = guess_language(block.text, default=whole_language)
        lean = block.lean
        if marked and not lean:
            lean = 1 if block.marker == "+" else -1 if block.marker == "-" else 0
        label = _LABEL.match(block.text)
        around = f"{block.context} {label[1]}".strip() if label else block.context
        for piece, fragment in cut_remarks(block.text, language):
            key = piece.casefold()
            if len(piece) > LONGEST_QUOTE:
                too_long += 1
            elif key not in seen:
                seen.add(key)
                notes.append(Note(len(notes), piece, around, lean, language, fragment))
    return tuple(notes), too_long


def _blocks(lines: list[str], known: set[str]) -> Iterator[_Block]:
    """Group lines into blocks, carrying headings and questions along as context."""
    heading, question, lasting, filled = "", "", False, False
    lean: Lean = 0
    current: list[str] = []
    marker = ""

    def close() -> Iterator[_Block]:
        if current:
            context = f"{heading} {question}".strip()
            yield _Block(" ".join(current), context, lean, marker)
            current.clear()

    wrapped = _wrapped_lines(lines)
    for number, raw in enumerate(lines):
        line = " ".join(raw.split())
        if not line or _RULE.fullmatch(line):
            yield from close()
            if not line and filled:
                question = ""
                if not lasting:
                    heading, lean = "", 0
            continue
        body, mark = _strip_marks(line)
        underlined = number + 1 < len(lines) and re.fullmatch(r"\s*(=|-){3,}\s*", lines[number + 1])
        title = _heading(body, known) or (body if underlined and len(body) <= 80 else None)
        if title is not None:
            yield from close()
            heading, question, filled = title, "", False
            lasting = not body.endswith(":") or body.startswith(("#", "*", "_"))
            lean = _LEANS.get(title.casefold(), 0)
            continue
        indented = raw[:1].isspace() and bool(marker)
        joins = wrapped[number] or indented or (current and _continues(current, body))
        if not mark and current and joins:
            current.append(body)
            continue
        yield from close()
        marker, filled = mark, True
        label = _LABEL.match(body)
        key = label[1].casefold().rstrip("0123456789 ") if label else ""
        if label and key in _QUESTION_LABELS:
            question = body[label.end() :]
            if answer := _INLINE_ANSWER.search(question):
                body, question = question[answer.end() :], question[: answer.start()]
                label = None
            elif any(rest.strip() for rest in lines[number + 1 :]):
                continue
            else:
                body, question, label = question, "", None
        if label and (key in _ANSWER_LABELS or key in known or key in _LEANS):
            body = body[label.end() :]
            if key in known:
                yield _Block(body, label[1], lean, marker)
                continue
            if key in _LEANS:
                yield _Block(body, heading, _LEANS[key], marker)
                continue
        current.append(body)
    yield from close()


def _titles(lines: list[str]) -> Iterator[_Block]:
    """The headings themselves, for notes that hold nothing else."""
    for line in lines:
        if title := " ".join(line.split()).strip("#*_:= "):
            yield _Block(title, "", 0, "")


def _strip_marks(line: str) -> tuple[str, str]:
    """The line without its bullets and timestamps, and the first bullet sign (`""` for none)."""
    mark = ""
    while True:
        if bullet := _BULLET.match(line):
            mark = mark or _plus_or_minus(bullet[0][0])
            line = line[bullet.end() :]
        elif (time := _TIME.match(line)) and time.end() < len(line):
            mark = mark or "time"
            line = line[time.end() :]
        else:
            return line, mark


def _plus_or_minus(sign: str) -> str:
    if sign in "✓✔✅":
        return "+"
    return "-" if sign in "✗✘❌" else sign


def _heading(line: str, known: set[str]) -> str | None:
    for form in (_HASH_HEADING, _BOLD_HEADING, _COLON_HEADING):
        if (found := form.fullmatch(line)) and len(found[1].split()) <= 8:
            return found[1].strip()
    return line if line.casefold() in known or line.casefold() in _LEANS else None


def _wrapped_lines(lines: list[str]) -> list[bool]:
    """Which lines go on from the line above because the text was hard-wrapped at a margin."""
    result = [False] * len(lines)
    start = 0
    while start < len(lines):
        end = start
        while (
            end < len(lines)
            and lines[end].strip()
            and not (end > start and _BULLET.match(lines[end].strip()))
        ):
            end += 1
        widths = [len(line.rstrip()) for line in lines[start:end]]
        if len(widths) >= 3 and 50 <= max(widths) <= 130 and min(widths[:-1]) > max(widths) - 16:
            result[start + 1 : end] = [True] * (end - start - 1)
        start = max(end, start + 1)
    return result


def _continues(block: list[str], line: str) -> bool:
    """Whether a line goes on with an unfinished one; lower case tells only among capitals."""
    above = block[-1]
    if _ENDED.search(above):
        return False
    wrapped = len(above) >= 50 and line[0].islower() and block[0][0].isupper()
    return wrapped or bool(_OPEN_END.search(above))
