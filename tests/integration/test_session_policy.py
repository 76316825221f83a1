"""The one session policy, on both databases: a write is whole or not at all, and never lost."""

import asyncio
import gc
from contextlib import suppress

import pytest
from sqlalchemy import bindparam, event, insert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col, func, select

from feedback_app.db.models import Company
from feedback_app.db.session import Database


class Refused(Exception):
    pass


async def _names(database: Database) -> list[str]:
    async with database.read() as session:
        return list((await session.exec(select(Company.name).order_by(Company.name))).all())


async def test_a_write_that_ends_is_kept(database: Database) -> None:
    async with database.write() as session:
        session.add(Company(name="Aster"))
    assert await _names(database) == ["Aster"]


async def test_a_write_that_raises_leaves_nothing_behind(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.write() as session:
            session.add(Company(name="Aster"))
            await session.flush()
            raise Refused

    with pytest.raises(Refused):
        await write_and_fail()
    assert await _names(database) == []


async def test_a_fault_does_not_repeat_what_was_to_be_stored(database: Database) -> None:
    async def write_twice() -> None:
        async with database.write() as session:
            for name in ("Aster", "what the candidate said"):
                session.add(Company(id="same", name=name))
                await session.flush()
                session.expunge_all()

    with pytest.raises(IntegrityError) as refused:
        await write_twice()
    assert "candidate" not in str(refused.value)


async def test_a_write_that_is_cancelled_at_any_point_locks_nobody_out(database: Database) -> None:
    async with database.write() as session:
        session.add_all([Company(name=f"Company {number}") for number in range(50)])

    async def read_and_write() -> None:
        async with database.write() as session:
            for company in (await session.exec(select(Company))).all():
                company.name += "."
            await session.flush()
            await session.exec(select(func.count()).select_from(Company))

    async with asyncio.timeout(60):
        gc.disable()  # what only a collection would unlock stays locked
        try:
            for after_ms in range(100):
                cancelled = asyncio.create_task(read_and_write())
                await asyncio.sleep(after_ms / 10_000)
                cancelled.cancel()
                with suppress(asyncio.CancelledError):
                    await cancelled
                async with asyncio.timeout(5), database.write() as session:
                    session.add(Company(name=f"After {after_ms}"))
        finally:
            gc.enable()
    assert len(await _names(database)) == 150


async def test_a_cancelled_write_leaves_nothing_behind(database: Database) -> None:
    wrote = asyncio.Event()

    async def write_and_wait() -> None:
        async with database.write() as session:
            session.add(Company(name="Aster"))
            await session.flush()
            wrote.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await wrote.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _names(database) == []


async def test_a_read_commits_nothing(database: Database) -> None:
    async with database.read() as session:
        session.add(Company(name="Aster"))
        await session.flush()
    assert await _names(database) == []


async def test_a_single_statement_sees_what_was_just_written(database: Database) -> None:
    named = select(Company.name).where(Company.name == bindparam("name"))
    for number in range(20):
        name = f"Aster {number}"
        async with database.write() as session:
            session.add(Company(name=name))
        assert [tuple(row) for row in await database.rows(named, {"name": name})] == [(name,)]


async def test_more_single_statements_than_connections_are_all_answered(
    database: Database,
) -> None:
    async with database.write() as session:
        session.add(Company(name="Aster"))
    asked = (database.rows(select(Company.name), {}) for _ in range(100))
    assert {row.name for rows in await asyncio.gather(*asked) for row in rows} == {"Aster"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlites_single_statements_can_only_read(database: Database) -> None:
    statement = insert(Company).values(id="any", name="what the candidate said")
    with pytest.raises(OperationalError, match="readonly") as refused:
        await database.rows(statement, {})
    assert "candidate" not in str(refused.value)
    assert await _names(database) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_takes_the_write_lock_before_it_reads(database: Database) -> None:
    begins: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("BEGIN"):
            begins.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.write() as session:
        await session.exec(select(Company))
    async with database.read() as session:
        await session.exec(select(Company))
    assert begins == ["BEGIN IMMEDIATE", "BEGIN"]


async def test_of_fifty_writers_at_once_none_is_lost(database: Database) -> None:
    async with database.write() as session:
        session.add(Company(name="0"))

    async def add_one() -> None:
        async with database.write() as session:
            counter = (await session.exec(select(Company).with_for_update())).one()
            counter.name = str(int(counter.name) + 1)
            session.add(counter)

    await asyncio.gather(*(add_one() for _ in range(50)))
    assert await _names(database) == ["50"]


async def test_a_second_process_waits_for_the_write_lock_instead_of_failing(
    database: Database, database_url: str
) -> None:
    other = Database(database_url)
    try:

        async def write(by: Database, name: str) -> None:
            for number in range(10):
                async with by.write() as session:
                    session.add(Company(name=f"{name}{number}"))

        await asyncio.gather(write(database, "a"), write(other, "b"))
    finally:
        await other.aclose()
    async with database.read() as session:
        kept = (await session.exec(select(func.count(col(Company.id))))).one()
    assert kept == 20
