"""What the page of the system log asks for and shows: values for the page, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from feedback_app.ui.choice import Choice


class Period(StrEnum):
    """How far back from now the log is shown."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    ALL = "all"


PERIOD_LENGTH: dict[Period, timedelta | None] = {
    Period.HOUR: timedelta(hours=1),
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=30),
    Period.ALL: None,
}

OK = "ok"
FAILED = "failed"
"""The two values of the status filter that are not the code of a row."""

LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows the address asks for; an empty string means any."""

    period: str = Period.WEEK
    component: str = ""
    action: str = ""
    person: str = ""
    status: str = ""
    """`OK`, `FAILED` or the code of a row."""
    q: str = ""
    """Text within the action, path, model or request id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the log: rows older than one, newer than one, or the newest, optionally followed."""

    older_than: str = ""
    newer_than: str = ""
    follow: bool = False


def filter_from(query: Mapping[str, str]) -> LogFilter:
    """The filter of an address, field by field; it is not checked whether it makes sense."""
    return LogFilter(
        period=query.get("period", "") or Period.WEEK,
        component=query.get("component", ""),
        action=query.get("action", ""),
        person=query.get("person", ""),
        status=query.get("status", ""),
        q=query.get("q", "").strip(),
    )


def place_from(query: Mapping[str, str]) -> Place:
    """The place of an address; only the newest rows can be followed."""
    older, newer = query.get("older", ""), query.get("newer", "")
    return Place(older, newer, follow=query.get("tail") == "1" and not older and not newer)


@dataclass(frozen=True, slots=True)
class ComponentLink:
    """One kind of row, and the address of this view of it."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class FilterView:
    """The current filters and the other values they offer."""

    period: str = ""
    action: str = ""
    person: str = ""
    status: str = ""
    q: str = ""
    components: list[ComponentLink] = field(default_factory=list)
    periods: list[Choice] = field(default_factory=list)
    actions: list[Choice] = field(default_factory=list)
    people: list[Choice] = field(default_factory=list)
    statuses: list[Choice] = field(default_factory=list)
    can_reset: bool = False


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log in words."""

    row_id: str
    at: str
    """ISO 8601 to the microsecond, so that rows sort by it."""
    day: str
    time: str
    """Both on the viewer's clock."""
    utc: str
    component: str
    component_label: str
    action: str
    href: str
    """The address of an LLM operation's trace, else empty."""
    person: str
    status: str
    outcome: str
    """`complete`, `error`, `cancelled` or empty, as badges are coloured."""
    duration: str
    details: str
    request_id: str
    request_href: str
    """The address of everything with the same request id."""
    is_new: bool = False
    """Whether it arrived while the page was open."""


@dataclass(frozen=True, slots=True)
class LogView:
    """A page of the log, newest first."""

    rows: list[LogRow] = field(default_factory=list)
    filters: FilterView = field(default_factory=FilterView)
    newer_href: str = ""
    older_href: str = ""
    tail_href: str = ""
    """The address that starts or stops following new rows."""
    is_newest: bool = True
    follows: bool = False
