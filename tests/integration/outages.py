"""A database that is away for a while, and pages that follow meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from feedback_app.db.session import Database, database, set_database
from tests.databases import free_port

WITHIN_S = 30


@dataclass(slots=True)
class Outage:
    """What stands where the database was: it hangs up on whoever calls."""

    refused: int = 0

    async def until_asked(self) -> None:
        """Wait until somebody who begins to ask now has been refused."""
        seen = self.refused
        await until(lambda: self.refused >= seen + 3)


@asynccontextmanager
async def database_away() -> AsyncIterator[Outage]:
    """The process's database does not answer while the block runs."""
    outage, there, port = Outage(), database(), free_port()

    def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        outage.refused += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", port)
    nowhere = Database(f"postgresql://nobody@127.0.0.1:{port}/nothing")
    set_database(nowhere)
    try:
        yield outage
    finally:
        set_database(there)
        await nowhere.aclose()
        server.close()
        await server.wait_closed()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if holds():
                return
            await asyncio.sleep(0.005)


@asynccontextmanager
async def following(handler: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """A page's follower, which must not end before the block does."""
    task = asyncio.create_task(handler)
    try:
        yield
        assert not task.done(), task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
