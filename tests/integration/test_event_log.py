"""What happens before each UI event: ownership of the tab's state, the `ui` row."""

from typing import Any, cast

import reflex as rx
from reflex.app import App
from reflex.event import Event
from reflex.state import State, StateUpdate
from sqlmodel import col, select

from feedback_app.auth import sessions
from feedback_app.auth.state import AuthState, SignInState
from feedback_app.core.context import current_request_id
from feedback_app.core.markers import generation_event
from feedback_app.db.models import SystemLog
from feedback_app.db.session import Database
from feedback_app.db.system_log import SystemLogWriter, set_writer
from feedback_app.ui.notice import NoticeState
from feedback_app.web.event_log import EventLog, OwnState
from tests.integration.people import PASSWORD, make_user
from tests.integration.states import open_socket, state_of

APP = cast(App, None)
HYDRATE = Event(name="reflex___state____state.hydrate_and_load")
"""The first event of every socket."""


class DraftPage(rx.State):
    secret: str = ""

    @rx.event
    @generation_event
    async def generate(self) -> None:
        self.secret = "a draft"


def event(state: type[rx.State], name: str, **payload: Any) -> Event:
    return Event(name=f"{state.get_full_name()}.{name}", payload=payload)


async def logged(database: Database, state: rx.State, *events: Event) -> list[SystemLog]:
    """The rows that events of a tab leave."""
    writer = SystemLogWriter(database)
    set_writer(writer)
    try:
        for given in events:
            root = state._get_root_state()
            await OwnState().preprocess(APP, root, given)
            assert await EventLog().preprocess(APP, root, given) is None
    finally:
        set_writer(None)
    await writer.flush()
    async with database.read() as session:
        return list((await session.exec(select(SystemLog).order_by(col(SystemLog.id)))).all())


async def session_of(database: Database, **user: Any) -> str:
    person = await make_user(database, **user)
    return sessions.hash_token(await sessions.sign_in(person.email, PASSWORD, address="10.0.0.1"))


async def test_an_event_leaves_one_row_naming_who_and_what_but_no_arguments(database: Database):
    token_hash = await session_of(database)
    state = await state_of(SignInState, token_hash)
    (row,) = await logged(database, state, event(SignInState, "fill", email="secret@debrief.test"))
    assert (row.component, row.action) == ("ui", "SignInState.fill")
    assert (row.user_id, row.company_id) == sessions.identity(token_hash)
    assert row.request_id == current_request_id()
    assert "secret" not in row.model_dump_json()
    assert token_hash not in row.model_dump_json()


async def test_an_event_of_a_stranger_names_nobody(database: Database):
    state = await state_of(NoticeState, None)
    (row,) = await logged(database, state, event(NoticeState, "dismiss"))
    assert (row.user_id, row.company_id) == (None, None)


async def test_generation_events_own_events_and_reflexs_leave_no_row(database: Database):
    state = await state_of(NoticeState, None)
    events = [
        event(DraftPage, "generate"),
        event(NoticeState, "show", message="x"),
        HYDRATE,
        Event(name="reflex___state____state.nonexistent"),
    ]
    assert await logged(database, state, *events) == []


async def test_nobody_sets_a_var_from_outside(database: Database):
    state = await state_of(AuthState, None)
    given = event(AuthState, "setvar", var_name="is_admin", value=True)
    assert await OwnState().preprocess(APP, state._get_root_state(), given) == StateUpdate()


async def test_the_next_person_in_a_tab_finds_nothing_of_the_last(database: Database):
    first = await session_of(database)
    second = await session_of(database, email="bo@debrief.test", name="Bo")
    page = await state_of(DraftPage, first)
    root = page._get_root_state()
    await OwnState().preprocess(APP, root, HYDRATE)
    page.secret = "the first person's"
    for token_hash in (None, second):
        open_socket(cast(State, root), token_hash)
        await OwnState().preprocess(APP, root, HYDRATE)
        assert page.secret == ""
        page.secret = "somebody's"


async def test_a_reconnect_of_the_same_person_keeps_the_tabs_state(database: Database):
    token_hash = await session_of(database)
    page = await state_of(DraftPage, token_hash)
    root = page._get_root_state()
    await OwnState().preprocess(APP, root, HYDRATE)
    page.secret = "still mine"
    open_socket(cast(State, root), token_hash)
    await OwnState().preprocess(APP, root, HYDRATE)
    assert page.secret == "still mine"
    assert (await page.get_state(AuthState))._session == token_hash
