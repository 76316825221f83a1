"""Which rows of usage sums a question is answered from.

Whole days are read from the sums by day, which are few; hours, and what asks for a person and a
department at once, from the sums by hour, which know everything of every call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, literal, select
from sqlmodel import col

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.epoch import hour_of, start_of
from feedback_app.db.models import UsageDay, UsageRollup, User
from feedback_app.usage.filters import Span, UsageFilter

_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that together are the calls that are meant, or some of them, once."""

    table: type[UsageDay] | type[UsageRollup]
    conditions: tuple[ColumnElement[bool], ...]
    step_hours: int

    def column(self, name: str) -> SQLColumnExpression[Any]:
        """One of the columns that both tables have."""
        return col(getattr(self.table, name))

    def step(self) -> SQLColumnExpression[int]:
        """Hours since 1970 by the hours of a step: a day's number where a step is a day."""
        if self.table is UsageDay:
            return col(UsageDay.day)
        # Written out, because grouping by a parameter is not grouping by the same parameter.
        hours = literal(self.step_hours, Integer, literal_execute=True)
        return (col(UsageRollup.hour) // hours).label("step")

    @property
    def person(self) -> SQLColumnExpression[str]:
        """Whose calls a row is of, where the rows are those of `by_person`."""
        return col(UsageDay.subject_id if self.table is UsageDay else UsageRollup.user_id)


def parts_of(
    user: CurrentUser, wanted: UsageFilter, span: Span, step_hours: int | None
) -> Iterator[Part]:
    """The chosen calls of a span of whole hours; by steps of an hour or a day, or of any length.

    A step is in one part alone.
    """
    if step_hours == 1 or (wanted.person and wanted.department):
        yield _hours(user, wanted, span, step_hours or _DAY_HOURS)
        return
    first, end = _midnight(span.since, up=True), _midnight(span.until, up=False)
    if first >= end:
        yield _hours(user, wanted, span, _DAY_HOURS)
        return
    yield whole_days(user, wanted, Span(first, end))
    for rest in (Span(span.since, first), Span(end, span.until)):
        if rest.since < rest.until:
            yield _hours(user, wanted, rest, _DAY_HOURS)


def whole_days(user: CurrentUser, wanted: UsageFilter, span: Span) -> Part:
    """The chosen calls, by day; of a person or of a department, not of both."""
    subject = col(UsageDay.subject_id) == (wanted.person or wanted.department)
    return Part(UsageDay, (*_on_days(user, wanted, span), subject), _DAY_HOURS)


def by_person(user: CurrentUser, wanted: UsageFilter, span: Span) -> Part:
    """The chosen calls, in rows that are each of one person; the span is of whole days."""
    if wanted.department:
        return _hours(user, wanted, span, _DAY_HOURS)
    # People one by one, because a join lets SQLite read all days of the company.
    everybody = select(col(User.id)).where(col(User.company_id) == user.company_id)
    subject = col(UsageDay.subject_id)
    people = subject == wanted.person if wanted.person else subject.in_(everybody)
    return Part(UsageDay, (*_on_days(user, wanted, span), people), _DAY_HOURS)


def _on_days(user: CurrentUser, wanted: UsageFilter, span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        col(UsageDay.company_id) == user.company_id,
        hour_of(span.since) // _DAY_HOURS <= col(UsageDay.day),
        hour_of(span.until) // _DAY_HOURS > col(UsageDay.day),
        *_chosen(UsageDay, wanted),
    )


def _hours(user: CurrentUser, wanted: UsageFilter, span: Span, step_hours: int) -> Part:
    of = ((UsageRollup.user_id, wanted.person), (UsageRollup.department_id, wanted.department))
    conditions = (
        col(UsageRollup.company_id) == user.company_id,
        hour_of(span.since) <= col(UsageRollup.hour),
        hour_of(span.until) > col(UsageRollup.hour),
        *(col(column) == value for column, value in of if value),
        *_chosen(UsageRollup, wanted),
    )
    return Part(UsageRollup, conditions, step_hours)


def _chosen(
    table: type[UsageDay] | type[UsageRollup], wanted: UsageFilter
) -> Iterator[ColumnElement[bool]]:
    values = ((table.operation, wanted.operation), (table.model, wanted.model))
    for column, value in (*values, (table.status, wanted.status)):
        if value:
            yield col(column) == value


def _midnight(moment: datetime, *, up: bool) -> datetime:
    """The beginning of the UTC day, or with `up` the first at or after the moment."""
    hour = hour_of(moment)
    return start_of((-(-hour // _DAY_HOURS) if up else hour // _DAY_HOURS) * _DAY_HOURS)
