"""`python -m bench.crowd_model TOKENS`: a model lean enough for 10,000 chunks a second.

It answers every completion with `TOKENS` tokens at `TOKENS_PER_SECOND`, writes down when it wrote
each, and prints its port. `GET /sent` gives and forgets those moments, by stream number.
"""

import asyncio
import gc
import json
import sys
import time

from bench.crowd_script import TOKENS_PER_SECOND, tokens_of
from tests.upstream import Scenario
from tests.upstream.wire import Wire

_OPENING = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def _chunk(payload: bytes) -> bytes:
    return f"{len(payload):x}\r\n".encode() + payload + b"\r\n"


class Script:
    """The answers, written out beforehand, and when each token of them left."""

    def __init__(self, count: int) -> None:
        self.sent: dict[int, list[float]] = {}
        """Unix seconds, just before each token's write."""
        self._numbers = 0
        tokens = tokens_of(0, count)
        request = {"model": "gpt-4o-mini", "stream_options": {"include_usage": True}}
        self._wire = Wire(Scenario(tokens=tokens), "crowd", request)
        self.head = _OPENING + b"".join(_chunk(frame.payload) for frame in self._wire.opening())
        self.tokens = [_chunk(frame.payload) for frame in self._wire.answer()]
        self.tail = b"".join(_chunk(frame.payload) for frame in self._wire.closing()) + _chunk(b"")

    def begin(self) -> tuple[list[float], bytes]:
        """Where the next stream notes its moments, and its first token."""
        self._numbers += 1
        self.sent[self._numbers] = []
        first = tokens_of(self._numbers, 1)[0]
        return self.sent[self._numbers], _chunk(self._wire.delta({"content": first}))


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, and the next."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._received = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        self._received = body[_length(head) :]
        if head.startswith(b"POST"):
            self._transport.write(self._script.head)
            self._sent, first = self._script.begin()
            self._began = self._loop.time()
            self._send(first)
            return
        sent = dict(self._script.sent)
        self._script.sent.clear()
        answer = json.dumps(sent).encode()
        size = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n"
        self._transport.write(size.encode() + answer)

    def _send(self, token: bytes) -> None:
        if self._transport.is_closing():
            return
        self._sent.append(time.time())
        self._transport.write(token)
        done = len(self._sent)
        if done == len(self._script.tokens):
            self._transport.write(self._script.tail)
            return
        due = self._began + done / TOKENS_PER_SECOND
        self._loop.call_at(due, self._send, self._script.tokens[done])


def _length(head: bytes) -> int:
    """The size of the body that this head announces."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def main() -> None:
    script = Script(int(sys.argv[1]))
    gc.disable()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(script), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
