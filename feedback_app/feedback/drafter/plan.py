"""Chooses the content of a draft: which remarks speak for and against each competency.

Everything here is about facts; their wording is left to `compose`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from feedback_app.core.line_keys import line_key
from feedback_app.feedback.assessment import Assessment, CompetencyAssessment
from feedback_app.feedback.drafter.evidence import (
    Kind,
    has_substance,
    is_empty_reason,
    is_legible,
    judgement_of,
    kind_of,
    usable_half,
    weight,
)
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.language import guess_language
from feedback_app.feedback.drafter.layout.labels import Labels
from feedback_app.feedback.drafter.layout.lines import clean_line
from feedback_app.feedback.drafter.matching import Matcher, Placed
from feedback_app.feedback.drafter.notes import Remark, read_notes
from feedback_app.feedback.drafter.polarity import Judgement, judge, unquoted
from feedback_app.feedback.drafter.words import (
    Language,
    content_stems,
    is_word,
    tokens,
    word_count,
)

NOTES_PER_COMPETENCY = 2
SAME_WORDS = 0.6
"""The share of common words from which two remarks say the same."""
SAME_AS_REASON = 0.5
"""The same for a note and the reason of its competency."""
WORDS_ON_END = 4
"""If this many words of the reason occur in a note in the same order, both say the same."""
PLACED = 20.0
"""Added to the weight of a fact that the writer placed."""
MOST_COMPARED = 14
"""Remarks of one competency that are compared with each other, the best first."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A remark, or the reason for a rating, with its polarity."""

    text: str
    language: Language
    lines: tuple[tuple[int, int], ...]
    """Ranges of lines; empty for a reason that no note repeats."""
    judgement: Judgement
    weight: float
    spoken: bool = False
    topic: str = ""
    reason: bool = False
    place: int = 0
    """Its place among the remarks of the notes."""
    labelled: bool = False
    """Whether the writer put it under its competency by a label."""
    placed: bool = False
    """Whether the writer put it there by a click."""

    @property
    def sign(self) -> int:
        return self.judgement.sign

    @property
    def quotes(self) -> bool:
        """Whether it holds the candidate's own words."""
        return self.spoken or unquoted(self.text) != self.text


@dataclass(slots=True)
class Point:
    """The facts about one competency."""

    index: int
    competency: CompetencyAssessment
    good: list[Fact] = field(default_factory=list)
    bad: list[Fact] = field(default_factory=list)
    neutral: list[Fact] = field(default_factory=list)
    reason: Fact | None = None
    contradicting: list[tuple[Fact, str]] = field(default_factory=list)
    """Facts against the rating that the writer has not been asked about, with their keys."""

    opened: int = 0
    """Facts of it that the first paragraph uses instead."""

    @property
    def room(self) -> int:
        """How many notes its bullets may hold; those the writer placed are always included."""
        placed = sum(fact.placed for fact in (*self.good, *self.bad))
        return NOTES_PER_COMPETENCY + placed - self.opened

    @property
    def identity(self) -> str:
        return self.competency.id or self.competency.name


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A remark that could not be assigned to any competency."""

    remark: Remark
    fact: Fact
    guesses: tuple[int, ...]


@dataclass(slots=True)
class Plan:
    """Everything a draft may say."""

    language: Language
    points: list[Point]
    closing: list[Fact]
    unplaced: list[Unplaced]

    @property
    def facts(self) -> int:
        """How many different facts there are, with the reasons."""
        placed = sum(
            len(p.good) + len(p.bad) + len(p.neutral) + (p.reason is not None) for p in self.points
        )
        return placed + len(self.unplaced)


def make_plan(assessment: Assessment) -> Plan:
    """Read the record of one interview."""
    competencies = assessment.competencies
    fallback = language_of_reasons(assessment)
    labels = Labels([competency.name for competency in competencies])
    notes = read_notes(
        assessment.notes, labels, assessment.candidate, assessment.interviewer, fallback
    )
    points = [Point(i, competency) for i, competency in enumerate(competencies)]
    plan = Plan(notes.language, points, [], [])
    useful: list[Remark] = []
    for remark in map(usable_half, notes.remarks):
        kind = kind_of(remark)
        if kind is Kind.CLOSING:
            plan.closing.append(_fact(remark, 0))
        elif kind is Kind.EVIDENCE:
            useful.append(remark)
    judged = any(c.rating is not None or c.reason.strip() for c in competencies)
    if not useful and not plan.closing and not judged:
        plan.unplaced = [
            Unplaced(remark, _fact(remark, 0), ()) for remark in notes.remarks if is_legible(remark)
        ]
    found: dict[int, list[Fact]] = {}
    placed = Matcher(competencies, fallback).place(useful)
    lines = [clean_line(line) for line in assessment.notes.split("\n")]
    wanted = [_wanted(r, place, assessment, lines) for r, place in zip(useful, placed, strict=True)]
    for number, (remark, place) in enumerate(zip(useful, placed, strict=True)):
        index, left_out = wanted[number]
        if left_out:
            continue
        if index is not None:
            fact = _fact(remark, number)
            if place.index != index:
                fact = replace(fact, weight=fact.weight + PLACED, labelled=True, placed=True)
            found.setdefault(index, []).append(fact)
        elif has_substance(remark):
            plan.unplaced.append(Unplaced(remark, _fact(remark, number), place.guesses))
    for point in points:
        _fill(point, found.get(point.index, []), assessment, notes.language)
    return plan


def _wanted(
    remark: Remark, place: Placed, assessment: Assessment, lines: Sequence[str]
) -> tuple[int | None, bool]:
    """Where the writer, or else the matcher, puts a remark; and whether to leave it out."""
    if not assessment.placements:
        return place.index, False
    keys = [line_key(remark.text)]
    keys += [
        line_key(lines[number - 1])
        for number in range(remark.first, min(remark.last, remark.first + 3) + 1)
    ]
    for key in keys:
        if key in assessment.placements:
            chosen = assessment.placements[key]
            if not chosen:
                return None, True
            for index, competency in enumerate(assessment.competencies):
                if chosen in (competency.id, competency.name):
                    return index, False
    return place.index, False


def _fill(point: Point, facts: list[Fact], assessment: Assessment, language: Language) -> None:
    """Sort a competency's facts by side, without repeats."""
    point.reason = _reason(point.competency, language)
    ordered = sorted(facts, key=lambda fact: -fact.weight)[:MOST_COMPARED]
    kept: list[Fact] = []
    for fact in ordered:
        if (
            point.reason
            and not _is_caveat(point, fact)
            and (same(fact, point.reason, SAME_AS_REASON) or _repeats(fact, point.reason))
        ):
            point.reason = _with_lines(point.reason, fact)
        elif not any(same(fact, other) for other in kept):
            kept.append(fact)
    for fact in kept:
        key = _contradicts(point, fact, kept)
        answer = assessment.answers.get(key, "") if key else ""
        if answer == "not_about":
            continue
        if key and not answer:
            point.contradicting.append((fact, key))
        sign = fact.sign or (_side(point) if fact.placed else 0)
        side = point.good if sign > 0 else point.bad if sign < 0 else point.neutral
        side.append(fact)
    asked = point.competency.rating in (1, 4)
    if point.reason and asked and (key := _contradicts(point, point.reason, kept)):
        answer = assessment.answers.get(key, "")
        if answer == "not_about":
            point.reason = None
        elif not answer:
            point.contradicting.append((point.reason, key))


def _side(point: Point) -> int:
    return 1 if (point.competency.rating or 3) >= 3 else -1


def _is_caveat(point: Point, fact: Fact) -> bool:
    return fact.sign < 0 and _against(point, fact)


def _against(point: Point, fact: Fact) -> bool:
    """Whether a fact is on the opposite side of its competency's rating."""
    rating = point.competency.rating
    return rating is not None and fact.sign * (1 if rating >= 3 else -1) < 0


def _contradicts(point: Point, fact: Fact, kept: Sequence[Fact]) -> str:
    """The key of the contradiction between a fact and the rating, or "".

    An outstanding rating is contradicted by any plain fault and a poor one by any plain praise; a
    rating between them only if no fact on its own side accompanies the contradicting one.
    """
    rating = point.competency.rating
    if rating is None or fact.judgement.mixed or fact.sign == 0:
        return ""
    for_it = 1 if rating >= 3 else -1
    if not _against(point, fact):
        return ""
    strong = abs(fact.judgement.score) >= 2
    if fact.reason and not strong:
        return ""
    backed = any(other.sign == for_it for other in kept)
    backed = backed or bool(
        point.reason and point.reason is not fact and point.reason.sign == for_it
    )
    asked = (strong or not backed) if rating in (1, 4) else (strong and not backed)
    if not asked:
        return ""
    return line_key(f"{point.identity} {rating} {line_key(fact.text)}")


def _reason(competency: CompetencyAssessment, fallback: Language) -> Fact | None:
    text = clean_line(competency.reason)
    if not text:
        return None
    language = guess_language(text, fallback)
    if is_empty_reason(text, language) or text.rstrip().endswith("?"):
        return None
    return Fact(text, language, (), judge(text, language), 99.0, reason=True)


def _fact(remark: Remark, place: int) -> Fact:
    judged = judgement_of(remark)
    return Fact(
        remark.text,
        remark.language,
        ((remark.first, remark.last),),
        judged,
        weight(remark, judged),
        remark.spoken,
        remark.topic,
        place=place,
        labelled=remark.labelled is not None or remark.held is not None,
    )


def _with_lines(reason: Fact, note: Fact) -> Fact:
    """The reason, resting on the note that says the same."""
    return Fact(
        reason.text,
        reason.language,
        (*reason.lines, *note.lines),
        reason.judgement,
        reason.weight,
        reason=True,
    )


def same(a: Fact, b: Fact, share: float = SAME_WORDS) -> bool:
    """Whether two facts say the same, by the share of their content words."""
    left, right = _content(a), _content(b)
    smaller = min(len(left), len(right))
    if smaller == 0:
        return a.text.casefold() == b.text.casefold()
    return len(left & right) >= share * smaller


def _repeats(fact: Fact, reason: Fact) -> bool:
    """Whether a note repeats some consecutive words of the reason, two of them content words."""
    if fact.language != reason.language or fact.language == "ja":
        return False
    common = knowledge(fact.language).common
    runs = set(_runs(reason, common))
    return any(run in runs for run in _runs(fact, common))


def _runs(fact: Fact, common: frozenset[str]) -> Iterator[tuple[str, ...]]:
    words = [word for word in tokens(fact.text, fact.language) if is_word(word)]
    for start in range(len(words) - WORDS_ON_END + 1):
        run = tuple(words[start : start + WORDS_ON_END])
        if sum(word not in common for word in run) >= 2:
            yield run


def _content(fact: Fact) -> frozenset[str]:
    return content_stems(fact.text, fact.language, knowledge(fact.language).common)


def language_of_reasons(assessment: Assessment) -> Language:
    """The language of the reasons and names, for notes that do not show theirs."""
    reasons = "\n".join(competency.reason for competency in assessment.competencies)
    names = "\n".join(competency.name for competency in assessment.competencies)
    by_names = guess_language(names, "en")
    return guess_language(reasons, by_names) if word_count(reasons) > 2 else by_names
