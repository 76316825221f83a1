"""Keys by which a page names a line or a question again after the notes have moved."""

import re
from hashlib import blake2s

from feedback_app.feedback.drafter.words import folded

_NOT_A_WORD = re.compile(r"[\W_]+")


def line_key(text: str) -> str:
    """A short key of a note line: the same whatever its case, list marks, signs and blanks."""
    words = _NOT_A_WORD.sub(" ", folded(text)).strip()
    return blake2s(words.encode("utf-8", "replace"), digest_size=8).hexdigest()


def contradiction_key(competency: str, rating: int, text: str) -> str:
    """A short key of one statement that speaks against one rating."""
    return line_key(f"{competency} {rating} {line_key(text)}")
