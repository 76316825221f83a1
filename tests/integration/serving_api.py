"""The API served for tests: the real server on a loopback port, in the test's own loop."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.core import clock
from feedback_app.db.models import LoginSession, SessionKind, SystemLog, User
from feedback_app.db.session import Database
from feedback_app.db.system_log import SystemLogWriter, set_writer
from feedback_app.web.api.app import Api
from feedback_app.web.request_log import RequestLog
from tests.databases import free_port
from tests.factories import store
from tests.integration.generating import FOLLOW_WITHIN_S, Stage, stage

ERROR_KEYS = {"code", "message", "retryable"}
UNUSED_UPSTREAM = "http://127.0.0.1:1/v1"


@dataclass(frozen=True, slots=True)
class ServedApi:
    """A stage with the API in front of it."""

    on: Stage
    client: httpx.AsyncClient
    port: int
    writer: SystemLogWriter

    @property
    def generate_path(self) -> str:
        return routes.API_GENERATE.format(interview_id=self.on.interview_id)

    async def token(self, user: User | None = None) -> str:
        """A bearer token of the stage's interviewer, or of somebody else."""
        token = secrets.token_urlsafe(32)
        login = LoginSession(
            token_hash=sessions.hash_token(token),
            user_id=(user or self.on.made.interviewer).id,
            kind=SessionKind.API,
            expires_at=clock.now() + sessions.API_LIFETIME,
        )
        await store(self.on.database, login)
        return token

    async def headers(self, user: User | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(user)}"}

    async def generate(self, **options: Any) -> httpx.Response:
        """Draft feedback over HTTP and wait for it."""
        return await self.client.post(
            self.generate_path, headers=await self.headers(), json=options or None
        )

    def stream(
        self, query: str = "", *, headers: dict[str, str] | None = None, path: str | None = None
    ) -> connect:
        """A socket to the stream; its messages are events."""
        path = path or f"{self.generate_path}/stream"
        url = f"ws://127.0.0.1:{self.port}{path}{query}"
        return connect(url, additional_headers=headers, max_size=None, proxy=None)

    async def system_log(self) -> list[SystemLog]:
        """Every row, those still queued included."""
        await self.writer.flush()
        return await self.on.system_log()


@asynccontextmanager
async def served_api(
    database: Database, base_url: str = UNUSED_UPSTREAM, **changes: Any
) -> AsyncIterator[ServedApi]:
    """The API over a generation supervisor whose model is at `base_url`."""
    async with stage(database, base_url, **changes) as on:
        writer = SystemLogWriter(database)
        set_writer(writer)
        app = RequestLog(Api(Starlette(routes=AUTH_ROUTES)), page_router=lambda _path: None)
        async with _served(app) as port, _client(port) as client:
            yield ServedApi(on, client, port, writer)
        set_writer(None)
        await writer.aclose()


@asynccontextmanager
async def _served(app: Any) -> AsyncIterator[int]:
    port = free_port()
    server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGINL, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    try:
        await _until_up(port)
        yield port
    finally:
        server.stop()
        async with asyncio.timeout(FOLLOW_WITHIN_S):
            await serving


async def _until_up(port: int) -> None:
    async with asyncio.timeout(FOLLOW_WITHIN_S):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def _client(port: int) -> AsyncIterator[httpx.AsyncClient]:
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, timeout=15, trust_env=False) as client:
        yield client


async def events_of(socket: ClientConnection) -> list[dict[str, Any]]:
    """Every event until the server closes the socket."""
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(FOLLOW_WITHIN_S):
        with suppress(ConnectionClosed):
            while True:
                events.append(json.loads(await socket.recv()))
    return events


async def until_text(socket: ClientConnection, length: int) -> list[dict[str, Any]]:
    """The events until this many characters of the answer have come."""
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(FOLLOW_WITHIN_S):
        while len(text_in(events)) < length:
            events.append(json.loads(await socket.recv()))
    return events


def text_in(events: list[dict[str, Any]]) -> str:
    return "".join(event["content"] for event in events if event["type"] == "chunk")


def error_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error, which must have this status and code and the one shape.

    Only limits and faults of the model may say when to try again.
    """
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert set(body) - {"partial"} == ERROR_KEYS
    assert body["message"].endswith(".")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert "Retry-After" not in answer.headers or status in {429, 503}
    return body
