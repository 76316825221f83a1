"""Who may do what, from the browser's side and past it: every event is a remote procedure."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import socketio
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from feedback_app.db.models import LlmCall, Scorecard
from feedback_app.db.session import Database
from tests.apart import run_apart
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import SignInPage, sign_in
from tests.e2e.serving import RunningApp
from tests.factories import MadeInterview, make_interview, make_user

_STATE = "reflex___state____state"
_INTERVIEW = f"{_STATE}.feedback_app___interviews___state____interview_state"


def send_by_hand(
    app: RunningApp,
    cookie: str,
    events: list[tuple[str, dict[str, Any]]],
    until: Callable[[Database], Awaitable[bool]] | None = None,
) -> list[Any]:
    """Open the app's socket as any program may and send these events one after the other.

    Returns what the app answered first to each. The socket stays open until the app's database
    is as `until` wants it.
    """

    async def send() -> list[Any]:
        answered: list[Any] = []
        async with socketio.AsyncSimpleClient() as client:
            await client.connect(
                f"{app.url}?token={uuid4()}",
                namespace="/_event",
                socketio_path="_event",
                transports=["websocket"],
                headers={"Cookie": cookie, "Origin": app.url},
            )
            for name, payload in events:
                event = {"name": name, "payload": payload, "router_data": {"pathname": "/"}}
                await client.emit("event", event)
                answered.append(await client.receive(timeout=10))
            if until is not None:
                database = Database(app.database_url)
                async with asyncio.timeout(10):
                    while not await until(database):
                        pass
                await database.aclose()
        assert len(answered) == len(events)
        return answered

    return run_apart(send())


def cookie_of(context: BrowserContext) -> str:
    return "; ".join(f"{c.get('name')}={c.get('value')}" for c in context.cookies())


async def _read(database: Database, made: MadeInterview) -> tuple[str, str | None, int]:
    async with database.read() as session:
        card = await session.get(Scorecard, made.scorecard.id)
        calls = await session.exec(select(LlmCall).where(LlmCall.subject_id == made.id))
        assert card is not None
        return card.notes, card.recommendation, len(calls.all())


def _state_of(app: RunningApp, made: MadeInterview) -> tuple[str, str | None, int]:
    return app.arrange(lambda database: _read(database, made))


def test_events_sent_by_hand_for_somebody_elses_interview_are_refused(
    page: Page, context: BrowserContext, running_app: RunningApp
) -> None:
    theirs = running_app.arrange(make_interview)
    mine = running_app.arrange(make_interview)
    sign_in(page, mine.interviewer.email)
    before = _state_of(running_app, theirs)

    async def last_is_kept(database: Database) -> bool:
        return (await _read(database, mine))[0] == "By hand, but mine."

    send_by_hand(
        running_app,
        cookie_of(context),
        [
            (f"{_INTERVIEW}.save_notes", {"interview_id": theirs.id, "notes": "Overwritten."}),
            (f"{_INTERVIEW}.recommend", {"interview_id": theirs.id, "recommendation": "strong_no"}),
            (f"{_STATE}.l.generate", {"subject_id": theirs.id}),
            (f"{_INTERVIEW}.save_notes", {"interview_id": mine.id, "notes": "By hand, but mine."}),
        ],
        until=last_is_kept,
    )
    assert _state_of(running_app, theirs) == before


def test_events_sent_by_hand_without_a_session_are_refused(running_app: RunningApp) -> None:
    made = running_app.arrange(make_interview)
    before = _state_of(running_app, made)
    send_by_hand(
        running_app,
        "debrief_session=made-up",
        [(f"{_INTERVIEW}.save_notes", {"interview_id": made.id, "notes": "Overwritten."})],
    )
    assert _state_of(running_app, made) == before


def test_interviews_of_others_and_absent_ones_look_alike(
    page: Page, running_app: RunningApp
) -> None:
    person = running_app.arrange(make_user)
    other_company = running_app.arrange(make_interview)

    async def colleague(database: Database) -> MadeInterview:
        user = await make_user(database, None, company_id=person.company_id)
        return await make_interview(database, user)

    someone_else = running_app.arrange(colleague)
    sign_in(page, person.email)
    seen = set()
    for interview_id in (other_company.id, someone_else.id, "no-such-interview"):
        tab = page.context.new_page()
        tab.goto(f"/interviews/{interview_id}")
        expect(tab.get_by_text("It does not exist, or it is not yours to see.")).to_be_visible()
        seen.add(tab.locator("main").inner_text())
        expect(tab.locator("#interview-notes")).to_be_hidden()
    assert len(seen) == 1


def test_signing_out_ends_access_in_every_tab(
    page: Page, context: BrowserContext, running_app: RunningApp
) -> None:
    made = running_app.arrange(make_interview)
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    InterviewPage(page).shown()
    other = context.new_page()
    other.goto("/")
    other.locator("#account-menu").click()
    other.locator("#sign-out").click()
    expect(other.locator("#login-email")).to_be_visible()
    before = _state_of(running_app, made)
    expect(page.locator("#login-email")).to_be_visible()
    assert _state_of(running_app, made) == before
    page.goto(f"/interviews/{made.id}")
    expect(page).to_have_url(re.compile(r"/login/?\?next="))


def test_a_wrong_password_and_an_unknown_person_look_the_same(
    context: BrowserContext, running_app: RunningApp
) -> None:
    person = running_app.arrange(make_user)
    told = []
    for email in (person.email, "nobody@example.test"):
        page = context.new_page()
        SignInPage(page).open().sign_in(email, "wrong password")
        expect(page.locator("#login-error")).to_be_visible()
        expect(page.locator("#login-email")).to_have_value(email)
        told.append(page.locator("#login-error").inner_text())
    assert told[0] == told[1]


def test_after_signing_in_the_person_is_where_they_wanted_to_be(
    page: Page, running_app: RunningApp
) -> None:
    made = running_app.arrange(make_interview)
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    expect(page.locator("h1")).to_have_text(made.candidate.name)


def test_an_interviewer_is_shown_no_usage(page: Page, running_app: RunningApp) -> None:
    person = running_app.arrange(make_user)
    sign_in(page, person.email)
    expect(page.get_by_role("link", name="Usage")).to_be_hidden()
    page.goto("/admin/usage")
    expect(page.get_by_text("For administrators")).to_be_visible()
    expect(page.locator("#usage-total-cost")).to_be_hidden()
