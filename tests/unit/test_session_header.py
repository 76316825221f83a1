"""What of the browser's cookies Reflex gets to see."""

import hashlib

import pytest
from starlette.types import Receive, Scope, Send

from feedback_app.auth.cookies import refused_email
from feedback_app.core.settings import get_settings
from feedback_app.web.session_header import SessionHeader

HASH = hashlib.sha256(b"the-token").hexdigest()


async def seen(path: str, *headers: tuple[bytes, bytes]) -> dict[bytes, bytes]:
    """The headers the app behind the middleware sees on a WebSocket handshake."""
    found: dict[bytes, bytes] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.update(scope["headers"])

    async def unused(*_: object) -> None:
        raise AssertionError("nothing is sent or received here")

    scope = {"type": "websocket", "path": path, "headers": list(headers)}
    await SessionHeader(app)(scope, unused, unused)  # pyright: ignore[reportArgumentType]
    return found


async def test_the_socket_sees_the_hash_and_no_other_cookie():
    headers = await seen("/_event", (b"cookie", b"theme=dark; debrief_session=the-token; a=b"))
    assert headers[b"cookie"] == f"debrief_session={HASH}".encode()


@pytest.mark.parametrize("cookie", [f"debrief_session={HASH}", f'debrief_session="{HASH}"'])
async def test_a_hash_sent_by_a_client_is_hashed_again(cookie: str):
    headers = await seen("/_event/", (b"Cookie", cookie.encode()))
    assert HASH.encode() not in headers[b"cookie"]


async def test_without_a_session_no_cookie_is_left():
    headers = await seen("/_event", (b"cookie", b"a=b"), (b"authorization", b"Bearer x"))
    assert headers == {}


async def test_other_routes_see_their_cookies_as_sent():
    headers = await seen("/api/x", (b"cookie", b"debrief_session=the-token"))
    assert headers[b"cookie"] == b"debrief_session=the-token"


async def test_of_two_session_cookies_the_socket_takes_neither() -> None:
    headers = await seen("/_event", (b"cookie", b"debrief_session=a; debrief_session=the-token"))
    assert headers == {}
    split = [(b"cookie", b"debrief_session=the-token"), (b"cookie", b"debrief_session=b")]
    assert await seen("/_event", *split) == {}


async def test_over_https_only_the_cookie_of_this_very_host_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://debrief.example.com")
    get_settings.cache_clear()
    cookies = b"debrief_session=tossed; __Host-debrief_session=the-token"
    headers = await seen("/_event", (b"cookie", cookies))
    assert headers[b"cookie"] == f"__Host-debrief_session={HASH}".encode()
    assert await seen("/_event", (b"cookie", b"debrief_session=the-token")) == {}


async def test_a_refused_email_reaches_the_sign_in_page_and_nothing_else_does() -> None:
    sent = b"debrief_device=secret; debrief_email=ada%2B1@debrief.test"
    headers = await seen("/_event", (b"cookie", sent))
    assert headers[b"cookie"] == b"debrief_email=ada%2B1@debrief.test"
    assert refused_email(headers[b"cookie"].decode()) == "ada+1@debrief.test"
