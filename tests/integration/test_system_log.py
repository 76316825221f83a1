"""The system log: what leaves a row, what does not, and that it is never in the way."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.auth.guards import user_from_request
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.core import clock
from feedback_app.core.markers import llm_operation
from feedback_app.db.models import SystemLog, User
from feedback_app.db.session import Database
from feedback_app.db.system_log import SystemLogWriter, set_writer
from feedback_app.web.health import HEALTH_ROUTES
from feedback_app.web.request_log import RequestLog
from tests.integration.people import PASSWORD, browser, make_user


async def _interview(request: Request) -> Response:
    await user_from_request(request)
    return PlainTextResponse("an interview")


@llm_operation
async def _generate(_request: Request) -> Response:
    return PlainTextResponse("a draft")


async def _broken(_request: Request) -> Response:
    raise RuntimeError("broken")


async def _static(scope: Scope, receive: Receive, send: Send) -> None:
    status = 404 if scope["path"] == "/nowhere" else 200
    await PlainTextResponse("", status_code=status)(scope, receive, send)


def _pages(path: str) -> str | None:
    return "interviews/[interview_id]" if path.startswith("/interviews/") else None


APP = RequestLog(
    Starlette(
        routes=[
            *AUTH_ROUTES,
            *HEALTH_ROUTES,
            Route("/api/interviews/{interview_id}", _interview),
            Route("/api/interviews/{interview_id}/generate", _generate, methods=["POST"]),
            Route("/api/broken", _broken),
            Mount("/", app=_static),
        ]
    ),
    page_router=_pages,
)


@asynccontextmanager
async def logging_to(database: Database) -> AsyncIterator[SystemLogWriter]:
    writer = SystemLogWriter(database)
    writer.start()
    set_writer(writer)
    try:
        yield writer
    finally:
        set_writer(None)
        await writer.aclose()


def of_somebody(action: str) -> SystemLog:
    """A row of what a person did."""
    return SystemLog(component="ui", action=action, company_id="company", user_id="somebody")


async def rows(database: Database) -> list[SystemLog]:
    async with database.read() as session:
        return list((await session.exec(select(SystemLog).order_by(col(SystemLog.id)))).all())


async def test_a_request_leaves_one_row_with_its_route_and_no_id(database: Database):
    user = await make_user(database)
    async with logging_to(database), browser(APP) as client:
        await client.post(routes.SIGN_IN, data={"email": user.email, "password": PASSWORD})
        answer = await client.get("/api/interviews/secret-id?token=secret-token")
    assert answer.text == "an interview"
    row = (await rows(database))[-1]
    assert (row.component, row.action, row.method, row.status) == (
        "api",
        "/api/interviews/{interview_id}",
        "GET",
        "200",
    )
    assert (row.user_id, row.company_id) == (user.id, user.company_id)
    assert row.request_id == answer.headers["x-request-id"]
    assert row.duration_ms is not None
    assert "secret" not in row.model_dump_json()


async def sign_in(client: httpx.AsyncClient, user: User) -> None:
    await client.post(routes.SIGN_IN, data={"email": user.email, "password": PASSWORD})
    assert await sessions.resolve(sessions.hash_token(client.cookies[sessions.COOKIE]))


async def test_a_page_is_logged_as_its_pattern(database: Database):
    user = await make_user(database)
    async with logging_to(database), browser(APP) as client:
        await sign_in(client, user)
        await client.get("/interviews/secret-id?next=1")
    assert (await rows(database))[-1].path == "/interviews/[interview_id]"


async def test_an_unknown_address_is_logged_without_the_address(database: Database):
    user = await make_user(database)
    async with logging_to(database), browser(APP) as client:
        await sign_in(client, user)
        await client.get("/nowhere")
    row = (await rows(database))[-1]
    assert (row.path, row.status, row.user_id) == ("(unknown)", "404", user.id)


async def test_requests_of_nobody_are_one_row_with_their_number(database: Database):
    async with logging_to(database), browser(APP) as client:
        for _ in range(50):
            await client.get("/nowhere")
            await client.get("/interviews/1")
    (row,) = await rows(database)
    assert (row.component, row.action) == ("api", "100 requests of nobody signed in")
    assert (row.company_id, row.user_id, row.path) == (None, None, None)


async def test_each_minutes_requests_of_nobody_are_a_row_of_their_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    now = 1_000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    writer = SystemLogWriter(database)
    for number in (1200, 3, 0):
        for _ in range(number):
            writer.count_anonymous()
        now += 60
        await writer.flush()
    assert [row.action for row in await rows(database)] == [
        "1,200 requests of nobody signed in",
        "3 requests of nobody signed in",
    ]


async def test_attempts_to_sign_in_and_faults_of_ours_are_logged_though_nobody_is_signed_in(
    database: Database,
):
    async with logging_to(database), browser(APP) as client:
        await client.post(routes.SIGN_IN, data={"email": "a@b.test", "password": "wrong"})
        with pytest.raises(RuntimeError, match="broken"):
            await client.get("/api/broken")
    assert [(row.path, row.status) for row in await rows(database)] == [
        (routes.SIGN_IN, "303"),
        ("/api/broken", "500"),
    ]


async def test_a_flood_of_nobodys_rows_pushes_out_no_row_of_a_person_and_is_counted(
    database: Database,
):
    writer = SystemLogWriter(database, capacity=100)
    for number in range(100):
        writer.enqueue(of_somebody(f"event {number}"))
    for _ in range(5_000):
        writer.enqueue(SystemLog(component="api", action="flood"))
    await writer.aclose()
    actions = Counter(row.action for row in await rows(database))
    told = actions.pop("4,940 requests of nobody signed in")
    assert (actions.pop("flood"), told) == (60, 1)
    assert set(actions) == {f"event {number}" for number in range(100)}
    assert writer.dropped == 0


async def test_a_flood_of_one_component_leaves_the_other_its_room(database: Database):
    writer = SystemLogWriter(database, capacity=3)
    writer.enqueue(of_somebody("the deed"))
    for number in range(100):
        writer.enqueue(SystemLog(component="api", action=f"request {number}", company_id="c"))
    await writer.flush()
    assert "the deed" in [row.action for row in await rows(database)]
    assert writer.dropped == 97


async def test_static_files_health_checks_and_reflex_leave_no_row(database: Database):
    async with logging_to(database), browser(APP) as client:
        for path in ("/assets/entry.js", "/logo.svg", routes.HEALTHZ, routes.READYZ, "/ping"):
            assert (await client.get(path)).status_code == 200
    assert await rows(database) == []


async def test_an_llm_operation_leaves_no_row_of_its_request(database: Database):
    async with logging_to(database), browser(APP) as client:
        answer = await client.post("/api/interviews/7/generate")
    assert answer.headers["x-request-id"]
    assert await rows(database) == []


async def test_a_request_that_breaks_is_logged_as_500(database: Database):
    async with logging_to(database), browser(APP) as client:
        with pytest.raises(RuntimeError, match="broken"):
            await client.get("/api/broken")
    assert [row.status for row in await rows(database)] == ["500"]


async def test_rows_are_written_in_order_while_the_process_runs(database: Database):
    async with logging_to(database) as writer:
        for number in range(250):
            writer.enqueue(of_somebody(f"event {number}"))
        async with asyncio.timeout(5):
            while len(await rows(database)) < 250:
                assert writer.dropped == 0
    assert [row.action for row in await rows(database)] == [f"event {n}" for n in range(250)]


async def test_a_full_queue_drops_the_oldest_and_counts_it(database: Database):
    writer = SystemLogWriter(database, capacity=3)
    for number in range(5):
        writer.enqueue(of_somebody(f"event {number}"))
    await writer.flush()
    assert writer.dropped == 2
    assert [row.action for row in await rows(database)] == ["event 2", "event 3", "event 4"]


async def test_rows_wait_while_the_database_fails_and_arrive_afterwards(database: Database):
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE system_log RENAME TO away")
    async with logging_to(database) as writer:
        writer.enqueue(of_somebody("kept"))
        assert not await writer._flush_or_keep()
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE away RENAME TO system_log")
    assert [row.action for row in await rows(database)] == ["kept"]


@pytest.mark.unaudited(reason="it drops a table")
async def test_closing_on_a_dead_database_ends_and_counts_what_is_lost(database: Database):
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE system_log")
    async with logging_to(database) as writer:
        writer.enqueue(of_somebody("lost"))
    assert writer.dropped == 1
