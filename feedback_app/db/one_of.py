"""Whether a value is among those of a query, looked up in an index one by one."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, SQLColumnExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _OneOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "one_of"

    def self_group(self, against: Any = None) -> ColumnElement[bool]:
        """Itself: SQLite has no booleans and would otherwise compare it with 1, unindexed."""
        return self


def one_of(value: SQLColumnExpression[str], query: Select[str]) -> ColumnElement[bool]:
    """The same as `IN`, for few values: the query is run first, and not joined with.

    If it were joined with, PostgreSQL might read rows of all values there are.
    """
    return _OneOf(value, query.scalar_subquery())


@compiles(_OneOf)
def _on_postgresql(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    value, query = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{value} = ANY (ARRAY{query})"


@compiles(_OneOf, "sqlite")
def _on_sqlite(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    value, query = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{value} IN {query}"
