"""The health checks, with the database up, down and silent, and with Redis down."""

import asyncio

import pytest
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.core.settings import Settings
from feedback_app.db.session import Database
from feedback_app.web import health
from feedback_app.web.health import HEALTH_ROUTES
from tests.integration.people import browser

APP = Starlette(routes=HEALTH_ROUTES)


async def test_a_living_process_is_healthy_even_without_a_database():
    async with browser(APP) as client:
        assert (await client.get(routes.HEALTHZ)).json() == {"status": "ok"}


async def test_ready_once_the_database_answers(database: Database):
    async with browser(APP) as client:
        answer = await client.get(routes.READYZ)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok"}}


async def test_not_ready_before_the_database_is_open():
    async with browser(APP) as client:
        answer = await client.get(routes.READYZ)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "down"}


async def test_a_silent_database_is_down_and_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    async def never_answers() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(database, "ping", never_answers)
    monkeypatch.setattr(health, "_LIMIT_S", 0.05)
    async with browser(APP) as client, asyncio.timeout(2):
        answer = await client.get(routes.READYZ)
    assert answer.status_code == 503


async def test_a_redis_that_refuses_is_named_without_its_address(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    settings = Settings(REDIS_URL="redis://:hunter2@127.0.0.1:1/0")  # pyright: ignore[reportCallIssue]
    monkeypatch.setattr(health, "get_settings", lambda: settings)
    async with browser(APP) as client:
        answer = await client.get(routes.READYZ)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "redis": "down"}
    assert "hunter2" not in answer.text
