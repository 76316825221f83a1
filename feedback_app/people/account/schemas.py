"""What the page of one's own account holds."""

from dataclasses import dataclass, field

from feedback_app.ui.wording import NO_TIME, LocalTime


@dataclass(frozen=True, slots=True)
class BrowserRow:
    """A browser the person is signed in with."""

    id: str
    """Of the session, made for this page: no session can be opened with it."""
    name: str
    is_this_one: bool
    since: LocalTime
    seen: LocalTime


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key to the API."""

    id: str
    name: str
    beginning: str
    scopes: str
    until: LocalTime
    is_expired: bool
    used: LocalTime = NO_TIME


@dataclass(frozen=True, slots=True)
class AccountView:
    """The person's account."""

    name: str = ""
    email: str = ""
    time_zone: str = ""
    """The zone they chose; empty for the browser's."""
    has_calendar: bool = False
    browsers: list[BrowserRow] = field(default_factory=list)
    api_keys: list[KeyRow] = field(default_factory=list)
