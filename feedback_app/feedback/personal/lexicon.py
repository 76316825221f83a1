"""One language's rules, made ready to be looked up by the words of a sentence."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from feedback_app.feedback.personal.rules import Element, Rule, Tier, WordList
from feedback_app.feedback.personal.typos import Typos


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word means in one language."""

    symbols: frozenset[str]
    """The symbols it matches: itself, its beginning or end, its classes; empty if unknown."""
    classes: frozenset[str]
    """Its classes alone, each as `<name>`."""
    harmless: tuple[Rule, ...]
    """The harmless rules it is the anchor of, and `rules` the others."""
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    rule: Rule
    start: int
    """Index of the first word, `end` of the one after the last."""
    end: int


NOTHING = Entry(frozenset(), frozenset(), (), ())
"""A word without meaning here, or whose meaning was found harmless."""


class Lexicon:
    def __init__(self, words: WordList) -> None:
        self._classes: dict[str, set[str]] = defaultdict(set)
        for name, symbols in words.classes.items():
            for symbol in symbols:
                self._classes[symbol].add(f"<{name}>")
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for rule in words.rules:
            for symbol in rule.anchor.symbols:
                self._rules[symbol].append(rule)
        elements = [e for rule in words.rules for e in (*rule.before, rule.anchor, *rule.after)]
        symbols = {symbol for e in elements for symbol in e.symbols} | set(self._classes)
        self._symbols = frozenset(symbols)
        self._sizes = range(2, max((len(s) for s in symbols), default=2) + 1)
        self._typos = Typos(words.classes.get("misspelt", ()))
        self.words = frozenset(s.strip("*") for s in symbols if s[0] != "<")
        self.longest = max(map(len, self.words), default=1)
        self.entry = lru_cache(maxsize=20_000)(self._entry)

    def _entry(self, word: str) -> Entry:
        symbols = self._spelt(word)
        if word not in symbols and (meant := self._typos.meant(word)):
            symbols |= self._spelt(meant)
        if not symbols:
            return NOTHING
        rules = [rule for symbol in sorted(symbols) for rule in self._rules.get(symbol, ())]
        return Entry(
            frozenset(symbols),
            frozenset(symbol for symbol in symbols if symbol[0] == "<"),
            tuple(rule for rule in rules if rule.tier is Tier.HARMLESS),
            tuple(rule for rule in rules if rule.tier is not Tier.HARMLESS),
        )

    def _spelt(self, word: str) -> set[str]:
        candidates = {word}
        for size in self._sizes[: len(word) - 1]:
            candidates.add(word[:size] + "*")
            candidates.add("*" + word[-size:])
        found = candidates & self._symbols
        for symbol in tuple(found):
            found |= self._classes.get(symbol, set())
        if word.isdecimal():
            found |= _number_symbols(int(word[:6]))
        if "<number>" in found or "<tens>" in found:
            found.add("<num>")
        if "<tens>" in found:
            found.add("<age>")
        return found


def _number_symbols(number: int) -> set[str]:
    found = {"<num>"}
    if 14 <= number <= 99:
        found.add("<age>")
    if 1935 <= number <= 2012:
        found.add("<year>")
    return found


def hits(
    entries: Sequence[Entry], opens: Sequence[bool], *, harmless: bool = False
) -> Iterator[Hit]:
    """Where rules match, the harmless ones or the others.

    `opens[i]` says whether a phrase begins at word i; it has one more item, for the end.
    """
    for at, entry in enumerate(entries):
        for rule in entry.harmless if harmless else entry.rules:
            start = _reach(rule.before, 0, entries, opens, at - 1, -1)
            if start is None:
                continue
            end = _reach(rule.after, 0, entries, opens, at + 1, 1)
            if end is not None:
                yield Hit(rule, start + 1, end)


def _reach(
    elements: Sequence[Element],
    index: int,
    entries: Sequence[Entry],
    opens: Sequence[bool],
    at: int,
    step: int,
) -> int | None:
    """The index after the last element if all of them match from `at` on, else None.

    Steps are bounded: a pattern has a handful of elements, and each skips at most a few words.
    """
    if index == len(elements):
        return at
    element = elements[index]
    if element.edge and opens[at if step > 0 else at + 1]:
        end = _reach(elements, index + 1, entries, opens, at, step)
        if end is not None:
            return end
    if element.reach:
        for skipped in range(element.reach + 1):
            end = _reach(elements, index + 1, entries, opens, at + skipped * step, step)
            if end is not None:
                return end
            if not 0 <= at + skipped * step < len(entries):
                return None
        return None
    if 0 <= at < len(entries) and not element.symbols.isdisjoint(entries[at].symbols):
        end = _reach(elements, index + 1, entries, opens, at + step, step)
        if end is not None:
            return end
    return _reach(elements, index + 1, entries, opens, at, step) if element.optional else None
