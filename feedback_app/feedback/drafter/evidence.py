"""Separates evidence from the rest of a person's notes: logistics, self-talk, process, verdicts."""

import re
from dataclasses import replace
from enum import StrEnum

from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.notes import Remark
from feedback_app.feedback.drafter.polarity import Judgement, judge, sign_of_marks, unquoted
from feedback_app.feedback.drafter.words import (
    Language,
    PhraseList,
    SubstringList,
    folded,
    is_word,
    starts_with,
    tokens,
    word_count,
)


class Kind(StrEnum):
    """What a remark can be used for."""

    EVIDENCE = "evidence"
    CLOSING = "closing"
    """Sums the interview up."""
    OTHER = "other"
    """Not usable in a draft."""


_ASKED = re.compile(r"[?？][\"”»“’)\]」]*\s*$")
_TASK_LENGTH = re.compile(
    r"^[^.]{0,60},\s*\d{1,3}\s*(?:min|minutes|mins|Minuten|minutos)\.?$", re.IGNORECASE
)
_BEHIND_THE_TASK = re.compile(r"^[^,;:.–]*[,;:.–]?")


MORE_THAN_A_TASK = 8
"""Words after the task that was set from which a sentence also reports the outcome."""
REST_OF_A_TASK = 4
"""Words after its first comma up to which the task is still being described."""
SHORT = 14
"""Words up to which a remark with a word of logistics contains nothing else."""


def usable_half(remark: Remark) -> Remark:
    """A remark without the half of "the line was bad, but she stayed calm" that is not evidence."""
    lists = knowledge(remark.language)
    unwanted = lists.reading.unwanted
    if remark.spoken or isinstance(unwanted, SubstringList) or kind_of(remark) is not Kind.OTHER:
        return remark
    cut = lists.polarity.turn.search(remark.plain)
    if cut is None:
        return remark
    for half in (remark.plain[cut.end() :], remark.plain[: cut.start()]):
        kept = replace(remark, text=half, plain=half)
        if word_count(half) >= 4 and kind_of(kept) is Kind.EVIDENCE:
            return kept
    return remark


def is_legible(remark: Remark) -> bool:
    """Whether a remark holds a word and asks no question."""
    return any(c.isalnum() for c in remark.text) and not _ASKED.search(remark.text)


def kind_of(remark: Remark) -> Kind:
    """What a remark can be used for, by its words."""
    text = unquoted(remark.plain)
    if not is_legible(remark):
        return Kind.OTHER
    if remark.spoken:
        return Kind.EVIDENCE if word_count(remark.plain) >= 4 or _judged(remark) else Kind.OTHER
    reading = knowledge(remark.language).reading
    said = tokens(text, remark.language)
    unwanted = _first(reading.unwanted, text, said)
    closing = remark.closing or starts_with(reading.closing, text, said)
    if unwanted == "verdict" or unwanted in ("self_talk", "process"):
        return Kind.OTHER
    short = word_count(text) <= SHORT
    if unwanted == "logistics" and (short or abs(judge(text, remark.language).score) < 2):
        return Kind.OTHER
    if closing:
        return Kind.CLOSING
    if (
        remark.task
        and reading.candidate.isdisjoint(said)
        and judge(text, remark.language).score < 1
    ):
        return Kind.OTHER
    if starts_with(reading.task_starts, text, said) or _TASK_LENGTH.match(text):
        told = _BEHIND_THE_TASK.sub("", text)
        judged = judge(told, remark.language)
        little = word_count(told) < MORE_THAN_A_TASK
        says_nothing = judged.score == 0 and not judged.mixed and little
        if not remark.lean and (says_nothing or word_count(told) < REST_OF_A_TASK):
            return Kind.OTHER
    if not remark.lean and _is_the_writers_doing(remark, said):
        return Kind.OTHER
    if sum(map(is_word, said)) < 2 and remark.language != "ja":
        return Kind.OTHER if not sign_of_marks(remark.text) else Kind.EVIDENCE
    return Kind.EVIDENCE


def _is_the_writers_doing(remark: Remark, said: list[str]) -> bool:
    """Whether a remark says what the writer did and nothing about the candidate."""
    known = knowledge(remark.language)
    if not said or said[0] not in known.polarity.first_person:
        return False
    if not known.polarity.own.isdisjoint(said):
        return False
    return unquoted(remark.plain) == remark.plain and known.reading.candidate.isdisjoint(said)


def judgement_of(remark: Remark) -> Judgement:
    """Whether a remark praises or faults: by signs and headings first, then by its words."""
    marks = sign_of_marks(remark.text)
    if remark.spoken:
        reading = knowledge(remark.language).reading
        ignorant = _first(reading.not_knowing, remark.plain, tokens(remark.plain, remark.language))
        return Judgement(
            marks or remark.lean or (-1 if ignorant and word_count(remark.plain) < 25 else 0)
        )
    words = judge(remark.plain, remark.language)
    if remark.lean and not marks and not (words.score * remark.lean <= -2 and not words.mixed):
        marks = remark.lean
    if marks:
        return Judgement(marks * max(1, abs(words.score)), words.mixed)
    return words


def _judged(remark: Remark) -> bool:
    return judgement_of(remark).score != 0


def has_substance(remark: Remark) -> bool:
    """Whether a remark says enough to be worth a place of its own."""
    count = word_count(remark.plain)
    if remark.spoken:
        return count >= 4
    return count >= 3 or (count == 2 and judge(remark.plain, remark.language).score != 0)


def weight(remark: Remark, judged: Judgement) -> float:
    """How well a remark serves as evidence: plain, specific and short enough to be read."""
    text = remark.plain
    count = word_count(text)
    value = 2.0 * min(abs(judged.score), 3) - 1.0 * judged.mixed
    value += min(count, 14) / 4
    value += 1.5 * any(c.isdigit() for c in text)
    value += 2.5 * (unquoted(text) != text)
    value -= 0.12 * max(0, count - 28)
    if count < 4:
        value -= 2
    if _leans_back(remark):
        value -= 2.5
    return value


def _leans_back(remark: Remark) -> bool:
    anaphora = knowledge(remark.language).reading.anaphora
    return bool(starts_with(anaphora, remark.plain, tokens(remark.plain, remark.language)[:4]))


def _first(entries: PhraseList[str] | SubstringList[str], text: str, said: list[str]) -> str:
    """The value of the first entry in the text, or ""."""
    found = entries.find(folded(text)) if isinstance(entries, SubstringList) else entries.find(said)
    return next((value for _, _, value in found), "")


def is_empty_reason(text: str, language: Language) -> bool:
    """Whether a reason says nothing beyond the rating ("Good.", "see notes", "n/a")."""
    plain = folded(text).strip(" .!-–—/")
    empty = {
        "n/a",
        "na",
        "none",
        "see notes",
        "see above",
        "ok",
        "okay",
        "tbd",
        "siehe notizen",
        "s. notizen",
        "voir notes",
        "ver notas",
        "メモ参照",
        "特になし",
    }
    if plain in empty or not any(c.isalnum() for c in plain):
        return True
    return word_count(text) < 2 and len(plain) < 12
