"""Ties remarks to the competencies they speak of, by shared word stems."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.llm.assessment import CompetencyAssessment
from feedback_app.llm.drafter import lexicon
from feedback_app.llm.drafter.notes import Note, clean
from feedback_app.llm.drafter.words import STOPWORDS, Stems, telling_words, words

_NAMED = 2.0
"""The score from which a remark belongs to a competency: one telling word of its name, or
two words of its description, its reason or its field."""


@dataclass(frozen=True, slots=True)
class Match:
    """One competency a remark speaks of."""

    index: int
    score: float
    by_name: bool
    """Whether a telling word of the competency's name occurs in the remark."""


class Matcher:
    """Scores remarks against one interview's competencies."""

    def __init__(self, competencies: Sequence[CompetencyAssessment], stems: Stems) -> None:
        self._stems = stems
        generic = stems.of_any_language(" ".join(lexicon.GENERIC_NAME_WORDS))
        self._labels = [clean(c.name).casefold() for c in competencies]
        self._names: list[set[str]] = []
        self._weights: list[dict[str, float]] = []
        for competency in competencies:
            name = stems.of_any_language(competency.name)
            telling = (name - generic) or name
            weights = dict.fromkeys(self._field_words(competency.name), 1.0)
            weights |= dict.fromkeys(stems.of_any_language(competency.description), 1.0)
            weights |= dict.fromkeys(stems.of_any_language(competency.reason), 1.0)
            weights |= dict.fromkeys(name, 1.0) | dict.fromkeys(telling, _NAMED)
            self._names.append(telling)
            self._weights.append(weights)
        shared = Counter(stem for name in self._names for stem in name)
        for name, weights in zip(self._names, self._weights, strict=True):
            for stem in name:
                weights[stem] /= shared[stem]

    def matches(self, note: Note) -> list[Match]:
        """The competencies the remark speaks of, best first; ties in the order given."""
        said = self._stems.of(note.text, note.language)
        around = self._stems.of(note.context, note.language) - said
        found: list[Match] = []
        for index, (name, weights) in enumerate(zip(self._names, self._weights, strict=True)):
            score = sum(weights.get(stem, 0.0) for stem in said)
            score += sum(weights.get(stem, 0.0) for stem in around & name)
            if note.context.casefold() == self._labels[index]:
                score += 2 * _NAMED
            if score >= _NAMED:
                by_name = not name.isdisjoint(said | around)
                found.append(Match(index, score, by_name))
        return sorted(found, key=lambda match: -match.score)

    def richness(self, note: Note) -> float:
        """How much a remark tells: more with distinct telling words and figures."""
        count = len(words(note.text))
        score = min(len(set(telling_words(note.text))), 14)
        score += 2 * any(c.isdigit() for c in note.text)
        score -= 4 * (count < 4) + 3 * (count > 40) + 2 * note.fragment
        return float(score)

    def _field_words(self, name: str) -> set[str]:
        plain = {word for word in words(name) if word not in STOPWORDS}
        field: set[str] = set()
        for triggers, said in lexicon.CONCEPTS:
            if not plain.isdisjoint(triggers.split()):
                field |= self._stems.of_any_language(said)
        return field
