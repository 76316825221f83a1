"""The upstream itself: an OpenAI-compatible server that answers as its scenarios say."""

import asyncio
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.upstream.scenario import FAULTS, Scenario
from tests.upstream.wire import Wire

KEEP_ALIVE_INTERVAL_S = 0.02

Ending = Literal["complete", "refused", "cut", "client_closed"]


@dataclass(slots=True)
class Seen:
    """One request as the upstream saw it."""

    id: str
    model: str
    headers: dict[str, str]
    body: dict[str, Any]
    received_at: float
    """Unix seconds."""
    sent_at: list[float] = field(default_factory=list)
    """Unix seconds, one for each token of reasoning and text, just before its write."""
    ending: Ending | None = None
    """`None` while the request is open."""


class Server:
    """Everything one upstream knows; `app` is its HTTP face."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._default = Scenario()
        self._by_model: dict[str, Scenario] = {}
        self._queue: deque[Scenario] = deque()
        self._listing = Scenario()
        self._lists = 0
        self._gates: dict[str, asyncio.Event] = {}
        self._connections: set[web.RequestHandler] = set()
        self._connections_made = 0
        self._changed = asyncio.Event()
        self.app = web.Application(client_max_size=16 * 2**20)
        self.app.add_routes(
            [
                web.post("/v1/chat/completions", self._complete),
                web.get("/v1/models", self._models),
                web.post("/_control/play", self._play),
                web.post("/_control/list", self._list),
                web.post("/_control/queue", self._enqueue),
                web.post("/_control/release", self._release),
                web.post("/_control/reset", self._reset),
                web.get("/_control/state", self._state),
            ]
        )

    async def _play(self, request: web.Request) -> web.Response:
        order = await request.json()
        scenario = Scenario.from_json(order["scenario"])
        if order["model"] is None:
            self._default = scenario
        else:
            self._by_model[order["model"]] = scenario
        return web.json_response({})

    async def _enqueue(self, request: web.Request) -> web.Response:
        self._queue.extend(Scenario.from_json(fields) for fields in await request.json())
        return web.json_response({})

    async def _release(self, request: web.Request) -> web.Response:
        """Let go of what was received so far; later requests hold anew."""
        model = (await request.json())["model"]
        for seen in self._seen:
            if model in {None, seen.model}:
                self._gates[seen.id].set()
        return web.json_response({})

    async def _reset(self, _: web.Request) -> web.Response:
        """Forget scenarios and closed requests; open ones stay known until they close."""
        self._default = self._listing = Scenario()
        self._lists = 0
        self._by_model.clear()
        self._queue.clear()
        self._seen = [seen for seen in self._seen if seen.ending is None]
        self._gates = {seen.id: self._gates[seen.id] for seen in self._seen}
        self._connections_made = 0
        return web.json_response({})

    async def _state(self, request: web.Request) -> web.Response:
        """What is known, at once or, within a time, as soon as what is asked for has happened."""
        asked = request.query
        within_s, count = float(asked.get("within_s", 0)), int(asked.get("requests", 0))
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(self._seen) < count or ("idle" in asked and self._is_busy()):
                    await self._changed.wait()
        self._connections = {c for c in self._connections if c.transport is not None}
        return web.json_response(
            {
                "requests": [asdict(seen) for seen in self._seen],
                "open_connections": len(self._connections),
                "connections_made": self._connections_made,
                "lists": self._lists,
            }
        )

    def _is_busy(self) -> bool:
        return any(seen.ending is None for seen in self._seen)

    def _tell_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _models(self, request: web.Request) -> web.Response:
        self._lists += 1
        listing = self._listing
        if listing.stall_before_headers:
            await asyncio.Event().wait()
        if listing.cut_before_headers and request.transport is not None:
            request.transport.abort()
        if listing.status != 200:
            return _refusal(listing.status, listing.error or {}, dict(listing.headers))
        if listing.body is not None:
            return web.Response(text=listing.body, content_type="application/json")
        names = {"gpt-4o-mini", *self._by_model, *(f"fault-{name}" for name in FAULTS)}
        data = [
            {
                "id": name,
                "object": "model",
                "created": 1,
                "owned_by": "upstream",
                "shutdown_date": self._by_model.get(name, self._default).shutdown_date,
            }
            for name in sorted(names)
        ]
        return web.json_response({"object": "list", "data": data})

    async def _list(self, request: web.Request) -> web.Response:
        self._listing = Scenario.from_json(await request.json())
        return web.json_response({})

    def _scenario_for(self, model: str) -> Scenario:
        if model in self._by_model:
            return self._by_model[model]
        preset = FAULTS.get(model.removeprefix("fault-")) if model.startswith("fault-") else None
        if preset is not None:
            return preset
        return self._queue.popleft() if self._queue else self._default

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        if request.protocol not in self._connections:
            self._connections.add(request.protocol)
            self._connections_made += 1
        body = await request.json()
        if not (isinstance(body.get("model"), str) and body.get("messages") and body.get("stream")):
            return _refusal(400, {"message": "model, messages and stream are needed"})
        seen = Seen(
            id=f"{time.monotonic_ns():x}",
            model=body["model"],
            headers=dict(request.headers),
            body=body,
            received_at=time.time(),
        )
        self._seen.append(seen)
        self._tell_change()
        gate = self._gates[seen.id] = asyncio.Event()
        ending: Ending = "client_closed"
        try:
            answer = _Answer(request, self._scenario_for(seen.model), seen, gate)
            response = await answer.give()
            ending = answer.ending
            return response
        except ConnectionError:
            return web.Response()
        finally:
            seen.ending = ending
            self._tell_change()


class _Answer:
    """One request being answered."""

    def __init__(
        self, request: web.Request, scenario: Scenario, seen: Seen, gate: asyncio.Event
    ) -> None:
        self.ending: Ending = "complete"
        self._request, self._scenario, self._seen, self._gate = request, scenario, seen, gate
        self._wire = Wire(scenario, seen.id, seen.body)
        self._headers = {"x-request-id": f"req_{seen.id}"}
        self._response = web.StreamResponse(
            headers={**self._headers, "Content-Type": scenario.content_type}
        )
        self._next_at = 0.0

    async def give(self) -> web.StreamResponse:
        scenario = self._scenario
        if scenario.stall_before_headers:
            await self._silence(None)
        if scenario.cut_before_headers:
            self._cut()
            return self._response
        unknown = next((name for name in scenario.rejects if name in self._seen.body), None)
        if unknown is not None:
            self.ending = "refused"
            return _refusal(400, _unknown_parameter(unknown), self._headers)
        if scenario.status != 200:
            self.ending = "refused"
            headers = {**self._headers, **dict(scenario.headers)}
            return _refusal(scenario.status, scenario.error or {}, headers)
        await self._response.prepare(self._request)
        if scenario.body is not None:
            await self._response.write(scenario.body.encode())
        else:
            await self._stream()
        return self._response

    async def _stream(self) -> None:
        wire, scenario = self._wire, self._scenario
        first, *reasoning = wire.opening()
        await self._send(first.payload)
        await asyncio.sleep(scenario.first_delay_s)
        self._next_at = time.monotonic()
        for frame in reasoning:
            await self._send_paced(frame.payload, frame.tokens)
        before = 0
        for frame in wire.answer():
            before = frame.text_tokens or 0
            if not await self._faults(before, frame.tokens, frame.payload):
                return
            await self._send_paced(frame.payload, frame.tokens)
            before += frame.tokens
        if await self._faults(before, 1, b""):
            for frame in wire.closing():
                await self._send(frame.payload)
                if scenario.silent_after_finish:
                    await self._silence(None)
            await asyncio.sleep(scenario.end_delay_s)

    async def _faults(self, before: int, count: int, payload: bytes) -> bool:
        """Do what is due among the next `count` tokens; false ends the answer there."""
        scenario = self._scenario
        due = range(before, before + count)
        if scenario.hold_after is not None and scenario.hold_after in due:
            await self._silence(self._gate)
        if scenario.stall_after is not None and scenario.stall_after in due:
            await self._silence(None)
        if scenario.fault_after is not None and scenario.fault_after in due:
            await self._send(self._wire.error() if scenario.error else self._wire.malformed())
            await asyncio.sleep(scenario.end_delay_s)
            return False
        if scenario.cut_after is not None and scenario.cut_after in due:
            await self._response.write((payload or b"data: {")[: len(payload) // 2 or 7])
            self._cut()
            return False
        return True

    async def _silence(self, until: asyncio.Event | None) -> None:
        """Say nothing of substance until released; the handler is cancelled with its client."""
        until = until or asyncio.Event()
        keep_alive = self._scenario.keep_alive
        while not until.is_set():
            interval_s = KEEP_ALIVE_INTERVAL_S if keep_alive else None
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), interval_s)
                return
            if keep_alive:
                wire = self._wire
                empty = wire.delta({"content": ""}) if keep_alive == "empty_delta" else None
                await self._send(empty or wire.comment())

    async def _send_paced(self, payload: bytes, tokens: int) -> None:
        pace = self._scenario.tokens_per_second
        if pace is not None:
            await asyncio.sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at += tokens / pace
        self._seen.sent_at.extend([time.time()] * tokens)
        await self._send(payload)

    async def _send(self, payload: bytes) -> None:
        size = self._scenario.write_bytes
        if size is None:
            await self._response.write(payload)
            return
        for start in range(0, len(payload), size):
            await self._response.write(payload[start : start + size])
            await asyncio.sleep(self._scenario.write_pause_s)

    def _cut(self) -> None:
        """Drop the connection: `reset` with a TCP RST, `close` with a bare FIN."""
        self.ending = "cut"
        transport = self._request.transport
        if transport is None:
            return
        if self._scenario.cut == "reset":
            raw: socket.socket = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()


def _unknown_parameter(name: str) -> dict[str, Any]:
    return {
        "message": f"Unsupported parameter: '{name}' is not supported with this model.",
        "type": "invalid_request_error",
        "param": name,
        "code": "unsupported_parameter",
    }


def _refusal(
    status: int, error: dict[str, Any], headers: dict[str, str] | None = None
) -> web.Response:
    return web.json_response({"error": error}, status=status, headers=headers)


async def serve(port: int) -> None:
    """Serve on loopback until cancelled; the first line printed is the address."""
    runner = web.AppRunner(
        Server().app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
