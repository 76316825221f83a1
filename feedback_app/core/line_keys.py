"""Keys by which a line of notes is found again after the notes have moved."""

import re
import unicodedata
from hashlib import blake2s

_NOT_A_WORD = re.compile(r"[\W_]+")


def line_key(text: str) -> str:
    """A short key of a line: the same whatever its case, list marks, signs and blanks."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    words = _NOT_A_WORD.sub(" ", plain).strip()
    return blake2s(words.encode("utf-8", "replace"), digest_size=8).hexdigest()
