"""Stores the ledger benchmark's calls and their usage sums, past the app but as the app would."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from operator import itemgetter
from typing import Any

import asyncpg
from sqlalchemy import Table, insert
from sqlmodel import SQLModel

from bench.ledger_rows import COLUMNS, Office, Row
from feedback_app.db import histogram
from feedback_app.db.models import (
    Candidate,
    Company,
    Department,
    Interview,
    Job,
    User,
)
from feedback_app.db.rollups import SHORTEN_EVERY
from feedback_app.db.session import Database
from feedback_app.db.tally import DAYS, FIELDS, HISTOGRAMS, HOURS, Tally, tally

_fields_of = itemgetter(*(COLUMNS.index(field.name) for field in FIELDS))


async def store_offices(database: Database, offices: list[Office]) -> None:
    """Insert everything that calls refer to."""
    tables: tuple[tuple[type[SQLModel], list[Any]], ...] = (
        (Company, [o.company for o in offices]),
        (User, [person for o in offices for person in o.people]),
        (Department, [d for o in offices for d in o.departments]),
        (Job, [job for o in offices for job in o.jobs]),
        (Candidate, [candidate for o in offices for candidate in o.candidates]),
        (Interview, [interview for o in offices for interview in o.interviews]),
    )
    async with database.write() as session:
        connection = await session.connection()
        for model, rows in tables:
            await connection.execute(insert(model), [row.model_dump() for row in rows])


async def store_days(database: Database, url: str, days: Iterable[Sequence[Row]]) -> None:
    """Insert the calls of each day and their sums, into a database that has none of these days.

    The sums are made by the function that settlement makes them with.
    """
    if database.is_sqlite:
        await asyncio.to_thread(_store_in_sqlite, url.removeprefix("sqlite:///"), days)
    else:
        await _store_in_postgresql(url, days)


def sums_of(calls: Sequence[Row]) -> Tally:
    """The sums of a day's calls, with histograms as long as settlements leave them."""
    made = tally(map(_fields_of, calls))
    for row in (*made.hours, *made.days):
        for name in HISTOGRAMS:
            row[name] = _appended(row[name])
    return made


def _appended(text: str) -> str:
    """The histogram with its last entries as settlements append them, one by one."""
    if "*" not in text:
        return text
    buckets = list(histogram.merged([text]).elements())
    single = len(buckets) % SHORTEN_EVERY
    short = histogram.as_text(Counter(buckets[single:]))
    return short + "".join(f"{bucket} " for bucket in buckets[:single])


def _store_in_sqlite(path: str, days: Iterable[Sequence[Row]]) -> None:
    """In one transaction, as the app's driver would; indexes are made afterwards."""
    sqlite3.register_adapter(
        datetime, lambda moment: moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA cache_size = -200000")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'llm_call' AND sql LIKE '%INDEX%'"
            " AND type = 'index'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        for calls in days:
            connection.executemany(_insertion("llm_call", COLUMNS), calls)
            for table, rows in _sums(calls):
                names = table.columns.keys()
                marked = map(itemgetter(*names), rows)
                connection.executemany(_insertion(table.name, names), marked)
        for _, statement in indexes:
            connection.execute(statement)


def _insertion(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"


async def _store_in_postgresql(url: str, days: Iterable[Sequence[Row]]) -> None:
    """Copied, a day at a time; indexes are made afterwards."""
    connection = await asyncpg.connect(url)
    try:
        indexes = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE tablename = 'llm_call' AND indexname <> 'llm_call_pkey'"
        )
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['indexname']}")
        for calls in days:
            await connection.copy_records_to_table("llm_call", records=calls, columns=COLUMNS)
            for table, rows in _sums(calls):
                names = table.columns.keys()
                records = map(itemgetter(*names), rows)
                await connection.copy_records_to_table(table.name, records=records, columns=names)
        for index in indexes:
            await connection.execute(index["indexdef"])
    finally:
        await connection.close()


def _sums(calls: Sequence[Row]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    made = sums_of(calls)
    yield HOURS, made.hours
    yield DAYS, made.days


async def settle_down(database: Database) -> None:
    """What a database in use has had done: statistics, and on PostgreSQL a vacuum."""
    async with database.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        statement = "ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"
        await free.exec_driver_sql(statement)
