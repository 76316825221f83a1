"""Recognises selected words despite one wrong, missing, doubled or swapped letter.

Only words listed for it: most words of the lists have neighbours that mean something else
("fiance" and "finance", "married" and "marred").
"""

from collections import defaultdict
from collections.abc import Iterable

_LONGEST = 24


class Typos:
    """Finds words in constant time, by the spellings that remain when any letter is left out."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(words):
            for spelling in _shortened(word):
                self._words[spelling].append(word)

    def meant(self, word: str) -> str | None:
        """The listed word that a folded word misspells, if any."""
        if len(word) > _LONGEST:
            return None
        for spelling in _shortened(word):
            for meant in self._words.get(spelling, ()):
                if _differ_once(word, meant):
                    return meant
        return None


def _shortened(word: str) -> list[str]:
    """The word, and the word less any one letter but the first."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))]


def _differ_once(left: str, right: str) -> bool:
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return (len(a) <= 1 and len(b) <= 1) or (len(a) == 2 and a == b[::-1])
