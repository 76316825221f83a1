"""From an empty database to submitted feedback: no demo, no SQL."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from feedback_app.core.settings import ROOT
from feedback_app.db.models import Scorecard
from feedback_app.db.session import Database
from tests.databases import Databases, temporary_home
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.people import PeoplePage, accept, set_up
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp, serving
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import PASSWORD, make_admin, make_company, make_user

GOOD = "seven purple bananas"
NOTES = (
    "Knows marine diesels inside out, walked me through an injector swap step by step.\n"
    "Got vague on paperwork: could not say who signs the safety log.\n"
    "Calm when I described the engine room fire, asked the right first question."
)


@pytest.fixture(scope="module")
def app_env() -> Mapping[str, str]:
    return {"DEMO": "false"}


@pytest.fixture(scope="module")
def running_app(
    server_port: int, databases: Databases, app_env: Mapping[str, str]
) -> Iterator[RunningApp]:
    """The app over an empty database."""
    with (
        databases.fresh("sqlite") as url,
        temporary_home("app") as home,
        serving(server_port, url, home, app_env) as app,
    ):
        yield app


def printed_link(app: RunningApp, *command: str) -> str:
    """The address that an operator's command shows."""
    done = subprocess.run(
        [sys.executable, "-m", "feedback_app", *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": app.database_url, "PUBLIC_URL": app.url},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[0]


def another(browser: Browser, app: RunningApp, **options: object) -> Page:
    """A page of another browser."""
    return browser.new_context(base_url=app.url, **options).new_page()  # pyright: ignore[reportArgumentType]


def test_from_an_empty_database_to_submitted_feedback_of_invited_people(
    page: Page, browser: Browser, running_app: RunningApp
) -> None:
    address = printed_link(running_app, "setup-link")
    founder = {"company": "Lighthouse", "name": "Grete Möller", "email": "grete@lighthouse.test"}
    set_up(page, address, **founder, password="short")
    expect(page.locator("#setup-password-error")).to_contain_text("too short")
    expect(page.locator("#setup-name")).to_have_value("Grete Möller")
    expect(page.locator("#setup-password")).to_be_focused()
    assert_no_barriers(page)
    strength = page.locator("#setup-strength")
    page.keyboard.type(GOOD)
    expect(strength).to_have_attribute("data-strength", re.compile("fair|strong"))
    page.locator("#setup-submit").click()
    expect(page.locator("#new-interview")).to_be_visible()
    again = another(browser, running_app)
    again.goto(address)
    expect(again.locator("#link-ended")).to_contain_text("set up with this link")

    steps = page.locator("#checklist li")
    expect(steps).to_have_count(4)
    assert_no_barriers(page)
    people = PeoplePage(page).open()
    assert_fits(page)
    first, second = people.invite("ole@lighthouse.test"), people.invite("bo@lighthouse.test")
    assert_no_barriers(page)
    ole, bo = another(browser, running_app), another(browser, running_app)
    page.goto("/")
    expect(steps.filter(has_text="Invite people")).to_have_attribute("data-done", "true")
    accept(ole, first, name="Ole", password=GOOD)
    accept(bo, second, name="Bo", password=GOOD)
    again.goto(first)
    expect(again.locator("#link-ended")).to_contain_text("has been accepted")

    add_interview(ole)
    desk = InterviewPage(ole).shown()
    expect(desk.editor).to_contain_text("marine diesels")
    desk.editor.click()
    ole.keyboard.press("Control+End")
    ole.keyboard.type(" I would hire her.")
    expect(desk.status).to_have_attribute("data-status", "saved")
    ole.locator("#recommendation label[data-step=yes]").click()
    ole.locator("#submit-feedback").click()
    ole.locator("#confirm-submit").click()
    expect(ole.locator("#final-feedback")).to_contain_text("I would hire her.")

    async def read(database: Database) -> Scorecard:
        async with database.read() as session:
            return (await session.exec(select(Scorecard))).one()

    card = running_app.arrange(read)
    assert card.submitted_at is not None
    assert card.feedback.endswith("I would hire her.")
    bo.goto("/")
    expect(bo.locator(".empty")).to_be_visible()
    for opened in (again, ole, bo):
        opened.context.close()


def add_interview(page: Page) -> int:
    """Add an interview with notes and a draft; how many things a person did for it."""
    page.locator("#new-interview").click()
    expect(page.locator("#new-candidate")).to_be_focused()
    page.keyboard.type("Imke Brandt")
    page.locator("#new-job").click()
    page.keyboard.type("Ferry mechanic")
    page.locator("#new-notes").click()
    page.keyboard.insert_text(NOTES)
    page.locator("#new-submit").click()
    expect(page.locator("#generation-panel")).to_be_visible()
    return 5


@pytest.mark.parametrize("width", [1280, 360])
def test_from_the_sign_in_to_a_running_draft_it_takes_eight_actions(
    page: Page, running_app: RunningApp, width: int
) -> None:
    person = running_app.arrange(make_user)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/login")
    expect(page.locator("#login-email")).to_be_visible()
    page.locator("#login-email").press_sequentially(person.email)
    page.locator("#login-password").press_sequentially(PASSWORD)
    page.locator("#login-submit").click()
    assert 3 + add_interview(page) <= 8
    desk = InterviewPage(page).shown()
    expect(desk.notes).to_have_value(NOTES)
    expect(desk.editor).to_contain_text("marine diesels")
    page.goto("/")
    expect(page.locator("#interview-list li")).to_contain_text(["Imke Brandt"])
    expect(page.locator("#new-submit")).to_be_hidden()


def test_a_new_interview_that_lacks_something_keeps_what_was_typed(
    page: Page, running_app: RunningApp
) -> None:
    person = running_app.arrange(make_user)
    sign_in(page, person.email)
    page.locator("#new-interview").click()
    page.locator("#new-notes").click()
    page.keyboard.insert_text(NOTES)
    page.locator("#new-submit").click()
    expect(page.locator("#new-candidate-error")).to_have_text("Write the candidate's name.")
    expect(page.locator("#new-candidate")).to_have_attribute("aria-invalid", "true")
    assert_no_barriers(page)
    assert_fits(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#new-notes")).to_be_hidden()
    page.locator("#new-interview").click()
    expect(page.locator("#new-notes")).to_have_value(NOTES)


def test_a_company_may_leave_adding_to_its_administrators(
    page: Page, running_app: RunningApp
) -> None:
    company = running_app.arrange(lambda d: make_company(d, interviewers_add=False))
    person = running_app.arrange(lambda d: make_user(d, company))
    sign_in(page, person.email)
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator("#new-interview")).to_have_count(0)


def test_a_deactivated_person_is_out_and_may_come_back(
    page: Page, browser: Browser, running_app: RunningApp
) -> None:
    company = running_app.arrange(make_company)
    admin = running_app.arrange(lambda d: make_admin(d, company))
    person = running_app.arrange(lambda d: make_user(d, company))
    sign_in(page, admin.email, path="/admin/people")
    theirs = another(browser, running_app)
    sign_in(theirs, person.email)
    people = PeoplePage(page).open()
    people.press(person.email, f"Deactivate {person.name}")
    expect(people.row(person.email)).to_contain_text("Sign them out")
    page.locator("#confirm-deactivate").click()
    expect(people.row(person.email)).to_have_attribute("data-status", "deactivated")
    theirs.reload()
    expect(theirs.locator("#login-email")).to_be_visible()
    people.press(person.email, f"Activate {person.name}")
    expect(people.row(person.email)).to_have_attribute("data-status", "active")
    people.press(person.email, f"Password link for {person.name}")
    expect(people.link).to_have_value(re.compile("/reset/"))
    theirs.goto(people.link.input_value())
    theirs.locator("#reset-password").press_sequentially("nine purple bananas")
    theirs.locator("#reset-submit").click()
    expect(theirs.locator("#account-menu")).to_be_visible()
    theirs.context.close()


def test_the_last_administrator_is_told_why_the_role_stays(
    page: Page, running_app: RunningApp
) -> None:
    admin = running_app.arrange(make_admin)
    sign_in(page, admin.email, path="/admin/people")
    people = PeoplePage(page).open()
    people.row(admin.email).locator("select").select_option("interviewer")
    expect(people.message).to_contain_text("last active administrator")
    expect(people.row(admin.email).locator("select")).to_have_value("admin")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_links_read_well_in_every_state(
    page: Page, running_app: RunningApp, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for address, shown in (
        (printed_link(running_app, "new-company"), "#setup-submit"),
        (f"{running_app.url}/invite/unknown", "#link-ended"),
        (f"{running_app.url}/reset/unknown", "#link-ended"),
    ):
        page.goto(address)
        expect(page.locator(shown)).to_be_visible()
        assert_no_barriers(page)
        assert_fits(page)


def test_ones_own_account_is_changed_by_hand(page: Page, running_app: RunningApp) -> None:
    person = running_app.arrange(make_user)
    sign_in(page, person.email)
    page.locator("#account-menu").click()
    page.locator("#my-account-link").click()
    expect(page.locator("#account-page")).to_be_visible()
    assert_no_barriers(page)
    assert_fits(page)
    name = page.locator("#account-name")
    name.click()
    page.keyboard.press("End")
    page.keyboard.type(" Jr.")
    page.locator("#account-time_zone").select_option("Asia/Tokyo")
    page.locator("#account-save").click()
    expect(page.locator("#account-page")).to_contain_text("Saved")
    page.locator("#account-menu").click()
    expect(page.locator("#time-zone")).to_have_text("Times in Asia/Tokyo")
    expect(page.locator("[aria-label='Account']")).to_contain_text(f"{person.name} Jr.")
    page.keyboard.press("Escape")

    page.locator("#key-name").press_sequentially("Applicant tracking")
    page.locator("#scope-generate").check()
    page.locator("#make-key").click()
    key = page.locator("#new-key")
    expect(key).to_have_value(re.compile("^dbf_"))
    assert_no_barriers(page)
    listed = page.request.get(
        "/api/interviews", headers={"Authorization": f"Bearer {key.input_value()}"}
    )
    assert listed.status == 200
    page.get_by_role("button", name="Revoke Applicant tracking").click()
    expect(page.locator("#account-keys li")).to_have_count(0)

    page.locator("#make-calendar").click()
    address = page.locator("#calendar-address")
    expect(address).to_have_value(re.compile(r"\.ics$"))
    assert "BEGIN:VCALENDAR" in page.request.get(address.input_value()).text()
    page.locator("#end-calendar").click()
    expect(page.locator("#end-calendar")).to_be_hidden()

    page.locator("#account-old").press_sequentially("not my password")
    page.locator("#account-password").press_sequentially(GOOD)
    page.locator("#account-change-password").click()
    expect(page.locator("#account-old-error")).to_have_text("This is not your present password.")
    page.locator("#account-old").press_sequentially(PASSWORD)
    page.locator("#account-password").press_sequentially(GOOD)
    page.locator("#account-change-password").click()
    expect(page.locator("#account-page")).to_contain_text("Changed.")


def test_the_companys_settings_hold_for_its_interviewers(
    page: Page, browser: Browser, running_app: RunningApp
) -> None:
    company = running_app.arrange(make_company)
    admin = running_app.arrange(lambda d: make_admin(d, company))
    person = running_app.arrange(lambda d: make_user(d, company))
    sign_in(page, admin.email, path="/admin/company")
    name = page.locator("#company-company")
    name.click()
    page.keyboard.press("End")
    page.keyboard.type(" & Sons")
    page.locator("#company-interviewers-add").uncheck()
    page.locator("#company-save").click()
    expect(page.locator("#company-status")).to_have_text("Saved")
    assert_no_barriers(page)
    assert_fits(page)
    page.reload()
    expect(name).to_have_value(f"{company.name} & Sons")
    theirs = another(browser, running_app)
    sign_in(theirs, person.email)
    expect(theirs.locator(".empty")).to_be_visible()
    expect(theirs.locator("#new-interview")).to_have_count(0)
    theirs.context.close()
