"""What the page asks the writer: lines to place, contradictions, and what is missing."""

from dataclasses import dataclass

from feedback_app.core.line_keys import line_key
from feedback_app.feedback.assessment import RATING_LABELS, Assessment
from feedback_app.feedback.drafter.compose import compose_competency
from feedback_app.feedback.drafter.opening import outlined
from feedback_app.feedback.drafter.outline import lines_of
from feedback_app.feedback.drafter.plan import Fact, Plan, Point
from feedback_app.feedback.drafter.polish import plain

MOST_UNPLACED = 40
"""Unplaced lines that are reported; the plainest are chosen first."""
MOST_CONTRADICTIONS = 4
LONGEST_QUOTE = 90
"""Characters of a note that a question quotes."""

__all__ = ["Contradiction", "Reading", "UnplacedLine", "compose_competency", "line_key", "read"]


@dataclass(frozen=True, slots=True)
class UnplacedLine:
    """A remark that no label or word puts under a competency; a draft may use it on its own."""

    line: int
    text: str
    key: str
    guesses: tuple[str, ...]
    """Ids of likely competencies, best first; may be empty."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement that speaks against a rating, and what the writer may answer."""

    key: str
    competency_id: str
    competency: str
    rating: int
    line: int
    """The line of the notes; 0 for the reason given for the rating."""
    quote: str
    question: str
    answers: tuple[tuple[str, str], ...]
    """Codes with their labels: `keep`, `rate:2`, `not_about`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page shows next to a draft."""

    unplaced: tuple[UnplacedLine, ...]
    contradictions: tuple[Contradiction, ...]
    to_do: tuple[tuple[str, str], ...]
    """Competency ids with what is missing there, such as "Ownership: no reason yet"."""
    used: frozenset[int]
    """The lines a draft of this record rests on."""


def read(assessment: Assessment) -> Reading:
    """Read the record; lines the writer has already placed or answered are not reported again."""
    plan, outline = outlined(assessment)
    said = [
        *outline.opening,
        *(fact for bullet in outline.bullets for fact in bullet.facts),
        *(bullet.aside for bullet in outline.bullets if bullet.aside),
    ]
    used = lines_of(said)
    return Reading(
        unplaced=_unplaced(plan),
        contradictions=_contradictions(plan),
        to_do=_to_do(assessment),
        used=used,
    )


def _unplaced(plan: Plan) -> tuple[UnplacedLine, ...]:
    if not plan.points:
        return ()
    ids = [point.identity for point in plan.points]
    found = sorted(plan.unplaced, key=lambda unplaced: -unplaced.fact.weight)[:MOST_UNPLACED]
    found.sort(key=lambda unplaced: unplaced.remark.first)
    return tuple(
        UnplacedLine(
            line=unplaced.remark.first,
            text=unplaced.remark.text,
            key=line_key(unplaced.remark.text),
            guesses=tuple(ids[index] for index in unplaced.guesses),
        )
        for unplaced in found
    )


def _contradictions(plan: Plan) -> tuple[Contradiction, ...]:
    found = [
        (fact.judgement.score, _contradiction(point, fact, key))
        for point in plan.points
        for fact, key in point.contradicting
    ]
    found.sort(key=lambda entry: -abs(entry[0]))
    return tuple(contradiction for _, contradiction in found[:MOST_CONTRADICTIONS])


def _contradiction(point: Point, fact: Fact, key: str) -> Contradiction:
    rating = point.competency.rating or 0
    quote = _short(plain(fact.text, fact.language))
    name = point.competency.name
    other = _suggested(rating, fact)
    return Contradiction(
        key=key,
        competency_id=point.identity,
        competency=name,
        rating=rating,
        line=fact.lines[0][0] if fact.lines else 0,
        quote=quote,
        question=f"You rated {name} {rating} and wrote “{quote}”.",
        answers=(
            ("keep", f"Keep {rating}"),
            (f"rate:{other}", f"Change to {other} · {RATING_LABELS[other]}"),
            ("not_about", "This note is about something else"),
        ),
    )


def _suggested(rating: int, fact: Fact) -> int:
    """The rating nearest to what the note says."""
    if rating >= 3:
        return 2
    return 3 if abs(fact.judgement.score) >= 2 or rating == 2 else 2


def _short(text: str) -> str:
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _to_do(assessment: Assessment) -> tuple[tuple[str, str], ...]:
    return tuple(
        (c.id or c.name, f"{c.name}: {'no rating yet' if c.rating is None else 'no reason yet'}")
        for c in assessment.competencies
        if c.rating is None or not c.reason.strip()
    )
