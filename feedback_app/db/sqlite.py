"""SQLite's settings, and single reading statements with one thread switch each.

The asynchronous driver goes to its thread once for each step of a statement. While many drafts run,
the event loop and the thread wait for each other at every switch, so what every event reads goes as
a whole: statement, rows and their conversion.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, Row, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from feedback_app.core.settings import ROOT

_BESIDE = ("-wal", "-shm", "-journal")
_THREADS = 4
"""Enough that a slow search does not hold up everybody's session look-ups."""


def set_pragmas(connection: DBAPIConnection, *pragmas: str) -> None:
    """Give a new connection these settings, each as `name=value`."""
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def make_private(path: Path) -> None:
    """Make a SQLite file, and a folder for it, that only the owner can read; fix an existing one.

    SQLite gives its log and its shared memory the permissions of the file. A folder that existed
    before keeps its permissions, unless it is the project's own: it may hold other things. Files
    that belong to somebody else are left as they are.
    """
    made = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(PermissionError):
        if made or path.parent == ROOT / "data":
            path.parent.chmod(0o700)
        path.touch(0o600)
        for file in (path, *(path.with_name(f"{path.name}{suffix}") for suffix in _BESIDE)):
            if file.exists():
                file.chmod(0o600)


class SqliteReaders:
    """A few threads, each with a read-only connection."""

    def __init__(self, url: str) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="sqlite-reader")
        self._engine = create_engine(
            url,
            connect_args={"timeout": 10},
            isolation_level="AUTOCOMMIT",
            pool_size=_THREADS,
            pool_reset_on_return=None,
            hide_parameters=True,
        )

        @event.listens_for(self._engine, "connect")
        def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            set_pragmas(connection, "query_only=ON", "busy_timeout=10000")

    async def rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """All rows of the statement; raises what SQLAlchemy raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._rows, statement, values)

    async def aclose(self) -> None:
        """Close the connections once the statements under way have ended."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(statement, values).all()
