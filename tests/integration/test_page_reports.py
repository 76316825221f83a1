"""What pages report of their own faults: of people who are signed in, short, and only so many."""

import logging
from typing import cast

import pytest
from reflex.app import App
from reflex.event import Event
from reflex.state import State, StateUpdate

from feedback_app.auth import sessions
from feedback_app.core import clock
from feedback_app.db.session import Database
from feedback_app.ui.notice import NoticeState
from feedback_app.web import faults
from feedback_app.web.faults import PageFaults, log_page_fault
from tests.integration.people import PASSWORD, make_user
from tests.integration.states import state_of

APP = cast(App, None)
REPORT = Event(
    name=f"{State.get_full_name()}.reflex___state____frontend_event_exception_state"
    ".handle_frontend_exception",
    payload={"info": "TypeError: x is undefined", "component_stack": ""},
)


async def root_of(token_hash: str | None, socket: str = "one") -> State:
    root = (await state_of(NoticeState, token_hash))._get_root_state()
    data = root.router_data | {"sid": socket}
    root._update_router_vars(data, {})
    return cast(State, root)


async def session(database: Database) -> str:
    person = await make_user(database)
    token_hash = sessions.hash_token(
        await sessions.sign_in(person.email, PASSWORD, address="10.0.0.1")
    )
    assert await sessions.resolve(token_hash)
    return token_hash


async def test_only_people_who_are_signed_in_may_report(database: Database):
    limited = PageFaults()
    for nobody in (None, "made-up"):
        assert await limited.preprocess(APP, await root_of(nobody), REPORT) == StateUpdate()
    assert await limited.preprocess(APP, await root_of(await session(database)), REPORT) is None


async def test_a_socket_may_report_so_often_and_all_together_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    now = 1_000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    mine, limited = await session(database), PageFaults()

    async def let_through(socket: str) -> int:
        root = await root_of(mine, socket)
        tried = [await limited.preprocess(APP, root, REPORT) for _ in range(50)]
        return tried.count(None)

    of_each = [await let_through(str(number)) for number in range(10)]
    assert of_each[0] == faults.REPORTS_PER_SOCKET
    assert sum(of_each) == faults.REPORTS_IN_ALL
    now += faults.REPORTS_WINDOW_S
    assert await let_through("0") == faults.REPORTS_PER_SOCKET


async def test_other_events_are_nobodys_reports(database: Database):
    other = Event(name=f"{NoticeState.get_full_name()}.dismiss")
    assert await PageFaults().preprocess(APP, await root_of(None), other) is None


def test_a_report_is_short_and_on_one_line(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR):
        log_page_fault(Exception("\n2026 FORGED \x1b[31m" + "x" * 10_000))
    (record,) = caplog.records
    said = record.getMessage()
    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) < faults.MOST_OF_A_REPORT + 100
