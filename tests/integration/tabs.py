"""A page's socket without a browser: signs in over HTTP, sends events, keeps what comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import socketio
from socketio.exceptions import SocketIOError

from feedback_app import routes
from tests.factories import PASSWORD

STATE = "reflex___state____state"
LIVE = f"{STATE}.l"
FEEDBACK = f"{STATE}.feedback_app___feedback___state____feedback_state"
INTERVIEW = f"{STATE}.feedback_app___interviews___state____interview_state"
ANSWER_WITHIN_S = 30

Delta = dict[str, dict[str, Any]]


async def sign_in(url: str, email: str) -> str:
    """The `Cookie` header of a new session."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as client:
        answer = await client.post(routes.SIGN_IN, data={"email": email, "password": PASSWORD})
    assert answer.cookies, answer.headers.get("location")
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


class Tab:
    """One tab's socket; `deltas` is everything the server has sent to it."""

    def __init__(self, client: socketio.AsyncClient) -> None:
        self._client = client
        self._changed = asyncio.Event()
        self.deltas: list[Delta] = []
        client.on("event", self._take, namespace="/_event")

    async def _take(self, update: dict[str, Any]) -> None:
        self.deltas.append(update.get("delta") or {})
        self._changed.set()

    async def send(self, name: str, payload: dict[str, Any], *, path: str = "/") -> None:
        event = {
            "name": name,
            "payload": payload,
            "router_data": {"pathname": path, "asPath": path, "query": {}},
        }
        await self._client.emit("event", event, namespace="/_event")

    async def until(self, state: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a delta in which `holds` is true of this state's vars; those vars."""
        seen = len(self.deltas)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                for delta in self.deltas[seen:]:
                    if state in delta and holds(variables := plain(delta[state])):
                        return variables
                seen = len(self.deltas)
                self._changed.clear()
                await self._changed.wait()


def plain(variables: dict[str, Any]) -> dict[str, Any]:
    """Vars by the names they have in Python."""
    return {name.removesuffix("_rx_state_"): value for name, value in variables.items()}


@asynccontextmanager
async def tab(url: str, cookie: str) -> AsyncIterator[Tab]:
    """A new tab of the session; the server may go away under it."""
    client = socketio.AsyncClient(reconnection=False)
    opened = Tab(client)
    await client.connect(
        f"{url}?token={uuid4()}",
        namespaces=["/_event"],
        socketio_path="_event",
        transports=["websocket"],
        headers={"Cookie": cookie, "Origin": url},
    )
    try:
        yield opened
    finally:
        with suppress(SocketIOError):
            await client.disconnect()
