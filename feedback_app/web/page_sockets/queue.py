"""The queue of Engine.IO's data to send to one socket, which has no limit of its own."""

import asyncio
from typing import Any

from reflex.app import App

from feedback_app.web.page_sockets.connection import served


class CountedQueue(asyncio.Queue[Any]):
    """Reports to the socket it was created for how much waits to be sent."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._connection = served.get()

    def _put(self, item: Any) -> None:
        super()._put(item)
        if self._connection is not None and item is not None:
            data = item.data
            self._connection.queued(1 + (len(data) if isinstance(data, str) else 0))


def count_what_is_unread(app: App) -> None:
    """Make every socket of the app's pages use such a queue; Engine.IO has no setting for it."""
    if app.sio is None:
        raise RuntimeError("the app has no sockets")
    app.sio.eio.create_queue = CountedQueue
