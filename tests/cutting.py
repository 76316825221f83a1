"""Texts that come in pieces."""

from collections.abc import Iterable
from itertools import pairwise


def cut(text: str, places: Iterable[int]) -> list[str]:
    """The text in pieces that end at these places, as far as it reaches."""
    ends = sorted(min(place, len(text)) for place in places)
    return [text[start:end] for start, end in pairwise([0, *ends, len(text)])]
