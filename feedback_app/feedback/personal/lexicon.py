"""One language's rules, made ready to be looked up by the words of a sentence."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from feedback_app.feedback.personal.rules import Element, Rule, Tier, WordList
from feedback_app.feedback.personal.typos import Typos

Symbols = Sequence[frozenset[str]]
"""What each word of a sentence can be matched as."""

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    rule: Rule
    start: int
    """Index of the first word, `end` of the one after the last."""
    end: int


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
        self._words = frozenset(s for s in symbols if s.strip("*") == s and s[0] != "<")
        self._beginnings = frozenset(s for s in symbols if s.endswith("*"))
        self._endings = frozenset(s for s in symbols if s.startswith("*"))
        self._sizes = range(2, max((len(s) for s in symbols), default=2) + 1)
        self._typos = Typos(words.classes.get("misspelt", _NOTHING))
        self.symbols = lru_cache(maxsize=20_000)(self._symbols)
        self.words = frozenset(s.strip("*") for s in symbols if s[0] != "<")
        self.longest = max(map(len, self.words), default=1)

    def _symbols(self, word: str) -> frozenset[str]:
        """What a folded word can be matched as: itself, its beginning or end, its classes."""
        found = self._spelt(word)
        if not found and (meant := self._typos.meant(word)):
            found = self._spelt(meant)
        return frozenset(found) if found else _NOTHING

    def _spelt(self, word: str) -> set[str]:
        found = {word} if word in self._words else set[str]()
        for size in self._sizes:
            if size > len(word):
                break
            if (beginning := word[:size] + "*") in self._beginnings:
                found.add(beginning)
            if (ending := "*" + word[-size:]) in self._endings:
                found.add(ending)
        for symbol in tuple(found):
            found |= self._classes.get(symbol, _NOTHING)
        if word.isdecimal():
            found |= _number_symbols(int(word[:6]))
        if "<number>" in found or "<tens>" in found:
            found.add("<num>")
        if "<tens>" in found:
            found.add("<age>")
        return found

    def classes(self, word: str) -> frozenset[str]:
        """The classes a folded word is in, each as `<name>`."""
        return frozenset(s for s in self.symbols(word) if s[0] == "<")

    def marks(self, words: Sequence[str]) -> tuple[int, int]:
        """How many of the words are function words of the language, and how many it knows.

        Single letters tell nothing: "a", "o", "y" and "e" are words of several languages.
        """
        own = [self.symbols(word) for word in words if len(word) > 1 and not word.isdecimal()]
        return sum("<function>" in symbols for symbols in own), sum(map(bool, own))

    def hits(self, symbols: Symbols, opens: Sequence[bool], *, harmless: bool) -> Iterator[Hit]:
        """Where rules match, harmless ones or the others.

        `opens[i]` says whether a phrase begins at word i; it has one more entry, for the end.
        """
        for at, own in enumerate(symbols):
            for symbol in own:
                for rule in self._rules.get(symbol, ()):
                    if (rule.tier is Tier.HARMLESS) is not harmless:
                        continue
                    start = _reach(rule.before, 0, symbols, opens, at - 1, -1)
                    if start is None:
                        continue
                    end = _reach(rule.after, 0, symbols, opens, at + 1, 1)
                    if end is not None:
                        yield Hit(rule, start + 1, end)


def _number_symbols(number: int) -> set[str]:
    found = {"<num>"}
    if 14 <= number <= 99:
        found.add("<age>")
    if 1935 <= number <= 2012:
        found.add("<year>")
    return found


def _reach(
    elements: Sequence[Element],
    index: int,
    symbols: Symbols,
    opens: Sequence[bool],
    at: int,
    step: int,
) -> int | None:
    """The place behind the last element when all of them match from `at` on, else None.

    Steps are bounded: a pattern has a handful of elements, and each skips at most a few words.
    """
    if index == len(elements):
        return at
    element = elements[index]
    if element.edge and opens[at if step > 0 else at + 1]:
        end = _reach(elements, index + 1, symbols, opens, at, step)
        if end is not None:
            return end
    if element.reach:
        for skipped in range(element.reach + 1):
            end = _reach(elements, index + 1, symbols, opens, at + skipped * step, step)
            if end is not None:
                return end
            if not 0 <= at + skipped * step < len(symbols):
                return None
        return None
    if 0 <= at < len(symbols) and not element.symbols.isdisjoint(symbols[at]):
        end = _reach(elements, index + 1, symbols, opens, at + step, step)
        if end is not None:
            return end
    return _reach(elements, index + 1, symbols, opens, at, step) if element.optional else None
