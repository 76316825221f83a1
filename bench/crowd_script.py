"""What each stream of the `crowd` benchmark says: the same feedback after a number of its own."""

import re

from tests.upstream import feedback_tokens

TOKENS_PER_SECOND = 50

_NOT_SHOWN = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"Draft ?(\d+)(?=\D)")


def tokens_of(number: int, count: int) -> tuple[str, ...]:
    """The `count` tokens of stream `number`; only the first differs from the other streams'."""
    return (f"Draft {number}. ", *feedback_tokens(count - 1))


def number_of(text: str) -> int:
    """Which stream a whole text, or its letters, came from.

    Raises:
        RuntimeError: it does not begin as a stream does.
    """
    found = _NUMBER.match(text)
    if found is None:
        raise RuntimeError(f"a draft that no stream sent: {text[:60]!r}")
    return int(found[1])


def letters(text: str) -> str:
    """The letters and digits of a text: what a page shows of it whatever its Markdown marks."""
    return _NOT_SHOWN.sub("", text)
