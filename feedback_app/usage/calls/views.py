"""What the usage page shows of its list of calls: values in words."""

from dataclasses import dataclass, field
from typing import Literal

from feedback_app.ui.wording import LocalTime

Sorted = Literal["ascending", "descending", "none"]
"""As ARIA names it."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in words."""

    call_id: str
    href: str
    """The address of its trace."""
    started: LocalTime
    person: str
    department: str
    subject: str
    """The candidate, or the operation if no interview belongs to the call."""
    subject_note: str
    model: str
    status: str
    status_label: str
    tokens_in: str
    tokens_out: str
    cost: str
    latency: str
    ttft: str
    error_code: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list; `href` sorts by it, or the other way round."""

    label: str
    kind: str
    """CSS class of its cells."""
    href: str = ""
    sorted: Sorted = "none"


@dataclass(frozen=True, slots=True)
class Order:
    """One order the list can be in."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class CallsView:
    """One page of the calls."""

    columns: list[Column] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    order: str = ""
    text: str = ""
    """The search text."""
    rows: list[CallRow] = field(default_factory=list)
    position: str = ""
    newer_href: str = ""
    older_href: str = ""
    has_estimates: bool = False
