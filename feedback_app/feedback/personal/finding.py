"""Finds the remarks of a text that are about the person, and takes them out."""

from collections.abc import Collection

from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.judging import grounds_of
from feedback_app.feedback.personal.remark import Remark, remark_key
from feedback_app.feedback.personal.sentences import LINE_ENDS, Clause, Sentence, sentences_of


def find_remarks(text: str, *, kept: Collection[str] = ()) -> tuple[Remark, ...]:
    """The remarks in order, except those whose key is in `kept` (put back by the writer)."""
    return tuple(
        remark
        for number, line in enumerate(text.split("\n"), 1)
        for sentence in sentences_of(line)
        for _, remark in _remarks_of(line, number, sentence, kept)
    )


def without_remarks(text: str, *, kept: Collection[str] = ()) -> str:
    """The text without its remarks, in the same number of lines.

    The rest of a sentence is closed up; a line that held nothing else is empty.
    """
    return "\n".join(_line_without(line, kept) for line in text.split("\n"))


def _line_without(line: str, kept: Collection[str]) -> str:
    left: list[str] = []
    anything_gone = False
    at = 0
    for sentence in sentences_of(line):
        remarks = _remarks_of(line, 0, sentence, kept)
        gone = {clause for clauses, _ in remarks for clause in clauses}
        anything_gone = anything_gone or bool(gone)
        between, at = line[at : sentence.start], sentence.end
        rest = [clause for clause in sentence.clauses if clause not in gone]
        if rest:
            closing = line[sentence.clauses[-1].end : sentence.end]
            words = [line[clause.lead : clause.end] for clause in rest[1:]]
            first = line[rest[0].start : rest[0].end]
            left.append("".join((between if left else "", first, *words, closing)))
        elif gone:
            left.append(_line_ends(between))
    if not anything_gone:
        return line
    if not any(left):
        return _line_ends(line)
    opening = next(sentences_of(line)).start
    return line[:opening] + "".join(left).lstrip(" \t") + line[at:]


def _line_ends(text: str) -> str:
    return "".join(character for character in text if character in LINE_ENDS)


def _remarks_of(
    line: str, number: int, sentence: Sentence, kept: Collection[str]
) -> list[tuple[tuple[Clause, ...], Remark]]:
    """The remarks of a sentence, each with the clauses it is made of."""
    found: list[tuple[tuple[Clause, ...], Remark]] = []
    run: list[Clause] = []
    ground: Ground | None = None
    grounds = grounds_of(line, sentence)
    for clause, own in (*zip(sentence.clauses, grounds, strict=True), (None, None)):
        if clause and own:
            run.append(clause)
            ground = ground or own
        elif ground:
            remark = _remark(line, number, sentence, run, ground)
            if remark.key not in kept:
                found.append((tuple(run), remark))
            run, ground = [], None
    return found


def _remark(
    line: str, number: int, sentence: Sentence, run: list[Clause], ground: Ground
) -> Remark:
    whole = len(run) == len(sentence.clauses)
    start, end = run[0].start, sentence.end if whole else run[-1].end
    text = line[start:end].strip()
    return Remark(number, start, end, text, ground, ground.reason, remark_key(text))
