"""Text as a cell of a CSV file: anything a spreadsheet would run as a formula becomes text.

Whether a spreadsheet separates cells at commas, semicolons or tabs depends on its language, and
some ignore whitespace or treat the full-width and small forms of a sign as the sign. An apostrophe
makes the rest a text.
"""

import re
import unicodedata

_SEPARATORS = re.compile(r"([;\t\r\n])")
_PLAIN = re.compile(r"[A-Za-z0-9][^;\t\r\n]*+\Z")
"""Matches most cells, which need no further check."""
_LEADING = ("\t", "\r", "\n")
_SIGNS = "=+-@"
_MINUS = "\u2212"
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Drawn as nothing, though Unicode counts them among letters and symbols."""


def cell(text: str) -> str:
    """The text with an apostrophe before each part that begins like a formula, else as it is."""
    if not text or _PLAIN.match(text):
        return text
    parts = _SEPARATORS.split(text)
    safe = "".join(f"'{part}" if _begins_like_a_formula(part) else part for part in parts)
    return f"'{safe}" if text.startswith(_LEADING) else safe


def _begins_like_a_formula(part: str) -> bool:
    first = next((character for character in part if not _is_blank(character)), "")
    return first == _MINUS or unicodedata.normalize("NFKC", first).startswith(tuple(_SIGNS))


def _is_blank(character: str) -> bool:
    """Whether a character is invisible: a space, a control, a mark without width."""
    return character in _BLANK_LETTERS or unicodedata.category(character)[0] in "ZCM"
