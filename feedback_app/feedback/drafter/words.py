"""Words, their stems, and lists of phrases that are found in a text in one pass.

Texts are compared in lower case and with plain apostrophes. A phrase list is matched word by word:
at each word only the phrases that begin with it are tried, so the time is linear in the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Generic, Literal, Protocol, TypeVar

import snowballstemmer

from feedback_app.core.text import compatible


class Stemmer(Protocol):
    """The type of snowballstemmer's stemmers."""

    def stemWord(self, word: str) -> str:  # noqa: N802
        """The stem of one word."""
        ...


Value = TypeVar("Value")
Language = Literal["en", "de", "fr", "es", "pt", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es", "pt", "ja")

_SNOWBALL = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese"}
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_][^\W_]*(?:[-'.&/][^\W_]+)*|[,;:.()–—!?]")
_ELISION = re.compile(r"\b([cdjlmnst]|qu|lorsqu|puisqu)'(?=\w)", re.IGNORECASE)
_ENCLITIC = re.compile(r"(?<=\w{2})-(se|me|te|lhes?|nos|vos|l?[oa]s?|n[oa]s?)\b")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
LONGEST_WORD = 40
"""Longer runs of letters are not words."""
MOST_STEMS = 20_000


def folded(text: str) -> str:
    """Lower case with plain apostrophes and dashes kept, and full-width characters made plain."""
    return compatible(text).replace("’", "'").casefold()


def tokens(text: str, language: Language = "en") -> list[str]:
    """The words and the punctuation that separates clauses, in lower case."""
    plain = folded(text).replace(" - ", " – ")
    if language == "fr":
        plain = _ELISION.sub(r"\1 ", plain)
    elif language == "pt":
        plain = _ENCLITIC.sub(r" \1", plain)
    return _TOKEN.findall(plain)


def is_word(token: str) -> bool:
    """Whether a token is a word or a number, not punctuation."""
    return token[0].isalnum()


def is_unspaced(text: str) -> bool:
    """Whether the text is written in a script without spaces between words."""
    return bool(_UNSPACED.search(text))


def word_count(text: str) -> int:
    """How many words a reader would count; two characters of an unspaced script are one."""
    unspaced = len(_UNSPACED.findall(text))
    return unspaced // 2 + len(_UNSPACED.sub(" ", text).split())


def content_stems(text: str, language: Language, common: frozenset[str]) -> frozenset[str]:
    """The stems of the content words; pairs of characters in unspaced scripts."""
    plain = folded(text)
    found = {
        stem(token, language)
        for token in tokens(plain, language)
        if is_word(token) and token not in common and not _UNSPACED.search(token)
    }
    if language == "ja":
        run = [c for c in plain if _UNSPACED.match(c)]
        found |= {a + b for a, b in pairwise(run)}
    return frozenset(found)


@lru_cache(maxsize=MOST_STEMS)
def stem(word: str, language: Language) -> str:
    """The stem of a word in lower case."""
    if language == "ja" or len(word) > LONGEST_WORD or not word.isalpha():
        return word
    return _stemmer(language).stemWord(word)


@cache
def _stemmer(language: Language) -> Stemmer:
    return snowballstemmer.stemmer(_SNOWBALL[language])


class PhraseList(Generic[Value]):
    """Words and phrases, each with a value; `*` at the end of an entry stands for any ending."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._words: dict[str, Value] = {}
        self._phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], bool, Value]]] = {}
        self._open: dict[str, list[tuple[str, Value]]] = {}
        self._starts: dict[str, Value] = {}
        self._shortest = LONGEST_WORD
        for entry, value in entries.items():
            open_end = entry.endswith("*")
            first, *rest = entry.rstrip("*").split("_")
            if not rest and open_end:
                self._starts[first] = value
                self._shortest = min(self._shortest, len(first))
            elif not rest:
                self._words[first] = value
            elif open_end and len(rest) == 1:
                self._open.setdefault(first, []).append((rest[0], value))
            else:
                phrases = self._phrases.setdefault((first, rest[0]), [])
                phrases.append((tuple(rest), open_end, value))
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))

    def at(self, said: Sequence[str], index: int) -> tuple[int, Value] | None:
        """The length and value of the longest entry that begins at `index`."""
        word = said[index]
        if index + 1 < len(said):
            following = said[index + 1]
            for rest, open_end, value in self._phrases.get((word, following), ()):
                if _goes_on(said, index + 1, rest, open_end):
                    return 1 + len(rest), value
            for start, value in self._open.get(word, ()):
                if following.startswith(start):
                    return 2, value
        if word in self._words:
            return 1, self._words[word]
        for length in range(min(len(word), LONGEST_WORD), self._shortest - 1, -1):
            if word[:length] in self._starts:
                return 1, self._starts[word[:length]]
        return None

    def find(self, said: Sequence[str]) -> Iterator[tuple[int, int, Value]]:
        """The positions of entries in the words, without overlaps: index, length, value."""
        index = 0
        while index < len(said):
            if found := self.at(said, index):
                yield index, *found
                index += found[0]
            else:
                index += 1


def _goes_on(said: Sequence[str], index: int, rest: tuple[str, ...], open_end: bool) -> bool:
    end = index + len(rest)
    if tuple(said[index : end - 1]) != rest[:-1] or end > len(said):
        return False
    return said[end - 1] == rest[-1] or (open_end and said[end - 1].startswith(rest[-1]))


class SubstringList(Generic[Value]):
    """The same for scripts without spaces: entries are found anywhere, the longest first."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._values = dict(entries)
        ordered = sorted(self._values, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")

    def find(self, text: str) -> Iterator[tuple[int, int, Value]]:
        """The positions of entries in the text, without overlaps: index, length, value."""
        for match in self._pattern.finditer(text):
            yield match.start(), len(match[0]), self._values[match[0]]


def starts_with(
    entries: PhraseList[str] | SubstringList[str], text: str, said: Sequence[str]
) -> bool:
    """Whether a text, with its words, begins with one of the entries."""
    if isinstance(entries, SubstringList):
        return any(index == 0 for index, _, _ in entries.find(folded(text[:40])))
    return bool(said) and entries.at(said, 0) is not None
