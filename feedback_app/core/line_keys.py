"""Keys by which a line of notes is found again after the notes have moved."""

import re
from hashlib import blake2s

from feedback_app.core.text import compatible

LONGEST_LINE = 20_000
"""How many characters of a line make up its key."""
_NOT_A_WORD = re.compile(r"[\W_]+")


def line_key(text: str) -> str:
    """A short key of a line, independent of case, list marks, punctuation and whitespace."""
    plain = compatible(text[:LONGEST_LINE]).replace("’", "'").casefold()
    words = _NOT_A_WORD.sub(" ", plain).strip()
    return blake2s(words.encode("utf-8", "replace"), digest_size=8).hexdigest()
