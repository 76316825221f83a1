"""How many streams one person may have open: together on all workers, whatever becomes of those."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis import Redis
from websockets.asyncio.client import connect

from feedback_app import routes
from feedback_app.auth.sessions import API_LIFETIME, hash_token
from feedback_app.core import clock
from feedback_app.core.errors import ConcurrencyLimit
from feedback_app.core.settings import get_settings
from feedback_app.db.models import LoginSession, SessionKind
from feedback_app.db.session import Database
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from feedback_app.web.api import sockets
from feedback_app.web.api.sockets import LOST_AFTER_S, one_more
from tests.databases import free_port
from tests.e2e.serving import RunningApp
from tests.factories import make_interview, store
from tests.integration.generating import HELD
from tests.integration.outages import until
from tests.integration.serving_api import events_of, until_text
from tests.integration.test_graceful_stop import served
from tests.upstream import Upstream

KEY = "debrief:sockets:me"


@pytest.fixture(autouse=True)
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("API_SOCKETS_PER_USER", "2")
    get_settings.cache_clear()
    yield
    assert not sockets._here


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_sockets_of_two_workers_count_together(
    database: Database, database_url: str, upstream: Upstream, valkey_url: str, tmp_path: Path
) -> None:
    upstream.play(HELD)
    made = await make_interview(database)
    token = LoginSession(
        token_hash=hash_token("token"),
        user_id=made.interviewer.id,
        kind=SessionKind.API,
        expires_at=clock.now() + API_LIFETIME,
    )
    await store(database, token)
    env = {"REDIS_URL": valkey_url, "GRANIAN_WORKERS": "1", "API_SOCKETS_PER_USER": "2"}

    def stream(app: RunningApp) -> connect:
        url = app.url.replace("http", "ws") + routes.API_GENERATE_STREAM
        headers = {"Authorization": "Bearer token"}
        return connect(url.format(interview_id=made.id), additional_headers=headers, proxy=None)

    async with AsyncExitStack() as stack:
        here, there = [
            await stack.enter_async_context(served(database_url, tmp_path / name, upstream, **env))
            for name in ("here", "there")
        ]
        async with stream(here) as one, stream(here) as two:
            await asyncio.gather(until_text(one, 1), until_text(two, 1))
            async with stream(there) as three:
                (refusal,) = await events_of(three)
            assert (refusal["code"], three.close_code) == ("CONCURRENCY_LIMIT", 4429)
        async with stream(there) as four, stream(here) as five:
            await asyncio.gather(until_text(four, 1), until_text(five, 1))
            upstream.release()
            await asyncio.gather(events_of(four), events_of(five))


async def test_a_killed_workers_sockets_soon_count_no_more(valkey_url: str) -> None:
    async with RedisStreamHub(valkey_url) as hub:
        with Redis.from_url(valkey_url) as client:
            client.zadd(KEY, {"of a living worker": time.time(), "another": time.time()})
            with pytest.raises(ConcurrencyLimit):
                async with one_more(hub, "me"):
                    pass
            client.zadd(KEY, {"another": time.time() - LOST_AFTER_S - 1})
            async with one_more(hub, "me"):
                with pytest.raises(ConcurrencyLimit):
                    async with one_more(hub, "me"):
                        pass
                async with one_more(hub, "somebody else"):
                    pass
            assert client.zrange(KEY, 0, -1) == [b"of a living worker"]
            assert 0 < client.ttl(KEY) <= LOST_AFTER_S  # pyright: ignore[reportOperatorIssue]


async def test_an_open_socket_goes_on_to_count_even_when_redis_forgot_it(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SEE_EVERY_S", 0.01)
    async with RedisStreamHub(valkey_url) as hub:
        with Redis.from_url(valkey_url) as client:
            async with one_more(hub, "me"):
                client.flushall()
                await until(lambda: client.zcard(KEY) == 1)
            assert not {t for t in asyncio.all_tasks() if t.get_name().startswith("see-")}


async def test_while_redis_is_away_each_worker_counts_alone() -> None:
    async with RedisStreamHub(f"redis://127.0.0.1:{free_port()}/0") as hub:
        async with one_more(hub, "me"), one_more(hub, "me"):
            with pytest.raises(ConcurrencyLimit):
                async with one_more(hub, "me"):
                    pass
        async with one_more(hub, "me"):
            pass
