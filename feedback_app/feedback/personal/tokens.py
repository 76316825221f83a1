"""Cuts a sentence into words, each folded to one spelling, with its place in the line.

Words are split at hyphens, slashes, apostrophes and between letters and digits ("36yo" is "36"
and "yo"). Japanese has no spaces: its runs are cut by the longest word of the lists, else by
character.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from feedback_app.core.text import compatible

CJK = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_TOKEN = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    rf"|(?P<number>\d+)"
    rf"|(?P<word>(?:(?![{CJK}])[^\W\d_])(?:(?![{CJK}])[^\W\d_]|[\u0300-\u036f])*)"
    "|(?P<emoji>[\u2600-\u27bf\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff])"
)
_KATAKANA = re.compile("[ァ-ヺー]+")
_JOINING = frozenset(" \t'’`-/_*\"“”„«»")
"""Characters that may stand between two words without ending a phrase."""


@dataclass(frozen=True, slots=True)
class Token:
    word: str
    """Folded: lower case, without accents."""
    start: int
    end: int
    opens: bool
    """Whether a comma, colon, bracket or the like precedes it."""

    @property
    def is_cjk(self) -> bool:
        return "\u3005" <= self.word[0] <= "\u9fff"


def fold(word: str) -> str:
    """Lower case, full-width to plain, Latin accents removed."""
    plain = compatible(word).casefold()
    if plain.isascii():
        return plain
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFC", bare)


def tokens_of(text: str, start: int, words: Collection[str], longest: int) -> list[Token]:
    """The words of `text`, which begins at character `start` of its line.

    `words` are the known words of Japanese, `longest` the length of the longest of them.
    """
    found: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        opens = not found or not _JOINING.issuperset(text[last : match.start()])
        last = match.end()
        if match.lastgroup != "cjk":
            word = fold(match.group())
            found.append(Token(word, start + match.start(), start + last, opens))
            continue
        run = match.group()
        for begin, end in _segments(run, words, longest):
            word = run[begin:end]
            at = start + match.start()
            found.append(Token(word, at + begin, at + end, opens and begin == 0))
    return found


def _segments(run: str, words: Collection[str], longest: int) -> Iterator[tuple[int, int]]:
    """The words of a run of Japanese. Katakana is cut only if it consists of listed words."""
    at = 0
    while at < len(run):
        katakana = _KATAKANA.match(run, at)
        if not katakana:
            end = at + _longest_word(run, at, words, longest)
            yield at, end
            at = end
            continue
        cuts: list[tuple[int, int]] = []
        while at < katakana.end():
            cuts.append((at, at + _longest_word(run, at, words, longest)))
            at = cuts[-1][1]
        if all(run[start:end] in words for start, end in cuts):
            yield from cuts
        else:
            at = katakana.end()
            yield katakana.span()


def _longest_word(run: str, at: int, words: Collection[str], longest: int) -> int:
    size = min(longest, len(run) - at)
    while size > 1 and run[at : at + size] not in words:
        size -= 1
    return size
