"""Finds out whether notes are a transcript of two speakers, and which of them is the candidate."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedback_app.feedback.drafter.knowledge import any_label
from feedback_app.feedback.drafter.layout.labels import Labels
from feedback_app.feedback.drafter.layout.lines import clean_line
from feedback_app.feedback.drafter.layout.structure import speaker_label

_SPEAKER = re.compile(
    r"\A(?:[-*•>]\s++|[\[(]?\d{1,2}:\d{2}(?::\d{2})?[\])]?\s*+(?:[-–]\s*+)?|\d{1,2}[.)]\s++){0,8}+"
    r"(?:\*\*)?([^\W\d_][^:：?!\"“]{0,30}?)(?<!\s)\s*+(?:\*\*)?[:：](?:\*\*)?\s*+(.*)"
)


@dataclass(frozen=True, slots=True)
class Speakers:
    """The labels of the two sides; both empty if the notes are not a transcript."""

    interviewer: frozenset[str] = frozenset()
    candidate: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.interviewer | self.candidate


def find_speakers(
    lines: Sequence[str], labels: Labels, candidate: str, interviewer: str
) -> Speakers:
    """The speakers' labels, by common words for them, by their names, or by their alternation."""
    matches = (_SPEAKER.match(clean_line(line)) for line in lines)
    said = [(speaker_label(found[1]), found[2]) for found in matches if found]
    counts = Counter(label for label, _ in said)
    known_me = {
        label for label in counts if label in any_label("me") or label in _names(interviewer)
    }
    known_them = {
        label for label in counts if label in any_label("them") or label in _names(candidate)
    }
    asking = _askers(said)
    for label in known_me & known_them:
        (known_them if label in asking else known_me).discard(label)
    asking_them = {label for label in known_them & asking if counts[label] >= 2}
    if asking_them and not known_me:
        known_me, known_them = asking_them, known_them - asking_them
    if known_me & asking and not known_them:
        known_them = {label for label in counts if counts[label] >= 2} - known_me
        known_them = {label for label in known_them if labels.competency(label) is None}
        known_them = known_them if len(known_them) == 1 else set()
    me = sum(counts[label] for label in known_me)
    them = sum(counts[label] for label in known_them)
    if them >= 2 or (them and me and them + me >= 2):
        return Speakers(frozenset(known_me), frozenset(known_them))
    return _by_alternation(said, counts, labels, asking)


def _askers(said: Sequence[tuple[str, str]]) -> set[str]:
    """The labels whose lines are mostly questions."""
    lines, questions = Counter[str](), Counter[str]()
    for label, text in said:
        lines[label] += 1
        questions[label] += text.rstrip().endswith(("?", "？"))
    return {label for label in lines if questions[label] * 2 > lines[label]}


def _by_alternation(
    said: Sequence[tuple[str, str]], counts: Counter[str], labels: Labels, asking: set[str]
) -> Speakers:
    frequent = [
        label
        for label, count in counts.most_common(4)
        if count >= 2
        and len(label.split()) <= 3
        and labels.competency(label) is None
        and not any(label in any_label(kind) for kind in ("pros", "cons", "other_labels", "cv"))
    ]
    if len(frequent) != 2 or len(asking & set(frequent)) != 1:
        return Speakers()
    asker = next(label for label in frequent if label in asking)
    other = next(label for label in frequent if label != asker)
    order = [label for label, _ in said if label in frequent]
    changes = sum(a != b for a, b in pairwise(order))
    if changes * 2 < len(order) - 1:
        return Speakers()
    return Speakers(frozenset({asker}), frozenset({other}))


def _names(name: str) -> frozenset[str]:
    """The names a person may have before a colon."""
    parts = speaker_label(name).split()
    if not parts:
        return frozenset()
    initials = "".join(part[0] for part in parts)
    letters = {parts[0][0], parts[-1][0]}
    return frozenset({" ".join(parts), parts[0], parts[-1], initials, *letters})
