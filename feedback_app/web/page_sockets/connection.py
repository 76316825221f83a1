"""One page's socket: what it has not read yet, how fast it may send, and its end."""

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

_DISCONNECTED: Message = {"type": "websocket.disconnect", "code": 1008}

served: ContextVar["Connection | None"] = ContextVar("served_socket", default=None)
"""The socket that the current task serves."""


class Connection:
    """A socket that was let in; it counts until the block that serves it ends."""

    __slots__ = (
        "_buckets",
        "_counted",
        "_most_characters",
        "_most_unread",
        "_receiving",
        "_sending",
        "address",
        "ended",
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
        buckets: tuple[Bucket, ...],
        counted: Callable[[int], None],
    ) -> None:
        self.user_id = user_id
        """`None` where nobody is signed in."""
        self.address = address
        self.unread = 0
        """Characters that were to be sent and have not been taken by the network."""
        self.sending_since: float | None = None
        """Since when, on the monotonic clock, one message waits to be taken."""
        self.ended = ""
        """Why it was ended by us; empty while it goes on."""
        self._most_characters = most_characters
        self._most_unread = most_unread
        self._buckets = buckets
        self._counted = counted
        self._receiving: asyncio.Task[Any] | None = None
        self._sending: asyncio.Task[Any] | None = None

    def queued(self, characters: int) -> None:
        """Count what is to be sent; a socket that leaves too much unread ends."""
        self._count(characters)
        if self.unread > self._most_unread:
            self.end("left too much unread")

    def end(self, why: str) -> None:
        """End it at once, whatever it waits for."""
        if self.ended:
            return
        self.ended = why
        _log.info("ended a page's socket from %s: it %s", self.address, why)
        for task in (self._receiving, self._sending):
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def leave(self) -> None:
        """Nothing is unread any more: it is gone."""
        self._count(-self.unread)

    def receiving(self, receive: Receive) -> Receive:
        """The same, of nothing but sound frames, and of no more than it may send in a while."""

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
                if frame != PONG and (wait_s := max(each.take() for each in self._buckets)):
                    await asyncio.sleep(wait_s)
            return message

        return checked

    def sending(self, send: Send) -> Send:
        """The same, which counts what was taken and can be interrupted."""

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

    def _count(self, characters: int) -> None:
        self.unread += characters
        self._counted(characters)
