"""Text that can be stored anywhere, compared, and shown on one line."""

import re
import unicodedata
from functools import cache

MOST_MARKS = 30
"""Combining marks kept per letter, as in Unicode's stream-safe text format: sorting a run of them
takes quadratic time, and no language has as many."""
_PIECE = 4_000
"""Characters normalised in one call, during which nothing else runs."""
_FIRST_MARK, _LAST_MARK = 0x300, 0x1F000
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, line and paragraph separators, bidi controls, lone surrogates."""


def storable(text: str) -> str:
    """The text as a database can store it: NULs are removed, lone surrogates become `?`."""
    return text.replace("\0", "").encode(errors="replace").decode()


def compatible(text: str) -> str:
    """The text in Unicode's form NFKC: plain forms instead of full-width, composed accents."""
    if text.isascii():
        return text
    whole = _long_run_of_marks().sub(r"\1", text)
    pieces: list[str] = []
    start = 0
    while start < len(whole):
        end = start + _PIECE
        if end < len(whole):
            # Before a space if there is one: no combining mark belongs to what follows it.
            blank = whole.rfind(" ", start + 1, end)
            end = blank if blank > 0 else end
        pieces.append(unicodedata.normalize("NFKC", whole[start:end]))
        start = end
    return "".join(pieces)


@cache
def _long_run_of_marks() -> re.Pattern[str]:
    """More than `MOST_MARKS` marks on one letter; the group holds those that are kept."""
    marks = "".join(c for c in map(chr, range(_FIRST_MARK, _LAST_MARK)) if _is_mark(c))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]++")


def _is_mark(character: str) -> bool:
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def on_one_line(text: str, most: int) -> str:
    """The first `most` characters of a text, marked if there are more, with nothing hidden in it.

    Anything that would begin a new line, move the cursor, or change colours or the writing
    direction is escaped as Python escapes it.
    """
    left = len(text) - most
    kept = _UNSEEN.sub(lambda found: repr(found[0])[1:-1], text[:most])
    return f"{kept}… ({left} more characters)" if left > 0 else kept
