"""Text as it can be kept anywhere, and shown on one line."""

import re


def storable(text: str) -> str:
    """The text without what a database cannot hold: NULs go, half characters become `?`."""
    return text.replace("\0", "").encode(errors="replace").decode()


_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls, line and paragraph separators, bidi controls, halves of characters."""


def on_one_line(text: str, most: int) -> str:
    """The first `most` characters of a text, told if there are more, with nothing hidden in it.

    What would begin a new line, move the cursor, change colours or the direction of writing is
    written as an escape, as Python writes it.
    """
    left = len(text) - most
    kept = _UNSEEN.sub(lambda found: repr(found[0])[1:-1], text[:most])
    return f"{kept}… ({left} more characters)" if left > 0 else kept
