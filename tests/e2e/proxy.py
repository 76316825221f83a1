"""A TCP proxy between the browser and the app that delays, and cuts WebSockets as real ones do."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

_HEAD_LIMIT = 64 * 1024
_READ_BYTES = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""`SO_LINGER` of zero seconds: closing sends RST instead of FIN."""
_WITHIN_S = 10


class Proxy:
    """Forwards `port` to `target_port` on loopback, from a thread of its own. A context manager.

    What happens to WebSockets is up to the test; other connections are never touched.
    """

    def __init__(self, port: int, target_port: int) -> None:
        self.round_trip_s = 0.0
        """How much longer a message and its answer take; each way has half of it."""
        self._port = port
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        self._open = True
        self._sockets: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.sockets_made = 0
        """WebSockets that were let through since the start."""

    def cut(self) -> None:
        """Reset every WebSocket, and refuse new ones until `let_through`."""
        self._call(self._cut())

    def silence(self) -> None:
        """Forward nothing more over the WebSockets there are, and close none; let new ones in."""
        self._call(self._silence())

    def let_through(self) -> None:
        """Let new WebSockets in again."""
        self._call(self._let_through())

    async def _cut(self) -> None:
        self._open = False
        for link in self._sockets:
            link.reset()

    async def _silence(self) -> None:
        for link in self._sockets:
            link.flows.clear()

    async def _let_through(self) -> None:
        self._open = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._forward(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        is_socket = b"upgrade: websocket" in head.lower()
        if is_socket and not self._open:
            _reset(writer)
            return
        answers, onward = await asyncio.open_connection("127.0.0.1", self._target_port)
        link = _Link(self, writer, onward)
        onward.write(head)
        if is_socket:
            self.sockets_made += 1
            self._sockets.add(link)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(link.pump(reader, onward))
                both.create_task(link.pump(answers, writer))
        except* OSError:
            pass
        finally:
            self._sockets.discard(link)
            onward.close()

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=_HEAD_LIMIT)

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WITHIN_S)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._server = self._call(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WITHIN_S)
        self._loop.close()


class _Link:
    """One connection through the proxy: the browser's end and the app's."""

    def __init__(self, proxy: Proxy, *ends: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._ends = ends
        self.flows = asyncio.Event()
        """Cleared, nothing is read from either end any more."""
        self.flows.set()

    async def pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass on what comes, each piece as late as it is to be, in its order."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def read() -> None:
            data = b"something"
            while data:
                data = await source.read(_READ_BYTES)
                under_way.put_nowait((loop.time() + self._proxy.round_trip_s / 2, data))

        reading = asyncio.create_task(read())
        try:
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                await self.flows.wait()
                if not data:
                    break
                sink.write(data)
                await sink.drain()
            sink.write_eof()
        finally:
            reading.cancel()

    def reset(self) -> None:
        for end in self._ends:
            _reset(end)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
