"""The engine and the one session policy: read without commit, write in one transaction.

On SQLite a write begins with `BEGIN IMMEDIATE`, so that what it read cannot change before it
commits, and writers of this process queue on a lock instead of polling the file's.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, Row, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.faults import NotOpen
from feedback_app.db.sqlite import SqliteReaders, make_private, set_pragmas

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BEGINS_WITH = "debrief_begins_with"


def async_url(url: str) -> str:
    """The same database URL with the async driver this app uses."""
    return (
        make_url(url)
        .set(drivername=_DRIVERS[make_url(url).get_backend_name()])
        .render_as_string(hide_password=False)
    )


def make_engine(url: str) -> AsyncEngine:
    """An engine for `DATABASE_URL`, with SQLite in WAL mode. Make it inside a running loop.

    Its errors end up in the log, so they do not repeat the values that were to be stored.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(
            async_url(url),
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            hide_parameters=True,
        )
    if parsed.database and parsed.database != ":memory:":
        make_private(Path(parsed.database))
    engine = create_async_engine(
        async_url(url),
        connect_args={"timeout": 10},
        # As many as are kept: SQLite keeps the files of a closed connection open while others are
        # open.
        pool_size=16,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # pyright: ignore[reportAttributeAccessIssue]
        for_each_connection = (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "secure_delete=ON",
            # Half a megabyte each: the system caches the file for all of them together.
            "cache_size=-512",
            "busy_timeout=10000",
        )
        set_pragmas(connection, *for_each_connection)

    rolling_back: set[asyncio.Task[None]] = set()

    @event.listens_for(engine.sync_engine, "invalidate")
    def _release(connection: Any, _entry: ConnectionPoolEntry, _error: object) -> None:
        """Roll back before a connection is closed because its task was cancelled.

        SQLite keeps the transaction of a closed connection, and with it the lock, as long as one of
        its cursors exists. That is until the interpreter collects the cancelled task's traceback,
        which can take a minute, during which nobody could write.
        """
        with suppress(RuntimeError):  # no loop runs: the process is ending
            task = asyncio.get_running_loop().create_task(_rolled_back(connection))
            rolling_back.add(task)
            task.add_done_callback(rolling_back.discard)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGINS_WITH, "BEGIN"))

    return engine


async def _rolled_back(connection: Any) -> None:
    # The connection's thread does it after what it is doing now, and before it closes.
    with suppress(Exception):
        await connection.driver_connection.rollback()


class Database:
    """One engine and the sessions over it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = SqliteReaders(url) if self.is_sqlite else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; nothing is committed."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    async def rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """All rows of one reading statement, run without a transaction around it.

        Every event runs two of these: on SQLite they go to a thread once instead of eight times, on
        PostgreSQL they save two round trips.
        """
        if self._readers is not None:
            return await self._readers.rows(statement, values)
        async with self._single.connect() as connection:
            return (await connection.execute(statement, values)).all()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends and rolls back when it raises."""
        async with self._writer, AsyncSession(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                await session.connection(execution_options={_BEGINS_WITH: "BEGIN IMMEDIATE"})
            async with _committed(session):
                yield session

    async def ping(self) -> None:
        """Ask the database for one row; raises whatever the driver raises."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def aclose(self) -> None:
        """Close every pooled connection."""
        if self._readers is not None:
            await self._readers.aclose()
        await self.engine.dispose()


@asynccontextmanager
async def _committed(session: AsyncSession) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        await session.rollback()
        raise
    await session.commit()


_current: Database | None = None


def set_database(value: Database | None) -> None:
    """Make `value` the process's database; the lifespan (or a test) must close it."""
    global _current
    _current = value


def database() -> Database:
    """The process's database.

    Raises:
        NotOpen: before the lifespan has opened it, or after it was closed.
    """
    if _current is None:
        raise NotOpen("the database is not open")
    return _current
