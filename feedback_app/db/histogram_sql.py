"""Histograms in SQL: durations and the texts of `db.histogram` as numbers that can be compared.

Each entry is a number, and a histogram the sum of its entries, so that a database gets the same sum
from the durations of calls and from the histograms of rows, without sorting them. The number is
`(bucket + shift)` to the third power: with a shift that is not known beforehand, different
histograms hardly ever have the same sum.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, SQLColumnExpression, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from feedback_app.db.histogram import BOUNDS

MOST_SHIFT = 200
"""Keeps the sum of 100 million calls' entries within a 64-bit integer."""


class _Bucket(FunctionElement[int]):
    type = BigInteger()
    inherit_cache = True
    name = "histogram_bucket"


@compiles(_Bucket)
def _bucket(element: _Bucket, compiler: SQLCompiler, **options: Any) -> str:
    """The bounds as a tree of comparisons, because a database does not know them."""
    duration = compiler.process(element.clauses, **options)

    def between(low: int, high: int) -> str:
        if high - low == 1:
            return str(low)
        middle = (low + high) // 2
        below, above = between(low, middle), between(middle, high)
        return f"CASE WHEN {duration} < {BOUNDS[middle]} THEN {below} ELSE {above} END"

    return f"({between(0, len(BOUNDS))})"


class _Entries(FunctionElement[int]):
    type = BigInteger()
    inherit_cache = True
    name = "histogram_entries"


@compiles(_Entries)
def _on_postgresql(element: _Entries, compiler: SQLCompiler, **options: Any) -> str:
    text, shift = (compiler.process(clause, **options) for clause in element.clauses)
    cubed = _cubed(f"CAST(split_part(entry, '*', 1) AS BIGINT) + {shift}")
    times = "coalesce(CAST(nullif(split_part(entry, '*', 2), '') AS BIGINT), 1)"
    summed = f"CAST(coalesce(sum({cubed} * {times}), 0) AS BIGINT)"
    entries = f"unnest(string_to_array(rtrim({text}), ' '))"
    return f"(SELECT {summed} FROM {entries} AS entry)"  # noqa: S608


@compiles(_Entries, "sqlite")
def _on_sqlite(element: _Entries, compiler: SQLCompiler, **options: Any) -> str:
    """Most have a single entry, which need not be split; a cast stops before `*`."""
    text, shift = (compiler.process(clause, **options) for clause in element.clauses)
    only = _cubed(f"CAST({text} AS INTEGER) + {shift}")
    cubed = _cubed(f"CAST(value AS INTEGER) + {shift}")
    times = (
        "CASE instr(value, '*') WHEN 0 THEN 1"
        " ELSE CAST(substr(value, instr(value, '*') + 1) AS INTEGER) END"
    )
    entries = f"""json_each('["' || replace(rtrim({text}), ' ', '","') || '"]')"""
    each = f"(SELECT sum({cubed} * {times}) FROM {entries})"  # noqa: S608
    is_single = f"instr({text}, '*') = 0 AND instr({text}, ' ') = length({text})"
    return f"(CASE WHEN {text} = '' THEN 0 WHEN {is_single} THEN {only} ELSE {each} END)"


def _cubed(number: str) -> str:
    return f"(({number}) * ({number}) * ({number}))"


def entries_of(text: SQLColumnExpression[str], shift: int) -> ColumnElement[int]:
    """The sum of a histogram's entries."""
    return _Entries(text, literal(shift, BigInteger))


def entry_of(duration_ms: SQLColumnExpression[int | None], shift: int) -> ColumnElement[int]:
    """The entry of a duration, 0 if there is none."""
    number = _Bucket(duration_ms) + literal(shift, BigInteger)
    return case((duration_ms.is_(None), 0), else_=number * number * number)
