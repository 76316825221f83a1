"""`python -m bench.hostile_load ADDRESS KIND SOCKETS`: hostile clients of one kind.

Says `ready` once they are at work, stops when a line comes, and prints as JSON how many connections
were made, refused and ended by the app, and how many messages were sent.
"""

import asyncio
import base64
import json
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import uuid4

_EVENT = "42/_event,"
_STATE = "reflex___state____state"
_AGAIN_AFTER_S = 1.0
"""How soon a client that was refused or ended comes back."""

counted: Counter[str] = Counter()


class Hostile:
    """One WebSocket by hand: nothing is read that is not asked for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: str, *, token: str | None) -> "Hostile":
        """Connect as a page does.

        Raises:
            ConnectionRefusedError: the app did not accept the socket.
        """
        host = urlsplit(address)
        reader, writer = await asyncio.open_connection(host.hostname, host.port, limit=2**16)
        query = "EIO=4&transport=websocket" + (f"&token={token}" if token else "")
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /_event/?{query} HTTP/1.1\r\nHost: {host.netloc}\r\nOrigin: {address}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        counted["connections"] += 1
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in answer.partition(b"\r\n")[0]:
            writer.close()
            counted["refused"] += 1
            raise ConnectionRefusedError
        return cls(reader, writer)

    async def send(self, text: str) -> None:
        data = text.encode()
        length = len(data)
        if length < 126:
            head = bytes((0x81, 0x80 | length))
        elif length < 2**16:
            head = bytes((0x81, 0xFE)) + length.to_bytes(2, "big")
        else:
            head = bytes((0x81, 0xFF)) + length.to_bytes(8, "big")
        self._writer.write(head + bytes(4) + data)  # A mask of zeros leaves the data as it is.
        counted["messages"] += 1
        await self._writer.drain()

    async def read_for(self, seconds: float) -> None:
        """Read and forget what comes.

        Raises:
            ConnectionResetError: the app ended the socket.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.reader.read(2**16):
                    pass
                raise ConnectionResetError

    def close(self) -> None:
        self._writer.transport.abort()


def _event(name: str, path: str = "/login", **payload: object) -> str:
    router = {"pathname": "/login", "asPath": path, "query": {}}
    return json.dumps(
        {"name": f"{_STATE}.{name}", "payload": payload, "router_data": router},
        separators=(",", ":"),
    )


def _hydration(path: str = "/login") -> str:
    return f'40/_event,{{"event":{_event("hydrate_and_load", path)}}}'


async def no_token(address: str) -> None:
    """Comes without a tab's token and sends much."""
    socket = await Hostile.open(address, token=None)
    try:
        await socket.send("40/_event,")
        while True:
            await socket.send(f'{_EVENT}["event",{_event("hydrate", "x" * 900_000)}]')
            await socket.read_for(0.25)
    finally:
        socket.close()


async def large(address: str) -> None:
    """Sends events as large as the protocol lets them be."""
    socket = await Hostile.open(address, token=str(uuid4()))
    try:
        await socket.send(_hydration("x" * 900_000))
        await socket.read_for(2)
    finally:
        socket.close()


async def unread(address: str) -> None:
    """Asks for its whole state again and again and reads nothing of it."""
    socket = await Hostile.open(address, token=str(uuid4()))
    try:
        await socket.send(_hydration("x" * 3_500))
        while True:
            await socket.send(f'{_EVENT}["event",{_event("hydrate", "x" * 3_500)}]')
            await asyncio.sleep(0.05)
            if socket.reader.at_eof():
                counted["ended"] += 1
                return
    finally:
        socket.close()


async def malformed(address: str) -> None:
    """Sends what cannot be read."""
    socket = await Hostile.open(address, token=str(uuid4()))
    try:
        await socket.send(_hydration())
        for junk in ('42/_event,["event",{', '42/_event,["event",7]', "45-1", "9", "[" * 10_000):
            await socket.send(junk)
            await socket.read_for(0.1)
    finally:
        socket.close()


async def many(address: str) -> None:
    """Opens a tab, leaves, and opens another."""
    socket = await Hostile.open(address, token=str(uuid4()))
    try:
        await socket.send(_hydration())
        await socket.read_for(1)
    finally:
        socket.close()


async def idle(address: str) -> None:
    """Connects and sends nothing."""
    await _half(address, b"")


async def half_body(address: str) -> None:
    """Says that 60,000 characters follow, and sends one."""
    host = urlsplit(address)
    await _half(
        address,
        f"POST /api/token HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: application/json\r\n"
        "Content-Length: 60000\r\n\r\n{".encode(),
    )


async def _half(address: str, beginning: bytes) -> None:
    host = urlsplit(address)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    counted["connections"] += 1
    try:
        writer.write(beginning)
        await reader.read()
        counted["ended"] += 1
    finally:
        writer.transport.abort()


KINDS: dict[str, Callable[[str], Awaitable[None]]] = {
    "no token": no_token,
    "large": large,
    "unread": unread,
    "malformed": malformed,
    "many": many,
    "idle": idle,
    "half body": half_body,
}


async def _again_and_again(attack: Callable[[str], Awaitable[None]], address: str) -> None:
    while True:
        try:
            await attack(address)
        except ConnectionRefusedError:
            pass
        except (OSError, asyncio.IncompleteReadError):
            counted["ended"] += 1
        await asyncio.sleep(_AGAIN_AFTER_S)


async def main() -> None:
    address, kind, sockets = sys.argv[1], sys.argv[2], int(sys.argv[3])
    stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    tasks: list[asyncio.Task[None]] = []
    for _ in range(sockets):
        tasks.append(asyncio.create_task(_again_and_again(KINDS[kind], address)))
        if len(tasks) % 20 == 0:
            await asyncio.sleep(0.02)
    print("ready", flush=True)
    await stopped
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(counted), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
