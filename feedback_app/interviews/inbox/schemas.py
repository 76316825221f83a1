"""What the list of interviews shows: values for the page, no rows."""

from dataclasses import dataclass, field
from typing import Literal

from feedback_app.ui.wording import NO_TIME, LocalTime

Group = Literal["today", "older", "waiting", "done"]

Step = Literal["prepare", "notes", "rate", "draft", "watch", "review", "submit", "read"]
"""The next step for an interview. Only `draft` starts a call to the model."""

Filter = Literal["all", "none", "ready", "submitted"]

FILTERS: dict[Filter, str] = {
    "all": "All",
    "none": "No draft",
    "ready": "Draft ready",
    "submitted": "Submitted",
}


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One interview in the person's list."""

    id: str
    href: str
    candidate: str
    initials: str
    tint: str
    """A colour of the theme, always the same for one name."""
    job: str
    kind: str
    held: LocalTime
    note: str
    """How long ago it was, or how long it will take."""
    group: Group
    step: Step
    step_label: str
    progress: str
    share: str
    """How much of the work is done, as a CSS percentage."""
    is_writing: bool = False
    is_ready: bool = False
    """Whether there is a text to check that is not submitted."""
    submitted: LocalTime = NO_TIME


@dataclass(frozen=True, slots=True)
class Counts:
    """How many interviews each filter shows."""

    all: int = 0
    none: int = 0
    ready: int = 0
    submitted: int = 0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many interviews are in each group."""

    today: int = 0
    older: int = 0
    waiting: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class InboxView:
    """The whole list in groups, and the words about it."""

    today: list[InboxRow] = field(default_factory=list)
    older: list[InboxRow] = field(default_factory=list)
    waiting: list[InboxRow] = field(default_factory=list)
    done: list[InboxRow] = field(default_factory=list)
    """The newest, unless all were asked for."""
    done_hidden: int = 0
    """How many of `done` are left out."""
    sizes: Sizes = field(default_factory=Sizes)
    counts: Counts = field(default_factory=Counts)
    summary: str = ""
    due: int = 0
    """Held and not submitted, regardless of the search."""
    ready: int = 0
    """Those with a draft to check."""
    has_rows: bool = False
    is_empty: bool = False
    """Whether the person has no interview at all."""
    open: tuple[InboxRow, ...] = ()
    """All that are not submitted, regardless of the search; any change of it updates the page."""
