"""The real server behind the proxies of `deploy/`: what works through them, and what they stop."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from websockets.asyncio.client import connect

from feedback_app import routes
from feedback_app.auth import sessions
from tests.apart import run_apart
from tests.databases import Databases, free_port, temporary_home
from tests.e2e.serving import RunningApp, serving, wait_until
from tests.factories import PASSWORD, MadeInterview, make_interview
from tests.integration.proxying import PER_ADDRESS, PROXIES, RunningProxy, allow_many_files
from tests.upstream import FEEDBACK, Upstream

pytestmark = pytest.mark.processes

IDLE = 1_100
ENDED_WITHIN_S = 25
"""Of a request that does not go on; both proxies have at most 20 seconds for it."""
TOKEN = "5c2d3f0e-8f0e-4b6e-9d55-0a1b2c3d4e5f"
SESSION = f"__Host-{sessions.COOKIE}"
"""The session's cookie over https."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The app and the proxy in front of it."""

    proxy: RunningProxy
    app: RunningApp

    def client(self) -> httpx.Client:
        headers = {"Origin": self.proxy.url, "Sec-Fetch-Site": "same-origin"}
        return httpx.Client(base_url=self.proxy.url, verify=self.proxy.trust, headers=headers)


@pytest.fixture(scope="module", params=sorted(PROXIES))
def behind(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Behind]:
    """The app as people run it behind each proxy; its pages' files are not needed."""
    allow_many_files()
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        home = stack.enter_context(temporary_home("proxy"))
        url = stack.enter_context(databases.fresh("sqlite"))
        (home / "web" / "build" / "client").mkdir(parents=True)
        port, app_port = free_port(), free_port()
        env = {
            "PUBLIC_URL": f"https://localhost:{port}",
            "OPENAI_BASE_URL": upstream.base_url,
            "REFLEX_WEB_WORKDIR": str(home / "web"),
        }
        app = stack.enter_context(serving(app_port, url, home, env))
        proxied = home / "proxied"
        proxied.mkdir()
        proxy = stack.enter_context(PROXIES[request.param](port, app_port, proxied))
        yield Behind(proxy, app)


@pytest.fixture(scope="module")
def made(behind: Behind) -> MadeInterview:
    return behind.app.arrange(make_interview)


def sign_in(client: httpx.Client, made: MadeInterview) -> httpx.Response:
    form = {"email": made.interviewer.email, "password": PASSWORD}
    return client.post(routes.SIGN_IN, data=form)


def test_people_sign_in_with_a_cookie_for_https_alone(behind: Behind, made: MadeInterview) -> None:
    with behind.client() as client:
        answer = sign_in(client, made)
    assert (answer.status_code, answer.headers["location"]) == (303, routes.INTERVIEWS)
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"]


def test_a_draft_streams_through_the_socket_and_its_token_is_in_no_log(
    behind: Behind, made: MadeInterview
) -> None:
    path = routes.API_GENERATE.format(interview_id=made.id)

    async def drafted(token: str) -> str:
        address = f"{behind.proxy.url.replace('https', 'wss')}{path}/stream?token={token}"
        async with connect(address, ssl=behind.proxy.trust, proxy=None) as stream:
            async for message in stream:
                event = json.loads(message)
                if event["type"] == "complete":
                    return event["feedback"]
        raise AssertionError("the stream ended without a draft")

    with behind.client() as client:
        who = {"email": made.interviewer.email, "password": PASSWORD}
        token = client.post(routes.API_TOKEN, json=who).json()["access_token"]
    assert run_apart(drafted(token)) == FEEDBACK
    assert "stream" in behind.proxy.logs
    assert token not in behind.proxy.logs
    assert token not in behind.app.log


def test_the_socket_of_the_pages_is_let_through_and_its_token_is_in_no_log(
    behind: Behind, made: MadeInterview
) -> None:
    async def opened(cookie: str) -> str:
        address = f"{behind.proxy.url.replace('https', 'wss')}/_event/"
        query = f"?EIO=4&transport=websocket&token={TOKEN}"
        async with connect(
            address + query,
            ssl=behind.proxy.trust,
            proxy=None,
            origin=behind.proxy.url,  # pyright: ignore[reportArgumentType]
            additional_headers={"Cookie": cookie},
        ) as page:
            return await page.recv(decode=True)

    with behind.client() as client:
        cookie = f"{SESSION}={sign_in(client, made).cookies[SESSION]}"
    assert '"sid"' in run_apart(opened(cookie))
    assert "/_event/" in behind.proxy.logs
    assert TOKEN not in behind.proxy.logs
    assert TOKEN not in behind.app.log


def test_a_token_is_in_no_log_when_the_app_is_away_either(databases: Databases) -> None:
    for start in PROXIES.values():
        with temporary_home("proxy") as home, start(free_port(), free_port(), home) as proxy:
            for path in ("/_event/", "/api/interviews/7/generate-feedback/stream", "/anything"):
                asked = f"{proxy.url}{path}?token={TOKEN}"
                assert httpx.get(asked, verify=proxy.trust).status_code == 502
            assert "502" in proxy.logs
            assert TOKEN not in proxy.logs


class Heard:
    """What an app that only listens was sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[Message, bytes]] = []

    @contextmanager
    def listening(self) -> Iterator[int]:
        """The port it listens on, and answers 204."""
        heard = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                heard.append((self.headers, self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture(scope="module", params=sorted(PROXIES))
def heard_behind(request: pytest.FixtureRequest) -> Iterator[tuple[RunningProxy, Heard]]:
    """Each proxy in front of an app that only listens."""
    allow_many_files()
    heard = Heard()
    with (
        temporary_home("proxy") as home,
        heard.listening() as port,
        PROXIES[request.param](free_port(), port, home) as proxy,
    ):
        yield proxy, heard


def test_where_a_client_comes_from_is_not_what_it_says(
    heard_behind: tuple[RunningProxy, Heard],
) -> None:
    proxy, heard = heard_behind
    said = {"X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.7", "Forwarded": "for=x"}
    said |= {"X-Forwarded-Proto": "http"}
    assert httpx.post(proxy.url, headers=said, verify=proxy.trust).status_code == 204
    headers, _ = heard.requests[-1]
    assert headers.get_all("x-forwarded-for") == ["127.0.0.1"]
    assert headers.get_all("x-real-ip") == ["127.0.0.1"]
    assert headers.get_all("x-forwarded-proto") == ["https"]
    assert headers.get_all("forwarded") is None
    assert headers["host"] == f"localhost:{proxy.port}"


def test_browsers_are_offered_http_2(heard_behind: tuple[RunningProxy, Heard]) -> None:
    proxy, _ = heard_behind
    trust = ssl.create_default_context(cafile=str(proxy.home / "certificate.pem"))
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with trust.wrap_socket(proxy.connect(), server_hostname="localhost") as connection:
        assert connection.selected_alpn_protocol() == "h2"


def test_a_body_that_is_too_long_never_reaches_the_app(
    heard_behind: tuple[RunningProxy, Heard],
) -> None:
    proxy, heard = heard_behind
    before = len(heard.requests)
    answer = httpx.post(proxy.url, content=b"x" * 2_000_000, verify=proxy.trust)
    assert answer.status_code == 413
    assert len(heard.requests) == before


UNFINISHED = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"POST / HTTP/1.1\r\nHost: localhost\r\nX-", id="half a header"),
    pytest.param(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nx",
        id="the beginning of a body",
    ),
]


@pytest.mark.parametrize("sent", UNFINISHED)
def test_a_request_that_does_not_go_on_is_ended_and_the_app_never_hears_of_it(
    heard_behind: tuple[RunningProxy, Heard], sent: bytes
) -> None:
    proxy, heard = heard_behind
    before = len(heard.requests)
    with proxy.connect_safely() as connection:
        connection.sendall(sent)
        connection.settimeout(ENDED_WITHIN_S)
        with suppress(ConnectionResetError):
            while connection.recv(1_000):
                pass
    assert len(heard.requests) == before


def test_a_crowd_of_idle_connections_stops_nobody_and_is_ended(behind: Behind) -> None:
    idle = [behind.proxy.connect() for _ in range(IDLE)]
    try:
        with behind.client() as client:
            for _ in range(5):
                assert client.get(routes.HEALTHZ, timeout=5).status_code == 200
        last = idle[-1]
        last.settimeout(ENDED_WITHIN_S)
        with suppress(ConnectionResetError):
            assert last.recv(1) == b""
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.parametrize("behind", ["nginx"], indirect=True)
def test_one_address_has_so_many_requests_open_and_no_more(behind: Behind) -> None:
    held = [behind.proxy.connect_safely() for _ in range(PER_ADDRESS)]
    try:
        for connection in held:
            connection.sendall(
                b"POST /auth/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx"
            )

        def is_refused(client: httpx.Client) -> bool:
            for connection in held:
                # A body that stands still is ended by the proxy, however slow this machine is.
                connection.sendall(b"x")
            return client.get(routes.HEALTHZ).status_code == 429

        with behind.client() as client:
            wait_until(lambda: is_refused(client))
    finally:
        for connection in held:
            connection.close()
    with behind.client() as client:
        wait_until(lambda: client.get(routes.HEALTHZ).status_code == 200)
