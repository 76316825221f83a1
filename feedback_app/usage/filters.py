"""The calls, and their order, that an address of the usage page asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from feedback_app.core.text import storable
from feedback_app.db.models import CallStatus


class Period(StrEnum):
    """Whole UTC days up to and including today, or from one day to another."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    CUSTOM = "custom"


class Tab(StrEnum):
    """What the usage page shows below the figures it begins with."""

    CALLS = "calls"
    RUNNING = "running"
    FIGURES = "figures"
    TIME = "time"
    MODELS = "models"
    PEOPLE = "people"
    ERRORS = "errors"


PERIOD_DAYS = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90}
MOST_DAYS = 731
"""The longest period from one day to another; a longer one begins later."""
NO_DEPARTMENT = "none"
"""The department that stands for calls without one."""
_LONGEST_VALUE = 200


class SortBy(StrEnum):
    """The orders of a list of calls; a missing value counts as less than 0."""

    STARTED = "started"
    COST = "cost"
    LATENCY = "latency"
    TTFT = "ttft"
    TOKENS = "tokens"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of calls; in an address `cost` is the cheapest first, `-cost` the most expensive."""

    by: SortBy = SortBy.STARTED
    descending: bool = True

    def __str__(self) -> str:
        return f"-{self.by}" if self.descending else str(self.by)


NEWEST_FIRST = Sort()


@dataclass(frozen=True, slots=True)
class Span:
    """From one time up to but not including another."""

    since: datetime
    until: datetime

    @property
    def first_day(self) -> date:
        return self.since.date()

    @property
    def last_day(self) -> date:
        return (self.until - timedelta(microseconds=1)).date()

    @property
    def days(self) -> int:
        """How many UTC days it touches."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """The filter for calls; an empty string means any. `model` is the one that answered.

    `first_day` and `last_day` are those of a custom period. `text` and `sort` apply to lists of
    calls only; `text` is searched for in person, candidate, model, error code and call id. `tab` is
    a part of the page, and does not filter anything. `department` may be `NO_DEPARTMENT`.
    """

    period: Period = Period.MONTH
    person: str = ""
    status: str = ""
    model: str = ""
    department: str = ""
    operation: str = ""
    first_day: date | None = None
    last_day: date | None = None
    text: str = ""
    sort: Sort = NEWEST_FIRST
    tab: Tab = Tab.CALLS

    def span(self, now: datetime) -> Span:
        """The period as whole UTC days."""
        if self.first_day is not None and self.last_day is not None:
            since, until = _midnight(self.first_day), _midnight(self.last_day) + timedelta(days=1)
            return Span(max(since, until - timedelta(days=MOST_DAYS)), until)
        midnight = _midnight(now.astimezone(UTC).date())
        days = PERIOD_DAYS.get(self.period, PERIOD_DAYS[Period.MONTH])
        return Span(midnight - timedelta(days=days - 1), midnight + timedelta(days=1))

    def query(self) -> dict[str, str]:
        """The filter as the parameters of an address; default values are left out."""
        custom = self.period == Period.CUSTOM
        asked = {
            "period": "" if self.period == Period.MONTH else str(self.period),
            "from": self.first_day.isoformat() if custom and self.first_day else "",
            "to": self.last_day.isoformat() if custom and self.last_day else "",
            "person": self.person,
            "status": self.status,
            "model": self.model,
            "department": self.department,
            "operation": self.operation,
            "q": self.text,
            "sort": "" if self.sort == NEWEST_FIRST else str(self.sort),
            "tab": "" if self.tab == Tab.CALLS else str(self.tab),
        }
        return {name: value for name, value in asked.items() if value}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Where in the list of calls: the calls older than one, newer than one, or the newest."""

    older_than: str = ""
    newer_than: str = ""


def filter_from(query: Mapping[str, str]) -> UsageFilter:
    """The filter an address asks for; values missing or invalid there are the default."""
    asked = query.get("period", "")
    period = next((period for period in Period if period == asked), Period.MONTH)
    first_day, last_day = day_from(query.get("from", "")), day_from(query.get("to", ""))
    if period == Period.CUSTOM and (not first_day or not last_day or last_day < first_day):
        period = Period.MONTH
    if period != Period.CUSTOM:
        first_day = last_day = None
    return UsageFilter(
        period=period,
        person=_value(query, "person"),
        status=next((status for status in CallStatus if status == query.get("status")), ""),
        model=_value(query, "model"),
        department=_value(query, "department"),
        operation=_value(query, "operation"),
        first_day=first_day,
        last_day=last_day,
        text=_value(query, "q").strip(),
        sort=_sort(query.get("sort", "")),
        tab=next((tab for tab in Tab if tab == query.get("tab")), Tab.CALLS),
    )


def _value(query: Mapping[str, str], name: str) -> str:
    return storable(query.get(name, "")[:_LONGEST_VALUE])


def day_from(text: str) -> date | None:
    """A day from 1972 to 9998, so that the days before and after are valid too; else `None`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1972 <= day.year <= 9998 else None


def _sort(text: str) -> Sort:
    by = next((by for by in SortBy if by == text.removeprefix("-")), None)
    return Sort(by, descending=text.startswith("-")) if by else NEWEST_FIRST


def is_sort(text: str) -> bool:
    """Whether it names an order."""
    return text.removeprefix("-") in set(SortBy)


def page_from(query: Mapping[str, str]) -> Page:
    """The page of the list an address asks for."""
    return Page(older_than=_value(query, "older"), newer_than=_value(query, "newer"))
