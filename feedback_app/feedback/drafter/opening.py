"""Moves the best reasons for a recommendation from their points into the first paragraph.

They are chosen as if the writer had placed and answered nothing yet, and none is a line that is
still to be placed. So the first paragraph stays the same while points of a draft are rewritten.
"""

from dataclasses import replace

from feedback_app.core.line_keys import line_key
from feedback_app.feedback.assessment import Assessment, Recommendation
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.outline import Outline, add_point, in_order, make_outline
from feedback_app.feedback.drafter.plan import Fact, Plan, make_plan
from feedback_app.feedback.drafter.words import starts_with, tokens, word_count

MOST_REASONS = 2
ENOUGH_FACTS = 5
"""Facts from which a draft can spare some for its first paragraph."""
LEAST_WORDS, MOST_WORDS = 5, 26
STANDING = 3.6
"""The weight from which another fact is enough for the point that gives one away."""
_FIRST_WORDS = 4
TELLING = 6.0
"""The weight from which a fact is a reason: it praises or faults plainly, or it is specific."""


def outlined(assessment: Assessment) -> tuple[Plan, Outline]:
    """The content of a draft, in order, with the facts it rests on."""
    plan = make_plan(assessment)
    taken = _take(plan, _keys(assessment, plan))
    outline = make_outline(plan, assessment.recommendation)
    outline.opening += in_order(taken)
    return plan, outline


def outlined_point(assessment: Assessment, competency_id: str) -> tuple[Plan, Outline]:
    """The same for one competency alone, whatever else the draft holds."""
    plan = make_plan(assessment)
    _take(plan, _keys(assessment, plan))
    outline = Outline()
    for point in plan.points:
        if competency_id in (point.competency.id, point.competency.name):
            add_point(outline, point)
    return plan, outline


def _keys(assessment: Assessment, plan: Plan) -> frozenset[str]:
    """The keys of the reasons that the first paragraph gives."""
    if assessment.placements or assessment.answers:
        assessment = replace(assessment, placements={}, answers={})
        plan = make_plan(assessment)
    outline = make_outline(plan, assessment.recommendation)
    return frozenset(line_key(fact.text) for fact in _reasons(assessment, outline, plan))


def _reasons(assessment: Assessment, outline: Outline, plan: Plan) -> list[Fact]:
    chosen = assessment.recommendation
    told = sum(len(bullet.facts) for bullet in outline.bullets)
    rated = any(point.competency.rating is not None for point in plan.points)
    if chosen is None or outline.opening or told < ENOUGH_FACTS or not rated:
        return []
    praised = chosen in (Recommendation.YES, Recommendation.STRONG_YES)
    found: list[tuple[float, Fact]] = []
    for bullet in outline.strengths if praised else outline.concerns:
        fitting = [fact for fact in bullet.facts if _may_open(fact, plan, 1 if praised else -1)]
        if not fitting or bullet.point is None:
            continue
        best = max(fitting, key=lambda fact: fact.weight)
        if any(fact is not best and fact.weight >= STANDING for fact in bullet.facts):
            found.append((best.weight, best))
    found.sort(key=lambda entry: -entry[0])
    return [fact for _, fact in found[:MOST_REASONS]]


def _may_open(fact: Fact, plan: Plan, sign: int) -> bool:
    if fact.reason or fact.spoken or fact.language != plan.language or fact.topic:
        return False
    if fact.sign != sign or fact.judgement.mixed or fact.weight < TELLING:
        return False
    if not LEAST_WORDS <= word_count(fact.text) <= MOST_WORDS:
        return False
    return not _points_back(fact)


def _points_back(fact: Fact) -> bool:
    """Whether one of its first words refers to something said before it."""
    anaphora = knowledge(fact.language).reading.anaphora
    said = tokens(fact.text, fact.language)[:_FIRST_WORDS]
    return any(starts_with(anaphora, fact.text, said[place:]) for place in range(len(said)))


def _take(plan: Plan, keys: frozenset[str]) -> list[Fact]:
    """Take the facts with these keys out of their points."""
    taken: list[Fact] = []
    for point in plan.points:
        for facts in (point.good, point.bad):
            found = [fact for fact in facts if line_key(fact.text) in keys]
            facts[:] = [fact for fact in facts if fact not in found]
            point.opened += len(found)
            taken += found
    return taken
