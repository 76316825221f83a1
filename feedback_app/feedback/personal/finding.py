"""Finds the remarks of a text that are about the person, and takes them out.

Nobody says which language a line is in. Its function words do ("the", "und", "que"): a sentence
is tested against the lists of each language whose function words it has, and against all of them
when it has none ("60, schwanger").
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

from feedback_app.feedback.personal.context import counts
from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.lexicon import Lexicon
from feedback_app.feedback.personal.remark import Remark, remark_key
from feedback_app.feedback.personal.rules import read_word_list
from feedback_app.feedback.personal.sentences import Clause, Sentence, sentences_of
from feedback_app.feedback.personal.tokens import Token, tokens_of

_LISTS = Path(__file__).parent / "words"
_NOTHING: frozenset[str] = frozenset()


def find_remarks(text: str, *, kept: Collection[str] = ()) -> tuple[Remark, ...]:
    """The remarks in order, but for those whose key is in `kept` (put back by the writer)."""
    return tuple(
        remark
        for number, line in enumerate(text.split("\n"), 1)
        for sentence in sentences_of(line)
        for _, remark in _remarks_of(line, number, sentence, kept)
    )


def without_remarks(text: str, *, kept: Collection[str] = ()) -> str:
    """The text without its remarks, in the same number of lines.

    What is left of a sentence is closed up; a line that held nothing else is empty.
    """
    return "\n".join(_line_without(line, kept) for line in text.split("\n"))


def _line_without(line: str, kept: Collection[str]) -> str:
    left: list[str] = []
    at = 0
    anything = False
    for sentence in sentences_of(line):
        remarks = _remarks_of(line, 0, sentence, kept)
        gone = {clause for clauses, _ in remarks for clause in clauses}
        between = line[at : sentence.start]
        at = sentence.end
        rest = [clause for clause in sentence.clauses if clause not in gone]
        if not remarks:
            left += [between, line[sentence.start : sentence.end]]
        elif rest:
            left.append(between + line[rest[0].start : rest[0].end])
            left += [line[clause.lead : clause.end] for clause in rest[1:]]
            left.append(line[sentence.clauses[-1].end : sentence.end])
        elif not left:
            left.append(between)
        else:
            left.append(between.strip(" \t"))
        anything = anything or bool(rest)
    if not anything and at:
        return "".join(c for c in line[at:] if not c.isspace() or c in "\r\v\f\x85\u2028\u2029")
    return "".join(left) + line[at:] if at else line


def _remarks_of(
    line: str, number: int, sentence: Sentence, kept: Collection[str]
) -> list[tuple[tuple[Clause, ...], Remark]]:
    """The remarks of a sentence, each with the clauses it is made of."""
    grounds = _grounds(line, sentence)
    found: list[tuple[tuple[Clause, ...], Remark]] = []
    run: list[Clause] = []
    ground: Ground | None = None
    for clause, own in (*zip(sentence.clauses, grounds, strict=True), (None, None)):
        if clause is not None and own is not None:
            run.append(clause)
            ground = ground or own
            continue
        if run and ground is not None:
            start, end = run[0].start, run[-1].end
            if run[-1] is sentence.clauses[-1] and run[0] is sentence.clauses[0]:
                end = sentence.end
            text = line[start:end].strip()
            key = remark_key(text)
            if key not in kept:
                remark = Remark(number, start, end, text, ground, ground.reason, key)
                found.append((tuple(run), remark))
        run, ground = [], None
    return found


def _grounds(line: str, sentence: Sentence) -> list[Ground | None]:
    """For each clause the ground on which it is withheld, None for one that stays.

    Beside a remark only a clause that is plainly about the work stays.
    """
    lexicons = _lexicons()
    known = lexicons["ja"]
    text = line[sentence.start : sentence.clauses[-1].end]
    tokens = tokens_of(text, sentence.start, known.words, known.longest)
    if not tokens:
        return [None] * len(sentence.clauses)
    opens = [token.opens for token in tokens] + [True]
    spans = _clause_spans(sentence, tokens)
    for first, _ in spans:
        opens[first] = True
    grounds: list[Ground | None] = [None] * len(spans)
    possible = tuple(_possible(tokens))
    harmless = _harmless(possible, tokens, opens)
    around = [
        frozenset().union(*(lexicon.classes(token.word) for lexicon in possible))
        for token in tokens
    ]
    plain = [any("<work>" in own for own in around[first:last]) for first, last in spans]
    for lexicon in possible:
        symbols = [
            _NOTHING if at in harmless else lexicon.symbols(token.word)
            for at, token in enumerate(tokens)
        ]
        for hit in lexicon.hits(symbols, opens, harmless=False):
            of_hit = [
                i for i, (first, last) in enumerate(spans) if hit.start < last and first < hit.end
            ]
            if not of_hit:
                continue
            first, last = spans[of_hit[0]][0], spans[of_hit[-1]][1]
            if counts(hit, around, opens, first, last):
                for i in of_hit:
                    grounds[i] = grounds[i] or hit.rule.ground
    whole = next((ground for ground in grounds if ground), None)
    return [own or (None if fine else whole) for own, fine in zip(grounds, plain, strict=True)]


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


def _harmless(
    lexicons: Sequence[Lexicon], tokens: Sequence[Token], opens: Sequence[bool]
) -> set[int]:
    """The words that belong to a harmless phrase of any of the languages."""
    return {
        at
        for lexicon in lexicons
        for hit in lexicon.hits([lexicon.symbols(t.word) for t in tokens], opens, harmless=True)
        for at in range(hit.start, hit.end)
    }


def _possible(tokens: Sequence[Token]) -> Iterator[Lexicon]:
    """The languages a sentence may be in."""
    lexicons = _lexicons()
    if any(token.is_cjk for token in tokens):
        yield lexicons["ja"]
    words = [token.word for token in tokens if not token.is_cjk]
    others = {name: lexicon for name, lexicon in lexicons.items() if name not in ("ja", "any")}
    if not words:
        return
    yield lexicons["any"]
    marks = {name: lexicon.marks(words) for name, lexicon in others.items()}
    most = max(function for function, _ in marks.values())
    most_known = max(known for _, known in marks.values())
    for name, (function, known) in marks.items():
        if function * 3 >= most * 2 if most > 1 else known * 2 >= most_known:
            yield others[name]


@cache
def _lexicons() -> dict[str, Lexicon]:
    return {path.stem: Lexicon(read_word_list(path)) for path in sorted(_LISTS.glob("*.txt"))}
