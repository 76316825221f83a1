"""SQLite's settings, and single statements that read, each with one turn of a thread.

The asynchronous driver goes to its thread once for each step of a statement. While many drafts run
the event loop and the thread wait for each other at every turn, so what every event asks for goes
as a whole: statement, rows and their conversion.
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
"""Enough that a slow search does not hold up everybody's sessions."""


def set_pragmas(connection: DBAPIConnection, *pragmas: str) -> None:
    """Give a new connection these settings, each as `name=value`."""
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def make_private(path: Path) -> None:
    """Make a SQLite file, and a folder for it, that only their owner can read; mend what is there.

    SQLite gives its log and its shared memory the rights of the file. A folder that was there
    keeps its rights, unless it is the project's own: it may hold other things. What belongs to
    somebody else is left as it is.
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
    """A few threads with a connection each that can only read."""

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
