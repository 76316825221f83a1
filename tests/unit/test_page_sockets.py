"""The fence around Reflex's socket: what may be sent over it, left unread, and opened."""

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from starlette.types import Message, Receive, Scope, Send

import feedback_app.feedback_app
from feedback_app.auth.state import AuthState
from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.web.page_sockets import connection as connections
from feedback_app.web.page_sockets.bucket import Bucket
from feedback_app.web.page_sockets.connection import Connection
from feedback_app.web.page_sockets.frames import is_sound
from feedback_app.web.page_sockets.gate import SocketGate, has_tab_token
from feedback_app.web.page_sockets.queue import CountedQueue
from feedback_app.web.page_sockets.registry import (
    OPENINGS_AT_ONCE,
    PEOPLES_OPENINGS_AT_ONCE,
    STRANGERS_UNREAD,
    Sockets,
)
from feedback_app.web.page_sockets.tab_states import MOST_GONE_OF_ONE, GoneTabs, forget

assert feedback_app.feedback_app

MOST = 450_000
KEPT_S = 300.0
TOKEN = "0c8f6a4e-52a4-4f5e-9d0f-2b7b1b6a9c11"


def event(**changes: Any) -> dict[str, Any]:
    router = {"pathname": "/", "asPath": "/", "query": {"tab": "notes"}}
    return {"name": "state.save", "payload": {"text": "A."}, "router_data": router, **changes}


def sent(*said: Any) -> str:
    return f"42/_event,{json.dumps(said, ensure_ascii=False)}"


@pytest.mark.parametrize(
    "frame",
    [
        "3",
        "1",
        "40/_event,",
        "40/_event,{}",
        "41/_event,",
        f"40/_event,{json.dumps({'event': event(), 'state_schema': 'abc'})}",
        sent("event", event()),
        sent("event", event(payload=None)),
        sent("event", event(payload={"text": "é" * 400_000})),
        sent("client_error", {"message": "It broke.", "error_type": "state_update"}),
    ],
)
def test_what_pages_send_passes(frame: str) -> None:
    assert is_sound(frame, MOST)


@pytest.mark.parametrize(
    "frame",
    [
        None,
        "",
        "9",
        "2probe",
        "45-1",
        "42",
        "42/other,[]",
        "42/_event,",
        '42/_event,["event",{',
        '42/_event,["event"]',
        '42/_event,["event",7]',
        "42/_event," + "[" * 100_000,
        sent("event", "text"),
        sent("event", event(name="x" * 1_000)),
        sent("event", event(name=7)),
        sent("event", event(payload="text")),
        sent("event", event(router_data={"asPath": "x" * 9_000})),
        sent("event", event(router_data={"query": {"x" * 9_000: ""}})),
        sent("event", event(router_data={"query": [[[[[[["deep"]]]]]]]})),
        sent("event", event(router_data="/")),
        sent("event", event(token="x" * 9_000)),
        sent("event", event(payload={"text": "x" * MOST})),
        sent("client_error", {"message": "x" * 9_000}),
        sent(7, {}),
        "40/_event,[]",
        f"40/_event,{json.dumps({'event': 'text'})}",
        f"40/_event,{json.dumps({'state_schema': 'x' * 9_000})}",
    ],
)
def test_what_no_page_sends_does_not(frame: str | None) -> None:
    assert not is_sound(frame, MOST)


@pytest.mark.parametrize(
    ("query", "has"),
    [
        (f"EIO=4&transport=websocket&token={TOKEN}", True),
        ("EIO=4&transport=websocket", False),
        ("token=", False),
        ("token=by-hand", False),
        (f"token={TOKEN}&token={TOKEN}", False),
        (f"token={TOKEN}&x={'x' * 1_000}", False),
        (f"token={TOKEN.upper()}x", False),
    ],
)
def test_a_tab_is_named_by_one_uuid(query: str, has: bool) -> None:
    assert has_tab_token(query.encode()) is has


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the monotonic clock."""
    now = [1_000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])

    def set_to(seconds: float) -> None:
        now[0] = 1_000.0 + seconds

    return set_to


def test_a_bucket_lets_a_burst_through_and_then_its_rate(at: Callable[[float], None]) -> None:
    bucket = Bucket(per_second=10, burst=3)
    assert [round(bucket.take(), 6) for _ in range(5)] == [0, 0, 0, 0.1, 0.2]
    assert not bucket.offers()
    at(10)
    assert bucket.offers()
    assert bucket.is_full
    assert [round(bucket.take(), 6) for _ in range(4)] == [0, 0, 0, 0.1]


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, **changes)  # pyright: ignore[reportCallIssue]


async def test_a_person_may_have_only_so_many() -> None:
    sockets, most = Sockets(), settings(SOCKETS_PER_USER=2)
    with ExitStack() as stack:

        def opened(user_id: str) -> Connection | None:
            return stack.enter_context(sockets.one_more(most, user_id=user_id, address="a"))

        assert [opened("ada") is not None for _ in range(3)] == [True, True, False]
        assert opened("ben") is not None
        assert len(sockets) == 3
    assert len(sockets) == 0
    with sockets.one_more(most, user_id="ada", address="a") as again:
        assert again is not None


async def test_the_oldest_of_strangers_makes_room_where_there_are_most() -> None:
    sockets = Sockets()
    most = settings(SOCKETS_OF_STRANGERS_PER_ADDRESS=2, SOCKETS_OF_STRANGERS=3)
    with ExitStack() as stack:

        def opened(address: str) -> Connection:
            made = stack.enter_context(sockets.one_more(most, user_id=None, address=address))
            assert made is not None
            return made

        honest = opened("honest")
        first, second = opened("hostile"), opened("hostile")
        third = opened("hostile")
        assert [each.ended for each in (honest, second, third)] == ["", "", ""]
        assert first.ended
        opened("another")
        assert second.ended or first.ended
        assert not honest.ended


def test_from_one_address_strangers_come_only_so_fast(at: Callable[[float], None]) -> None:
    sockets = Sockets()
    came = [sockets.may_knock(None, "hostile") for _ in range(OPENINGS_AT_ONCE + 5)]
    assert came.count(True) == OPENINGS_AT_ONCE
    assert sockets.may_knock(None, "honest")
    assert sockets.may_knock("ada", "hostile")
    at(1)
    assert sockets.may_knock(None, "hostile")


def test_a_person_opens_pages_only_so_fast(at: Callable[[float], None]) -> None:
    sockets = Sockets()
    came = [sockets.may_knock("ada", f"10.0.0.{n}") for n in range(PEOPLES_OPENINGS_AT_ONCE + 5)]
    assert came.count(True) == PEOPLES_OPENINGS_AT_ONCE
    assert sockets.may_knock("bo", "10.0.0.1")
    at(1)
    assert sockets.may_knock("ada", "10.0.0.1")


class Wire:
    """The server's end of a socket, whose client takes nothing while `blocked`."""

    def __init__(self, *frames: str) -> None:
        self.sent: list[Message] = []
        self.blocked = asyncio.Event()
        self._frames = list(frames)

    async def receive(self) -> Message:
        if self._frames:
            return {"type": "websocket.receive", "text": self._frames.pop(0)}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Message) -> None:
        if self.blocked.is_set():
            await asyncio.Event().wait()
        self.sent.append(message)


async def test_who_keeps_sending_faster_than_a_page_is_slowed_down_and_then_ended(
    at: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(0)
    monkeypatch.setattr(connections, "_MOST_SLOWED_S", 0.055)
    sockets = Sockets()
    with sockets.one_more(settings(), user_id="ada", address="a") as connection:
        assert connection is not None
        wire = Wire(*[sent("event", event())] * 100)
        receive = connection.receiving(wire.receive)
        connection._own = Bucket(per_second=1_000, burst=10)
        taken = 0
        while (await receive())["type"] == "websocket.receive":
            taken += 1
        assert connection.ended == "kept sending more than a page does"
        assert taken == 20  # Ten at once, ten that wait 1, 2, 3 … 10 ms.


async def test_strangers_who_would_wait_for_others_too_long_are_ended_and_owe_nothing(
    at: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_time(*_: object, **__: object) -> None:
        return

    at(0)
    monkeypatch.setattr(asyncio, "wait", no_time)
    sockets = Sockets()
    ended = 0
    for _ in range(50):
        with sockets.one_more(settings(), user_id=None, address="a") as connection:
            assert connection is not None
            receive = connection.receiving(Wire(*[sent("event", event())] * 10).receive)
            for _ in range(10):
                await receive()
            ended += bool(connection.ended)
    assert ended > 20
    at(6)
    with sockets.one_more(settings(), user_id=None, address="b") as connection:
        assert connection is not None
        receive = connection.receiving(Wire(sent("event", event())).receive)
        assert (await receive())["type"] == "websocket.receive"


async def test_a_socket_that_leaves_too_much_unread_is_ended_whatever_it_waits_for() -> None:
    sockets, wire = Sockets(), Wire()
    with sockets.one_more(settings(), user_id=None, address="a") as connection:
        assert connection is not None
        send, receive = connection.sending(wire.send), connection.receiving(wire.receive)
        queue = CountedQueue()
        wire.blocked.set()

        async def write() -> None:
            while packet := await queue.get():
                await send({"type": "websocket.send", "text": packet.data})

        tasks = [asyncio.create_task(write()), asyncio.ensure_future(receive())]
        await asyncio.sleep(0)
        for _ in range(10):
            queue.put_nowait(Packet("x" * (STRANGERS_UNREAD // 8)))
            await asyncio.sleep(0)
        assert connection.ended == "left too much unread"
        done, _ = await asyncio.wait(tasks, timeout=5)
        assert len(done) == 2
        assert sockets.unread == connection.unread <= STRANGERS_UNREAD * 1.5
        assert (await receive())["type"] == "websocket.disconnect"
        with pytest.raises(OSError, match="unread"):
            await send({"type": "websocket.send", "text": "more"})
    assert sockets.unread == 0


class Packet:
    def __init__(self, data: str) -> None:
        self.data = data


async def test_what_was_taken_counts_no_more() -> None:
    sockets, wire = Sockets(), Wire()
    with sockets.one_more(settings(), user_id="ada", address="a") as connection:
        assert connection is not None
        queue, send = CountedQueue(), connection.sending(wire.send)
        for _ in range(100):
            queue.put_nowait(Packet("x" * 100_000))
            packet = await queue.get()
            await send({"type": "websocket.send", "text": "4" + packet.data})
        assert (connection.ended, connection.unread, len(wire.sent)) == ("", 0, 100)


async def test_what_takes_too_long_to_be_taken_is_ended(at: Callable[[float], None]) -> None:
    sockets, wire = Sockets(), Wire()
    wire.blocked.set()
    with sockets.one_more(settings(), user_id="ada", address="a") as connection:
        assert connection is not None
        sending = asyncio.ensure_future(
            connection.sending(wire.send)({"type": "websocket.send", "text": "x"})
        )
        await asyncio.sleep(0)
        at(19)
        sockets.end_what_is_stuck(settings())
        assert not connection.ended
        at(21)
        sockets.end_what_is_stuck(settings())
        assert connection.ended == "took nothing for too long"
        await asyncio.wait([sending], timeout=5)
        assert sending.cancelled()


async def test_where_all_hold_too_much_the_fullest_goes() -> None:
    sockets, most = Sockets(), settings(SOCKETS_UNREAD_MB=5)
    with ExitStack() as stack:
        full: list[Connection] = []
        for size in (1_000_000, 3_500_000, 2_000_000):
            made = stack.enter_context(sockets.one_more(most, user_id=str(size), address="a"))
            assert made is not None
            made.queued(size)
            full.append(made)
        sockets.end_what_is_stuck(most)
        assert [bool(each.ended) for each in full] == [False, True, False]


async def test_what_no_page_sends_ends_its_socket() -> None:
    wire = Wire(sent("event", event()), '42/_event,["event",{')
    with Sockets().one_more(settings(), user_id="ada", address="a") as connection:
        assert connection is not None
        receive = connection.receiving(wire.receive)
        assert (await receive())["text"] == sent("event", event())
        assert (await receive())["type"] == "websocket.disconnect"
        assert connection.ended == "sent what no page sends"


async def test_a_stranger_may_send_no_long_text() -> None:
    wire = Wire(sent("event", event(payload={"text": "x" * 20_000})))
    with Sockets().one_more(settings(), user_id=None, address="a") as connection:
        assert connection is not None
        assert (await connection.receiving(wire.receive)())["type"] == "websocket.disconnect"


@pytest.mark.parametrize("query", ["", "token=by-hand"])
async def test_a_socket_without_a_tabs_token_is_never_accepted(query: str) -> None:
    said: list[Message] = []

    async def app(*_: object) -> None:
        raise AssertionError("it was let in")

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": "websocket",
        "path": "/_event/",
        "headers": [],
        "query_string": query.encode(),
        "client": ("10.0.0.1", 1),
    }
    await SocketGate(app)(scope, receive, send)
    assert said == [{"type": "websocket.close", "code": 1008}]


async def test_a_handshake_with_longer_headers_than_any_browsers_is_refused() -> None:
    said: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": "websocket",
        "path": "/_event/",
        "headers": [(b"x-long", b"x" * 16_000)],
        "query_string": f"token={TOKEN}".encode(),
        "client": ("10.0.0.1", 1),
    }
    await SocketGate(app)(scope, receive, send)
    assert said == [{"type": "websocket.close", "code": 1008}]


async def test_other_paths_are_let_through() -> None:
    reached: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(scope["path"])

    async def unused(*_: object) -> None:
        raise AssertionError

    scope = {"type": "websocket", "path": "/api/x", "headers": [], "query_string": b""}
    await SocketGate(app)(scope, unused, unused)  # pyright: ignore[reportArgumentType]
    assert reached == ["/api/x"]


async def test_of_tabs_that_are_gone_strangers_are_forgotten_at_once_and_people_after_a_while(
    at: Callable[[float], None],
) -> None:
    manager, gone = StateManagerMemory(), GoneTabs()
    try:
        for name in ("stranger", "open", "ada", "back"):
            token = BaseStateToken(ident=name, cls=State)
            async with manager.modify_state(token) as root:
                auth = await root.get_state(AuthState)
                auth._session = "any cookie at all"
                auth._right = name if name in ("ada", "back") else ""
        forget(manager, {"open"}, gone, KEPT_S)
        assert set(manager.states) == {"open", "ada", "back"}
        at(KEPT_S - 1)
        forget(manager, {"open", "back"}, gone, KEPT_S)
        assert set(manager.states) == {"open", "ada", "back"}
        at(KEPT_S)
        forget(manager, {"open"}, gone, KEPT_S)
        assert set(manager.states) == {"open", "back"}
        at(2 * KEPT_S)
        forget(manager, {"open"}, gone, KEPT_S)
        assert set(manager.states) == {"open"}
    finally:
        await manager.close()


def test_of_one_persons_gone_tabs_the_oldest_make_room(at: Callable[[float], None]) -> None:
    gone = GoneTabs()
    for number in range(MOST_GONE_OF_ONE + 3):
        at(number)
        gone.went(f"{number}", "ada")
    gone.went("other", "bo")
    assert sorted(gone.due(KEPT_S, 0.0)) == ["0", "1", "2"]
    gone.drop("0")
    at(MOST_GONE_OF_ONE)
    gone.went("2", "ada")
    assert sorted(gone.due(KEPT_S, 0.0)) == ["1", "3"]


def test_a_tab_that_was_drawn_first_and_went_last_is_not_the_oldest(
    at: Callable[[float], None],
) -> None:
    gone, tabs = GoneTabs(), {"first": "ada"}
    gone.look(tabs, {"first"})
    for number in range(MOST_GONE_OF_ONE):
        at(number)
        tabs[f"{number}"] = "ada"
        gone.look(tabs, {"first"})
    at(MOST_GONE_OF_ONE)
    gone.look(tabs, set())
    assert gone.due(KEPT_S, 0.0) == ["0"]


async def test_the_state_of_a_tab_at_work_is_left_alone() -> None:
    manager = StateManagerMemory()
    try:
        async with manager.modify_state(BaseStateToken(ident="busy", cls=State)):
            forget(manager, (), GoneTabs(), KEPT_S)
            assert set(manager.states) == {"busy"}
        forget(manager, (), GoneTabs(), KEPT_S)
        assert set(manager.states) == set()
    finally:
        await manager.close()
