"""A page's end of Reflex's socket, without a browser: hydrates, sends events, reads state deltas.

It speaks what the page's JavaScript does: Engine.IO 4 and Socket.IO 5 over one WebSocket, the
hydrate event inside the connect packet.
"""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import aiohttp

STATE = "reflex___state____state"
_NAMESPACE = "/_event"
_EVENT = f"42{_NAMESPACE},"
_VAR_SUFFIX = "_rx_state_"


class PageSocket:
    """One open page. `frames` grow by every event received: when, in Unix seconds, and its JSON."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, path: str, query: Mapping[str, str]
    ) -> None:
        self.frames: list[tuple[float, str]] = []
        self._socket = socket
        self._router_data = {"pathname": path, "asPath": path, "query": dict(query)}

    @classmethod
    async def open(
        cls,
        session: aiohttp.ClientSession,
        address: str,
        cookie: str,
        path: str,
        query: Mapping[str, str],
    ) -> "PageSocket":
        """Connect as the page at `path` does, which loads it."""
        url = f"{address}{_NAMESPACE}/?EIO=4&transport=websocket&token={uuid4()}"
        socket = await session.ws_connect(
            url, headers={"Cookie": cookie, "Origin": address}, max_msg_size=0, compress=0
        )
        page = cls(socket, path, query)
        await socket.receive_str()
        boot = json.dumps({"event": page._event(f"{STATE}.hydrate_and_load", {})})
        await socket.send_str(f"40{_NAMESPACE},{boot}")
        return page

    async def send(self, name: str, payload: Mapping[str, Any]) -> None:
        """Send an event, its name from below the root state."""
        event = json.dumps(["event", self._event(f"{STATE}.{name}", payload)])
        await self._socket.send_str(_EVENT + event)

    async def receive(self) -> str:
        """The JSON of the next event, noted in `frames`.

        Raises:
            RuntimeError: the app closed the socket.
        """
        while True:
            message = await self._socket.receive()
            now = time.time()
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise RuntimeError(f"the app closed a page's socket: {message}")
            text: str = message.data
            if text == "2":
                await self._socket.send_str("3")
            elif text.startswith(_EVENT):
                payload = text[len(_EVENT) :]
                self.frames.append((now, payload))
                return payload

    async def wait_for(self, sign: str) -> None:
        """Read on until an event has `sign` in its JSON."""
        while sign not in await self.receive():
            pass

    async def close(self) -> None:
        await self._socket.close()

    def _event(self, name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": name, "payload": payload, "router_data": self._router_data}


def changes(payload: str) -> dict[str, dict[str, Any]]:
    """What an event changes: values by state and var, the names as the app's source has them."""
    _, update = json.loads(payload)
    return {
        state.rpartition(".")[2]: {
            name.removesuffix(_VAR_SUFFIX): value for name, value in changed.items()
        }
        for state, changed in (update.get("delta") or {}).items()
    }


def sign_of(var: str, value: object) -> str:
    """How a var with this value looks in an event's JSON."""
    return f'"{var}{_VAR_SUFFIX}":{json.dumps(value, separators=(",", ":"))}'
