"""What the form of an interview shows: values for the page, no rows."""

from dataclasses import dataclass, field

from feedback_app.hiring.schemas import Record
from feedback_app.ui.choice import Choice


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tick or to choose."""

    id: str
    name: str
    note: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class InterviewForm:
    """One interview, and what its form offers to choose from."""

    record: Record
    candidates: list[Option] = field(default_factory=list)
    jobs: list[Choice] = field(default_factory=list)
    people: list[Option] = field(default_factory=list)
    competencies: list[Option] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
