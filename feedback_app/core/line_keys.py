"""Keys by which a line of notes is found again after the notes have moved."""

import re
from hashlib import blake2s

from feedback_app.core.text import compatible

LONGEST_LINE = 20_000
"""Characters of a line by which it is known."""
_NOT_A_WORD = re.compile(r"[\W_]+")


def line_key(text: str) -> str:
    """A short key of a line: the same whatever its case, list marks, signs and blanks."""
    plain = compatible(text[:LONGEST_LINE]).replace("’", "'").casefold()
    words = _NOT_A_WORD.sub(" ", plain).strip()
    return blake2s(words.encode("utf-8", "replace"), digest_size=8).hexdigest()
