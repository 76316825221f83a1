"""Admits pages' sockets and counts them: ASGI middleware before Reflex's `/_event`."""

import asyncio
from collections.abc import Awaitable
from urllib.parse import parse_qs
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from feedback_app.auth import sessions
from feedback_app.auth.addresses import client_address, place_of
from feedback_app.auth.cookies import session_token
from feedback_app.core.settings import get_settings
from feedback_app.db.faults import is_unavailable
from feedback_app.web.page_sockets.connection import Connection
from feedback_app.web.page_sockets.frames import NAMESPACE
from feedback_app.web.page_sockets.registry import sockets

_LONGEST_QUERY = 500
_LONGEST_HEADERS = 16_000
_END_WITHIN_S = 1.0
"""How long a socket that is ended may take to notice."""

_served: set[asyncio.Future[None]] = set()
"""Referenced here: a task without a reference may end at any time."""


class SocketGate:
    """Refuses a handshake without a tab's token or beyond the limits, before it is accepted.

    An admitted socket receives and sends within the limits of `Connection`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not scope["path"].startswith(NAMESPACE):
            await self._app(scope, receive, send)
            return
        if not has_tab_token(scope["query_string"]) or _is_long(scope):
            await _refuse(receive, send)
            return
        address = place_of(client_address(HTTPConnection(scope)))
        user_id = await _user_id(scope)
        if not sockets.may_knock(user_id, address):
            await _refuse(receive, send)
            return
        with sockets.one_more(get_settings(), user_id=user_id, address=address) as connection:
            if connection is None:
                await _refuse(receive, send)
                return
            await _serve(
                self._app(scope, connection.receiving(receive), connection.sending(send)),
                connection,
            )


async def _serve(serving: Awaitable[None], connection: Connection) -> None:
    """Serve a socket until either side ends it.

    The served task may not end by itself when the connection does: once this returns, Granian
    releases the connection, and with it those who wait for it.
    """
    task = asyncio.ensure_future(serving)
    _served.add(task)
    task.add_done_callback(_served.discard)
    await asyncio.wait({task, connection.gone}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait({task}, timeout=_END_WITHIN_S)
    if task.done():
        task.result()


def has_tab_token(query: bytes) -> bool:
    """Whether a handshake's query names a tab as Reflex's pages do, by one UUID."""
    if len(query) > _LONGEST_QUERY:
        return False
    tokens = parse_qs(query.decode("latin-1")).get("token", [])
    if len(tokens) != 1:
        return False
    try:
        return str(UUID(tokens[0])) == tokens[0]
    except ValueError:
        return False


def _is_long(scope: Scope) -> bool:
    """Whether a handshake's headers, which a tab's state keeps, are longer than any browser's."""
    return sum(len(name) + len(value) for name, value in scope["headers"]) > _LONGEST_HEADERS


async def _refuse(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})


async def _user_id(scope: Scope) -> str | None:
    """The user of the handshake's session cookie, or while the database is away its last known."""
    token = session_token(HTTPConnection(scope))
    if token is None:
        return None
    token_hash = sessions.hash_token(token)
    try:
        user = await sessions.resolve(token_hash)
    except Exception as fault:
        if not is_unavailable(fault):
            raise
        known = sessions.identity(token_hash)
        return known.user_id if known else None
    return user.id if user else None
