"""What the interview page shows and what the API lists: values, no rows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from feedback_app.ui.wording import NO_TIME, LocalTime

InterviewStatus = Literal["to_do", "draft", "submitted"]


@dataclass(frozen=True, slots=True)
class InterviewEntry:
    """One interview in the API's list."""

    id: str
    candidate: str
    job: str
    department: str
    kind: str
    held_at: datetime
    duration_min: int
    status: InterviewStatus
    can_generate: bool
    """Whether there is something to assess and the feedback is still open."""


NOT_ASSESSED = "na"


@dataclass(frozen=True, slots=True)
class SavedNotes:
    """Saved notes: how many times they have been saved, and the time in words."""

    revision: int
    when: LocalTime


@dataclass(frozen=True, slots=True)
class CompetencyRow:
    """One competency with the person's rating: `1` to `4`, `na`, or empty if not rated."""

    id: str
    name: str
    description: str
    rating: str
    reason: str
    steps: list[str] = field(default_factory=list)
    """What each step looks like, lowest first; empty if the job does not say."""


@dataclass(frozen=True, slots=True)
class InterviewDetail:
    """One interview as its page shows it."""

    id: str = ""
    candidate: str = ""
    initials: str = ""
    headline: str = ""
    job: str = ""
    job_summary: str = ""
    department: str = ""
    kind: str = ""
    held: LocalTime = NO_TIME
    duration: str = ""
    cv: str = ""
    notes_saved: LocalTime = NO_TIME
    notes_revision: int = 0
    recommendation: str = ""
    submitted: str = ""
    is_due: bool = False
    """Whether it was held and its feedback is not submitted."""


@dataclass(frozen=True, slots=True)
class InterviewRecord:
    """One interview and what the person recorded in it."""

    detail: InterviewDetail
    notes: str
    competencies: list[CompetencyRow]
