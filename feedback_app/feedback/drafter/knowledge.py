"""The knowledge of each language: the lists in `lexicon/`, read once and made searchable."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from feedback_app.feedback.drafter.words import (
    LANGUAGES,
    Language,
    PhraseList,
    SubstringList,
    folded,
)

_FOLDER = Path(__file__).parent / "lexicon"

Value = TypeVar("Value")
Signs = PhraseList[int] | SubstringList[int]


@dataclass(frozen=True, slots=True)
class Polarities:
    """The words that praise and fault; a value of 2 counts double, 0 hides the words in it."""

    signs: Signs
    negators: frozenset[str]
    denials: frozenset[str]
    """Negators of a verb that make a clause without any judging word a fault."""
    good_if_denied: frozenset[str]
    bad_if_denied: frozenset[str]
    contrast: tuple[str, ...]
    turn: re.Pattern[str]
    """A word of contrast with the whitespace around it and a comma before it."""
    recovery: Signs
    finders: frozenset[str]
    """Verbs whose object is a fault that was found, not a fault of the candidate."""
    reported: frozenset[str]
    hypothetical: frozenset[str]
    excess: frozenset[str]
    first_person: frozenset[str]
    own: frozenset[str]
    """Verdicts that count although the writer speaks of themselves ("I was impressed")."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is not evidence, who speaks, and which labels mean what."""

    unwanted: PhraseList[str] | SubstringList[str]
    """Value: `logistics`, `self_talk`, `process` or `verdict`."""
    task_starts: PhraseList[str] | SubstringList[str]
    closing: PhraseList[str] | SubstringList[str]
    anaphora: PhraseList[str] | SubstringList[str]
    not_knowing: PhraseList[str] | SubstringList[str]
    """How a candidate says that they cannot answer."""
    fillers: re.Pattern[str]
    hesitations: re.Pattern[str]
    """The fillers that may be left out of somebody else's words."""
    dangling: re.Pattern[str]
    questions: frozenset[str]
    candidate: frozenset[str]
    """Words for the candidate."""
    me: frozenset[str]
    them: frozenset[str]
    pros: frozenset[str]
    cons: frozenset[str]
    other_labels: frozenset[str]
    closing_labels: frozenset[str]
    question_labels: frozenset[str]
    """Labels of the candidate's own questions."""
    task_labels: frozenset[str]
    """Labels of what was set as a task."""
    cv: frozenset[str]


@dataclass(frozen=True, slots=True)
class Topic:
    """How a question becomes the topic of its answer."""

    pattern: re.Pattern[str]
    form: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around what the interviewer wrote."""

    about: str
    minutes: str
    joiner: str
    to: str
    strengths: str
    concerns: str
    observed: str
    lower_names: bool
    """Whether the names of competencies are written in lower case within a sentence."""
    open_quote: str
    close_quote: str
    rated: str
    recommendation: Mapping[str, str]
    forms: Mapping[str, Sequence[str]]
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All word lists of one language."""

    language: Language
    common: frozenset[str]
    polarity: Polarities
    reading: Reading
    short: Mapping[str, str]
    frame: Frame


@cache
def knowledge(language: Language) -> Knowledge:
    """The lists of a language."""
    data = _load(language)
    lists = {
        section: {key: _entries(text) for key, text in data[section].items()}
        for section in ("words", "polarity", "reading")
    }
    polarity, reading = lists["polarity"], lists["reading"]
    return Knowledge(
        language=language,
        common=frozenset(lists["words"]["common"]),
        polarity=_polarities(language, polarity),
        reading=_reading(language, reading),
        short=data["short"],
        frame=_frame(data["frame"]),
    )


def _polarities(language: Language, lists: Mapping[str, list[str]]) -> Polarities:
    signs: dict[str, int] = {}
    contrast = tuple(phrase.replace("_", " ") for phrase in lists["contrast"])
    for key, value in (("bad", -1), ("good", 1), ("strong_bad", -2), ("strong_good", 2)):
        signs |= dict.fromkeys(lists[key], value)
    signs |= dict.fromkeys(lists["neutral"], 0)
    sets = (
        "finders",
        "negators",
        "denials",
        "good_if_denied",
        "bad_if_denied",
        "reported",
        "hypothetical",
        "excess",
    )
    return Polarities(
        signs=_searchable(language, signs),
        recovery=_searchable(language, dict.fromkeys(lists["recovery"], 1)),
        contrast=contrast,
        turn=re.compile(
            rf"(?:,|(?<!\s))\s++(?:{'|'.join(map(re.escape, contrast))})\s++", re.IGNORECASE
        ),
        first_person=frozenset(lists["first_person"]),
        own=frozenset(lists["own"]),
        **{key: frozenset(lists[key]) for key in sets},
    )


def _reading(language: Language, lists: Mapping[str, list[str]]) -> Reading:
    unwanted: dict[str, str] = {}
    for key in ("logistics", "self_talk", "process", "verdict"):
        unwanted |= dict.fromkeys(lists[key], key)
    labels = (
        "candidate",
        "me",
        "them",
        "pros",
        "cons",
        "other_labels",
        "closing_labels",
        "question_labels",
        "task_labels",
        "cv",
    )
    return Reading(
        unwanted=_searchable(language, unwanted),
        task_starts=_searchable(language, dict.fromkeys(lists["task_starts"], "task")),
        closing=_searchable(language, dict.fromkeys(lists["closing"], "closing")),
        anaphora=_searchable(language, dict.fromkeys(lists["anaphora"], "anaphora")),
        not_knowing=_searchable(language, dict.fromkeys(lists["not_knowing"], "not_knowing")),
        fillers=_leading(language, [*lists["sounds"], *lists["hesitations"]], lists["fillers"]),
        hesitations=_leading(language, lists["sounds"], lists["fillers"]),
        dangling=_leading(language, lists["dangling"], []),
        questions=frozenset(entry.replace("_", " ") for entry in lists["questions"]),
        **{key: frozenset(entry.replace("_", " ") for entry in lists[key]) for key in labels},
    )


def _frame(data: Mapping[str, Any]) -> Frame:
    return Frame(
        about=data["about"],
        minutes=data["minutes"],
        joiner=data["and"],
        to=data["to"],
        strengths=data["strengths"],
        concerns=data["concerns"],
        observed=data["observed"],
        lower_names=data["lower_names"],
        open_quote=data["open_quote"],
        close_quote=data["close_quote"],
        rated=data["rated"],
        recommendation=data["recommendation"],
        forms=data["forms"],
        topics=tuple(
            Topic(re.compile(topic["pattern"], re.IGNORECASE), topic["form"])
            for topic in data.get("topics", ())
        ),
    )


def _searchable(
    language: Language, entries: Mapping[str, Value]
) -> PhraseList[Value] | SubstringList[Value]:
    if language == "ja":
        return SubstringList({entry.replace("_", " "): value for entry, value in entries.items()})
    return PhraseList(entries)


def _leading(
    language: Language, always: Sequence[str], before_comma: Sequence[str]
) -> re.Pattern[str]:
    """Matches entries at the start of a text with the separator; some only before a comma."""
    end = "" if language == "ja" else r"(?!\w)"
    words = f"(?:{_any_of(always)}){end}"
    if before_comma:
        words += rf"|(?:{_any_of(before_comma)})(?=\s*+(?:[,、…]|\.\.))"
    return re.compile(rf"(?:(?:{words})[\s,.…、。]*+)++", re.IGNORECASE)


def _any_of(entries: Sequence[str]) -> str:
    ordered = sorted(entries, key=len, reverse=True)
    return "|".join(re.escape(entry.replace("_", " ")) for entry in ordered)


def _entries(text: str) -> list[str]:
    return [folded(entry) for entry in text.split()]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of competency: its names, and the words by which notes refer to it."""

    names: frozenset[str]
    words: tuple[str, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The kinds of competencies of all languages."""
    return tuple(
        Group(
            names=frozenset(entry.replace("_", " ") for entry in _entries(group["names"])),
            words=tuple(_entries(group["words"])),
        )
        for group in _load("competencies")["group"]
    )


@cache
def any_label(kind: str) -> frozenset[str]:
    """A list of labels (`pros`, `cons`, `me`, `them`, `cv`, `other_labels`) in all languages."""
    return frozenset().union(*(getattr(knowledge(l).reading, kind) for l in LANGUAGES))  # noqa: E741
