"""Which rows of usage sums answer a question.

Whole days are read from the daily sums, which are few. Hours, and questions about a person and a
department at once or about calls without a department, are read from the hourly sums, which have
every attribute of a call.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, bindparam, literal, select
from sqlmodel import col

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.epoch import hour_of, start_of
from feedback_app.db.models import Department, UsageDay, UsageRollup, User
from feedback_app.db.one_of import one_of
from feedback_app.usage.filters import NO_DEPARTMENT, Span, UsageFilter

_DAY_HOURS = 24
_EVERYBODY = select(col(User.id)).where(col(User.company_id) == bindparam("company"))
_DEPARTMENTS = select(col(Department.id)).where(col(Department.company_id) == bindparam("company"))
_SUBJECT = {
    "subject": col(UsageDay.subject_id) == bindparam("subject"),
    "people": one_of(col(UsageDay.subject_id), _EVERYBODY),
    "departments": one_of(col(UsageDay.subject_id), _DEPARTMENTS),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that together count the chosen calls, or some of them, exactly once.

    Equal ones have the same conditions, whose parameters are `values`: so a statement is built once
    for all of them.
    """

    table: type[UsageDay] | type[UsageRollup]
    narrowed: tuple[str, ...]
    """What limits the rows besides company and time: columns, or one of `_SUBJECT`."""
    step_hours: int
    values: Mapping[str, Any] = field(compare=False)

    @property
    def conditions(self) -> Iterator[ColumnElement[bool]]:
        time = col(UsageDay.day if self.table is UsageDay else UsageRollup.hour)
        yield col(self.table.company_id) == bindparam("company")
        yield time >= bindparam("first")
        yield time < bindparam("end")
        for name in self.narrowed:
            yield _SUBJECT[name] if name in _SUBJECT else self.column(name) == bindparam(name)

    def column(self, name: str) -> SQLColumnExpression[Any]:
        """A column of the table."""
        return col(getattr(self.table, name))

    def step(self) -> SQLColumnExpression[int]:
        """Hours since 1970 divided by the hours of a step: a day's number if a step is a day."""
        if self.table is UsageDay:
            return col(UsageDay.day)
        # Written out, because a database does not see two uses of one parameter as the same
        # grouping.
        hours = literal(self.step_hours, Integer, literal_execute=True)
        return (col(UsageRollup.hour) // hours).label("step")

    @property
    def person(self) -> SQLColumnExpression[str]:
        """The person a row belongs to, if the rows are those of `by_person`."""
        return col(UsageDay.subject_id if self.table is UsageDay else UsageRollup.user_id)

    @property
    def department(self) -> SQLColumnExpression[str]:
        """The department a row belongs to, if the rows are those of `by_departments`."""
        return col(UsageDay.subject_id if self.table is UsageDay else UsageRollup.department_id)


def parts_of(
    user: CurrentUser, wanted: UsageFilter, span: Span, step_hours: int | None
) -> Iterator[Part]:
    """The chosen calls of a span of whole hours; by steps of an hour or a day, or of any length.

    A step is in one part alone.
    """
    if step_hours == 1 or _only_by_hour(wanted):
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


def _only_by_hour(wanted: UsageFilter) -> bool:
    """Whether no daily sums cover these calls: those have one subject, and "none" is not one."""
    return wanted.department == NO_DEPARTMENT or bool(wanted.person and wanted.department)


def whole_days(user: CurrentUser, wanted: UsageFilter, span: Span) -> Part:
    """The chosen calls, by day; of a person or of a department, not of both."""
    return _days(user, wanted, span, {"subject": wanted.person or wanted.department})


def by_person(user: CurrentUser, wanted: UsageFilter, span: Span) -> Part:
    """The chosen calls, in rows of one person each; the span consists of whole days."""
    if wanted.department:
        return _hours(user, wanted, span, _DAY_HOURS)
    whose = {"subject": wanted.person} if wanted.person else {"people": ""}
    return _days(user, wanted, span, whose)


def by_departments(user: CurrentUser, wanted: UsageFilter, span: Span) -> Part:
    """The chosen calls that have a department, in rows of one each; the span is in whole days."""
    if wanted.person or wanted.department:
        return _hours(user, wanted, span, _DAY_HOURS)
    return _days(user, wanted, span, {"departments": ""})


def _days(user: CurrentUser, wanted: UsageFilter, span: Span, whose: dict[str, str]) -> Part:
    narrowed = whose | _chosen(wanted)
    first, end = hour_of(span.since) // _DAY_HOURS, hour_of(span.until) // _DAY_HOURS
    values = {"company": user.company_id, "first": first, "end": end, **narrowed}
    return Part(UsageDay, tuple(narrowed), _DAY_HOURS, values)


def _hours(user: CurrentUser, wanted: UsageFilter, span: Span, step_hours: int) -> Part:
    narrowed = {"user_id": wanted.person} if wanted.person else {}
    if wanted.department:
        department = "" if wanted.department == NO_DEPARTMENT else wanted.department
        narrowed |= {"department_id": department}
    narrowed |= _chosen(wanted)
    first, end = hour_of(span.since), hour_of(span.until)
    values = {"company": user.company_id, "first": first, "end": end, **narrowed}
    return Part(UsageRollup, tuple(narrowed), step_hours, values)


def _chosen(wanted: UsageFilter) -> dict[str, str]:
    chosen = {"operation": wanted.operation, "model": wanted.model, "status": wanted.status}
    return {name: value for name, value in chosen.items() if value}


def _midnight(moment: datetime, *, up: bool) -> datetime:
    """The beginning of the UTC day, or with `up` the first one at or after the given time."""
    hour = hour_of(moment)
    return start_of((-(-hour // _DAY_HOURS) if up else hour // _DAY_HOURS) * _DAY_HOURS)
