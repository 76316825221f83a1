"""Determines whether a remark praises or faults, and how plainly, by the words of its language.

Negation, excess ("too fast"), reported speech and contrast are considered; a clause that denies
something and has no judging word is a fault ("never opened the logs"). Text between quotation marks
is the candidate's and says nothing about the writer's judgement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.feedback.drafter.knowledge import Polarities, knowledge
from feedback_app.feedback.drafter.quotations import Marks, with_quotations
from feedback_app.feedback.drafter.words import Language, PhraseList, folded, tokens

_LONGEST_QUOTATION = 600
_MARKS = Marks(
    {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」", "『": "』"},
    also=re.compile(r"(?<!\w)['‘][^'’\n]{1,80}+['’](?!\w)"),
)
_BREAKS = frozenset(",;:.()–—!?")
_COLON = ":"
_CONTRASTING = frozenset(["not", "nicht", "pas"])
"""Negators that deny only a contrast if they begin a clause: "a question, not a pitch"."""
_HALF_NEGATORS = frozenset(["ne", "n"])
"""French negators that form one negation with the "pas" or "jamais" after them."""
_REACH = 3
"""How many words a negation reaches forward."""
_FOUND_WITHIN = 5
"""Words after "found" within which a fault is what was found."""
_GERMAN_REACH = 4
"""How many words after a German verb its negation may be."""
_PRAISE_SIGNS = "👍💯🔥✅✔✓⭐🌟😍🎉👏💪😀🙂😊🟢🚀↑⬆👌🏆"
_FAULT_SIGNS = "👎🚩❌✗✘😬😕🙁☹😞😒🤦🔴⚠↓⬇🥱😐"
SIGNS = re.compile(
    f"[{_PRAISE_SIGNS}{_FAULT_SIGNS}]\ufe0f?|^[+]\\s|\\s[+]$|(?<![\\w+])[+]{{2,3}}(?![\\w+])"
    "|(?<!\\S)-{2,3}(?!\\S)|\\([+-]\\)"
)
"""Signs by which a writer praises or faults. A lone plus counts at either end only."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The polarity of a remark."""

    score: int
    """Above 0 for praise, below for a fault; 2 and more is plain."""
    mixed: bool = False
    """Whether it holds both."""

    @property
    def sign(self) -> int:
        return (self.score > 0) - (self.score < 0)


def unquoted(text: str) -> str:
    """The text with its quotations blanked out."""
    return with_quotations(text, _MARKS, _LONGEST_QUOTATION, lambda _: " ")


def sign_of_marks(text: str) -> int:
    """The polarity of emoji, arrows and plus signs: 1, -1, or 0 if there are none or both."""
    good = bad = False
    for found in SIGNS.findall(text):
        if found[0] in _PRAISE_SIGNS or "+" in found:
            good = True
        else:
            bad = True
    return good - bad


def judge(text: str, language: Language) -> Judgement:
    """The polarity of one remark, by its words alone. The part after a "but" decides."""
    plain = unquoted(text)
    lists = knowledge(language).polarity
    if language == "ja":
        return _judge_unspaced(folded(plain), lists)
    said = tokens(plain, language)
    halves = _split_at_contrast(said, lists)
    scores = [_score(half, lists, language) for half in halves]
    total = [value for score in scores for value in score]
    good, bad = sum(v for v in total if v > 0), -sum(v for v in total if v < 0)
    if len(scores) > 1 and (good or bad):
        first, last = sum(map(sum, scores[:-1])), sum(scores[-1])
        if last * first <= 0 and first:
            turned = last or -first
            return Judgement((turned > 0) - (turned < 0), mixed=True)
    if good and bad and _recovers(said, lists):
        return Judgement(0 if bad >= good else 1, mixed=True)
    return Judgement(good - bad, mixed=bool(good and bad))


def _judge_unspaced(plain: str, lists: Polarities) -> Judgement:
    values = [value for _, _, value in lists.signs.find(plain)]  # type: ignore[arg-type]
    good, bad = sum(v for v in values if v > 0), -sum(v for v in values if v < 0)
    for word in lists.contrast:
        before, found, after = plain.rpartition(word)
        if found and good and bad:
            last = sum(value for _, _, value in lists.signs.find(after))  # type: ignore[arg-type]
            if last and before:
                return Judgement((last > 0) - (last < 0), mixed=True)
    return Judgement(good - bad, mixed=bool(good and bad))


def _recovers(said: Sequence[str], lists: Polarities) -> bool:
    return isinstance(lists.recovery, PhraseList) and any(True for _ in lists.recovery.find(said))


def _split_at_contrast(said: Sequence[str], lists: Polarities) -> list[Sequence[str]]:
    halves: list[Sequence[str]] = []
    start = 0
    for index, token in enumerate(said):
        if token in lists.contrast and start < index < len(said) - 2:
            halves.append(said[start:index])
            start = index + 1
    return [*halves, said[start:]]


def _score(said: Sequence[str], lists: Polarities, language: Language) -> list[int]:
    """The values of the judging words."""
    assert isinstance(lists.signs, PhraseList)
    said = list(said)
    values: list[int] = []
    clause = found_at = 0
    of_the_writer = False
    """Whether the clause has named the writer so far."""
    muted = denied = settled = False
    index = 0
    while index < len(said):
        token = said[index]
        if token in _BREAKS:
            if denied and not settled:
                values.append(-1)
            denied = settled = of_the_writer = False
            clause = index + 1
            muted = muted and token == _COLON
            index += 1
            continue
        if token in lists.reported or token in lists.hypothetical:
            muted = True
        found = lists.signs.at(said, index)
        length = found[0] if found else 1
        settled = settled or bool(found) or token in lists.good_if_denied
        contrasts = token in _CONTRASTING and clause and index == clause
        if token in lists.denials and not found and not muted and not contrasts:
            denied = not of_the_writer
        if not lists.finders.isdisjoint(said[index : index + length]):
            found_at = index + length
        if found and length == 1 and found[1] < 0 and found_at and index < found_at + _FOUND_WITHIN:
            of_the_writer = of_the_writer or token in lists.first_person
            index += 1
            continue
        value = _value(said, index, clause, found, of_the_writer, lists, language)
        if not muted and value:
            values.append(value)
        elif not muted and not found and _exceeds(said, index, clause, lists, language):
            values.append(-1)
            settled = True
        if length == 1:
            of_the_writer = of_the_writer or token in lists.first_person
        else:
            said[index : index + length] = [""] * length
        index += length
    if denied and not settled:
        values.append(-1)
    return values


def _exceeds(
    said: Sequence[str], index: int, clause: int, lists: Polarities, language: Language
) -> bool:
    """Whether a word says that there is too much of what follows; German "zu" may be "to"."""
    if said[index] not in lists.excess or language == "de" or index + 1 >= len(said):
        return False
    if said[index + 1] in _BREAKS or lists.signs.at(said, index + 1):  # type: ignore[union-attr]
        return False
    return lists.negators.isdisjoint(said[max(clause, index - _REACH) : index])


def _value(
    said: Sequence[str],
    index: int,
    clause: int,
    found: tuple[int, int] | None,
    of_the_writer: bool,
    lists: Polarities,
    language: Language,
) -> int:
    token = said[index]
    before = said[max(clause, index - _REACH) : index]
    negators = [word for word in before if word in lists.negators]
    whole = [word for word in negators if word not in _HALF_NEGATORS]
    denied = len(whole) % 2 == 1 if whole else bool(negators)
    if language == "de" and not denied:
        denied = _denied_behind(said, index + (found[0] if found else 1), lists)
    if found:
        value = found[1]
        if value == 0:
            return 0
        own = not lists.own.isdisjoint(said[index : index + found[0]])
        single = found[0] == 1
        if single and not own and not lists.first_person.isdisjoint(before):
            return 0
        if value > 0 and not own and before and before[-1] in lists.first_person:
            return 0
        if single and value > 0 and before and before[-1] in lists.excess:
            return -1
        if denied and value < 0 and token in lists.bad_if_denied:
            return value
        if denied:
            return 1 if value < 0 else -1
        return value
    if token in lists.good_if_denied:
        return 1 if denied else 0
    if token in lists.bad_if_denied and denied and not of_the_writer:
        return -1
    return 0


def _denied_behind(said: Sequence[str], start: int, lists: Polarities) -> bool:
    for token in said[start : start + _GERMAN_REACH]:
        if token in _BREAKS:
            return False
        if token in lists.negators:
            return token == "nicht"  # noqa: S105
    return False
