"""Decides which clauses of a sentence are about the person.

Nobody says which language a line is in. Its function words do ("the", "und", "que"): a sentence
is tested against the lists of the languages whose function words it has, and when it has few of
them also against those that know most of its words ("60, schwanger"). A phrase that is harmless in
one of them is harmless in all.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from feedback_app.feedback.personal.context import counts
from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.lexicon import NOTHING, Entry, Lexicon, hits
from feedback_app.feedback.personal.rules import read_word_list
from feedback_app.feedback.personal.sentences import Sentence
from feedback_app.feedback.personal.tokens import Token, tokens_of

_LISTS = Path(__file__).parent / "words"
_JAPANESE = "ja"
_ANY = "any"
"""The list of words that are spelt alike in the languages of Latin script."""


def grounds_of(line: str, sentence: Sentence) -> list[Ground | None]:
    """For each clause the ground on which it is withheld, None for one that stays.

    Next to a remark, only a clause that is plainly about the work stays.
    """
    japanese = _lexicons()[_JAPANESE]
    text = line[sentence.start : sentence.clauses[-1].end]
    tokens = tokens_of(text, sentence.start, japanese.words, japanese.longest)
    if not tokens:
        return [None] * len(sentence.clauses)
    opens = [token.opens for token in tokens] + [True]
    spans = _clause_spans(sentence, tokens)
    for first, _ in spans:
        opens[first] = True
    readings = list(_readings(tokens))
    if not any(entry.rules for entries in readings for entry in entries):
        return [None] * len(spans)
    around = [
        frozenset[str]().union(*(entry.classes for entry in at))
        for at in zip(*readings, strict=True)
    ]
    harmless = {
        at
        for entries in readings
        for hit in hits(entries, opens, harmless=True)
        if not any(opens[hit.start + 1 : hit.end])
        for at in range(hit.start, hit.end)
    }
    grounds: list[Ground | None] = [None] * len(spans)
    for entries in readings:
        meant = [NOTHING if at in harmless else entry for at, entry in enumerate(entries)]
        for hit in hits(meant, opens):
            own = [i for i, (a, b) in enumerate(spans) if hit.start < b and a < hit.end]
            if own and counts(hit, around, opens, spans[own[0]][0], spans[own[-1]][1]):
                for i in own:
                    grounds[i] = grounds[i] or hit.rule.ground
    whole = next((ground for ground in grounds if ground), None)
    return [
        ground or (None if any("<work>" in own for own in around[first:last]) else whole)
        for ground, (first, last) in zip(grounds, spans, strict=True)
    ]


def _clause_spans(sentence: Sentence, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """The words of each clause: index of the first, and of the one after the last."""
    spans: list[tuple[int, int]] = []
    at = 0
    for clause in sentence.clauses:
        while at < len(tokens) and tokens[at].start < clause.start:
            at += 1
        first = at
        while at < len(tokens) and tokens[at].start < clause.end:
            at += 1
        spans.append((first, at))
    return spans


def _readings(tokens: Sequence[Token]) -> Iterator[list[Entry]]:
    """What the words mean in each language the sentence may be in."""
    lexicons = _lexicons()
    words = [token.word for token in tokens]
    if any(token.is_cjk for token in tokens):
        yield [lexicons[_JAPANESE].entry(word) for word in words]
    if all(token.is_cjk for token in tokens):
        return
    yield [lexicons[_ANY].entry(word) for word in words]
    others = [
        [lexicon.entry(word) for word in words]
        for name, lexicon in lexicons.items()
        if name not in (_JAPANESE, _ANY)
    ]
    marks = [_marks(words, entries) for entries in others]
    most = max(function for function, _ in marks)
    most_known = max(known for _, known in marks)
    for entries, (function, known) in zip(others, marks, strict=True):
        knows_most = known * (2 if most < 2 else 1) >= most_known
        if (most < 4 and knows_most) or (most > 1 and function * 3 >= most * 2):
            yield entries


def _marks(words: Sequence[str], entries: Sequence[Entry]) -> tuple[int, int]:
    """How many of the words are function words of a language, and how many it knows.

    Single letters do not count: "a", "o", "y" and "e" are words of several languages.
    """
    function = known = 0
    for word, entry in zip(words, entries, strict=True):
        if entry is not NOTHING and len(word) > 1 and not word.isdecimal():
            known += 1
            function += "<function>" in entry.classes
    return function, known


@cache
def _lexicons() -> dict[str, Lexicon]:
    return {path.name: Lexicon(read_word_list(path)) for path in sorted(_LISTS.iterdir())}
