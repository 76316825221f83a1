"""Cuts a line of notes into sentences, and each sentence where another statement begins.

The work is bounded: a sentence ends after `LONGEST` characters at the latest, so that the text
matched against the lists never grows with the notes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 500
LINE_ENDS = "\r\v\f\x85\u2028\u2029"
"""Characters that some programs treat as line ends, besides the newline; never in a sentence."""

_END = re.compile(
    r"[.!?…]{1,9}[\"'”’»)\]]{0,2}(?=\s|$)"
    r"|[。！？｡]{1,9}[」』）)]{0,2}|[\r\v\f\x85\u2028\u2029]"
)
_MARKER = re.compile(r"\s{0,40}(?:(?:[-*+•·–—>]|\d{1,3}[.)]|\[[ xX]\])\s{1,9}){1,3}|\s{1,40}")
_ABBREVIATED = re.compile(
    r"(?:\b(?:yrs?|approx|ca|etc|vs|dr|mrs?|ms|prof|sr|sra|mme|bzw|evtl|ggf|inkl|usw|[^\W\d_]))\.$",
    re.IGNORECASE,
)
_AND_HE = (
    r"(?:and|und|y|et|e)\s{1,3}"
    r"(?:she|he|they|sie|er|[eé]l|ella|elle|ils?|elles|el[ae]|i|ich|yo|je|eu)\b"
)
_CLAUSE = re.compile(
    r"\s{0,9}+[;；|•→]{1,3}+\s{0,9}+"
    r"|\s{1,9}+[-–—]{1,3}+\s{1,9}+|—"
    r"|,?\s{1,9}+(?:but|though|although|aber|jedoch|allerdings|pero|aunque|mas|por[eé]m)\s{1,9}+"
    r"|,\s{1,9}+mais\s{1,9}+"
    rf"|,\s{{1,9}}+(?={_AND_HE})"
    r"|(?:けれども|けれど|けど|だが|ですが|ますが|が)、"
    r"|\s{0,9}+(?=[(（][^()（）]{1,200}[)）])|(?<=[)）])\s{0,9}+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    lead: int
    """Where the words or marks that join it to the clause before begin."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    """After its full stop."""
    clauses: tuple[Clause, ...]
    """At least one; the last ends before the full stop."""


def sentences_of(line: str) -> Iterator[Sentence]:
    """The sentences of a line in order, without list marks and the space between them."""
    marker = _MARKER.match(line)
    start = marker.end() if marker else 0
    for stop, end in _ends(line, start):
        while stop - start > LONGEST:
            space = line.rfind(" ", start, start + LONGEST)
            cut = space if space > start else start + LONGEST
            yield from _sentence(line, start, cut, cut)
            start = cut
        yield from _sentence(line, start, stop, end)
        start = end


def _ends(line: str, start: int) -> Iterator[tuple[int, int]]:
    """Where each sentence's words end, and where its closing punctuation ends."""
    for match in _END.finditer(line, start):
        stop, end = match.span()
        if line[stop] in LINE_ENDS:
            yield stop, stop
        elif match.group() != "." or not _ABBREVIATED.search(line, max(start, end - 8), end):
            yield stop, end
    yield len(line), len(line)


def _sentence(line: str, start: int, stop: int, end: int) -> Iterator[Sentence]:
    start += _spaces(line, start, stop)
    if start == stop:
        return
    clauses: list[Clause] = []
    lead = begin = start
    for match in _CLAUSE.finditer(line, start, stop):
        if match.start() > begin:
            clauses.append(Clause(lead, begin, match.start()))
            lead, begin = match.start(), match.end()
        elif match.end() > begin:
            begin = match.end()
    if begin < stop:
        clauses.append(Clause(lead, begin, stop))
    elif not clauses:
        clauses.append(Clause(start, start, stop))
    yield Sentence(start, end, tuple(clauses))


def _spaces(line: str, start: int, stop: int) -> int:
    return stop - start - len(line[start:stop].lstrip())
