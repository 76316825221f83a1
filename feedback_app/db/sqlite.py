"""SQLite connections that go to their thread once for each statement.

aiosqlite goes there four times: to make a cursor, to execute, to fetch and to close. Each time the
event loop and the thread wait for each other, which is what a query costs while many drafts run.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import aiosqlite

_CHUNK = 64


class Cursor(aiosqlite.Cursor):
    """Fetches all rows of a statement along with executing it."""

    def __init__(self, connection: aiosqlite.Connection, cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._rows: list[Any] = []
        self._runs = False

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "Cursor":
        self._runs = True
        await self._execute(self._run, sql, () if parameters is None else parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        # Whoever was cancelled while the statement runs must wait for its thread.
        if self._runs:
            await super().close()
        else:
            self._cursor.close()

    def _run(self, sql: str, parameters: Any) -> None:
        try:
            self._cursor.execute(sql, parameters)
            if self._cursor.description:
                self._rows = self._cursor.fetchall()
        finally:
            self._runs = False


class _NewCursor:
    """What SQLAlchemy enters to have a cursor."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> Cursor:
        return self._cursor


class Connection(aiosqlite.Connection):
    """A connection whose cursors are made without its thread."""

    def cursor(self) -> Any:
        return _NewCursor(Cursor(self, self._conn.cursor()))


def connect(database: str, **options: Any) -> Connection:
    """A connection to be awaited; takes what `sqlite3.connect` takes."""
    options["check_same_thread"] = False
    connection = Connection(lambda: sqlite3.connect(database, **options), _CHUNK)
    connection._thread.daemon = True
    return connection
