"""Runs migrations against `DATABASE_URL` through the app's own async engine."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from feedback_app.core.settings import get_settings
from feedback_app.db import models
from feedback_app.db.session import make_engine
from feedback_app.db.sqlite import set_pragmas

assert models


class BrokenReferences(RuntimeError):
    """Rows that name a row which a migration has taken away; nothing of it was kept."""


def _let_tables_be_made_anew(engine: AsyncEngine) -> None:
    """Have SQLite look at references when all is done, not when a table is dropped to be remade."""

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        set_pragmas(connection, "foreign_keys=OFF")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise BrokenReferences(f"{len(broken)} rows name a row that is gone, in: {tables}")


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones: a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, models.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            _check_references(connection)


async def _run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or get_settings().DATABASE_URL
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        _let_tables_be_made_anew(engine)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
