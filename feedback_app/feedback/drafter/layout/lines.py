"""Reads the lines of notes: signs, list marks and times, and which continue the line above."""

import re
from collections.abc import Sequence

from feedback_app.feedback.drafter.polarity import SIGNS, sign_of_marks

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_BULLET = re.compile(
    r"(?:[-*•◦▪‣·–—>●○■□▶►➤]\s+|[•◦▪‣●■・]\s*|-(?=[^\W\d])|\(?\d{1,3}[.)]\s+|[a-z]\)\s+"
    r"|(?:->|=>|→)\s*|\[[ xX]\]\s)(?:\[[ xX]\]\s*)?"
)
_PLUS_BULLET = re.compile(r"(?:\(?([+-])\)?)\s+(?=\S)|\(([+-])\)\s*(?=\S)|([+])(?=[^\W\d+])")
_TIME = re.compile(
    r"[\[(]?\d{1,2}[:h.]\d{2}(?::\d{2})?(?:\s*(?:am|pm|Uhr)\b)?(?:\s*[-–]\s*\d{1,2}[:h.]\d{2})?[\])]?"
    r"(?:\s*[-–—:|]\s+|\s+|$)|[\[(]?\d{1,3}\s?(?:min|')[\])]?\s*[-–—:]\s+",
    re.IGNORECASE,
)
COLON = re.compile(r"\A([^:：\"“„«「]{1,48}?)(?<!\s)\s*+[:：](?:\s++|(?<=：)|$)")
"""The text before a colon, as in a label or a speaker."""
MOST_MARKS = 12
"""List marks and times that are removed from one line; what follows them is its text."""
_FENCE = re.compile(r"(?<!\s)\s*+(?:```|~~~)")


def clean_line(text: str) -> str:
    """One line: invisible characters dropped, every run of whitespace a single space."""
    text = _INVISIBLE.sub(" ", text.replace("\u200b", "").replace("\ufeff", ""))
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    return " ".join(text.split())


def without_marks(line: str, both_signs: bool, timed: bool) -> tuple[str, bool, int]:
    """The line without list marks and times, whether it had any, and the sign of a + or -.

    A time counts as a mark if several lines begin with one.
    """
    bullet, sign = False, 0
    for _ in range(MOST_MARKS):
        if (mark := SIGNS.match(line)) and mark.end() < len(line) and line[0] not in "+-(":
            bullet, sign = True, sign_of_marks(mark[0])
            line = line[mark.end() :].lstrip()
            continue
        if plus := _PLUS_BULLET.match(line):
            mark = plus[1] or plus[2] or plus[3]
            bracketed = line.startswith("(")
            if mark == "+":
                sign = 1
            elif both_signs or bracketed:
                sign = -1
            bullet = True
            line = line[plus.end() :]
        elif found := _BULLET.match(line):
            bullet = True
            line = line[found.end() :]
        elif timed and (time := _TIME.match(line)) and time.end() < len(line):
            bullet = True
            line = line[time.end() :]
        else:
            break
    return line, bullet, sign


def has_both_signs(lines: Sequence[str]) -> bool:
    starts = {line.lstrip()[:2] for line in lines}
    return bool(starts & {"+ ", "(+"}) and bool(starts & {"- ", "(-"})


def has_times(lines: Sequence[str]) -> bool:
    """Whether times mark the lines, as in minutes of a meeting."""
    return sum(bool(_TIME.match(line.lstrip("-*• "))) for line in lines) >= 2


def depth_of(raw: str, bullet: bool) -> int:
    """How far a line is indented; a list mark counts as one column."""
    plain = raw.expandtabs(4)
    return len(plain) - len(plain.lstrip()) + bullet


def fenced(lines: Sequence[str]) -> list[bool]:
    """Which lines are inside a closed code fence."""
    result = [False] * len(lines)
    opened: int | None = None
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            if opened is not None:
                result[opened : number + 1] = [True] * (number + 1 - opened)
                opened = None
            else:
                opened = number
    return result


def wrapped(lines: Sequence[str]) -> list[bool]:
    """Which lines continue the line above because the text was wrapped at a margin."""
    result = [False] * len(lines)
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].strip():
            if end > start and _BULLET.match(lines[end].strip()):
                break
            end += 1
        if _is_wrapped(lines[start:end]):
            result[start + 1 : end] = [True] * (end - start - 1)
        start = max(end, start + 1)
    return result


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines of about one width begin like sentences and continue in lower case."""
    widths = [len(line.rstrip()) for line in lines]
    if len(widths) < 2 or not 50 <= max(widths) <= 130 or min(widths[:-1]) < max(widths) - 16:
        return False
    starts = [line.lstrip()[:1] for line in lines]
    going_on = sum(c.islower() for c in starts[1:])
    labelled = any(COLON.match(line.strip()) for line in lines[1:])
    return not starts[0].islower() and going_on * 2 >= len(lines) - 1 and not labelled
