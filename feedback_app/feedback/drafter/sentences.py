"""Cuts a block of notes into sentences and over-long ones into clauses. Linear in the text."""

import re
from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from feedback_app.feedback.drafter.quotations import Marks, quotations
from feedback_app.feedback.drafter.words import is_unspaced

LONGEST_SENTENCE = 260
"""Characters above which a sentence is cut into its clauses."""
LONGEST_QUOTATION = 800
"""Characters between two quotation marks above which they are not a pair."""
_MARKS = Marks({'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」"})

_END = re.compile(r"(?<![.!?…])[.!?…]{1,8}[\"”»“’)\]]*(?=\s)\s+|[。！？]+[」』）]*\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“„«])(?:e\.g|i\.e|approx|max|min|mo|stat|sys|tech|arch|impl|perf|avg|temp|yrs?|exp|resp|dept|mgmt|esp|incl|excl|ca|bzw|inkl|ggf|"
    r"usw|etc|vs|dr|mr|mrs|ms|prof|st|no|nr|z\.\s?b|d\.\s?h|u\.\s?a|z|evtl|bzgl|std|insb|vgl|p\.\s?ej|p|aprox|env|"
    r"sr|sra|srta|ex|cf|m|mme|tel|cand|kand|min|fig|[a-z]\.[a-z]|[a-z]|\d{1,2})\.$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:^|[\s(\"“„«])(?:mr|mrs|ms|dr|prof|sr|sra|srta|mme|mlle|st|hr|fr)\.$", re.I)
"""Abbreviations before a name, after which no sentence begins."""
_STRONG_CUT = re.compile(
    r"(?<=[;；])\s*+|\s[–—-]\s"
    r"|(?:,|(?<!\s)|(?<=\s[–—-]\s))\s++(?=(?:and|so|then|but|und|dann|aber|also|et|puis|mais|y|luego|pero|e|mas|depois)\s)"
)
LONGEST_PIECE = 600
"""Characters after which a piece without any boundary is cut."""
_UNSPACED_CUT = re.compile(r"(?<=[、，；])")
_SHORTEST_CLAUSE = 60


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a block with the place each begins at; quotations are never cut."""
    for start, sentence in _whole_sentences(text):
        if len(sentence) <= LONGEST_SENTENCE:
            yield start, sentence
        else:
            yield from _clauses(start, sentence)


def whole_sentences(text: str) -> list[str]:
    """The sentences of a text, however long; quotations are never cut."""
    return [sentence for _, sentence in _whole_sentences(text)]


def _whole_sentences(text: str) -> Iterator[tuple[int, str]]:
    quoted = _spans(text)
    start = 0
    for end in _END.finditer(text):
        if _inside(quoted, end.start() + len(end[0].rstrip())):
            continue
        stop = end.end()
        before = text[max(start, end.start() - 12) : end.start() + 1]
        if text[end.start()] == "." and ends_in_abbreviation(before):
            following = text[stop : stop + 1]
            titled = _TITLE.search(before) is not None
            if titled or not following.isupper() or end.start() - start < 4:
                continue
        piece = text[start:stop].strip()
        if piece:
            yield start, piece
        start = stop
    if rest := text[start:].strip():
        yield start, rest


def ends_in_abbreviation(text: str) -> bool:
    """Whether the full stop at the end of a text belongs to an abbreviation."""
    return _ABBREVIATION.search(text) is not None


def _clauses(start: int, text: str) -> Iterator[tuple[int, str]]:
    """Pieces of 60 to 200 characters, as far as clause boundaries allow."""
    boundary = _UNSPACED_CUT if is_unspaced(text) else _STRONG_CUT
    quoted = _spans(text)
    ends = [(m.start(), m.end()) for m in boundary.finditer(text) if not _inside(quoted, m.start())]
    ends.append((len(text), len(text)))
    begin = 0
    for (end, resume), (next_end, _) in pairwise([*ends, ends[-1]]):
        if end == len(text) or (end - begin >= _SHORTEST_CLAUSE and next_end - begin > 180):
            for place in range(begin, end, LONGEST_PIECE):
                if piece := text[place : min(end, place + LONGEST_PIECE)].strip(" ,;–—-"):
                    yield start + place, piece
            begin = resume


def _spans(text: str) -> deque[tuple[int, int]]:
    return deque(quotations(text, _MARKS, LONGEST_QUOTATION))


def _inside(spans: deque[tuple[int, int]], place: int) -> bool:
    """Whether a position is within a span; earlier spans are dropped, so positions must ascend."""
    while spans and spans[0][1] <= place:
        spans.popleft()
    return bool(spans) and spans[0][0] < place < spans[0][1]
