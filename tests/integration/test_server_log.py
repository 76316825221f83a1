"""What strangers can make the server's own log say: little, on lines that are told from ours."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.apart import run_apart
from tests.databases import Databases, free_port, temporary_home
from tests.e2e.serving import RunningApp, serving, wait_until

_STATE = "reflex___state____state"
_FRONTEND_FAULT = (
    f"{_STATE}.reflex___state____frontend_event_exception_state.handle_frontend_exception"
)
_TOKEN = "5c2d3f0e-8f0e-4b6e-9d55-0a1b2c3d4e5f"
_CANARY = "canary-of-a-stranger"
_LONG = _CANARY * 5_000
_RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ \S+ \[\S+\] ")

MALFORMED = [
    pytest.param(f'["event","{_LONG}"]', id="text instead of an event"),
    pytest.param(f'["event",["{_LONG}"]]', id="a list instead of an event"),
    pytest.param(f'["event",{{"name":["{_LONG}"]}}]', id="a name that is a list"),
    pytest.param(f'["event",{{"payload":"{_LONG}"}}]', id="no name"),
    pytest.param(f'["event",{{"name":"{_LONG}","payload":7}}]', id="a payload that is a number"),
    pytest.param(
        f'["event",{{"name":"{_LONG}","payload":{{}},"router_data":"{_CANARY}"}}]',
        id="routing data that is text",
    ),
    pytest.param(f'["event",{{"name":"{_LONG}","payload":{{}}}}]', id="an event nobody knows"),
    pytest.param('["event"]', id="no data"),
    pytest.param(f'["event",1,2,"{_LONG}"]', id="too many arguments"),
    pytest.param(f'["{_LONG}",1]', id="a message nobody knows"),
    pytest.param("[]", id="no message"),
    pytest.param(f'[{{"{_LONG}":1}}]', id="a message name that is an object"),
    pytest.param(f'"{_LONG}"', id="a string"),
    pytest.param(f'{{"{_LONG}"', id="no JSON"),
]


@pytest.fixture(scope="module")
def running_app(databases: Databases) -> Iterator[RunningApp]:
    """The app in production mode; its pages' files are not needed."""
    with databases.fresh("sqlite") as url, temporary_home("log") as home:
        (home / "web" / "build" / "client").mkdir(parents=True)
        env = {"REFLEX_WEB_WORKDIR": str(home / "web")}
        with serving(free_port(), url, home, env) as app:
            yield app


async def _send(app: RunningApp, frames: Sequence[str], token: str = _TOKEN) -> None:
    """Open the app's socket as any program may, send these frames, and wait until they are read."""
    address = f"{app.url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={token}"
    async with connect(address, origin=app.url, proxy=None, max_size=None) as socket:  # pyright: ignore[reportArgumentType]
        await socket.recv()
        await socket.send("40/_event,")
        await socket.recv()
        try:
            for frame in frames:
                await socket.send(frame)
            await socket.send('42/_event,["ping"]')
            async with asyncio.timeout(10):
                while "pong" not in await socket.recv(decode=True):
                    pass
        except ConnectionClosed:
            return  # a frame that cannot be read may end the socket


def _said_of(app: RunningApp, *frames: str) -> str:
    """What the log says of these frames."""
    before = len(app.log)
    run_apart(_send(app, frames))
    run_apart(_send(app, []))  # what the last socket left to say is said before this one is read
    return app.log[before:]


@pytest.mark.parametrize("data", MALFORMED)
def test_a_malformed_frame_leaves_one_short_line_at_most(running_app: RunningApp, data: str):
    said = _said_of(running_app, f"42/_event,{data}")
    assert len(said) < 400
    assert len(said.splitlines()) <= 1
    assert _CANARY not in said


@pytest.mark.parametrize("frame", ["4", "9", "x", "42", "45-1", "4/", "451-[]", "499/_event,[1]"])
def test_a_frame_that_is_none_leaves_one_short_line_at_most(running_app: RunningApp, frame: str):
    said = _said_of(running_app, frame)
    assert len(said) < 400
    assert len(said.splitlines()) <= 1


def test_a_fault_that_a_stranger_reports_is_not_logged(running_app: RunningApp):
    forged = f"\n2026-11-27 11:11:11,111 WARNING feedback_app.auth [aaaa] {_CANARY}\x1b[31m"
    event = {
        "name": _FRONTEND_FAULT,
        "payload": {"info": forged, "component_stack": ""},
        "router_data": {"pathname": "/"},
    }
    said = _said_of(running_app, *[f'42/_event,["event",{json.dumps(event)}]'] * 20)
    assert _CANARY not in said


def test_a_flood_of_malformed_frames_leaves_few_lines(running_app: RunningApp):
    said = _said_of(running_app, *[f'42/_event,["event",["{_CANARY}"]]'] * 500)
    assert len(said.splitlines()) < 100


def test_every_line_of_the_log_begins_as_a_record_or_belongs_to_one(running_app: RunningApp):
    run_apart(_send(running_app, ['42/_event,["event",{"name":1}]']))
    wait_until(lambda: _RECORD.search(running_app.log) is not None)
    first = _RECORD.search(running_app.log)
    assert first is not None
    lines = running_app.log[first.start() :].splitlines()
    assert [line for line in lines if not (_RECORD.match(line) or line.startswith("  | "))] == []
