"""What the pages of jobs show: values for the page, no rows."""

from dataclasses import dataclass, field

from feedback_app.live.calls import CallMeta, QuoteView
from feedback_app.ui.wording import NO_TIME, LocalTime


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in the list."""

    id: str
    title: str
    department: str
    level: str
    competencies: str
    """How many, in words."""


@dataclass(frozen=True, slots=True)
class JobView:
    """What is known of one job."""

    id: str = ""
    title: str = ""
    department: str = ""
    level: str = ""
    """In words; empty where it is not known."""
    competencies: list[tuple[str, str]] = field(default_factory=list)
    """Name and description of each."""
    must_haves: list[str] = field(default_factory=list)
    description: str = ""
    description_revision: int = 0
    description_saved: LocalTime = NO_TIME


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a description was read as, for a person to change, confirm or discard."""

    call_id: str = ""
    title: str = ""
    level: str = ""
    competencies: str = ""
    """One a line: its name, a colon, and what good looks like."""
    must_haves: str = ""
    """One a line."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """Everything that the page of one job shows."""

    job: JobView
    quote: QuoteView
    offline: bool
    proposal: Proposal
    meta: CallMeta
    """Of the newest call that is not discarded."""
    running: str
    """The call that runs; empty if none does."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What changes with the description."""

    has_description: bool
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class SavedDescription:
    """When a description was saved, and how often so far."""

    revision: int
    when: LocalTime
