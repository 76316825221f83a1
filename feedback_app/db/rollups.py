"""Keeps the usage sums in step with the ledger, within the transaction that changes it.

A writer changes its `llm_call` rows first and the sums last: those of hours, then those of days,
several in the order of their keys. So no two transactions can wait for each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db import histogram
from feedback_app.db.epoch import hour_of, start_of
from feedback_app.db.models import CallStatus, LlmCall, UsageDay, UsageRollup
from feedback_app.db.tally import (
    DAYS,
    FIELDS,
    HISTOGRAMS,
    HOURS,
    KEYS,
    SUMS,
    Tally,
    fields_of,
    tally,
    tally_saved,
)

SHORTEN_EVERY = 32
"""Calls; then a row's histograms are rewritten with one entry for each bucket."""
_PER_INSERT = 500
"""Rows; SQLite allows 32,766 values in a statement."""


async def add_calls(session: AsyncSession, calls: Iterable[LlmCall]) -> None:
    """Count calls that have just been settled."""
    await _add(session, tally(map(fields_of, calls)))


async def move_saved(
    session: AsyncSession, *, saved: Iterable[LlmCall], unsaved: Iterable[LlmCall]
) -> None:
    """Count calls that have just become feedback, and those that are it no longer.

    Running ones are left out: settlement counts them as they are then.
    """
    await _add(session, tally_saved(_finished(saved), _finished(unsaved)))


def _finished(calls: Iterable[LlmCall]) -> Iterator[Sequence[Any]]:
    return (fields_of(call) for call in calls if call.status != CallStatus.RUNNING)


async def _add(session: AsyncSession, counted: Tally) -> None:
    """Add to the rows there are, one statement for each, so that they are locked in order."""
    connection = await session.connection()
    for table, rows in ((HOURS, counted.hours), (DAYS, counted.days)):
        added = _addition(table, connection.dialect.name)
        for row in rows:
            calls = (await connection.execute(added, row)).scalar_one()
            if calls // SHORTEN_EVERY > (calls - row["calls"]) // SHORTEN_EVERY:
                await _shorten(connection, table, row)


@cache
def _addition(table: Table, dialect: str) -> Executable:
    """Inserts a row or adds it to the one with its key; answers with how many calls it has then."""
    added = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    return added.on_conflict_do_update(
        index_elements=KEYS[table],
        set_={
            **{name: table.c[name] + added.excluded[name] for name in SUMS},
            **{name: table.c[name].concat(added.excluded[name]) for name in HISTOGRAMS},
        },
    ).returning(table.c.calls)


async def _shorten(connection: AsyncConnection, table: Table, row: dict[str, Any]) -> None:
    """Rewrite a row's histograms with one entry for each bucket; this transaction holds the row."""
    this = [table.c[name] == row[name] for name in KEYS[table]]
    columns = [table.c[name] for name in HISTOGRAMS]
    long = (await connection.execute(select(*columns).where(*this))).one()
    short = {
        name: histogram.as_text(histogram.merged([value]))
        for name, value in zip(HISTOGRAMS, long, strict=True)
    }
    await connection.execute(update(table).where(*this).values(**short))


async def rebuild(session: AsyncSession, company_id: str, since: datetime, until: datetime) -> None:
    """Make the company's sums anew from its calls: of every UTC day that `[since, until)` touches.

    For whoever changed finished calls, after that and in the same transaction. On PostgreSQL no
    other transaction writes sums until this one ends, so do not ask for years at once where calls
    are being made; give `session` to a month's rebuild at a time.
    """
    first, end = hour_of(since) // 24, hour_of(until - timedelta(microseconds=1)) // 24 + 1
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        # A settlement that has added its sums is waited for, and its call is then seen below; one
        # that has not waits, and adds to what is made here. Whoever adds begins with the hours.
        await connection.execute(text("LOCK TABLE usage_rollup IN SHARE ROW EXCLUSIVE MODE"))
    hour, day = col(UsageRollup.hour), col(UsageDay.day)
    await connection.execute(
        delete(UsageRollup).where(
            col(UsageRollup.company_id) == company_id, hour >= first * 24, hour < end * 24
        )
    )
    await connection.execute(
        delete(UsageDay).where(col(UsageDay.company_id) == company_id, day >= first, day < end)
    )
    began = col(LlmCall.started_at)
    bounds = (
        await connection.execute(
            select(func.min(began), func.max(began)).where(
                col(LlmCall.company_id) == company_id,
                began >= start_of(first * 24),
                began < start_of(end * 24),
            )
        )
    ).one()
    if bounds[0] is None:
        return
    calls = select(*FIELDS).where(
        col(LlmCall.company_id) == company_id, col(LlmCall.status) != CallStatus.RUNNING
    )
    for day_number in range(hour_of(bounds[0]) // 24, hour_of(bounds[1]) // 24 + 1):
        since_hour = day_number * 24
        of_day = calls.where(began >= start_of(since_hour), began < start_of(since_hour + 24))
        made = tally(await connection.execute(of_day))
        for table, rows in ((HOURS, made.hours), (DAYS, made.days)):
            for place in range(0, len(rows), _PER_INSERT):
                await connection.execute(table.insert(), rows[place : place + _PER_INSERT])
