"""Reads the word lists: what counts as a remark, in one language.

The lists of a language (`words/<language>/`) are one file for each ground, one of harmless phrases
and one of classes, all made of sections. `== class NAME` names a set of words; `== harmless` lists
phrases that are never personal; `== GROUND always`, `topic` and `person` list patterns that count
everywhere, unless work was done on the topic, and only when said of a person (see `context`).
Patterns are separated by commas or line ends; `#` begins a comment.

In a pattern each word is matched as folded by `tokens.fold`. It is written

- `pregnan*` or `*urlaub` for any word that begins or ends so, `loc+` for one with an ending of
  gender or number;
- `his|her` for either, `tall|well_built` where one is two words, `very?` where it may be left out;
- `<she>` for a word of a class, `<num>` for a number in digits or words (classes `number` and
  `tens`), `<age>` for one from 14 to 99, `<year>` for a year of birth from 1935 to 2012;
- `~4` for up to four words of any kind;
- `^` or `$` for the edge of a phrase, also as one of several (`pregnant $|and`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.tokens import fold

_WORD = re.compile(r"\*?(?:[^\W\d_]+|\d+|[^\w\s*|<>~$^?])\*?")
_ENDINGS = ("", "o", "a", "os", "as", "e", "es", "s")
_NUMBERS = {"<num>", "<age>", "<year>"}


class Tier(StrEnum):
    HARMLESS = "harmless"
    ALWAYS = "always"
    TOPIC = "topic"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Element:
    symbols: frozenset[str]
    optional: bool = False
    reach: int = 0
    """Up to how many words of any kind this matches; 0 for an ordinary element."""
    edge: bool = False
    """Whether the edge of a phrase will do instead of a word."""


@dataclass(frozen=True, slots=True)
class Rule:
    tier: Tier
    ground: Ground | None
    """None in harmless rules only."""
    before: tuple[Element, ...]
    """The elements before the anchor, nearest first."""
    anchor: Element
    after: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class WordList:
    """The rules and classes of one language."""

    rules: tuple[Rule, ...]
    classes: dict[str, frozenset[str]]
    """Symbols by name of class. A symbol is a folded word, perhaps with `*` at one end."""


def read_word_list(folder: Path) -> WordList:
    """The lists of one language. Raises ValueError, naming file and line, for an invalid list."""
    rules: list[Rule] = []
    classes: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.txt")):
        section: list[str] = []
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = raw.split("#")[0].strip()
            try:
                if line.startswith("=="):
                    section = _section(line)
                elif line and section[0] == "class":
                    words = _class_words(line, classes)
                    classes[section[1]] = classes.get(section[1], frozenset()) | words
                elif line:
                    rules += _rules(section, line)
            except (ValueError, IndexError) as fault:
                raise ValueError(f"{path.name}, line {number}: {fault}") from fault
    unknown = _classes_of(rules) - {f"<{name}>" for name in classes} - _NUMBERS
    if unknown:
        raise ValueError(f"{folder.name}: no class {', '.join(sorted(unknown))}")
    return WordList(tuple(rules), classes)


def _classes_of(rules: list[Rule]) -> set[str]:
    return {
        symbol
        for rule in rules
        for element in (*rule.before, rule.anchor, *rule.after)
        for symbol in element.symbols
        if symbol.startswith("<")
    }


def _section(line: str) -> list[str]:
    section = line.strip("= ").split()
    if section[0] == "class":
        if len(section) != 2:
            raise ValueError("a class needs one name")
    elif section != [Tier.HARMLESS]:
        Ground(section[0])
        Tier(section[1])
    return section


def _class_words(line: str, classes: dict[str, frozenset[str]]) -> frozenset[str]:
    words: set[str] = set()
    for word in line.replace(",", " ").split():
        if word.startswith("<"):
            words |= classes[word.strip("<>")]
        else:
            words.update(_spellings(word))
    return frozenset(words)


def _rules(section: list[str], line: str) -> Iterator[Rule]:
    tier = Tier(section[-1])
    ground = None if tier is Tier.HARMLESS else Ground(section[0])
    for pattern in line.split(","):
        for parts in _wordings(pattern.split()):
            if parts:
                yield _rule(tier, ground, parts)


def _wordings(parts: list[str]) -> list[list[str]]:
    """A pattern's variants: one for each of its alternatives that has more than one word."""
    wordings: list[list[str]] = [[]]
    for part in parts:
        alternatives = part.split("|")
        options = [word.split("_") for word in alternatives if "_" in word]
        single = [word for word in alternatives if "_" not in word]
        if single:
            options.append(["|".join(single)])
        wordings = [wording + option for wording in wordings for option in options]
    return wordings


def _rule(tier: Tier, ground: Ground | None, parts: list[str]) -> Rule:
    elements = [_element(part) for part in parts]
    index = max(range(len(elements)), key=lambda i: _rarity(elements[i]))
    if _rarity(elements[index]) < 0:
        raise ValueError(f"'{' '.join(parts)}' has no word to look for")
    before = tuple(reversed(elements[:index]))
    return Rule(tier, ground, before, elements[index], tuple(elements[index + 1 :]))


def _element(part: str) -> Element:
    if part.startswith("~"):
        return Element(frozenset(), reach=int(part[1:]))
    optional = part.endswith("?")
    symbols: set[str] = set()
    edge = False
    for word in part.removesuffix("?").split("|"):
        if not word.strip("*"):
            raise ValueError(f"'{part}' has an empty alternative")
        if word in ("^", "$"):
            edge = True
        elif word.startswith("<"):
            symbols.add(word)
        else:
            symbols.update(_spellings(word))
    return Element(frozenset(symbols), optional, edge=edge)


def _spellings(word: str) -> Iterator[str]:
    """The folded word, and for an umlaut also the spelling with an e ("älter", "aelter")."""
    if word.endswith("+"):
        for ending in _ENDINGS:
            yield from _spellings(word[:-1] + ending)
        return
    if not _WORD.fullmatch(word):
        raise ValueError(f"'{word}' is more than one word, or none")
    yield fold(word)
    lower = word.casefold()
    longer = lower.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    if longer != lower:
        yield fold(longer)


def _rarity(element: Element) -> int:
    """How well an element serves as the word that is looked up first: long literal words best."""
    if not element.symbols or element.optional or element.edge:
        return -1
    if any(symbol.startswith("<") for symbol in element.symbols):
        return 0
    return min(len(symbol.strip("*")) for symbol in element.symbols)
