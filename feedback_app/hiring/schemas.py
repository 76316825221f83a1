"""What the pages of hiring show: values for the page, no rows."""

from dataclasses import dataclass, field

from feedback_app.live.calls import CallMeta, QuoteView
from feedback_app.ui.wording import NO_TIME, LocalTime

Values = dict[str, str]
"""The values of a form's fields by their names."""


@dataclass(frozen=True, slots=True)
class Related:
    """A row that belongs to the one of a form."""

    id: str
    href: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A row as its form shows it."""

    id: str
    """Or `routes.NEW`."""
    title: str = ""
    """The heading of its page; empty for a new one."""
    values: Values = field(default_factory=dict)
    archived: bool = False
    related: list[Related] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JobView:
    """The facts about one job."""

    id: str = ""
    title: str = ""
    department: str = ""
    level: str = ""
    """In words; empty if it is not known."""
    competencies: list[tuple[str, str]] = field(default_factory=list)
    """Name and description of each."""
    must_haves: list[str] = field(default_factory=list)
    description: str = ""
    description_revision: int = 0
    description_saved: LocalTime = NO_TIME
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a description was read as, for a person to change, confirm or discard."""

    call_id: str = ""
    title: str = ""
    level: str = ""
    competencies: str = ""
    """One per line: its name, a colon, and what good looks like."""
    must_haves: str = ""
    """One per line."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """Everything that the page of one job shows."""

    job: JobView
    quote: QuoteView
    offline: bool
    proposal: Proposal
    meta: CallMeta
    """The facts about the newest call that is not discarded."""
    running: str
    """The running call; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What changes with the description."""

    has_description: bool
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class SavedDescription:
    """When a description was saved, and how many times it has been."""

    revision: int
    when: LocalTime
