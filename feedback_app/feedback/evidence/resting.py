"""What a text rests on: the lines of the notes it cites, and whether they are still the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.feedback.document import cited_lines
from feedback_app.llm.text.blocks import Block


@dataclass(frozen=True, slots=True)
class Source:
    """The notes a draft was written from, and a hash of what else was recorded then."""

    notes: str
    judgements: str
    cites: bool = True
    """Whether its statements name the lines they rest on."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The lines of the notes that a text rests on."""

    used: str
    """Such as `,3,7,`; empty without a draft that names its lines."""
    changed: str
    """What has changed since the last draft was requested: `notes`, `ratings`, or nothing."""
    sent_lines: list[int]
    """For each line of the notes its number when the draft was requested, 0 for a new one; empty if
    nothing has moved."""
    unused: int
    """How many lines of the notes the text does not rest on."""


def ground(
    blocks: Sequence[Block],
    sent: Source | None,
    notes: str,
    judgements: str,
    latest: Source | None = None,
) -> Ground:
    """The lines of the present notes that a text rests on which started as a draft from `sent`.

    `latest` is what the last draft was written from: somebody who kept their own text instead of
    that draft need not be told about older changes.
    """
    lines = cited_lines(blocks)
    is_moved = sent is not None and bool(lines) and sent.notes.strip() != notes.strip()
    moved = numbers_when_sent(sent.notes, notes) if sent and is_moved else []
    changed, asked = "", latest or sent
    if asked is not None and sent is not None:
        if lines and asked.notes.strip() != notes.strip():
            changed = "notes"
        elif asked.judgements and asked.judgements != judgements:
            changed = "ratings"
    if sent is not None and not sent.cites:
        return Ground("", changed, moved, 0)
    now = notes.split("\n")
    unused = sum(
        bool(line.strip()) and number not in lines
        for number, line in zip(moved or range(1, len(now) + 1), now, strict=True)
    )
    return Ground(f",{','.join(map(str, sorted(lines)))}," if lines else "", changed, moved, unused)


def numbers_when_sent(sent: str, now: str) -> list[int]:
    """For each line of the notes the number it had when they were sent, 0 if it is new.

    A line is the same if its words are; lines that occur twice keep their order.
    """
    numbers: dict[str, list[int]] = {}
    for number, line in enumerate(sent.split("\n"), start=1):
        numbers.setdefault(line.strip(), []).append(number)
    for waiting in numbers.values():
        waiting.reverse()
    found: list[int] = []
    for line in now.split("\n"):
        waiting = numbers.get(line.strip())
        found.append(waiting.pop() if waiting and line.strip() else 0)
    return found
