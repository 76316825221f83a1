"""Recognises which competency a label names: misspelt, abbreviated, translated or synonymous."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.feedback.drafter.knowledge import groups, knowledge
from feedback_app.feedback.drafter.words import LANGUAGES, folded, is_unspaced

LONGEST_LABEL = 48
"""Characters; a longer text before a colon is not a label."""
MOST_FUZZY = 80
"""Different labels compared letter by letter; further ones must be spelt right."""

_RATING = re.compile(r"\d(?:\s*+/\s*+\d{1,2})?\s*+[\])]?\s*+$")
_SIGNS = re.compile(r"[\s_/&+\-–—.'’・、*#\[\]()（）【】:：\"]+")
_WITH = re.compile(
    r"\s(?:with|mit|avec|con|com|to|towards|gegenüber|envers|between|across|under|unter)\s",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset(
    [
        "and",
        "the",
        "of",
        "in",
        "on",
        "for",
        "with",
        "und",
        "der",
        "die",
        "das",
        "de",
        "del",
        "la",
        "le",
        "les",
        "des",
        "du",
        "et",
        "y",
        "e",
        "da",
        "do",
        "dos",
        "das",
        "en",
        "a",
        "o",
        "again",
        "cont",
        "continued",
        "part",
        "encore",
        "otra",
        "nochmal",
    ]
)


@dataclass(frozen=True, slots=True)
class Name:
    """One competency's name, prepared for comparison."""

    plain: str
    words: tuple[str, ...]
    groups: frozenset[int]


class Labels:
    """Compares labels with the competencies of one interview."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [_named(name) for name in names]
        self._found: dict[str, int | None] = {}
        self._fuzzy = 0

    def competency(self, label: str) -> int | None:
        """The index of the competency a label names, or `None`."""
        plain = _plain(label)
        if not plain or len(plain) > LONGEST_LABEL:
            return None
        if plain not in self._found:
            self._found[plain] = self._recognise(plain)
        return self._found[plain]

    def is_name(self, label: str) -> bool:
        """Whether a label is a competency's name and nothing more."""
        index = self.competency(label)
        plain = _plain(label)
        if index is None:
            return False
        name = self._names[index]
        alike = _likeness(_words(plain), name.words) > 0 or _close(plain, name.plain)
        return alike or plain in _by_name() or bool(_misspelt_kinds(plain))

    def _recognise(self, plain: str) -> int | None:
        for index, name in enumerate(self._names):
            if name.plain == plain:
                return index
        words = _words(plain)
        if not words or len(words) > 5:
            return None
        if (spelt := self._shortened(words)) is not None:
            return spelt
        if (
            spelt := self._best([_likeness(words, name.words) for name in self._names])
        ) is not None:
            return spelt
        kinds = _kinds(plain, words)
        if kinds:
            shared = [len(kinds & name.groups) / (len(name.groups) or 1) for name in self._names]
            if (same := self._best(shared)) is not None:
                return same
        if self._fuzzy >= MOST_FUZZY:
            return None
        self._fuzzy += 1
        misspelt = [float(_close(plain, name.plain)) for name in self._names]
        if (close := self._best(misspelt)) is not None:
            return close
        kinds = _misspelt_kinds(plain)
        return self._best([float(bool(kinds & name.groups)) for name in self._names])

    def _shortened(self, words: Sequence[str]) -> int | None:
        """Matches the first letters of a name's words ("PS"), or the first two of its only word."""
        if len(words) > 1 or len(words[0]) < 2:
            return None
        label = words[0]
        initials = [float("".join(w[0] for w in name.words) == label) for name in self._names]
        if (found := self._best(initials)) is not None:
            return found
        short = len(label) == 2
        return self._best(
            [float(short and len(n.words) == 1 and n.plain.startswith(label)) for n in self._names]
        )

    @staticmethod
    def _best(scores: Sequence[float]) -> int | None:
        """The index with the highest score, if no other has the same."""
        top = max(scores, default=0.0)
        return scores.index(top) if top > 0 and scores.count(top) == 1 else None


def groups_of(name: str) -> frozenset[int]:
    """The kinds of competency a name belongs to."""
    plain = _plain(_head(name))
    return _kinds(plain, _words(plain)) or _misspelt_kinds(plain)


def _head(name: str) -> str:
    """The part before "with", if that says what kind it is: "Communication with patients"."""
    head = _WITH.split(name, maxsplit=1)[0]
    return head if head != name and _plain(head) in _by_name() else name


def words_aside(name: str) -> str:
    """The part after that "with": words that apply to the whole interview."""
    return name[len(_head(name)) :]


def plain_label(label: str) -> str:
    """A label in the form compared with lists: no rating after it, no punctuation, lower case."""
    return " ".join(_SIGNS.sub(" ", _RATING.sub("", folded(label))).split())


def _named(name: str) -> Name:
    plain = _plain(name)
    return Name(plain, _words(plain), groups_of(name))


def _plain(text: str) -> str:
    """The text in lower case without accents, punctuation and a rating after it."""
    if is_unspaced(text):
        return plain_label(text)
    decomposed = unicodedata.normalize("NFD", plain_label(text[: LONGEST_LABEL * 2]))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _words(plain: str) -> tuple[str, ...]:
    full = (_written_out(word) for word in plain.split() if word not in _SMALL_WORDS)
    return tuple(" ".join(full).split())


def _written_out(word: str) -> str:
    """An abbreviation of any language that stands for a single word, such as "pb"."""
    for language in LANGUAGES:
        full = knowledge(language).short.get(word, "")
        if full and " " not in full and len(word) > 1:
            return _plain(full)
    return word


def _likeness(label: Sequence[str], name: Sequence[str]) -> float:
    """How much of a name is covered by the label's words, each spelt alike or shortened; else 0."""
    hits = 0.0
    for word in label:
        if not any(_same_word(word, other) for other in name):
            return 0.0
        hits += 1.0
    return hits / len(name) if name else 0.0


def _same_word(word: str, full: str) -> bool:
    if word == full or (len(word) >= 3 and full.startswith(word)):
        return True
    return len(word) >= 4 and _close(word, full)


def _kinds(plain: str, words: Sequence[str]) -> frozenset[int]:
    """The kinds with a name equal to the label, or else with a name made of its words."""
    equal = _by_name().get(plain)
    if equal:
        return equal
    found: frozenset[int] = frozenset()
    for word in words:
        found |= _by_name().get(word, frozenset())
    return found


def _misspelt_kinds(plain: str) -> frozenset[int]:
    if len(plain) < 5:
        return frozenset()
    found: frozenset[int] = frozenset()
    for name, kinds in _by_name().items():
        if name[0] == plain[0] and _close(plain, name):
            found |= kinds
    return found


_NAMES: dict[str, frozenset[int]] = {}


def _by_name() -> dict[str, frozenset[int]]:
    if not _NAMES:
        for index, group in enumerate(groups()):
            for name in group.names:
                plain = _plain(name)
                _NAMES[plain] = _NAMES.get(plain, frozenset()) | {index}
    return _NAMES


def _close(a: str, b: str) -> bool:
    """Whether two spellings differ by at most two letters (one below eight, none below five)."""
    allowed = 0 if min(len(a), len(b)) < 5 else 1 if min(len(a), len(b)) < 8 else 2
    if abs(len(a) - len(b)) > allowed or len(set(a) ^ set(b)) > 2 * allowed:
        return False
    return _distance(a, b) <= allowed


def _distance(a: str, b: str) -> int:
    """The edit distance of two short texts; swapping two neighbours counts as one."""
    older: list[int] = []
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        row = [i]
        for j, right in enumerate(b, start=1):
            cost = left != right
            best = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost)
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        older, previous = previous, row
    return previous[-1]
