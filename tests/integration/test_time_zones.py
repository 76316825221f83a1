"""The zone of a browser: told once, kept with the session, used by everything it asks for."""

import asyncio

import pytest
from reflex.state import OnLoadInternalState
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.auth import guards, sessions
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.auth.state import AuthState
from feedback_app.core import clock, zones
from feedback_app.db.session import Database, set_database
from feedback_app.interviews import service as interviews
from feedback_app.ui import wording
from tests.factories import make_interview
from tests.integration.generating import as_user
from tests.integration.people import PASSWORD, browser, make_user
from tests.integration.states import state_of

SAVED = clock.now().replace(hour=12, minute=0)


async def signed_in(database: Database, time_zone: str = "") -> str:
    """The hash of a new session of a new person."""
    set_database(database)
    await make_user(database)
    token = await sessions.sign_in("ada@debrief.test", PASSWORD, address="", time_zone=time_zone)
    return sessions.hash_token(token)


async def zone_of(session_hash: str) -> str:
    user = await sessions.resolve(session_hash)
    assert user is not None
    return user.time_zone


@pytest.mark.parametrize(
    ("said", "kept"),
    [("Asia/Tokyo", "Asia/Tokyo"), ("", "UTC"), ("../etc", "UTC"), ("x" * 99, "UTC")],
)
async def test_the_form_of_a_sign_in_says_the_zone(
    database: Database, said: str, kept: str
) -> None:
    set_database(database)
    await make_user(database)
    form = {"email": "ada@debrief.test", "password": PASSWORD, "time_zone": said}
    async with browser(Starlette(routes=AUTH_ROUTES)) as client:
        answer = await client.post(routes.SIGN_IN, data=form)
    assert answer.headers["location"] == routes.INTERVIEWS
    assert await zone_of(sessions.hash_token(answer.cookies[sessions.COOKIE])) == kept


async def test_a_browser_in_another_zone_changes_it_and_the_page_is_drawn_again(
    database: Database,
) -> None:
    session = await signed_in(database, "Europe/Berlin")
    auth = await state_of(AuthState, session)
    tell = AuthState.event_handlers["show_times_in"].fn
    assert await tell(auth, "Europe/Berlin") is None
    assert await tell(auth, "America/Los_Angeles") is OnLoadInternalState.on_load_internal
    assert await zone_of(session) == "America/Los_Angeles"
    await AuthState.event_handlers["enter"].fn(auth)
    assert auth.time_zone == "America/Los_Angeles"


@pytest.mark.parametrize("said", ["", "Nowhere/Land", "America", "x" * 10_000, None, 5, ["UTC"]])
async def test_a_zone_that_does_not_exist_changes_nothing(database: Database, said: object) -> None:
    session = await signed_in(database, "Europe/Berlin")
    auth = await state_of(AuthState, session)
    assert await AuthState.event_handlers["show_times_in"].fn(auth, said) is None
    assert await zone_of(session) == "Europe/Berlin"


async def test_nobody_who_is_not_signed_in_keeps_a_zone(database: Database) -> None:
    session = await signed_in(database, "Europe/Berlin")
    await sessions.sign_out(session)
    auth = await state_of(AuthState, session)
    sent = await AuthState.event_handlers["show_times_in"].fn(auth, "Asia/Tokyo")
    assert sent is not OnLoadInternalState.on_load_internal


async def test_an_event_and_what_it_starts_show_times_in_its_sessions_zone(
    database: Database,
) -> None:
    sessions_of = {
        name: await signed_in_as(database, number, name)
        for number, name in enumerate(("Asia/Tokyo", "America/Los_Angeles"))
    }

    async def shown(session: str) -> str:
        """Two at once, each as an event of its own."""
        await guards.require_user(await state_of(AuthState, session))
        await asyncio.sleep(0)
        return await asyncio.create_task(as_words())

    async def as_words() -> str:
        return wording.moment(SAVED)

    tokyo, los_angeles = await asyncio.gather(
        *(asyncio.create_task(shown(session)) for session in sessions_of.values())
    )
    assert tokyo.endswith("21:00")
    assert los_angeles.endswith(("04:00", "05:00"))
    assert wording.moment(SAVED).endswith("12:00")


async def signed_in_as(database: Database, number: int, time_zone: str) -> str:
    set_database(database)
    email = f"person{number}@debrief.test"
    await make_user(database, email=email)
    token = await sessions.sign_in(email, PASSWORD, address="", time_zone=time_zone)
    return sessions.hash_token(token)


async def test_an_interview_is_shown_at_its_local_time_with_utc_beside_it(
    database: Database,
) -> None:
    held_at = clock.now().replace(year=2025, month=7, day=31, hour=23, minute=30)
    made = await make_interview(database, held_at=held_at)
    zones.show_times_in("Asia/Tokyo")
    held = (await interviews.record(as_user(made.interviewer), made.id)).detail.held
    assert held.text == "Fri 1 Aug 2025, 08:30"
    assert held.utc.startswith("31 Jul 2025, 23:30:")


async def test_a_program_is_answered_in_utc_whatever_its_owners_browser_says(
    database: Database,
) -> None:
    await signed_in(database, "Asia/Tokyo")
    token = await sessions.issue_token("ada@debrief.test", PASSWORD, address="")
    user = await sessions.resolve(sessions.hash_token(token), sessions.SessionKind.API)
    assert user is not None
    assert user.time_zone == zones.UTC_NAME
