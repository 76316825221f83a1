"""Finds where a text states another verdict or rating than its writer recorded.

A model may say anything, and notes may have told it to: what counts is what was recorded. So a text
that departs from it is marked for its writer to check. The patterns cover what the prompt asks for
and what the drafter writes (a verdict that opens the text and ratings in brackets) and the usual
other forms; a verdict hidden in ordinary prose is not found.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from feedback_app.core.text import compatible
from feedback_app.feedback.assessment import RECOMMENDATION_LABELS, Assessment, Recommendation
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.words import LANGUAGES

MOST_TOLD = 3
"""How many departures one sentence names."""

_HIRING = {
    "strong hire": Recommendation.STRONG_YES,
    "hire": Recommendation.YES,
    "no hire": Recommendation.NO,
    "strong no hire": Recommendation.STRONG_NO,
}
_FOR = (Recommendation.YES, Recommendation.STRONG_YES)
_SIGNS = str.maketrans("", "", "#*_`>~")
_NAMED = (
    r"(?:recommendation|verdict|(?:hir(?:e|ing)|overall) decision|empfehlung|votum"
    r"|einstellungsentscheidung|recommandation|décision d['’]embauche|recomendaci[óo]n"
    r"|decisi[óo]n de contrataci[óo]n|recomendaç[ãa]o|decis[ãa]o de contrataç[ãa]o"
    r"|推奨|推薦|評価|採用判断)"
)
_ADVICE = re.compile(
    r"(?P<against>\b(?:do not|don't|would not|wouldn't|cannot|can't|should not|shouldn't)"
    r" (?:recommend|hire|be hired)\b|\brecommend(?:s|ed)? (?:not hiring|against hiring)\b)"
    r"|\brecommend(?:s|ed)? (?:hiring|to hire)\b|\bshould be hired\b"
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a text must not depart from."""

    recommendation: Recommendation | None = None
    ratings: Mapping[str, int | None] = field(default_factory=dict)
    """By the names of all competencies; `None` for those that are not rated."""


def recorded_in(assessment: Assessment) -> Recorded:
    """What an assessment records besides its notes."""
    ratings = {competency.name: competency.rating for competency in assessment.competencies}
    return Recorded(assessment.recommendation, ratings)


def departure(text: str, recorded: Recorded) -> str:
    """One sentence that says where the text departs from the record; empty if it does not."""
    found = [*_verdicts(text, recorded.recommendation), *_ratings(text, recorded.ratings)]
    told = list(dict.fromkeys(found))
    if not told:
        return ""
    more = f"; and {len(told) - MOST_TOLD} more like that" if len(told) > MOST_TOLD else ""
    return f"This text {'; it '.join(told[:MOST_TOLD])}{more}."


def _verdicts(text: str, own: Recommendation | None) -> Iterator[str]:
    recorded = (
        f"but your recommendation is “{RECOMMENDATION_LABELS[own]}”"
        if own
        else "but you have recorded no recommendation"
    )
    for said in _stated(text):
        if said != own:
            yield f"says “{RECOMMENDATION_LABELS[said]}”, {recorded}"
    for advice in _ADVICE.finditer(_folded(text)):
        if own is None or (own in _FOR) == bool(advice["against"]):
            yield f"says “{advice[0]}”, {recorded}"


def _stated(text: str) -> Iterator[Recommendation]:
    """The verdicts that open the text, follow their name, or are alone in bold type."""
    labels, named, name_alone, bold, bold_opening = _forms()
    marked = compatible(text).casefold()
    if opening := bold_opening.match(marked):
        yield _labelled()[opening[1]]
    for verdict in bold.finditer(marked):
        yield _labelled()[verdict[1]]
    is_named = True
    for line in filter(None, (line.strip() for line in _folded(text).split("\n"))):
        if is_named and (opening := labels.match(line)):
            yield _labelled()[opening[1] or opening[2]]
        for verdict in named.finditer(line):
            yield _labelled()[verdict[1] or verdict[2]]
        is_named = name_alone.fullmatch(line) is not None


def _ratings(text: str, own: Mapping[str, int | None]) -> Iterator[str]:
    names = {_folded(name).strip(): name for name in own if name.strip()}
    if not names:
        return
    for stated in _rating_form(tuple(sorted(names, key=len, reverse=True))).finditer(_folded(text)):
        name, said = names[stated[1]], int(stated[2] or stated[3] or stated[4])
        if said != own[name]:
            recorded = "did not rate it" if own[name] is None else f"rated it {own[name]}"
            yield f"rates {name} {said}, but you {recorded}"


def _folded(text: str) -> str:
    """The text in lower case, without Markdown markup."""
    return compatible(text).translate(_SIGNS).casefold()


@cache
def _labelled() -> dict[str, Recommendation]:
    """Every name of a recommendation, in every language that drafts are written in."""
    labels = {
        _folded(label): Recommendation(code)
        for language in LANGUAGES
        for code, label in knowledge(language).frame.recommendation.items()
    }
    return labels | _HIRING


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """Patterns of a verdict that opens a line, one after its name, that name alone, one in bold,
    and one of several words in bold that opens a text."""
    long_first = sorted(_labelled(), key=len, reverse=True)
    names = "|".join(map(re.escape, long_first))
    of_words = "|".join(map(re.escape, (name for name in long_first if " " in name)))
    label = rf"(?:({names})(?=\s*+(?:[.!:;。–—]|$))|({of_words})(?=\s*+[,-]))"
    bold = rf"(?:\*\*|__)({names})[.!。]?+(?:\*\*|__)"
    said = r"\s*+[:–—-]?+\s*+(?:(?:is|ist|est|es|é|は|a|an|ein|eine|un|une|um) ?)*+"
    return (
        re.compile(label),
        re.compile(rf"{_NAMED}{said}{label}"),
        re.compile(rf"(?:\w++ )?{_NAMED}\s*+[:.]?+"),
        re.compile(rf"{bold}(?=[ \t]*+(?:[.!,;。–—)\n-]|\Z))"),
        re.compile(rf"[\s#>]*+(?:\*\*|__)({of_words})[.!。]?+(?:\*\*|__)"),
    )


@lru_cache(maxsize=256)
def _rating_form(names: tuple[str, ...]) -> re.Pattern[str]:
    """A competency with its rating, in one line: `name (3)`, `name (rated 3)`, `name: 3/4`."""
    known = "|".join(map(re.escape, names))
    of_four = r"\s*+(?:/|of|out of|von|sur|de) ?+4"
    return re.compile(
        rf"(?<![a-z0-9])({known})[ \t]*+:?+[ \t]*+"
        rf"(?:\(\s*+(?:rated |rating:? )?+([1-9])(?:{of_four})?+\s*+\)"
        rf"|([1-9]){of_four}(?=\s*+(?:[.,;:()–—\n]|$))"
        r"|(?<=[: \t])([1-9])(?=[ \t]*+(?:[.;]?+[ \t]*+(?:\n|\Z)|[.;]\s)))"
    )
