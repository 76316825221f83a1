"""What the limits page shows: values for the page, no rows."""

from dataclasses import dataclass, field
from typing import Literal

from feedback_app.ui.choice import Choice
from feedback_app.ui.wording import LocalTime


@dataclass(frozen=True, slots=True)
class LimitField:
    """One limit to be set. `value` is empty if the default applies."""

    name: str = ""
    label: str = ""
    unit: str = ""
    """Empty if the label says it."""
    value: str = ""
    default: str = ""
    used: str = ""
    """How much of it is used now, in words; empty if that is not shown."""
    share: str = "0%"
    """How much of it is used, at most `100%`."""
    level: Literal["", "near", "full"] = ""


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A limit that one person has for themselves."""

    user_id: str
    person: str
    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of the audit."""

    at: LocalTime
    who: str
    whose: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LimitsView:
    """Everything on the page."""

    company: list[LimitField] = field(default_factory=list)
    person: list[LimitField] = field(default_factory=list)
    people: list[Choice] = field(default_factory=list)
    limits: list[Choice] = field(default_factory=list)
    """The limits that a single person may have an exception from."""
    exceptions: list[ExceptionRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
