"""What anybody can do to the app without signing in, or after they may no longer: very little."""

import asyncio
import json
import socket as socketlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import psutil
import pytest
from sqlmodel import col, update

from feedback_app.db.models import LoginSession, Role, Scorecard, User
from feedback_app.db.session import Database
from tests.apart import run_apart
from tests.e2e.serving import RunningApp, wait_until
from tests.factories import MadeInterview, make_call, make_interview, make_user
from tests.integration.tabs import FEEDBACK, INTERVIEW, STATE, sign_in

CANARY = "What only its writer may read."
LIMITS = '"company":[{"name"'
"""A sign of the limits page, which administrators alone see."""
OTHERS_CANARY = "The draft of somebody else."
_EVENT = "42/_event,"


@pytest.fixture(scope="module")
def app_env() -> Mapping[str, str]:
    return {
        "HEADERS_WITHIN_S": "1",
        "BODY_WITHIN_S": "1",
        "SOCKET_SEND_WITHIN_S": "2",
        "LOG_LEVEL": "INFO",
    }


class Socket:
    """A page's socket as any program may open it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, path: str) -> None:
        self.socket = socket
        self.heard = ""
        self._path = path

    async def send(self, name: str, payload: Mapping[str, Any], **changes: Any) -> None:
        await self.socket.send_str(
            f"{_EVENT}{json.dumps(['event', self.event(name, payload, **changes)])}"
        )

    def event(self, name: str, payload: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        router = {"pathname": self._path, "asPath": self._path, "query": {}, **changes}
        return {"name": name, "payload": payload, "router_data": router}

    async def hydrate(self) -> None:
        boot = {"event": self.event(f"{STATE}.hydrate_and_load", {})}
        await self.socket.send_str(f"40/_event,{json.dumps(boot)}")

    async def listen(self, until: str = "", *, within_s: float = 10) -> str:
        """Everything that was heard once `until` is in it, or the socket has ended."""
        async with asyncio.timeout(within_s):
            while not until or until not in self.heard:
                message = await self.socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return self.heard
                if message.data == "2":
                    await self.socket.send_str("3")
                self.heard += message.data
        return self.heard

    async def ends(self) -> None:
        """Wait until the app has ended it."""
        await self.listen()


@asynccontextmanager
async def socket(
    app: RunningApp, cookie: str = "", *, token: str | None = None, path: str = "/"
) -> AsyncIterator[Socket]:
    query = f"EIO=4&transport=websocket&token={token or uuid4()}"
    headers = {"Origin": app.url, **({"Cookie": cookie} if cookie else {})}
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(f"{app.url}/_event/?{query}", headers=headers, max_msg_size=0) as opened,
    ):
        yield Socket(opened, path)


async def healthy(app: RunningApp) -> bool:
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as client,
        client.get(f"{app.url}/healthz") as answer,
    ):
        return answer.status == 200


def test_a_socket_without_a_tabs_token_is_refused(running_app: RunningApp) -> None:
    async def knock() -> int:
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(
                    f"{running_app.url}/_event/?EIO=4&transport=websocket",
                    headers={"Origin": running_app.url},
                )
            return refused.value.status

    assert run_apart(knock()) == 403


@pytest.mark.parametrize(
    "frame",
    [
        f'{_EVENT}["event",{{',
        f'{_EVENT}["event",7]',
        f"{_EVENT}{json.dumps(['event', {'name': 'x', 'payload': {'text': 'y' * 400_000}}])}",
        f"{_EVENT}{json.dumps(['event', {'name': 'x', 'router_data': {'asPath': 'y' * 9_000}}])}",
    ],
    ids=["half", "a number", "long", "a long path"],
)
def test_what_no_page_sends_ends_its_socket_and_leaves_one_short_line(
    running_app: RunningApp, frame: str
) -> None:
    before = len(running_app.log)

    async def send() -> None:
        async with socket(running_app, path="/login") as opened:
            await opened.hydrate()
            await opened.listen('"is_hydrated_rx_state_":true')
            await opened.socket.send_str(frame)
            await opened.ends()

    run_apart(send())
    (line,) = running_app.log[before:].splitlines()
    assert line.endswith("it sent what no page sends")
    assert len(line) < 200


def test_a_tab_that_reads_nothing_is_ended(running_app: RunningApp) -> None:
    before = len(running_app.log)

    async def ask() -> None:
        host = urlsplit(running_app.url)
        _, writer = await asyncio.open_connection(host.hostname, host.port, limit=2**10)
        try:
            writer.write(
                f"GET /_event/?EIO=4&transport=websocket&token={uuid4()} HTTP/1.1\r\n"
                f"Host: {host.netloc}\r\nOrigin: {running_app.url}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode()
            )
            router = {"pathname": "/login", "asPath": "x" * 3_500, "query": {}}
            event = {"name": f"{STATE}.hydrate_and_load", "payload": {}, "router_data": router}
            writer.write(_masked(f"40/_event,{json.dumps({'event': event})}"))
            async with asyncio.timeout(60):
                with suppress(ConnectionError):
                    while "ended a page's socket" not in running_app.log[before:]:
                        event["name"] = f"{STATE}.hydrate"
                        writer.write(_masked(f"{_EVENT}{json.dumps(['event', event])}"))
                        await writer.drain()
                        await asyncio.sleep(0.05)
            assert await healthy(running_app)
        finally:
            writer.transport.abort()

    run_apart(ask())
    (line,) = running_app.log[before:].splitlines()
    assert "ended a page's socket" in line


def _masked(text: str) -> bytes:
    """A client's text frame whose mask is zeros."""
    data = text.encode()
    return bytes((0x81, 0xFE)) + len(data).to_bytes(2, "big") + bytes(4) + data


def test_a_thousand_idle_connections_keep_nobody_out_and_are_ended(
    running_app: RunningApp,
) -> None:
    async def crowd() -> None:
        host = urlsplit(running_app.url)
        async with AsyncExitStack() as stack:
            readers: list[asyncio.StreamReader] = []
            for _ in range(1_300):
                reader, writer = await asyncio.open_connection(host.hostname, host.port)
                stack.callback(writer.transport.abort)
                readers.append(reader)
            assert await healthy(running_app)
            async with asyncio.timeout(20):
                assert await asyncio.gather(*(reader.read() for reader in readers)) == [b""] * 1_300

    run_apart(crowd())


def test_whoever_reads_no_answer_is_served_no_longer(running_app: RunningApp) -> None:
    """Counted are connections: what the network holds of an answer is lost with them."""
    asset = max(Path(".web-test").glob("**/client/assets/*.js"), key=lambda f: f.stat().st_size)
    host, own = urlsplit(running_app.url), list[int]()

    def served() -> int:
        top = psutil.Process(running_app.process.pid)
        open_ones = {
            connection.raddr.port
            for process in [top, *top.children(recursive=True)]
            for connection in process.net_connections()
            if connection.raddr
        }
        return len(open_ones.intersection(own))

    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socketlib.socket())
            client.setsockopt(socketlib.SOL_SOCKET, socketlib.SO_RCVBUF, 2_048)
            client.connect((host.hostname, host.port))
            own.append(client.getsockname()[1])
            request = f"GET /assets/{asset.name} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n"
            client.sendall(request.encode() * 40)
        wait_until(lambda: served() == 20)
        wait_until(lambda: served() == 0)
    assert run_apart(healthy(running_app))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/token", "application/json"),
        ("/auth/sign-in", "application/x-www-form-urlencoded"),
    ],
)
def test_half_a_body_is_answered_and_ended(running_app: RunningApp, path: str, kind: str) -> None:
    async def send() -> bytes:
        host = urlsplit(running_app.url)
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        try:
            writer.write(
                f"POST {path} HTTP/1.1\r\nHost: {host.netloc}\r\nOrigin: {running_app.url}\r\n"
                f"Content-Type: {kind}\r\nContent-Length: 100\r\n\r\n".encode()
            )
            async with asyncio.timeout(20):
                return await reader.read()
        finally:
            writer.transport.abort()

    answer = run_apart(send())
    assert answer.startswith(b"HTTP/1.1 408 ")


async def _written(database: Database) -> MadeInterview:
    made = await make_interview(
        database, scorecard={"notes": f"Notes. {CANARY}", "feedback": f"Feedback. {CANARY}"}
    )
    await make_call(database, made)
    return made


async def _disable(database: Database, made: MadeInterview) -> None:
    async with database.write() as session:
        statement = update(User).where(col(User.id) == made.interviewer.id)
        await session.exec(statement.values(is_active=False))


async def _revoke(database: Database, made: MadeInterview) -> None:
    async with database.write() as session:
        statement = update(LoginSession).where(col(LoginSession.user_id) == made.interviewer.id)
        await session.exec(statement.values(revoked_at=made.interview.held_at))


@pytest.mark.parametrize("end", [_disable, _revoke], ids=["disabled", "revoked"])
def test_whose_session_has_ended_is_sent_nothing_of_their_tab_any_more(
    running_app: RunningApp, end: Callable[[Database, MadeInterview], Awaitable[None]]
) -> None:
    made = running_app.arrange(_written)
    path, token = f"/interviews/{made.id}", str(uuid4())

    async def look() -> tuple[str, str]:
        cookie = await sign_in(running_app.url, made.interviewer.email)
        async with socket(running_app, cookie, token=token, path=path) as opened:
            await opened.hydrate()
            seen = await opened.listen(CANARY)
        await _with_database(running_app, lambda database: end(database, made))
        async with socket(running_app, cookie, token=token, path=path) as again:
            await again.hydrate()
            later = await again.listen("/login?next=")
        return seen, later

    seen, later = run_apart(look())
    assert CANARY in seen
    assert "/login?next=" in later
    assert CANARY not in later


def test_a_demoted_administrator_is_sent_nothing_of_the_admin_pages_any_more(
    running_app: RunningApp,
) -> None:
    async def make(database: Database) -> User:
        return await make_user(database, role=Role.ADMIN, name="Boris Canary")

    async def demote(database: Database) -> None:
        async with database.write() as session:
            statement = update(User).where(col(User.id) == admin.id)
            await session.exec(statement.values(role=Role.INTERVIEWER))

    admin, token = running_app.arrange(make), str(uuid4())

    async def look() -> tuple[str, str]:
        cookie = await sign_in(running_app.url, admin.email)
        async with socket(running_app, cookie, token=token, path="/admin/limits") as opened:
            await opened.hydrate()
            seen = await opened.listen(LIMITS)
        await _with_database(running_app, demote)
        async with socket(running_app, cookie, token=token, path="/") as again:
            await again.hydrate()
            later = await again.listen('"loaded_rx_state_":true')
        return seen, later

    seen, later = run_apart(look())
    assert LIMITS in seen
    assert LIMITS not in later


def test_a_tabs_token_alone_is_worth_nothing(running_app: RunningApp) -> None:
    made = running_app.arrange(_written)
    thief = running_app.arrange(make_interview)
    token = str(uuid4())

    async def draft_of(database: Database) -> str:
        return (await make_call(database, thief, text=OTHERS_CANARY)).id

    call_id = running_app.arrange(draft_of)

    async def steal() -> str:
        cookie = await sign_in(running_app.url, made.interviewer.email)
        path = f"/interviews/{made.id}"
        async with socket(running_app, cookie, token=token, path=path) as opened:
            await opened.hydrate()
            await opened.listen(CANARY)
        theirs = await sign_in(running_app.url, thief.interviewer.email)
        async with socket(running_app, theirs, token=token, path=path) as other:
            # Not by a hydration, which every page begins with.
            await other.socket.send_str("40/_event,")
            await other.send(f"{FEEDBACK}.append", {"call_id": call_id})
            await other.send(f"{INTERVIEW}.recommend", {"interview_id": made.id})
            await other.send(f"{FEEDBACK}.copy", {"how": "plain"})
            await other.send(f"{STATE}.hydrate_and_load", {})
            return await other.listen('"missing_rx_state_":true')

    heard = run_apart(steal())
    assert CANARY not in heard

    async def kept(database: Database) -> str:
        async with database.read() as session:
            return (await session.get_one(Scorecard, made.scorecard.id)).feedback

    assert running_app.arrange(kept) == f"Feedback. {CANARY}"


async def _with_database(app: RunningApp, work: Callable[[Database], Awaitable[object]]) -> None:
    database = Database(app.database_url)
    try:
        await work(database)
    finally:
        await database.aclose()
