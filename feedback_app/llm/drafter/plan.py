"""Chooses what a draft quotes and where: the facts decide, the length is bounded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from feedback_app.llm.assessment import Assessment, CompetencyAssessment
from feedback_app.llm.drafter.matching import Match, Matcher, richness
from feedback_app.llm.drafter.notes import Note, split_notes
from feedback_app.llm.drafter.signals import (
    is_closing,
    is_verdict,
    note_polarity,
    split_contrast,
    touches_personal_circumstances,
)
from feedback_app.llm.drafter.words import Stems

QUOTED_WORDS = 380
"""About how many words of quotes a draft holds; the first reason for a rating always goes in."""
MOST_OBSERVATIONS = 4
MOST_ALSO_NOTED = 8
UNSPACED_CHARACTERS_PER_WORD = 2


@dataclass(slots=True)
class Point:
    """One rated competency, or one that has a reason but no rating, with what is quoted for it."""

    competency: CompetencyAssessment
    reasons: list[str] = field(default_factory=list)
    support: list[Note] = field(default_factory=list)
    against: list[Note] = field(default_factory=list)
    reason_withheld: bool = False
    """Whether a part of the reason touches on personal circumstances and is not quoted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a draft says, ready to be worded."""

    strengths: tuple[Point, ...]
    concerns: tuple[Point, ...]
    reasons_only: tuple[Point, ...]
    praised: tuple[str, ...]
    faulted: tuple[str, ...]
    also_noted: tuple[str, ...]
    closing: str | None
    """The remark that sums the interview up in the interviewer's own words."""
    remarks: int
    not_quoted: int
    """Remarks left out for length."""
    personal: int
    """Remarks left out because they touch on personal circumstances."""


class _Budget:
    """Counts down the words still to be quoted."""

    def __init__(self, total: int) -> None:
        self.left = total

    def take(self, text: str, *, always: bool = False) -> bool:
        unspaced = sum("\u3040" <= c <= "\u9fff" for c in text)
        cost = len(text.split()) + unspaced // UNSPACED_CHARACTERS_PER_WORD
        if cost > self.left and not always:
            return False
        self.left -= cost
        return True


def make_plan(assessment: Assessment) -> Plan:
    """Sort reasons and remarks under the competencies; what is unclear is only "also noted"."""
    competencies = assessment.competencies
    matcher = Matcher(competencies, f"{assessment.job} {assessment.department}", Stems())
    notes, too_long = split_notes(assessment.notes, [c.name for c in competencies])
    personal = sum(touches_personal_circumstances(note.text) for note in notes)
    usable = [n for n in notes if not touches_personal_circumstances(n.text)]
    budget = _Budget(QUOTED_WORDS)
    points = [Point(c) for c in competencies]
    spare_reasons = _first_reasons(points, budget)

    closing = next((n for n in reversed(usable) if is_closing(n)), None)
    if closing and not budget.take(closing.text):
        closing = None
    told = {reason.casefold() for point in points for reason in point.reasons}
    supports: list[list[Note]] = [[] for _ in points]
    counters: list[list[Note]] = [[] for _ in points]
    praised: list[Note] = []
    faulted: list[Note] = []
    unclear: list[Note] = []
    scores: dict[str, float] = {}
    repeated = 0
    for note in (
        part for whole in usable if whole is not closing for part in split_contrast(whole)
    ):
        if note.text.casefold() in told:
            repeated += 1
            continue
        polarity = note_polarity(note)
        matches = matcher.matches(note)
        scores[note.text] = richness(note) + 2 * abs(polarity) - 12 * is_verdict(note)
        best = _best(matches, competencies)
        if is_verdict(note) or _on_both_sides(matches, competencies):
            unclear.append(note)
        elif best is not None:
            rating = competencies[best.index].rating or 0
            opposed = polarity == (-1 if rating >= 3 else 1)
            if opposed and not best.is_sure:
                unclear.append(note)
                continue
            (counters if opposed else supports)[best.index].append(note)
            scores[note.text] += 2 * best.score
        elif polarity:
            (praised if polarity > 0 else faulted).append(note)
        else:
            unclear.append(note)

    def ranked(group: list[Note]) -> Iterator[Note]:
        return iter(sorted(group, key=lambda note: (-scores[note.text], note.position)))

    counter_ranks = [ranked(group) for group in counters]
    support_ranks = [ranked(group) for group in supports]
    _deal(points, counter_ranks, budget, against=True)
    _deal(points, support_ranks, budget, against=False)
    rated = any(c.rating is not None for c in competencies)
    most = MOST_OBSERVATIONS if rated else 2 * MOST_OBSERVATIONS
    shown_faults, shown_praise = _alternate(ranked(faulted), ranked(praised), most, budget)
    for point, more in zip(points, spare_reasons, strict=True):
        point.reasons += [reason for reason in more[:2] if budget.take(reason)]
    _deal(points, support_ranks, budget, against=False)
    anything = rated or shown_faults or shown_praise
    most = MOST_ALSO_NOTED if anything else 2 * MOST_ALSO_NOTED
    shown_unclear = _take(ranked(unclear), most, budget)
    _deal(points, support_ranks, budget, against=False)
    _deal(points, counter_ranks, budget, against=True)

    shown = [*shown_faults, *shown_praise, *shown_unclear]
    shown += [note for point in points for note in (*point.support, *point.against)]
    quoted = len({note.position for note in shown}) + repeated + (closing is not None)
    return Plan(
        strengths=_rated(points, (4, 3)),
        concerns=_rated(points, (1, 2)),
        reasons_only=tuple(p for p in points if p.competency.rating is None and p.reasons),
        praised=_texts(shown_praise),
        faulted=_texts(shown_faults),
        also_noted=_texts(shown_unclear),
        closing=closing.text if closing else None,
        remarks=len(notes) + too_long,
        not_quoted=max(0, len(usable) + too_long - quoted),
        personal=personal,
    )


def _first_reasons(points: Sequence[Point], budget: _Budget) -> list[list[str]]:
    """Give each point the first sentence of its reason; answers the sentences left over."""
    spare: list[list[str]] = []
    for point in points:
        sentences, _ = split_notes(point.competency.reason)
        texts = [s.text for s in sentences if not touches_personal_circumstances(s.text)]
        point.reason_withheld = len(texts) < len(sentences)
        point.reasons += [text for text in texts[:1] if budget.take(text, always=True)]
        spare.append(texts[1:])
    return spare


def _best(matches: list[Match], competencies: Sequence[CompetencyAssessment]) -> Match | None:
    """The competency a remark goes under: the best match, if that one is rated."""
    if not matches or competencies[matches[0].index].rating is None:
        return None
    return matches[0]


def _on_both_sides(matches: list[Match], competencies: Sequence[CompetencyAssessment]) -> bool:
    """Whether a remark names both a competency rated for and one rated against."""
    ratings = [competencies[m.index].rating for m in matches if m.by_name]
    sides = {rating >= 3 for rating in ratings if rating is not None}
    return len(sides) == 2


def _deal(
    points: Sequence[Point], ranks: Sequence[Iterator[Note]], budget: _Budget, *, against: bool
) -> None:
    """Give each point its next best remark."""
    for point, rank in zip(points, ranks, strict=True):
        (point.against if against else point.support).extend(_take(rank, 1, budget))


def _alternate(
    faults: Iterator[Note], praise: Iterator[Note], most: int, budget: _Budget
) -> tuple[list[Note], list[Note]]:
    """Faults and praise in turn, so that neither uses up the room of the other."""
    shown_faults: list[Note] = []
    shown_praise: list[Note] = []
    for _ in range(most):
        shown_faults += _take(faults, 1, budget)
        shown_praise += _take(praise, 1, budget)
    return shown_faults, shown_praise


def _take(rank: Iterator[Note], most: int, budget: _Budget) -> list[Note]:
    """The next remarks that fit, at most `most`."""
    taken: list[Note] = []
    while len(taken) < most and (note := next(rank, None)) is not None:
        if budget.take(note.text):
            taken.append(note)
    return taken


def _rated(points: Sequence[Point], order: tuple[int, int]) -> tuple[Point, ...]:
    return tuple(p for rating in order for p in points if p.competency.rating == rating)


def _texts(notes: Sequence[Note]) -> tuple[str, ...]:
    return tuple(note.text for note in sorted(notes, key=lambda note: note.position))
