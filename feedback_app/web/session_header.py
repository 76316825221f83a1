"""Keeps the session's token out of Reflex: its socket sees the hash only.

Reflex stores the handshake's headers with the state, possibly outside of this process.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from feedback_app.auth.cookies import hashed_cookie_header

_SOCKET = "/_event"
_SECRET_HEADERS = {b"cookie", b"authorization"}


class SessionHeader:
    """ASGI middleware: on Reflex's socket, the session's hash replaces all cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"].startswith(_SOCKET):
            scope = {**scope, "headers": _without_token(scope["headers"])}
        await self._app(scope, receive, send)


def _without_token(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    cookies = b"; ".join(value for name, value in headers if name.lower() == b"cookie")
    kept = [(name, value) for name, value in headers if name.lower() not in _SECRET_HEADERS]
    hashed = hashed_cookie_header(cookies.decode("latin-1"))
    return [*kept, (b"cookie", hashed.encode())] if hashed else kept
