"""One page's socket: its unread data, how fast it may send, and its end."""

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from starlette.types import Message, Receive, Send

from feedback_app.core import clock
from feedback_app.web.page_sockets.bucket import Bucket
from feedback_app.web.page_sockets.frames import PONG, is_sound

_log = logging.getLogger(__name__)

_MOST_SLOWED_S = 4.0
_DISCONNECTED: Message = {"type": "websocket.disconnect", "code": 1008}

_told = Bucket(per_second=0.5, burst=60)
"""How many ends are logged: somebody who wants to fill the log opens many."""

served: ContextVar["Connection | None"] = ContextVar("served_socket", default=None)
"""The socket that the current task serves."""


class Connection:
    """An admitted socket; it counts until the block that serves it ends."""

    __slots__ = (
        "_counted",
        "_has_left",
        "_most_characters",
        "_most_unread",
        "_own",
        "_receiving",
        "_sending",
        "_shared",
        "_slowed_s",
        "address",
        "ended",
        "gone",
        "sending_since",
        "unread",
        "user_id",
    )

    def __init__(
        self,
        *,
        user_id: str | None,
        address: str,
        most_characters: int,
        most_unread: int,
        own: Bucket,
        shared: Bucket | None,
        counted: Callable[[int], None],
    ) -> None:
        self.user_id = user_id
        """`None` if nobody is signed in."""
        self.address = address
        self.unread = 0
        """Characters queued for sending that the network has not accepted yet."""
        self.sending_since: float | None = None
        """Since when, on the monotonic clock, one message has been waiting to be accepted."""
        self.ended = ""
        """Why we ended it; empty while it is open."""
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once we have ended it."""
        self._most_characters = most_characters
        self._most_unread = most_unread
        self._own, self._shared = own, shared
        self._slowed_s = 0.0
        """How long it has been slowed down without a break."""
        self._counted = counted
        self._has_left = False
        self._receiving: asyncio.Task[Any] | None = None
        self._sending: asyncio.Task[Any] | None = None

    def queued(self, characters: int) -> None:
        """Count characters to be sent; end a socket that leaves too many unread."""
        self._count(characters)
        if self.unread > self._most_unread:
            self.end("left too much unread")

    def end(self, why: str) -> None:
        """End it at once, whatever it waits for."""
        if self.ended:
            return
        self.ended = why
        self.gone.set_result(None)
        if _told.offers():
            _told.take()
            _log.info("ended a page's socket from %s: it %s", self.address, why)
        for task in (self._receiving, self._sending):
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def leave(self) -> None:
        """Nothing counts as unread any more, and anything still to be sent does not matter."""
        self._count(-self.unread)
        self._has_left = True

    def receiving(self, receive: Receive) -> Receive:
        """`receive`, limited to valid frames at no more than the permitted rate."""

        async def checked() -> Message:
            if self.ended:
                return _DISCONNECTED
            self._receiving = asyncio.current_task()
            try:
                message = await receive()
            finally:
                self._receiving = None
            if message["type"] == "websocket.receive":
                frame = message.get("text")
                if not is_sound(frame, self._most_characters):
                    self.end("sent what no page sends")
                    return _DISCONNECTED
                if frame != PONG:
                    await self._wait_its_turn()
                    if self.ended:
                        return _DISCONNECTED
            return message

        return checked

    def sending(self, send: Send) -> Send:
        """`send`, interruptible, and counting what the network has accepted."""

        async def counted(message: Message) -> None:
            if self.ended:
                if message["type"] == "websocket.send":
                    raise OSError(f"this socket {self.ended}")
                return
            self._sending, self.sending_since = asyncio.current_task(), clock.monotonic()
            try:
                await send(message)
            finally:
                self._sending = self.sending_since = None
            self._count(-min(self.unread, len(message.get("text") or "")))

        return counted

    async def _wait_its_turn(self) -> None:
        """Slow the socket down to its rate; end one that keeps sending faster.

        One that would wait for others too long is also ended, before it counts against either
        limit. While it waits it is not read, so that nobody notices whether its client is still
        there.
        """
        if self._shared is not None and self._shared.wait_s() > _MOST_SLOWED_S:
            self.end("arrived while too many others were waiting")
            return
        wait_s = max(self._own.take(), self._shared.take() if self._shared else 0.0)
        self._slowed_s = self._slowed_s + wait_s if wait_s else 0.0
        if self._slowed_s > _MOST_SLOWED_S:
            self.end("kept sending more than a page does")
        elif wait_s:
            await asyncio.wait({self.gone}, timeout=wait_s)

    def _count(self, characters: int) -> None:
        if self._has_left:
            return
        self.unread += characters
        self._counted(characters)
