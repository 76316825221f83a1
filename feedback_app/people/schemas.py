"""What the page of people holds."""

from dataclasses import dataclass, field
from typing import Literal

from feedback_app.ui.wording import NO_TIME, LocalTime

Status = Literal["active", "deactivated", "invited", "expired"]
STATUSES: dict[Status, str] = {
    "active": "Active",
    "deactivated": "Deactivated",
    "invited": "Invited",
    "expired": "Invitation expired",
}
Filter = Literal["all", "active", "invited", "deactivated"]
FILTERS: dict[Filter, str] = {
    "all": "All",
    "active": "Active",
    "invited": "Invited",
    "deactivated": "Deactivated",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the company, or an invitation that nobody has accepted yet."""

    id: str
    """Of the user, or of the invitation's link."""
    is_invitation: bool
    name: str
    email: str
    role: str
    status: Status
    status_label: str
    is_self: bool = False
    seen: LocalTime = NO_TIME
    """When they were last seen; for an invitation, when it ends or ended."""


@dataclass(frozen=True, slots=True)
class PeopleView:
    """The people that match a search and a filter."""

    rows: list[PersonRow] = field(default_factory=list)
    found: int = 0
    """How many match; `rows` are those of one page."""
    page: int = 0
    pages: int = 1
    summary: str = ""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made: shown once, to be copied."""

    address: str = ""
    email: str = ""
    kind: Literal["invite", "reset", ""] = ""
    until: LocalTime = NO_TIME
    is_second: bool = False
    """Whether an earlier link of the same person ended with it."""
    mail: Literal["", "sent", "failed"] = ""
    """What became of the mail with the link; empty where no mail is set up."""
