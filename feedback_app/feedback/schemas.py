"""What the feedback panel shows: values for the page, no rows."""

from dataclasses import dataclass
from typing import Any

from feedback_app.feedback.editing import Written
from feedback_app.feedback.showing import Beside, Shown
from feedback_app.live.calls import CallMeta, QuoteView
from feedback_app.live.settled import WireGroup
from feedback_app.ui.wording import LocalTime


@dataclass(frozen=True, slots=True)
class DraftView:
    """One past or present draft."""

    meta: CallMeta
    text: str
    slots: dict[str, Any]
    """The live view's vars for it (`live.view.fill_slots`)."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An earlier draft, or an earlier text of the editor."""

    id: str
    kind: str
    """`draft` or `version`."""
    label: str
    when: str
    words: str
    opening: str
    """Its first words."""


@dataclass(frozen=True, slots=True)
class RemarkView:
    """A remark about the person that is left out of drafts, unless it was put back."""

    key: str
    line: str
    where: str
    text: str
    reason: str
    put_back: bool


@dataclass(frozen=True, slots=True)
class UnplacedView:
    """A line of the notes that is the writer's to place."""

    line: str
    text: str
    key: str
    guesses: list[str]
    """Ids of the competencies it most likely belongs to."""


@dataclass(frozen=True, slots=True)
class ContradictionView:
    """A question about a statement that speaks against a rating."""

    key: str
    line: str
    question: str
    answers: list[list[str]]
    """Codes with their labels."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What the page asks the writer about their own record."""

    remarks: list[RemarkView]
    left_out: str
    """How many of them drafts leave out, in words."""
    unplaced: list[UnplacedView]
    contradictions: list[ContradictionView]
    to_do: list[str]
    """What is missing on the scorecard, such as "Ownership: no reason yet"."""
    has_answers: bool
    competencies: list[list[str]]
    """Ids and names."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a draft would be made from, and what it would cost."""

    has_evidence: bool
    has_recommendation: bool
    quote: QuoteView
    questions: Questions
    beside: Beside
    text: Shown
    """The text as it was saved when this was read."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person is shown before they submit."""

    refusals: list[str]
    """What must be done first; if there is nothing, it can be submitted."""
    warnings: list[str]
    recommendation: str
    ratings: list[tuple[str, str, str]]
    """Each competency with its rating in words, and the reason."""
    left: int
    """How many other interviews are still to be written about."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else's submitted feedback on the same candidate and job."""

    id: str
    name: str
    kind: str
    recommendation: str
    ratings: list[tuple[str, str, str]]
    when: str
    blocks: list[WireGroup]


@dataclass(frozen=True, slots=True)
class Panel:
    """Who else interviewed the candidate for the job, and what they submitted."""

    submitted: int
    waiting: int
    readable: list[Colleague]
    """Empty until one's own feedback is submitted."""


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """One person's feedback on one interview."""

    text: Written
    undo: str
    """What Undo would revert; empty if there is nothing."""
    saved_at: LocalTime
    submitted_at: LocalTime
    evidence: Evidence
    latest: DraftView | None
    """The newest draft that has ended and was not discarded."""
    history: list[HistoryEntry]
    offline: bool
    """Whether the offline drafter serves, because no model is configured."""
    model: str
    may_reopen_freely: bool
    panel: Panel
    drafts: list[CallMeta]
