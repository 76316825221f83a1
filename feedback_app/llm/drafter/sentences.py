"""Cuts a block of text into sentences, and over-long sentences into clauses, all verbatim.

Boundaries come from sentencex; this adds what notes need: abbreviations before figures, scraps
of one or two words, and sentences that run on.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from feedback_app.llm.drafter.words import Language

LONGEST_SENTENCE = 240
"""Characters above which a sentence is cut into its clauses."""
LONGEST_STRETCH = 2000
"""Characters after which the next full stop ends what is handed to sentencex at once."""

_FULL_STOP = re.compile(r"[.!?](?=\s)|[。！？।]")
_UNSPACED_FROM = "\u2e80"
"""The first of the scripts that write no spaces, so that blanks count no words."""
_ABBREVIATION = re.compile(
    r"\b(?:approx|max|min|mo|yrs?|exp|resp|dept|mgmt|esp|incl|excl|ca|bzw|inkl|ggf|usw|etc|vs)\.$",
    re.IGNORECASE,
)
_STRONG_CUT = re.compile(r"(?:(?<=[;；])\s*|\s[–—]\s|\s+(?=(?:and|so|then|also|und|dann)\s))")
_WEAK_CUT = re.compile(r"(?<=[,:])\s+|(?<=[，、：])")
_LEADING_CONJUNCTION = re.compile(r"^(?:(?:and|so|then|also|und|dann)\s+)+", re.IGNORECASE)
_TRAILING_CONJUNCTION = re.compile(r"(?:[\s,;]+(?:and|so|but|then|und|aber|dann))+$", re.IGNORECASE)


def cut_remarks(text: str, language: Language) -> Iterator[tuple[str, bool]]:
    """The sentences of a block, over-long ones cut into clauses; the flag marks comma cuts."""
    for sentence in _sentences(text, language):
        if len(sentence) <= LONGEST_SENTENCE:
            yield sentence, False
            continue
        for clause in _cut(sentence, _STRONG_CUT):
            if len(clause) <= LONGEST_SENTENCE:
                yield clause, False
            else:
                yield from ((piece, True) for piece in _cut(clause, _WEAK_CUT))


def _sentences(text: str, language: Language) -> Iterator[str]:
    """Whole sentences; those of one or two words ("Calm.") stay with the one beside them."""
    rules = "de" if language == "de" else "en"
    current = ""
    for stretch in _stretches(text):
        for part in sentencex.segment(rules, stretch):
            if current and not _belongs(current, part):
                yield current.strip()
                current = ""
            current += part
    if any(c.isalnum() or not c.isascii() for c in current):
        yield current.strip()


def _belongs(before: str, part: str) -> bool:
    """Whether the splitter's boundary between the two is none for a reader of notes."""
    if not any(c.isalnum() for c in part):
        return True
    if _ABBREVIATION.search(before.rstrip()) and not part[:1].isupper():
        return True
    scrap = min(len(before.split()), len(part.split())) < 3
    return scrap and part[:1] < _UNSPACED_FROM and len(before) + len(part) < LONGEST_SENTENCE


def _stretches(text: str) -> Iterator[str]:
    """Cut a long block behind full stops: sentencex takes quadratic time on unspaced scripts."""
    start = 0
    for stop in _FULL_STOP.finditer(text):
        if stop.end() - start >= LONGEST_STRETCH:
            yield text[start : stop.end()]
            start = stop.end()
    yield text[start:]


def _cut(text: str, boundary: re.Pattern[str]) -> Iterator[str]:
    """Pack the clauses of `text` into pieces of 60 to 200 characters where boundaries allow."""
    ends = [(m.start(), m.end()) for m in boundary.finditer(text)] + [(len(text), len(text))]
    start = 0
    for (end, resume), (next_end, _) in pairwise([*ends, ends[-1]]):
        if end == len(text) or (end - start >= 60 and next_end - start > 160):
            piece = _LEADING_CONJUNCTION.sub("", text[start:end].strip(" ,;–—"))
            piece = _TRAILING_CONJUNCTION.sub("", piece)
            if any(c.isalnum() for c in piece):
                yield piece
            start = resume
