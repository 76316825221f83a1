"""A remark about a person, and the key by which it is recognised again."""

import hashlib
import re
from dataclasses import dataclass

from feedback_app.core.text import compatible
from feedback_app.feedback.personal.ground import Ground

_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Remark:
    line: int
    """The number of its line, from 1."""
    start: int
    """The character offset in that line where the sentence or clause begins; `end` is its end."""
    end: int
    text: str
    """As written."""
    ground: Ground
    reason: str
    """One sentence for the writer."""
    key: str
    """The same wherever the same words occur, see `remark_key`."""


def remark_key(text: str) -> str:
    """A short key of a remark's words, whatever their case, spacing and punctuation."""
    words = _NO_WORD.sub(" ", compatible(text).casefold()).strip()
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:16]
