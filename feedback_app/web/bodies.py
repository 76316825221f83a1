"""Bodies have to arrive in time, in both directions: ASGI middleware before every endpoint."""

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback_app.core.settings import get_settings

_TOO_SLOW = PlainTextResponse(
    "The request did not arrive in time. Send it again.",
    status_code=408,
    headers={"Connection": "close"},
)


class Deadlines:
    """Answers 408 if the body has not arrived after `BODY_WITHIN_S` seconds; drops slow readers.

    Those are clients that have not accepted a part of the answer after `SOCKET_SEND_WITHIN_S`.
    Otherwise a connection that sends half a body, or reads no answer, would be served as long as it
    stays.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        until = asyncio.get_running_loop().time() + get_settings().BODY_WITHIN_S
        is_whole = answered = refused = left = False

        async def in_time() -> Message:
            nonlocal is_whole, refused
            if is_whole:
                return await receive()
            if refused:
                return {"type": "http.disconnect"}
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                refused = True
                if not answered:
                    await _TOO_SLOW(scope, receive, send)
                return {"type": "http.disconnect"}
            is_whole = not message.get("more_body", False)
            return message

        async def tracked(message: Message) -> None:
            nonlocal answered, left
            if refused:
                return
            answered = True
            limit = asyncio.timeout(get_settings().SOCKET_SEND_WITHIN_S)
            try:
                async with limit:
                    await send(message)
            except TimeoutError:
                left = limit.expired()
                raise

        try:
            await self._app(scope, in_time, tracked)
        except Exception:
            # The endpoint's fault about a body that broke off does not matter: it was answered. Nor
            # does it matter that a client was dropped: Granian ends the connection of half an
            # answer.
            if not (refused or left):
                raise
