"""Keeps the usage sums in step with the ledger, within the transaction that changes it.

A writer changes its `llm_call` rows first and the sums last: hourly ones, then daily ones, each in
the order of their keys. So no two transactions can deadlock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db import histogram
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.db.tally import (
    COSTS,
    DAYS,
    HISTOGRAMS,
    HOURS,
    KEYS,
    SUMS,
    Tally,
    fields_of,
    tally,
    tally_costs,
    tally_saved,
)

SHORTEN_EVERY = 32
"""After this many calls, a row's histograms are rewritten with one entry for each bucket."""
PER_STATEMENT = 1_000
"""Rows sent together; few enough that the event loop gets to run in between."""


async def add_calls(session: AsyncSession, calls: Iterable[LlmCall]) -> None:
    """Count calls that have just been settled."""
    await _add(session, tally(map(fields_of, calls)))


async def move_saved(
    session: AsyncSession, *, saved: Iterable[LlmCall], unsaved: Iterable[LlmCall]
) -> None:
    """Count calls that have just become feedback, and stop counting those that no longer are.

    Running ones are left out: settlement counts them with the flag they have then.
    """
    await _add(session, tally_saved(_finished(saved), _finished(unsaved)))


def _finished(calls: Iterable[LlmCall]) -> Iterator[Sequence[Any]]:
    return (fields_of(call) for call in calls if call.status != CallStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class CostMoves:
    """What is to be added to sums when the cost of their calls changes; see `cost_moves`."""

    hours: list[dict[str, Any]]
    days: list[dict[str, Any]]


def cost_moves(changed: Iterable[tuple[Sequence[Any], int | None]]) -> CostMoves:
    """The input for `move_costs`: the `tally.FIELDS` of each finished call, and its new cost.

    Only arithmetic, but long for many calls: do it before the transaction.
    """
    counted = tally_costs(changed)
    return CostMoves(_moves(HOURS, counted.hours), _moves(DAYS, counted.days))


def _moves(table: Table, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {f"of_{name}": row[name] for name in KEYS[table]}
        | {f"more_{name}": row[name] for name in COSTS}
        for row in rows
        if any(row[name] for name in COSTS)
    ]


async def move_costs(session: AsyncSession, moves: CostMoves) -> None:
    """Change the sums of calls whose cost has just been changed.

    They are locked in order and one by one, so that only settlements into the same rows wait.
    """
    connection = await session.connection()
    for table, rows in ((HOURS, moves.hours), (DAYS, moves.days)):
        for place in range(0, len(rows), PER_STATEMENT):
            part = rows[place : place + PER_STATEMENT]
            await connection.execute(_cost_addition(table), part)


@cache
def _cost_addition(table: Table) -> Executable:
    this = [table.c[name] == bindparam(f"of_{name}") for name in KEYS[table]]
    more = {name: table.c[name] + bindparam(f"more_{name}") for name in COSTS}
    return update(table).where(*this).values(more)


async def _add(session: AsyncSession, counted: Tally) -> None:
    """Add to the existing rows, one statement for each, so that they are locked in order."""
    connection = await session.connection()
    for table, rows in ((HOURS, counted.hours), (DAYS, counted.days)):
        added = _addition(table, connection.dialect.name)
        for row in rows:
            calls = (await connection.execute(added, row)).scalar_one()
            if calls // SHORTEN_EVERY > (calls - row["calls"]) // SHORTEN_EVERY:
                await _shorten(connection, table, row)


@cache
def _addition(table: Table, dialect: str) -> Executable:
    """Inserts a row or adds it to the one with its key; returns that row's number of calls."""
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
