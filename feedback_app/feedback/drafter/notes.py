"""Cuts notes into remarks: single statements, each with the lines it comes from."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.language import guess_language, languages_of
from feedback_app.feedback.drafter.layout.labels import Labels
from feedback_app.feedback.drafter.layout.speakers import Speakers, find_speakers
from feedback_app.feedback.drafter.layout.structure import NoteBlock, blocks_of
from feedback_app.feedback.drafter.polarity import judge, unquoted
from feedback_app.feedback.drafter.polish import written_out
from feedback_app.feedback.drafter.sentences import sentences
from feedback_app.feedback.drafter.topics import topic_of
from feedback_app.feedback.drafter.words import (
    Language,
    content_stems,
    starts_with,
    tokens,
    word_count,
)

MOST_REMARKS = 3_000
"""The most remarks that are read; the rest of even longer notes is ignored."""
MOST_LINES = 6_000
"""Lines that are read; notes with more have next to nothing on each."""
MERGED_WORDS = 45
ONE_POINT_WORDS = 26
"""Words up to which the sentences of one bullet are one point."""
LONGEST_ANSWER = 1_500
"""Characters read of a candidate's answer, and of sentences that are kept as one."""
LONGEST_QUESTION = 1_500
"""Characters read of its question, counted from the end."""

_ASKED = re.compile(r"[?？][\"”»“’)\]」]*\s*$")
_QUOTES = ' "“”„«»「」'
_ASIDE_QUESTION = re.compile(r"\([^()?]{0,200}\?[^()]{0,50}\)")
_DASH = re.compile(r"(?<!\s)\s++(?:[-–—]|->|→)\s++")
_COMMENT = re.compile(r"(?:(?<!\s)\s++)?[(\[（【]([^()\[\]（）【】]{3,200})[)\]）】]\s*+\.?$")
_LETTERED = re.compile(r"(?<![^\n])[ \t]{0,8}([QAFR問答])\d{0,2}[.．、)）][ \u3000]?(?=\S)")
_INLINE_ANSWER = re.compile(
    r"(?<=[?？])\s*+(?:[-–—>/]++\s*+)?"
    r"(?:A|Answer|Antwort|R|答|Réponse|Respuesta|Resposta)\s*+[:：]\s*+(?=\S)"
    r"|(?<=[?？])\s*+(?:->|→|=>)\s*+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One statement of the notes."""

    text: str
    """On one line, without list marks and labels; the wording is the writer's."""
    plain: str
    """The same with abbreviations written out, used to assess and place the remark."""
    first: int
    last: int
    """The lines it comes from, counted from 1."""
    language: Language
    labelled: int | None = None
    """The competency that a label over it names."""
    held: int | None = None
    """The competency of the last label, beyond a blank line."""
    context: str = ""
    lean: int = 0
    """What a "Pros" or "Cons" heading or a plus or minus says about it."""
    paragraph: int = 0
    bullet: bool = False
    spoken: bool = False
    """Whether the candidate says it, in a transcript."""
    topic: str = ""
    """The topic that it answers, as "On {topic}" would name it."""
    follows_up: bool = False
    """Whether it answers a question that names nothing of its own ("And then?")."""
    closing: bool = False
    task: bool = False


@dataclass(frozen=True, slots=True)
class Notes:
    """The remarks in order, and the language that most of the notes are written in."""

    remarks: tuple[Remark, ...]
    language: Language


def read_notes(
    text: str, labels: Labels, candidate: str, interviewer: str, fallback: Language
) -> Notes:
    """The remarks of the notes. `fallback` is used if the notes do not show their language."""
    lines = _with_colons(text).split("\n")[:MOST_LINES]
    speakers = find_speakers(lines, labels, candidate, interviewer)
    blocks = list(blocks_of(lines, labels, speakers.all))
    joined = [" ".join(piece for _, piece in block.pieces) for block in blocks]
    languages, language = languages_of(joined, fallback)
    remarks: list[Remark] = []
    reader = _Dialogue(speakers)
    _separate_short_lines(blocks)
    for block, whole, spoken_in in zip(blocks, joined, languages, strict=True):
        remarks.extend(reader.remarks(block, whole, spoken_in))
        if len(remarks) >= MOST_REMARKS:
            break
    return Notes(tuple(_with_plain(remark) for remark in remarks[:MOST_REMARKS]), language)


def _with_colons(text: str) -> str:
    """The notes with "Q. … A. …" at the start of lines written as "Q: … A: …"."""
    marks = Counter(found[1] for found in _LETTERED.finditer(text))
    asked, answered = (sum(marks[c] for c in letters) for letters in ("QF問", "AR答"))
    if asked < 2 or answered < 2:
        return text
    return _LETTERED.sub(lambda found: f"{found[1]}: ", text)


def _with_plain(remark: Remark) -> Remark:
    return replace(remark, plain=written_out(remark.text, remark.language))


def _separate_short_lines(blocks: list[NoteBlock]) -> None:
    """Lines noted one below the other are points of their own, not a paragraph of prose."""
    in_paragraph = Counter(block.paragraph for block in blocks)
    for number, block in enumerate(blocks, start=1):
        if block.bullet or in_paragraph[block.paragraph] > 1:
            block.bullet = True
            block.paragraph = -number


class _Dialogue:
    """Carries a question from its line to the answer below."""

    def __init__(self, speakers: Speakers) -> None:
        self._speakers = speakers
        self._question = ""
        self._answering = False

    def remarks(self, block: NoteBlock, whole: str, language: Language) -> Iterator[Remark]:
        if block.speaker in self._speakers.interviewer and block.speaker:
            asked, _, answer = _split_answer(whole)
            self._question = asked[-LONGEST_QUESTION:]
            if answer:
                yield from self._answer(block, answer, language)
            return
        if block.speaker in self._speakers.candidate and block.speaker:
            yield from self._answer(block, whole, language)
            return
        yield from self._written(block, whole, language)

    def _answer(self, block: NoteBlock, text: str, language: Language) -> Iterator[Remark]:
        lean = block.lean
        text = text[:LONGEST_ANSWER]
        comment = _COMMENT.search(text)
        if comment:
            text = text[: comment.start()]
        plain = text.strip(_QUOTES)
        if plain:
            yield Remark(
                text=plain,
                plain=plain,
                first=block.pieces[0][0],
                last=block.pieces[-1][0],
                language=guess_language(plain, language),
                labelled=block.competency,
                held=block.held,
                context=f"{block.context} {self._question}",
                lean=lean,
                paragraph=block.paragraph,
                bullet=True,
                spoken=True,
                topic=topic_of(self._question, language),
                follows_up=bool(self._question) and _names_nothing(self._question, language),
            )
        if comment and word_count(comment[1]) >= 2:
            last = block.pieces[-1][0]
            yield _remark(block, comment[1], (last, last), language)
        self._question = ""

    def _written(self, block: NoteBlock, whole: str, language: Language) -> Iterator[Remark]:
        if not block.pieces:
            return
        places = _Places(block)
        whole = _ASIDE_QUESTION.sub(lambda aside: " " * len(aside[0]), whole)
        asked, found, answer = _split_answer(whole)
        answer = answer[:LONGEST_ANSWER]
        if found and answer and len(block.pieces) == 1:
            remark = _remark(block, answer, places.lines(0, 1), language)
            spoken = answer[:1] in '"“„«「'
            text = answer.strip(_QUOTES) if spoken else answer
            context = f"{remark.context} {asked[-LONGEST_QUESTION:]}"
            topic = topic_of(asked, language)
            yield replace(remark, text=text, topic=topic, spoken=spoken, context=context)
            return
        previous: Remark | None = None
        for start, piece in _statements(whole):
            lines = places.lines(start, start + len(piece))
            remark = _remark(block, piece, lines, language)
            if _ASKED.search(piece):
                if previous is not None:
                    yield _as_said(previous)
                previous = None
                kept = _before_the_question(piece)
                if kept:
                    previous = replace(remark, text=kept)
                continue
            if previous is not None and _belongs(previous, remark):
                previous = replace(
                    previous, text=f"{previous.text} {remark.text}", last=remark.last
                )
                continue
            if previous is not None:
                yield _as_said(previous)
            previous = remark
        if previous is not None:
            yield _as_said(previous)


def _remark(block: NoteBlock, piece: str, lines: tuple[int, int], language: Language) -> Remark:
    return Remark(
        text=piece,
        plain=piece,
        first=lines[0],
        last=lines[1],
        language=language if block.bullet else guess_language(piece, language),
        labelled=block.competency,
        held=block.held,
        context=block.context,
        lean=block.lean,
        paragraph=block.paragraph,
        bullet=block.bullet,
        closing=block.closing,
        task=block.task,
    )


def _names_nothing(question: str, language: Language) -> bool:
    known = knowledge(language)
    telling = content_stems(question, language, known.common | known.reading.questions)
    return len(telling) <= (6 if language == "ja" else 2)


def _as_said(remark: Remark) -> Remark:
    """A remark that is nothing but a quotation, as the candidate's own words."""
    if any(c.isalnum() for c in unquoted(remark.text)):
        return remark
    return replace(remark, text=remark.text.strip(_QUOTES), spoken=True)


def _statements(whole: str) -> Iterator[tuple[int, str]]:
    """The sentences; one with a question between dashes is split into its parts."""
    for start, sentence in sentences(whole):
        if "?" not in sentence and "？" not in sentence:
            yield start, sentence
            continue
        place = 0
        for cut in [*_DASH.finditer(sentence), None]:
            part = sentence[place : cut.start() if cut else len(sentence)]
            if part.strip():
                yield start + place, part.strip()
            place = cut.end() if cut else len(sentence)


def _before_the_question(piece: str) -> str:
    """The statement before the colon of a question."""
    stated, found, _ = piece.partition(": ")
    if not found or _first_word(stated) in knowledge("en").reading.questions:
        return ""
    return f"{stated}." if len(stated.split()) >= 4 else ""


def _first_word(text: str) -> str:
    words = text.casefold().split(maxsplit=1)
    return words[0].strip(",.¿¡") if words else ""


def _belongs(previous: Remark, remark: Remark) -> bool:
    """Whether a sentence says little without the one before it."""
    if remark.first - previous.last > 1 or previous.closing:
        return False
    if word_count(previous.text) + word_count(remark.text) > MERGED_WORDS:
        return False
    if len(previous.text) + len(remark.text) > LONGEST_ANSWER:
        return False
    if not any(c.isalnum() for c in unquoted(remark.text)):
        return True
    together = word_count(previous.text) + word_count(remark.text)
    if remark.bullet and together <= ONE_POINT_WORDS and not _opposed(previous, remark):
        return True
    scrap = min(word_count(remark.text), word_count(previous.text)) < 4
    return scrap or _leans_on_the_one_before(remark)


def _opposed(previous: Remark, remark: Remark) -> bool:
    """Whether one praises and the other faults."""
    first, second = (judge(r.text, r.language).sign for r in (previous, remark))
    return first * second < 0


def _leans_on_the_one_before(remark: Remark) -> bool:
    anaphora = knowledge(remark.language).reading.anaphora
    return starts_with(anaphora, remark.text, tokens(remark.text[:80], remark.language))


def _split_answer(text: str) -> tuple[str, str, str]:
    """A question, what separates it from the answer on the same line, and that answer."""
    if found := _INLINE_ANSWER.search(text):
        return text[: found.start()], found[0] or " ", text[found.end() :].strip()
    return text, "", ""


class _Places:
    """Finds the lines between two places of a block's joined text."""

    def __init__(self, block: NoteBlock) -> None:
        self._numbers = [number for number, _ in block.pieces]
        self._starts: list[int] = []
        place = 0
        for _, piece in block.pieces:
            self._starts.append(place)
            place += len(piece) + 1

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last line; `end` is after the last character."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, max(start, end - 1)) - 1
        return self._numbers[max(first, 0)], self._numbers[max(last, 0)]
