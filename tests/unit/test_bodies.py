"""A request's body has to come in time, and an answer's to be taken."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from feedback_app.core.settings import get_settings
from feedback_app.web.bodies import Deadlines

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/", "headers": []}


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "BODY_WITHIN_S", 0.05)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


async def answered(*parts: Message) -> tuple[int, bytes]:
    """The status and the body of the answer to a request that stops after these parts."""
    waiting, sent = list(parts), list[Message]()

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await asyncio.wait_for(Deadlines(echo)(SCOPE, receive, send), timeout=5)
    start, *bodies = sent
    return start["status"], b"".join(each.get("body", b"") for each in bodies)


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_whole_body_is_read() -> None:
    assert await answered(part(b"on ", more=True), part(b"time", more=False)) == (200, b"on time")


@pytest.mark.parametrize("parts", [[], [part(b"{", more=True)]])
async def test_a_body_that_stops_half_way_is_answered_once(parts: list[Message]) -> None:
    status, body = await answered(*parts)
    assert (status, body) == (408, b"The request did not arrive in time. Send it again.")


async def test_a_client_that_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "SOCKET_SEND_WITHIN_S", 0.05)
    sent = list[str]()

    async def receive() -> Message:
        return part(b"", more=False)

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await asyncio.wait_for(Deadlines(echo)(SCOPE, receive, send), timeout=5)
    assert sent == ["http.response.start", "http.response.body"]


async def test_a_timeout_of_the_app_itself_is_told_though_the_answer_has_begun() -> None:
    async def torn(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise TimeoutError("the database did not answer")

    async def receive() -> Message:
        return part(b"", more=False)

    async def send(message: Message) -> None:
        assert message["type"] == "http.response.start"

    with pytest.raises(TimeoutError, match="the database"):
        await Deadlines(torn)(SCOPE, receive, send)
