"""Assigns remarks to the competencies they are about: by labels first, then by words.

Words count by where they come from: a word of the competency's name most, then those by which notes
refer to that kind of competency, then those of its description and of the reason given.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback_app.feedback.assessment import CompetencyAssessment
from feedback_app.feedback.drafter.evidence import judgement_of
from feedback_app.feedback.drafter.knowledge import groups, knowledge
from feedback_app.feedback.drafter.language import guess_language
from feedback_app.feedback.drafter.layout.labels import groups_of, words_aside
from feedback_app.feedback.drafter.notes import Remark
from feedback_app.feedback.drafter.polarity import unquoted
from feedback_app.feedback.drafter.words import (
    Language,
    PhraseList,
    SubstringList,
    content_stems,
    folded,
    is_unspaced,
    tokens,
)

_AS_SUBJECT = 2.0
"""Added if a remark begins with a word of the competency's name."""
_BY_NAME, _BY_FIELD, _BY_REASON, _BY_DESCRIPTION = 2.5, 1.5, 0.8, 0.8
ENOUGH = 1.5
"""The score from which a remark belongs to a competency: one word of its field."""
AHEAD = 0.5
"""How far the best competency must be ahead of the next."""
AWAY = 1.5
"""How much higher a sentence must score for another competency to leave its paragraph's."""
ONE_SUBJECT = 5
"""Sentences up to which a paragraph of prose is assumed to be about one competency."""
SURE = 3.0
"""The score from which a remark's own words outweigh a label further up."""
TIED = 0.2
"""The lead below which two competencies are as likely as each other, so that neither is chosen."""
_AGREEING = {1: 0.5, 2: 0.25, 3: 0.25, 4: 0.5}
"""Added if a remark praises or faults as the rating does, by the rating."""
_DISAGREEING = {1: 0.5, 2: 0.0, 3: 0.0, 4: 0.5}
"""Subtracted if a remark contradicts the rating, by the rating."""
_ANSWERED = 0.6
"""The weight of the words of an answer compared with those of its question."""
_COUNTED = 2
"""How often a repeated word counts, the second time half."""
_TOO_COMMON = frozenset(
    [
        "system",
        "systems",
        "work",
        "working",
        "data",
        "team",
        "quality",
        "skill",
        "skills",
        "thinking",
        "focus",
        "general",
        "time",
        "people",
        "problem",
        "problems",
        "solving",
        "development",
        "product",
        "business",
        "level",
        "design",
        "process",
        "service",
        "software",
        "technical",
        "management",
    ]
)
"""Words of names that do not by themselves assign anything to a competency."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a remark belongs."""

    index: int | None
    """The competency, or `None`."""
    guesses: tuple[int, ...]
    """Competencies it may belong to, best first."""


class Matcher:
    """Places the remarks of one interview."""

    def __init__(self, competencies: Sequence[CompetencyAssessment], fallback: Language) -> None:
        self._count = len(competencies)
        self._ratings = [competency.rating for competency in competencies]
        self._stems: list[dict[str, float]] = []
        field: dict[str, dict[int, float]] = defaultdict(dict)
        for index, competency in enumerate(competencies):
            self._stems.append(_own_stems(competency, fallback))
            for kind in groups_of(competency.name):
                for word in (*groups()[kind].words, *(_as_entry(n) for n in groups()[kind].names)):
                    if word not in _TOO_COMMON:
                        field[word][index] = _BY_FIELD
        spaced = {word: hits for word, hits in field.items() if not is_unspaced(word)}
        unspaced = {word: hits for word, hits in field.items() if is_unspaced(word)}
        self._spaced: PhraseList[Mapping[int, float]] = PhraseList(spaced)
        self._unspaced: SubstringList[Mapping[int, float]] = SubstringList(unspaced)

    def scores(self, remark: Remark) -> list[float]:
        """How strongly a remark matches each competency; an answer includes its question."""
        if remark.spoken and remark.context.strip():
            asked = self._said(remark, remark.context)
            answered = self._said(remark, remark.plain)
            return [a + _ANSWERED * b for a, b in zip(asked, answered, strict=True)]
        outside = unquoted(remark.plain)
        own = outside if len(outside.split()) >= 4 and not remark.spoken else remark.plain
        return self._said(remark, f"{remark.context} {own}")

    def _said(self, remark: Remark, text: str) -> list[float]:
        values = [0.0] * self._count
        said = tokens(text, remark.language)
        seen: Counter[str] = Counter()
        for place, length, hits in self._spaced.find(said):
            key = " ".join(said[place : place + length])
            seen[key] += 1
            if seen[key] <= _COUNTED:
                for index, value in hits.items():
                    values[index] += value / seen[key] / (1 if len(hits) == 1 else 1.5)
        if remark.language == "ja":
            plain = folded(text)
            for place, length, hits in self._unspaced.find(plain):
                key = plain[place : place + length]
                seen[key] += 1
                if seen[key] == 1:
                    for index, value in hits.items():
                        values[index] += value
        stems = content_stems(text, remark.language, knowledge(remark.language).common)
        owners = Counter(stem for own in self._stems for stem in own if stem in stems)
        opening = content_stems(" ".join(said[:2]), remark.language, frozenset())
        for index, own in enumerate(self._stems):
            if any(own.get(stem, 0.0) >= _BY_NAME for stem in opening):
                values[index] += _AS_SUBJECT
            values[index] += sum(own[stem] / owners[stem] for stem in stems if stem in own)
        return values

    def place(self, remarks: Sequence[Remark]) -> list[Placed]:
        """Where each remark belongs; sentences of a paragraph help each other."""
        scored = [self._leaning(remark, self.scores(remark)) for remark in remarks]
        favourites = self._favourites(remarks, scored)
        placed: list[Placed] = []
        before: int | None = None
        thread: frozenset[str] = frozenset()
        for remark, values in zip(remarks, scored, strict=True):
            order = sorted(range(self._count), key=lambda i: (-values[i], i))
            guesses = tuple(i for i in order if values[i] > 0)[:3]
            index = self._choose(remark, values, order, favourites)
            said = _subjects(remark) if remark.spoken else frozenset[str]()
            if index is None and (remark.follows_up or thread & said):
                index = before
            thread = said
            if self._count == 1:
                index = 0
            before = index if remark.spoken else None
            placed.append(Placed(index, guesses))
        return placed

    def _leaning(self, remark: Remark, values: Sequence[float]) -> list[float]:
        """The scores, shifted towards the competencies whose rating agrees with the remark."""
        sign = judgement_of(remark).sign
        return [
            max(0.0, value + _agreement(sign, rating)) if value else 0.0
            for value, rating in zip(values, self._ratings, strict=True)
        ]

    def _choose(
        self,
        remark: Remark,
        values: Sequence[float],
        order: Sequence[int],
        favourites: Mapping[int, int],
    ) -> int | None:
        if remark.labelled is not None:
            return remark.labelled
        if not order:
            return None
        best = order[0]
        lead = values[best] - (values[order[1]] if len(order) > 1 else 0.0)
        favourite = favourites.get(remark.paragraph)
        if remark.held is not None and (values[best] < ENOUGH or lead < AHEAD):
            return remark.held if favourite is None else favourite
        if favourite is not None and values[favourite] > values[best] - AWAY:
            return favourite
        return best if values[best] >= ENOUGH and lead >= TIED else favourite

    def _favourites(
        self, remarks: Sequence[Remark], scored: Sequence[Sequence[float]]
    ) -> dict[int, int]:
        """The competency that most of a paragraph of prose is about."""
        sums: dict[int, list[float]] = {}
        counts = Counter(remark.paragraph for remark in remarks)
        for remark, values in zip(remarks, scored, strict=True):
            total = sums.setdefault(remark.paragraph, [0.0] * self._count)
            for index, value in enumerate(values):
                total[index] += value
            if remark.labelled is not None:
                total[remark.labelled] += SURE
        found: dict[int, int] = {}
        for paragraph, total in sums.items():
            if not total:
                continue
            best = max(range(self._count), key=lambda i: total[i])
            short = counts[paragraph] <= ONE_SUBJECT
            if short and total[best] >= ENOUGH and total[best] > 0.5 * sum(total):
                found[paragraph] = best
        return found


def _subjects(remark: Remark) -> frozenset[str]:
    """The stems of the subjects of a question and its answer."""
    known = knowledge(remark.language)
    common = known.common | known.reading.questions
    return content_stems(f"{remark.context} {remark.plain}", remark.language, common)


def _agreement(sign: int, rating: int | None) -> float:
    if not sign or rating is None:
        return 0.0
    agrees = (sign > 0) == (rating >= 3)
    return _AGREEING[rating] if agrees else -_DISAGREEING[rating]


def _own_stems(competency: CompetencyAssessment, fallback: Language) -> dict[str, float]:
    """The stems of the texts about one competency, each with its weight."""
    aside = words_aside(competency.name)
    sources = (
        (competency.reason, _BY_REASON),
        (competency.description, _BY_DESCRIPTION),
        (aside, _BY_DESCRIPTION),
        (competency.name.removesuffix(aside), _BY_NAME),
    )
    values: dict[str, float] = {}
    for text, value in sources:
        language = guess_language(text, fallback)
        common = frozenset().union(knowledge(language).common, _TOO_COMMON)
        for stem in content_stems(text[:2_000], language, common):
            values[stem] = max(value, values.get(stem, 0.0))
    return values


def _as_entry(name: str) -> str:
    return name.replace(" ", "_")
