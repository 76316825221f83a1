"""The API's WebSocket: a follower of one generation, starting at any event.

The generation never waits for it. A client that stops reading is dropped; it can read the rest with
another socket.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from feedback_app.auth.guards import user_from_request
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import AppError, NotSignedIn, error_named
from feedback_app.core.markers import llm_operation
from feedback_app.core.settings import get_settings
from feedback_app.db.faults import as_app_error
from feedback_app.db.outage import may_be_away
from feedback_app.llm.events import ChunkEvent, EndedEvent, as_dict
from feedback_app.llm.generation import following
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.owner import Owner
from feedback_app.llm.stream.event_log import EventLog
from feedback_app.web.api.generated import Generated
from feedback_app.web.api.reading import id_in_path, read_query
from feedback_app.web.api.schemas import FollowQuery
from feedback_app.web.api.sockets import one_more

SEND_WITHIN_S = 10.0
"""How long a client may take to accept one event."""
CHECK_SESSION_EVERY_S = 5.0
WAIT_S = 5.0
"""After how long without an event to check whether a client asks for more than there is."""
LONGEST_MESSAGE = 1000
"""In characters. Anything longer is not a known request, and parsing it would hold up everybody."""
AFTER_TOTAL_TIMEOUT_S = 60.0
"""How much longer than a generation may run a socket may stay open."""

NORMAL, FAULT = 1000, 1011
_CLOSE_CODES = {401: 4401, 403: 4403, 404: 4404, 429: 4429}


class _Gone(Exception):
    """The client left, or has stopped reading."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """The call that a socket follows."""

    generated: Generated
    user: CurrentUser
    owner: Owner
    call_id: str
    query: FollowQuery


def stream(generated: Generated, name: str) -> Callable[[WebSocket], Coroutine[Any, Any, None]]:
    """The endpoint that follows the running call of an operation, starts one, or resumes `?call=`
    after `?after=`. `name` is the endpoint's in the documentation."""

    @llm_operation
    async def endpoint(websocket: WebSocket) -> None:
        try:
            await _within(websocket.accept())
            await _within(websocket.close(await _code_of(generated, websocket)))
        except _Gone:
            return

    endpoint.__name__ = name
    return endpoint


async def _code_of(generated: Generated, websocket: WebSocket) -> int:
    """Serve the socket to its end; return the code to close it with."""
    try:
        return await _serve(generated, websocket)
    except _Gone:
        raise
    except Exception as fault:
        error = as_app_error(fault)
        await _send(websocket, _refusal(error))
        return FAULT if error.code == AppError.code else _close_code(error)


async def _serve(generated: Generated, websocket: WebSocket) -> int:
    user = await _user_of(websocket)
    query = read_query(websocket.query_params, generated.query)
    subject_id = id_in_path(websocket, generated.subject)
    owner = generated.owner_of(user, subject_id)
    async with one_more(generations().hub, user.id):
        call_id = query.call or await generated.start(user, subject_id, None)
        followed = _Followed(generated, user, owner, call_id, query)
        telling = asyncio.create_task(_tell(websocket, followed), name=f"tell-{call_id}")
        listening = asyncio.create_task(_listen(websocket, followed), name=f"listen-{call_id}")
        checking = asyncio.create_task(_check(websocket, user), name=f"check-{call_id}")
        tasks = (telling, listening, checking)
        longest_s = get_settings().LLM_TOTAL_TIMEOUT_S + AFTER_TOTAL_TIMEOUT_S
        try:
            done, _ = await asyncio.wait(
                tasks, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED
            )
            if telling in done:
                return telling.result()
            for task in done:
                task.result()
            return FAULT
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(websocket: WebSocket, followed: _Followed) -> int:
    """Send every event after the last the client has; return the code to close with."""
    query = followed.query
    log = await following.log_of(followed.owner, followed.call_id, after=query.after)
    seen, text = query.after, ""
    while not (log.ended and seen >= len(log.events)):
        for event in await log.batch(seen, WAIT_S):
            body = followed.generated.operation.as_dict(event)
            if query.accumulated and isinstance(event, ChunkEvent):
                # Not before: when the socket opened, the log may have had less than the client.
                text = (text or _text_before(log, event))[: event.offset] + event.content
                body["accumulated"] = text
            await _send(websocket, body)
            seen += 1
            if isinstance(event, EndedEvent):
                return _close_code(error_named(event.code)())
    return NORMAL


async def _listen(websocket: WebSocket, followed: _Followed) -> None:
    """Obey the client's messages until it leaves; unknown ones are ignored."""
    while True:
        try:
            said = await websocket.receive()
        except (RuntimeError, OSError):
            raise _Gone from None
        if said["type"] == "websocket.disconnect":
            raise _Gone
        if _asks_to_cancel(said.get("text") or ""):
            await _still(websocket, followed.user)
            await following.stop_call(followed.owner, followed.call_id)


async def _check(websocket: WebSocket, user: CurrentUser) -> None:
    """Check repeatedly that the session is still live, whatever the socket waits for.

    Raises:
        NotSignedIn: it has ended.
    """
    while True:
        await asyncio.sleep(CHECK_SESSION_EVERY_S)
        with may_be_away():
            await _still(websocket, user)


def _asks_to_cancel(text: str) -> bool:
    if len(text) > LONGEST_MESSAGE:
        return False
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("type") == "cancel"


async def _user_of(websocket: WebSocket) -> CurrentUser:
    token = websocket.query_params.get("token")
    return await user_from_request(websocket, scope="generate", given_token=token)


async def _still(websocket: WebSocket, user: CurrentUser) -> None:
    """Check that the session the socket was opened with has not ended.

    Raises:
        NotSignedIn: it has ended.
    """
    if (await _user_of(websocket)).id != user.id:
        raise NotSignedIn


def _text_before(log: EventLog, chunk: ChunkEvent) -> str:
    before = log.events[: chunk.seq - 1]
    return "".join(event.content for event in before if isinstance(event, ChunkEvent))


def _refusal(error: AppError) -> dict[str, Any]:
    """The event that says why there is no call to follow."""
    event = EndedEvent(
        seq=1,
        llm_call_id="",
        type="error",
        code=error.code,
        message=error.message,
        retryable=error.retryable,
        partial="",
        tokens_used=0,
        cost_usd=None,
        tokens_estimated=False,
    )
    return as_dict(event) | {"llm_call_id": None}


def _close_code(error: AppError) -> int:
    return _CLOSE_CODES.get(error.status, NORMAL)


async def _send(websocket: WebSocket, body: dict[str, Any]) -> None:
    await _within(websocket.send_text(json.dumps(body, ensure_ascii=False)))


async def _within(sending: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            await sending
    except (TimeoutError, OSError, RuntimeError, WebSocketDisconnect):
        raise _Gone from None
