"""Words and their stems, as the drafter compares them."""

import re
from functools import cache
from typing import Literal, Protocol

import snowballstemmer

Language = Literal["en", "de", "other"]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*(?:\+\+|#)?")
LONGEST_WORD = 40
"""Longer runs of letters are no words."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")


def word_set(text: str) -> frozenset[str]:
    """The blank-separated words of `text`."""
    return frozenset(text.split())


STOPWORDS = word_set(
    "a about above after again all also am an and any are as asked at be been before being between "
    "both but by can candidate could did do does doing done each even ever few for from gave get "
    "give given go good got great had has have having he her here him his how i if in interview "
    "interviewer into is it its just like made make many me more most much my no nor not of "
    "off offs on one only or other our out over own question questions rather really said "
    "same say says she should "
    "so some such than that the their them then there these they thing things this those through "
    "to too took under until up us use used using very was way we well were what when where which "
    "while who why will with without would you your clear clearly strong weak poor answer answers "
    "answered example examples bit quite role und oder der die das ein eine einen einer mit "
    "für auf im in zu von den dem des ist war hat sich sie er es bei nicht sehr gut auch als "
    "wie nach über "
    "kandidat kandidatin frage fragen antwort"
)
"""Words that say nothing about the subject of a remark."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


def words(text: str) -> list[str]:
    """The words of `text`, case-folded, apostrophes straight; unspaced scripts as letter pairs."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold().replace("’", "'")):
        if run := _UNSPACED.search(word):
            found += [run[0][i : i + 2] for i in range(len(run[0]) - 1)]
        else:
            found.append(word)
    return found


def telling_words(text: str) -> list[str]:
    """The words of `text` that name a subject, in order."""
    return [w for w in words(text) if 1 < len(w) <= LONGEST_WORD and w not in STOPWORDS]


class Stems:
    """Stems words in English and German. Not safe to share between threads."""

    def __init__(self) -> None:
        english: _Stemmer = snowballstemmer.stemmer("english")
        german: _Stemmer = snowballstemmer.stemmer("german")
        self._english = cache(english.stemWord)
        self._german = cache(german.stemWord)

    def of(self, text: str, language: Language) -> list[str]:
        """The stems of the telling words in `text`, in order."""
        stem = self._german if language == "de" else self._english
        return [stem(word) for word in telling_words(text)]

    def of_any_language(self, text: str) -> set[str]:
        """The stems of the telling words in `text`, in each language."""
        return {stem(w) for w in telling_words(text) for stem in (self._english, self._german)}
