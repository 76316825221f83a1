"""Recognises a long word of the lists in spite of one wrong, missing, doubled or swapped letter."""

from collections import defaultdict
from collections.abc import Collection, Iterable

_SHORTEST = 6
"""Letters a listed word or beginning must have to be recognised when misspelt."""


class Typos:
    """Finds in constant time, by the spellings that remain when any one letter is left out."""

    def __init__(self, symbols: Iterable[str], real_words: Collection[str]) -> None:
        """`symbols` as in the lists; `real_words` are never taken for a misspelt one."""
        self._real = real_words
        self._symbols: dict[str, list[str]] = defaultdict(list)
        for symbol in symbols:
            stem = symbol.removesuffix("*")
            if len(stem) >= _SHORTEST and stem.isalpha() and stem.isascii():
                for spelling in _shortened(stem):
                    self._symbols[spelling].append(symbol)

    def meant(self, word: str) -> frozenset[str]:
        """The symbols a folded word may be a misspelling of."""
        if not _SHORTEST < len(word) <= 24 or word in self._real:
            return frozenset()
        return frozenset(
            symbol
            for size in range(_SHORTEST - 1, len(word) + 1)
            for spelling in _shortened(word[:size])
            for symbol in self._symbols.get(spelling, ())
            if _is_misspelt(word, size, symbol)
        )


def _shortened(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(2, len(word))}


def _is_misspelt(word: str, size: int, symbol: str) -> bool:
    stem = symbol.removesuffix("*")
    if not symbol.endswith("*") and size != len(word):
        return False
    return _differ_once(word[:size], stem)


def _differ_once(left: str, right: str) -> bool:
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return len(a) <= 1 and len(b) <= 1 or (len(a) == 2 and a == b[::-1])
