"""Hours and days as numbers, so that databases group by them alike and without a time zone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def hour_of(moment: datetime) -> int:
    """Whole hours since 1970 in UTC."""
    return int(moment.timestamp()) // 3600


def start_of(hour: int) -> datetime:
    """The time at which an hour begins."""
    return datetime.fromtimestamp(hour * 3600, UTC)


class _EpochDay(FunctionElement[int]):
    type = Integer()
    inherit_cache = True
    name = "epoch_day"


def epoch_day(moment: SQLColumnExpression[datetime]) -> ColumnElement[int]:
    """Whole days since 1970 in UTC."""
    return _EpochDay(moment)


@compiles(_EpochDay)
def _on_postgresql(element: _EpochDay, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(floor(extract(epoch FROM {moment}) / 86400) AS INTEGER)"


@compiles(_EpochDay, "sqlite")
def _on_sqlite(element: _EpochDay, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    # To the second, because SQLite rounds 23:59:59.9999 to the next day.
    return f"(CAST(strftime('%s', substr({moment}, 1, 19)) AS INTEGER) / 86400)"
