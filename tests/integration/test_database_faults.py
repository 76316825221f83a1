"""A PostgreSQL server that stops: whatever is raised meanwhile means that it does not answer."""

import asyncio
from collections.abc import Iterator

import pytest

from feedback_app.db.faults import is_unavailable
from feedback_app.db.session import Database
from tests.databases import Postgres, running_postgres


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running_postgres() as server:
        yield server


async def fault_of(database: Database) -> Exception | None:
    """What comes of asking for one row."""
    try:
        await database.ping()
    except Exception as fault:
        return fault
    return None


async def test_whoever_asks_a_server_that_stops_finds_it_unavailable(
    own_postgres: Postgres,
) -> None:
    """It refuses newcomers first, then drops who is connected, then is gone."""
    connected = Database(own_postgres.url())
    assert await fault_of(connected) is None
    stopping = asyncio.create_task(asyncio.to_thread(own_postgres.stop))
    faults: list[Exception | None] = []
    while not stopping.done():
        newcomer = Database(own_postgres.url())
        faults += [await fault_of(newcomer), await fault_of(connected)]
        await newcomer.aclose()
    faults.append(await fault_of(connected))
    await connected.aclose()
    assert {getattr(getattr(fault, "orig", None), "sqlstate", None) for fault in faults} >= {
        "57P03"
    }
    assert isinstance(faults[-1], OSError)
    assert [fault for fault in faults if fault and not is_unavailable(fault)] == []
