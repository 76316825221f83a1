"""Deletes companies whole: every row of every table that belongs to one.

What belongs to a company is read off the tables: a row with its `company_id`, a row that refers to
one that belongs to it, and the sign-in attempts and stop requests of those.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Table, delete, or_, select
from sqlmodel import SQLModel, col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import (
    CallStatus,
    Company,
    LlmCall,
    PurgeRun,
    SignInAttempt,
    StopRequest,
    User,
)
from feedback_app.db.session import Database

_BY_VALUE = frozenset({str(SignInAttempt.__tablename__), str(StopRequest.__tablename__)})
"""Tables that refer to others without a foreign key."""
OF_NO_COMPANY = frozenset({str(PurgeRun.__tablename__)})


class DraftRunning(RuntimeError):
    """A draft of one of the companies is being written."""


async def remove_demo(database: Database) -> Mapping[str, int]:
    """Delete the demo's companies; return the number of rows deleted by table, without zeros.

    Raises:
        DraftRunning: one of their drafts is being written; nothing was deleted.
    """
    async with database.write() as session:
        demo = select_rows(Company.id).where(col(Company.is_demo).is_(True))
        ids = (await session.exec(demo)).all()
        return await _remove(session, ids)


async def _remove(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, int]:
    running = select_rows(LlmCall.id).where(
        col(LlmCall.company_id).in_(ids), col(LlmCall.status) == CallStatus.RUNNING
    )
    if (await session.exec(running.limit(1))).first() is not None:
        raise DraftRunning
    removed: dict[str, int] = {}
    for table in _in_order():
        result = await session.exec(delete(table).where(belonging(table, ids)))
        if result.rowcount:
            removed[table.name] = result.rowcount
    return removed


def _in_order() -> list[Table]:
    """The tables, each before those that it refers to."""
    tables = [t for t in reversed(SQLModel.metadata.sorted_tables) if t.name not in OF_NO_COMPANY]
    return sorted(tables, key=lambda table: table.name not in _BY_VALUE)


def belonging(table: Table, ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a row of the table belongs to one of these companies.

    Raises:
        LookupError: nothing in the table says so.
    """
    if table.name == Company.__tablename__:
        return table.c.id.in_(ids)
    if "company_id" in table.c:
        return table.c.company_id.in_(ids)
    if table.name == SignInAttempt.__tablename__:
        emails = select(col(User.email)).where(col(User.company_id).in_(ids))
        return table.c.email.in_(emails)
    if table.name == StopRequest.__tablename__:
        calls = select(col(LlmCall.id)).where(col(LlmCall.company_id).in_(ids))
        return table.c.llm_call_id.in_(calls)
    refers = [
        key.parent.in_(select(key.column).where(belonging(key.column.table, ids)))
        for key in table.foreign_keys
    ]
    if not refers:
        raise LookupError(f"whose the rows of {table.name} are is not known")
    return or_(*refers)
