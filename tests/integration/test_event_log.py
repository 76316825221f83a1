"""What happens before each UI event: ownership of the tab's state, the `ui` row."""

from typing import Any, cast

import pytest
import reflex as rx
from reflex.app import App
from reflex.event import Event
from reflex.state import State, StateUpdate
from reflex_base.registry import RegistrationContext
from sqlmodel import col, select

import feedback_app.feedback_app
from feedback_app.auth import sessions
from feedback_app.auth.state import AuthState, SignInState
from feedback_app.core import clock
from feedback_app.core.context import current_request_id
from feedback_app.core.markers import generation_event, is_unlogged, typing, words_of
from feedback_app.db.models import SystemLog
from feedback_app.db.session import Database
from feedback_app.db.system_log import SystemLogWriter, set_writer
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.notice import NoticeState
from feedback_app.web import typing_pauses
from feedback_app.web.typing_pauses import PAUSE_S, TypingPauses
from feedback_app.web.ui_events import OwnState, UiEventRows
from tests.integration.people import PASSWORD, make_user
from tests.integration.states import open_socket, state_of

assert feedback_app.feedback_app
APP = cast(App, None)
HYDRATE = Event(name="reflex___state____state.hydrate_and_load")
"""The first event of every socket."""


class DraftPage(rx.State):
    secret: str = ""

    @rx.event
    @generation_event
    async def generate(self) -> None:
        self.secret = "a draft"


class DiaryPage(rx.State):
    @rx.event
    @typing("Wrote a diary")
    async def write(self, text: str) -> None: ...

    @rx.event
    @typing("Gave a title")
    async def entitle(self, text: str) -> None: ...

    @rx.event
    async def close(self) -> None: ...


class Stopwatch:
    """The monotonic clock, moved by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        patch.setattr(clock, "monotonic", lambda: self.now)


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    return Stopwatch(monkeypatch)


def event(state: type[rx.State], name: str, **payload: Any) -> Event:
    return Event(name=f"{state.get_full_name()}.{name}", payload=payload)


async def logged(database: Database, state: rx.State, *events: Event) -> list[SystemLog]:
    """The rows that events of a tab leave."""
    log = UiEventRows()
    return await logged_by(log, database, *((state, given) for given in events))


async def logged_by(
    log: UiEventRows, database: Database, *events: tuple[rx.State, Event]
) -> list[SystemLog]:
    """The rows there are after these events of some tabs."""
    writer = SystemLogWriter(database)
    set_writer(writer)
    try:
        for state, given in events:
            root = state._get_root_state()
            await OwnState().preprocess(APP, root, given)
            assert await log.preprocess(APP, root, given) is None
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
    assert (row.component, row.action) == ("ui", "Chose a demo sign-in")
    assert (row.user_id, row.company_id) == sessions.identity(token_hash)
    assert row.request_id == current_request_id()
    assert "secret" not in row.model_dump_json()
    assert token_hash not in row.model_dump_json()


@pytest.mark.parametrize("token_hash", [None, "made-up"])
async def test_events_of_strangers_leave_no_row(database: Database, token_hash: str | None):
    state = await state_of(NoticeState, token_hash)
    assert await logged(database, state, *[event(NoticeState, "dismiss")] * 100) == []


async def test_generation_events_own_events_and_reflexs_leave_no_row(database: Database):
    state = await state_of(NoticeState, await session_of(database))
    events = [
        event(DraftPage, "generate"),
        event(NoticeState, "show", message="x"),
        HYDRATE,
        Event(name="reflex___state____state.nonexistent"),
    ]
    assert await logged(database, state, *events) == []


async def test_every_key_of_a_long_note_leaves_one_row_from_when_the_typing_began(
    database: Database, stopwatch: Stopwatch
):
    state = await state_of(DiaryPage, await session_of(database))
    log = UiEventRows()
    (row,) = await logged_by(log, database, (state, event(DiaryPage, "write", text="D")))
    for length in range(2, 60):
        stopwatch.now += PAUSE_S - 1
        text = "D" * length
        assert await logged_by(log, database, (state, event(DiaryPage, "write", text=text))) == [
            row
        ]
    assert row.action == "Wrote a diary"
    assert "DDD" not in row.model_dump_json()


async def test_typing_after_a_pause_elsewhere_or_by_somebody_else_leaves_a_row_of_its_own(
    database: Database, stopwatch: Stopwatch
):
    ada = await session_of(database)
    bo = await session_of(database, email="bo@debrief.test", name="Bo")
    first = await state_of(DiaryPage, ada, path="/diaries/1")
    second = await state_of(DiaryPage, ada, path="/diaries/2")
    bos = await state_of(DiaryPage, bo, path="/diaries/1")
    log, write = UiEventRows(), event(DiaryPage, "write", text="x")
    entitle, close = event(DiaryPage, "entitle", text="x"), event(DiaryPage, "close")
    at_once = [(first, write), (second, write), (bos, write), (first, entitle), (first, close)]
    assert len(await logged_by(log, database, *at_once, *at_once[:4])) == 5
    stopwatch.now += PAUSE_S + 1
    rows = await logged_by(log, database, *at_once[:4], *at_once[:4])
    assert [row.action for row in rows[5:]] == ["Wrote a diary"] * 3 + ["Gave a title"]


def test_however_many_type_only_so_many_are_remembered(
    stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(typing_pauses, "MOST_TYPISTS", 3)
    pauses = TypingPauses()
    assert [pauses.begins(n) for n in (1, 2, 3, 1, 4)] == [True, True, True, False, True]
    assert len(pauses._last) == 3
    assert [pauses.begins(n) for n in (1, 4, 2)] == [False, False, True]


async def test_notes_typed_and_then_left_are_one_row(database: Database):
    state = await state_of(InterviewState, await session_of(database), path="/interviews/7")
    key = event(InterviewState, "note", interview_id="7", notes="n")
    left = event(InterviewState, "save_notes", interview_id="7", notes="no")
    (row,) = await logged(database, state, key, key, left)
    assert row.action == "Wrote notes"


def test_every_event_a_person_can_cause_is_logged_in_words():
    nameless = [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if registered.states
        and registered.states[0].__module__.startswith("feedback_app.")
        and not name.endswith(".setvar")
        and not is_unlogged(registered.handler.fn)
        and " " not in words_of(registered.handler.fn)
    ]
    assert nameless == []


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
