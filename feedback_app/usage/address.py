"""Addresses of the usage page: how one is written, and what is wrong with a given one."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from feedback_app import routes
from feedback_app.db.models import CallStatus
from feedback_app.usage import labels
from feedback_app.usage.calls.schemas import cursor_from
from feedback_app.usage.filters import (
    MOST_DAYS,
    NO_DEPARTMENT,
    Page,
    Period,
    Tab,
    UsageFilter,
    day_from,
    filter_from,
    is_sort,
)

CALLS_ANCHOR = "usage-calls"
"""The id of the list's heading."""
_INSTEAD = "so the last 30 days are shown"
_LONGEST_QUOTED = 40


def address(wanted: UsageFilter) -> str:
    """The page of these calls, from the beginning of their list."""
    return routes.admin_usage(**wanted.query())


def list_address(wanted: UsageFilter, **page: str) -> str:
    """The same, scrolled to the list."""
    return f"{routes.admin_usage(**wanted.query(), **page)}#{CALLS_ANCHOR}"


def with_value(query: Mapping[str, str], field: str, value: str) -> str:
    """The address of the same view with one filter changed, from the first page on."""
    wanted = filter_from({**query, field: value})
    if field in {"q", "sort"}:
        return list_address(replace(wanted, tab=Tab.CALLS))
    return address(wanted)


def with_days(query: Mapping[str, str], first: str, last: str) -> str:
    """The address of the same view from one day to another."""
    return address(filter_from({**query, "period": Period.CUSTOM, "from": first, "to": last}))


def problem_with_days(first: str, last: str) -> str:
    """What is wrong with a period from one day to another; empty if it is valid."""
    since, until = day_from(first), day_from(last)
    for text, day in ((first, since), (last, until)):
        if day is None:
            return f"{_quoted(text)} is no day such as 2026-11-03" if text else "a day is missing"
    if since and until and until < since:
        return "the period ends before it begins"
    return ""


def known(
    asked: UsageFilter, people: Collection[str], departments: Collection[str]
) -> tuple[UsageFilter, str]:
    """The filter without a person or department that is not the company's, and a note about it."""
    sentences = []
    if asked.person and asked.person not in people:
        asked = replace(asked, person="")
        sentences.append("Nobody by that id has made a call here, so everybody is shown.")
    if asked.department and asked.department not in {*departments, NO_DEPARTMENT}:
        asked = replace(asked, department="")
        sentences.append("There is no such department here, so all of them are shown.")
    return asked, " ".join(sentences)


def problems(query: Mapping[str, str], page: Page) -> str:
    """The parts of an address that cannot be followed, in whole sentences; empty if all can."""
    sentences = [_of_period(query)]
    status, sort = query.get("status", ""), query.get("sort", "")
    if status and status not in set(CallStatus):
        sentences.append(f"{_quoted(status)} is no status, so calls of any status are shown.")
    if sort and not is_sort(sort):
        sentences.append(f"{_quoted(sort)} is no order, so the newest calls come first.")
    tab = query.get("tab", "")
    if tab and tab not in set(Tab):
        sentences.append(f"The page has no part {_quoted(tab)}, so its calls are shown.")
    place = page.older_than or page.newer_than
    if place and cursor_from(place) is None:
        sentences.append("The list has no such page, so its first one is shown.")
    return " ".join(filter(None, sentences))


def _of_period(query: Mapping[str, str]) -> str:
    period = query.get("period", "")
    if period and period not in set(Period):
        return f"{_quoted(period)} is no period, {_INSTEAD}."
    if period != Period.CUSTOM:
        return ""
    first, last = query.get("from", ""), query.get("to", "")
    if problem := problem_with_days(first, last):
        return f"{problem[0].upper()}{problem[1:]}, {_INSTEAD}."
    since, until = day_from(first), day_from(last)
    if since and until and (until - since).days >= MOST_DAYS:
        begins = labels.day(until - timedelta(days=MOST_DAYS - 1))
        return f"A period has at most {MOST_DAYS} days, so this one begins on {begins}."
    return ""


def _quoted(value: str) -> str:
    shown = value[:_LONGEST_QUOTED]
    return f"“{shown}{'…' if len(value) > len(shown) else ''}”"
