"""Sums that must agree row by row, in SQL: calls with hours, hours with days.

Both sides are in one statement, so that a call settled during the check is in both or in neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    FromClause,
    Select,
    SQLColumnExpression,
    Subquery,
    Table,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import col

from feedback_app.db.epoch import epoch_day
from feedback_app.db.models import LlmCall
from feedback_app.db.tally import DAYS, HOURS
from feedback_app.llm.audit.figures import Figures
from feedback_app.llm.audit.finding import SETTLED, of_company

_KIND = ("operation", "model", "status", "error_code")
_HOUR_KEY = (
    HOURS.c.company_id,
    (HOURS.c.hour // 24).label("day"),
    HOURS.c.user_id,
    HOURS.c.department_id,
    *(HOURS.c[name] for name in _KIND),
)
_DAY_KEY = (
    DAYS.c.company_id,
    DAYS.c.subject_id,
    DAYS.c.day,
    *(DAYS.c[name] for name in _KIND),
)

CompanyDay = tuple[str, int]
"""A company's id and whole days since 1970."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows whose figures must add up to zero for each key."""

    unit: Literal["hourly", "daily"]
    """The sums that are wrong if they do not."""
    key: tuple[str, ...]
    """The key columns of every row, besides company and day."""
    names: tuple[str, ...]
    rows: Subquery

    def wrong_days(self) -> Select[str, int]:
        """The days on which some rows do not add up, the earliest first."""
        wrong = self._wrong_rows(self.rows).subquery()
        day = (wrong.c.company_id, wrong.c.day)
        return select(*day).distinct().order_by(wrong.c.day, wrong.c.company_id)

    def gaps(self, days: Sequence[CompanyDay]) -> Select[*tuple[Any, ...]]:
        """For these days: for each name the shortfall or excess, and the largest in any row.

        Then, for each part of the key, whether the wrong rows differ in it.
        """
        rows, chosen = self.rows, tuple_(self.rows.c.company_id, self.rows.c.day).in_(days)
        wrong = self._wrong_rows(select(rows).where(chosen).subquery()).subquery()
        day = (wrong.c.company_id, wrong.c.day)
        return (
            select(
                *day,
                *(func.sum(wrong.c[name]) for name in self.names),
                *(func.max(func.abs(wrong.c[name])) for name in self.names),
                *(func.min(wrong.c[name]) != func.max(wrong.c[name]) for name in self.key),
            )
            .group_by(*day)
            .order_by(wrong.c.day, wrong.c.company_id)
        )

    def _wrong_rows(self, rows: FromClause) -> Select[*tuple[Any, ...]]:
        key = [rows.c[name] for name in ("company_id", "day", *self.key)]
        gaps = [func.sum(rows.c[name]).label(name) for name in self.names]
        return select(*key, *gaps).group_by(*key).having(or_(*(gap.element != 0 for gap in gaps)))


def hours_with_calls(company_id: str | None, figures: Figures) -> Comparison:
    """Compares the hourly sums of each day with the calls."""
    calls = select(
        col(LlmCall.company_id).label("company_id"),
        epoch_day(col(LlmCall.started_at)).label("day"),
        col(LlmCall.user_id).label("user_id"),
        func.coalesce(col(LlmCall.department_id), "").label("department_id"),
        col(LlmCall.operation).label("operation"),
        func.coalesce(col(LlmCall.resolved_model), col(LlmCall.requested_model)).label("model"),
        col(LlmCall.status).label("status"),
        func.coalesce(col(LlmCall.error_code), "").label("error_code"),
        *(value.label(name) for name, value in figures.of_calls.items()),
    ).where(of_company(company_id), SETTLED)
    rows = union_all(calls, _sums(HOURS, _HOUR_KEY, _taken_away(figures, HOURS), company_id))
    key = ("user_id", "department_id", *_KIND)
    return Comparison("hourly", key, figures.names, rows.subquery())


def days_with_hours(company_id: str | None, figures: Figures) -> Comparison:
    """Compares the daily sums with the hourly ones, each of which adds to up to three rows."""
    hours = _sums(HOURS, _HOUR_KEY, figures.of_rows(HOURS), company_id).cte("hours")
    rest = [hours.c[name] for name in ("day", *_KIND, *figures.names)]
    added = [
        select(hours.c.company_id, subject.label("subject_id"), *rest)
        for subject in (literal(""), hours.c.user_id, hours.c.department_id)
    ]
    added[-1] = added[-1].where(hours.c.department_id != "")
    rows = union_all(*added, _sums(DAYS, _DAY_KEY, _taken_away(figures, DAYS), company_id))
    return Comparison("daily", ("subject_id", *_KIND), figures.names, rows.subquery())


def _sums(
    table: Table,
    key: Sequence[SQLColumnExpression[Any]],
    values: Mapping[str, SQLColumnExpression[Any]],
    company_id: str | None,
) -> Select[*tuple[Any, ...]]:
    query = select(*key, *(value.label(name) for name, value in values.items()))
    return query if company_id is None else query.where(table.c.company_id == company_id)


def _taken_away(figures: Figures, table: Table) -> dict[str, SQLColumnExpression[Any]]:
    return {name: -value for name, value in figures.of_rows(table).items()}
