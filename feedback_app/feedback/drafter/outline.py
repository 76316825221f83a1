"""Chooses what of a plan is included, and in which section, within the length of a page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from feedback_app.feedback.assessment import Recommendation
from feedback_app.feedback.drafter.plan import NOTES_PER_COMPETENCY, Fact, Plan, Point, same
from feedback_app.feedback.drafter.words import word_count

MOST_WORDS = 300
"""Words of facts in a draft; with the frame around them that is a page."""
MOST_GENERAL = 6
"""Facts without a competency that a draft may hold."""
WORDS_WITH_GENERAL = 210
"""Words from which facts without a competency give way to those that have one."""
FULL = 10
"""The number of facts from which a draft includes none without a competency."""
LITTLE = 8
MOST_TOLD = 2 / 3
"""The number of facts, and the share of all facts, below which some facts are used that neither
judge nor have a competency. The share does not limit answers: a transcript has nothing else."""
MOST_OBSERVED = 4
WORTH_OBSERVING = 1.5
"""The weight from which such a fact is used in addition to others."""
FEW_WORDS = 30
"""Words below which a draft of two points has no headings."""
TELLING = 3.0
"""The weight from which a fact that judges nothing is included with only one other."""
PLAIN = 1.5
"""By how much plain praise is preferred to a fact that leaves the judgement to the reader."""


@dataclass(slots=True)
class Bullet:
    """One point of a section: a competency with its facts, or a fact alone."""

    point: Point | None
    facts: list[Fact]
    aside: Fact | None = None
    """A fact for the other side, marked as such."""

    @property
    def words(self) -> int:
        facts = [*self.facts, *([self.aside] if self.aside else [])]
        return sum(word_count(fact.text) for fact in facts)


@dataclass(slots=True)
class Outline:
    """The content of a draft, in order."""

    opening: list[Fact] = field(default_factory=list)
    observed: list[Bullet] = field(default_factory=list)
    """Facts that neither a rating nor their words put on a side."""
    strengths: list[Bullet] = field(default_factory=list)
    concerns: list[Bullet] = field(default_factory=list)

    @property
    def bullets(self) -> list[Bullet]:
        return [*self.observed, *self.strengths, *self.concerns]

    @property
    def has_headings(self) -> bool:
        strong = {id(bullet.point) for bullet in self.strengths if bullet.point}
        if any(id(bullet.point) in strong for bullet in self.concerns):
            return True
        count = len(self.bullets) + len(self.opening)
        words = sum(b.words for b in self.bullets) + sum(word_count(f.text) for f in self.opening)
        return count >= 3 or (count >= 2 and words >= FEW_WORDS)


def make_outline(plan: Plan, recommendation: Recommendation | None) -> Outline:
    """The facts of a plan under their sections."""
    outline = Outline()
    for point in plan.points:
        add_point(outline, point)
    rated = any(point.competency.rating is not None for point in plan.points)
    told = sum(len(bullet.facts) for bullet in outline.bullets)
    if told < FULL or not plan.points:
        _add_general(outline, plan, told, recommendation)
    outline.opening = _closing(plan, recommendation)
    if not rated and not outline.opening:
        outline.opening = _take_best(outline, recommendation)
    _order(outline)
    _shorten(outline)
    return outline


def add_point(outline: Outline, point: Point) -> None:
    """Put one competency on the side of its rating and the polarity of its facts."""
    rating = point.competency.rating
    unsettled = {id(fact) for fact, _ in point.contradicting}
    reason = [point.reason] if point.reason else []
    against = [fact for fact in reason if id(fact) in unsettled]
    backing = [fact for fact in reason if id(fact) not in unsettled]
    if rating is None:
        _add_unrated(outline, point, backing)
    elif rating >= 3:
        bad = point.bad[: 1 if point.good or backing else point.room]
        room = point.room - len(bad)
        told = bool(backing) + len(point.good)
        good = sorted(
            [*point.good, *_worth_adding(point, told)],
            key=lambda fact: -fact.weight - PLAIN * (fact.sign > 0),
        )[:room]
        _add(outline.strengths, point, [*backing, *good])
        _add(outline.concerns, point, [*against, *bad])
    else:
        good = point.good[:1]
        room = point.room - len(good)
        bad = point.bad[:room]
        bad += _worth_adding(point, bool(backing) + len(bad))[: room - len(bad)]
        aside = good[0] if good else against[0] if against else None
        facts = [*backing, *bad]
        if facts:
            outline.concerns.append(Bullet(point, in_order(facts), aside))
        elif aside and aside.judgement.score > 0:
            sure = aside.labelled or aside.reason or aside.judgement.score >= 2
            outline.strengths.append(Bullet(point if sure else None, [aside]))


def _worth_adding(point: Point, told: int) -> list[Fact]:
    """Facts that judge nothing, if the writer put them here or they quote the candidate."""
    if not told:
        return [fact for fact in point.neutral if fact.labelled or fact.quotes] or point.neutral[:1]
    plain = [fact for fact in point.neutral if not fact.judgement.mixed]
    if told == 1 and point.reason is None:
        return [f for f in plain if f.labelled or f.quotes or f.weight >= TELLING][:1]
    return [fact for fact in plain if fact.labelled or fact.quotes][:1]


def _add_unrated(outline: Outline, point: Point, reason: list[Fact]) -> None:
    good = [f for f in reason if f.sign > 0] + point.good[:NOTES_PER_COMPETENCY]
    bad = [f for f in reason if f.sign < 0] + point.bad[: 1 if point.good else NOTES_PER_COMPETENCY]
    good = good[: NOTES_PER_COMPETENCY - 1] if bad else good
    other = [f for f in reason if f.sign == 0]
    if not good and not bad:
        other += point.neutral[:NOTES_PER_COMPETENCY]
    if good:
        _add(outline.strengths, point, [*other, *good])
    elif bad:
        _add(outline.concerns, point, [*other, *bad])
        return
    else:
        _add(outline.observed, point, other)
    _add(outline.concerns, point, bad)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The reason first, then the notes in the order they were written."""
    return sorted(facts, key=lambda fact: (not fact.reason, fact.place))


def _add(section: list[Bullet], point: Point, facts: list[Fact]) -> None:
    if facts:
        section.append(Bullet(point, in_order(facts)))


def _side_of_all(plan: Plan, recommendation: Recommendation | None) -> int:
    """1 or -1 if all ratings and the recommendation are positive or negative, else 0."""
    ratings = [p.competency.rating for p in plan.points if p.competency.rating is not None]
    if len(ratings) < 2 or recommendation is None:
        return 0
    if min(ratings) >= 3 and recommendation in (Recommendation.YES, Recommendation.STRONG_YES):
        return 1
    if max(ratings) <= 2 and recommendation in (Recommendation.NO, Recommendation.STRONG_NO):
        return -1
    return 0


def _add_general(
    outline: Outline, plan: Plan, told: int, recommendation: Recommendation | None
) -> None:
    """The best facts without a competency, in the order of the notes and without repeats.

    Facts that judge nothing are used only if a draft would be short. The side with fewer facts
    comes first.
    """
    best: list[Fact] = []
    side = _side_of_all(plan, recommendation)
    observed = 0
    most = MOST_GENERAL if not plan.points else min(MOST_GENERAL, FULL - told)
    behind = len(outline.concerns) < len(outline.strengths)
    for fact in _taking_turns([found.fact for found in plan.unplaced], faults_first=behind):
        if plan.points and fact.sign == 0:
            said = told + len(best)
            most_told = LITTLE if fact.spoken else min(LITTLE, MOST_TOLD * plan.facts)
            enough = said >= most_told or observed >= MOST_OBSERVED
            if said and (enough or fact.weight < WORTH_OBSERVING):
                continue
            observed += 1
        if len(best) < most and not any(same(fact, other) for other in best):
            best.append(fact)
    for fact in sorted(best, key=lambda fact: fact.place):
        sign = fact.sign or side
        section = (
            outline.strengths if sign > 0 else outline.concerns if sign < 0 else outline.observed
        )
        section.append(Bullet(None, [fact]))


def _taking_turns(facts: Iterable[Fact], *, faults_first: bool) -> list[Fact]:
    """Praise and faults alternating, each side by weight; then facts that judge nothing."""
    ordered = sorted(facts, key=lambda fact: -fact.weight)
    faults = [fact for fact in ordered if fact.sign < 0]
    praise = [fact for fact in ordered if fact.sign > 0]
    sides = (faults, praise) if faults_first else (praise, faults)
    turns = [fact for pair in zip_longest(*sides) for fact in pair if fact is not None]
    return [*turns, *(fact for fact in ordered if fact.sign == 0)]


def _closing(plan: Plan, recommendation: Recommendation | None) -> list[Fact]:
    """The writer's own summing-up, unless it speaks against their recommendation."""
    against = {
        Recommendation.YES: -1, Recommendation.STRONG_YES: -1,
        Recommendation.NO: 1, Recommendation.STRONG_NO: 1,
    }.get(recommendation) if recommendation else None  # fmt: skip
    fitting = [f for f in plan.closing if f.sign != against and word_count(f.text) >= 3]
    return fitting[:1]


def _take_best(outline: Outline, recommendation: Recommendation | None) -> list[Fact]:
    """The two facts that matter most, taken out of their bullets, if nothing is rated."""
    negative = recommendation in (Recommendation.NO, Recommendation.STRONG_NO)
    sides = (
        [outline.concerns, outline.strengths] if negative else [outline.strengths, outline.concerns]
    )
    loose = [
        bullet for side in [*sides, outline.observed] for bullet in side if bullet.point is None
    ]
    if len(loose) < len(outline.bullets):
        return []
    taken: list[Fact] = []
    wanted = sides[:1] if recommendation else sides
    for side in [*wanted, *([] if wanted[0] or wanted[-1] else [outline.observed])]:
        free = sorted(side, key=lambda b: -b.facts[0].weight)
        for bullet in free[: 2 if recommendation else 1]:
            if len(taken) < 2:
                taken.append(bullet.facts[0])
                side.remove(bullet)
    return taken


def _order(outline: Outline) -> None:
    def extreme(bullet: Bullet) -> int:
        rating = bullet.point.competency.rating if bullet.point else None
        return rating if rating is not None else 2

    outline.strengths.sort(key=lambda bullet: -extreme(bullet))
    outline.concerns.sort(key=extreme)


def _shorten(outline: Outline) -> None:
    """Leave out the facts of least weight until the rest fits on a page."""
    total = sum(bullet.words for bullet in outline.bullets)
    general = sorted(
        (b for b in outline.bullets if b.point is None), key=lambda b: b.facts[0].weight
    )
    placed = len(outline.bullets) > len(general)
    for bullet in general:
        if placed and total > WORDS_WITH_GENERAL:
            for section in (outline.observed, outline.strengths, outline.concerns):
                section[:] = [other for other in section if other is not bullet]
            total -= bullet.words
    while total > MOST_WORDS:
        spare = [
            (fact.weight, number, fact)
            for number, bullet in enumerate(outline.bullets)
            for fact in bullet.facts[1:]
        ]
        spare += [(b.aside.weight, n, b.aside) for n, b in enumerate(outline.bullets) if b.aside]
        if not spare:
            break
        _, number, fact = min(spare, key=lambda entry: entry[:2])
        _drop(outline.bullets[number], fact)
        total -= word_count(fact.text)
    while total > MOST_WORDS and len(outline.bullets) > 1:
        longest = max((outline.observed, outline.strengths, outline.concerns), key=len)
        total -= longest.pop().words


def _drop(bullet: Bullet, fact: Fact) -> None:
    if bullet.aside is fact:
        bullet.aside = None
    else:
        bullet.facts = [other for other in bullet.facts if other is not fact]


def lines_of(facts: Iterable[Fact]) -> frozenset[int]:
    """The lines that facts rest on."""
    return frozenset(
        number for fact in facts for first, last in fact.lines for number in range(first, last + 1)
    )
