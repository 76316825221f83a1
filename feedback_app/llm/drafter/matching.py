"""Ties remarks to the competencies they speak of, by shared word stems."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.llm.assessment import CompetencyAssessment
from feedback_app.llm.drafter import lexicon
from feedback_app.llm.drafter.notes import Note, clean
from feedback_app.llm.drafter.words import Stems, telling_words, words

_NAMED = 2.0
"""The score from which a remark belongs to a competency: one telling word of its name, or
two words of its description, its reason or its field."""

_RICH = 14
"""Telling words beyond which a remark tells no more."""


@dataclass(frozen=True, slots=True)
class Match:
    """One competency a remark speaks of."""

    index: int
    score: float
    by_name: bool
    """Whether a telling word of the competency's name occurs in the remark."""

    @property
    def is_sure(self) -> bool:
        """Whether the match bears being held against the competency's rating."""
        return self.by_name or self.score > _NAMED


class Matcher:
    """Scores remarks against one interview's competencies."""

    def __init__(
        self, competencies: Sequence[CompetencyAssessment], job: str, stems: Stems
    ) -> None:
        """The words of the job's title tell no competency from another."""
        self._stems = stems
        generic = stems.of_any_language(" ".join(lexicon.GENERIC_NAME_WORDS) + f" {job}")
        self._labels = [clean(c.name).casefold() for c in competencies]
        self._names: list[set[str]] = []
        self._weights: list[dict[str, float]] = []
        named = Counter(stem for c in competencies for stem in stems.of_any_language(c.name))
        for competency in competencies:
            name = stems.of_any_language(competency.name)
            telling = (name - generic) or name
            sources = (
                self._field_words(competency.name),
                stems.of_any_language(competency.description),
                stems.of_any_language(competency.reason),
            )
            hints = Counter(stem for source in sources for stem in source)
            weights = {stem: min(float(count), _NAMED) for stem, count in hints.items()}
            for stem in name:
                own = _NAMED if stem in telling else 1.0
                weights[stem] = max(own / named[stem], weights.get(stem, 0.0) / named[stem])
            self._names.append(telling)
            self._weights.append(weights)

    def matches(self, note: Note) -> list[Match]:
        """The competencies the remark speaks of, best first; of equals the first spoken of."""
        said = list(dict.fromkeys(self._stems.of(note.text, note.language)))
        around = set(self._stems.of(note.context, note.language)).difference(said)
        found: list[tuple[float, int, Match]] = []
        for index, (name, weights) in enumerate(zip(self._names, self._weights, strict=True)):
            hits = [place for place, stem in enumerate(said) if stem in weights]
            score = sum(weights[said[place]] for place in hits)
            score += sum(weights.get(stem, 0.0) for stem in around)
            if note.context.casefold() == self._labels[index]:
                score += 2 * _NAMED
            if score >= _NAMED:
                by_name = not name.isdisjoint(around.union(said))
                first = hits[0] if hits else len(said)
                found.append((-score, first, Match(index, score, by_name)))
        return [match for _, _, match in sorted(found, key=lambda entry: entry[:2])]

    def _field_words(self, name: str) -> set[str]:
        plain = set(telling_words(name))
        field: set[str] = set()
        for triggers, said in lexicon.CONCEPTS:
            if not plain.isdisjoint(triggers.split()):
                field |= self._stems.of_any_language(said)
        return field


def richness(note: Note) -> float:
    """How much a remark tells: more with distinct telling words and figures."""
    count = len(words(note.text))
    score = min(len(set(telling_words(note.text))), _RICH)
    score += 2 * any(c.isdigit() for c in note.text)
    score -= 4 * (count < 4) + 3 * (count > 40) + 2 * note.fragment
    return float(score)
