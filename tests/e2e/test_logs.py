"""An administrator reads and follows the system log; everybody sees their own usage."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from feedback_app.db.models import (
    LimitValue,
    LlmCall,
    LogComponent,
    Scorecard,
    SystemLog,
    User,
)
from feedback_app.db.session import Database
from feedback_app.llm.admission.limits import LimitName
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.logs import LogsPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.pages.usage import CallPage
from tests.e2e.serving import RunningApp
from tests.e2e.test_access import cookie_of, send_by_hand
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import MadeInterview, make_admin, make_call, make_interview, store

_LOGS = "reflex___state____state.feedback_app___admin___logs___state____logs_state"


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    return running_app.arrange(make_interview)


@pytest.fixture
def admin(running_app: RunningApp, made: MadeInterview) -> User:
    company_id = made.interviewer.company_id
    return running_app.arrange(lambda database: make_admin(database, company_id=company_id))


@pytest.fixture
def office(context: BrowserContext, running_app: RunningApp, admin: User) -> Iterator[Page]:
    """The administrator's own browser."""
    assert context.browser is not None
    with context.browser.new_context(base_url=running_app.url) as opened:
        page = opened.new_page()
        page.set_viewport_size({"width": 1280, "height": 800})
        sign_in(page, admin.email)
        yield page


def call_of(app: RunningApp, made: MadeInterview) -> LlmCall:
    async def read(database: Database) -> LlmCall:
        async with database.read() as session:
            return (await session.exec(select(LlmCall).where(LlmCall.subject_id == made.id))).one()

    return app.arrange(read)


def test_a_view_of_the_log_is_shared_by_its_address(
    office: Page, made: MadeInterview, running_app: RunningApp
) -> None:
    call = running_app.arrange(lambda database: make_call(database, made))
    running_app.arrange(lambda database: _log_rows(database, made, 1, LogComponent.API))
    logs = LogsPage(office).open()
    logs.component("Requests")
    expect(logs.rows.first).to_have_attribute("data-component", "api")
    expect(office.locator("#system-log tr[data-component='llm']")).to_have_count(0)
    logs.component("LLM")
    expect(logs.rows).to_have_count(1)
    logs.choose("person", made.interviewer.name)
    expect(office).to_have_url(re.compile("component=llm.*person="))
    logs.choose("status", "Went well")
    expect(office).to_have_url(re.compile("status=ok"))
    logs.search("4o-mini")
    expect(office).to_have_url(re.compile("q=4o-mini"))
    expect(logs.rows).to_have_count(1)

    shared = LogsPage(office.context.new_page())
    shared.page.goto(office.url)
    expect(shared.rows).to_have_count(1)
    expect(shared.page.locator("#log-search")).to_have_value("4o-mini")
    expect(shared.page.locator("#log-filter-status")).to_have_value("ok")
    expect(shared.page.locator("#log-filter-person")).to_have_value(made.interviewer.id)
    shared.rows.get_by_role("link", name="Feedback").click()
    expect(CallPage(shared.page).trace).to_have_attribute("data-id", call.id)

    logs.search("nothing like it")
    expect(office.locator("#log-empty")).to_contain_text("No rows match")
    office.goto("/admin/logs?period=fortnight")
    expect(office.locator("#log-invalid")).to_contain_text("There is no period “fortnight”")
    office.get_by_role("button", name="Show the whole log").click()
    expect(logs.rows.first).to_be_visible()


def test_the_live_tail_shows_a_draft_as_it_ends_and_opens_its_trace(
    page: Page, office: Page, made: MadeInterview, running_app: RunningApp
) -> None:
    logs = LogsPage(office).open()
    logs.switch.click()
    expect(office.locator("#log-following")).to_be_visible()
    expect(office).to_have_url(re.compile(r"tail=1"))
    other = LogsPage(office.context.new_page())
    other.page.goto(office.url)
    expect(other.page.locator("#log-following")).to_be_visible()
    other.page.close()

    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("complete")
    row = office.locator("#system-log tr[data-component='llm']")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Complete")
    expect(row).to_contain_text(made.interviewer.name)
    actions = office.locator("#system-log .log-action").all_inner_texts()
    assert "Opened an interview" in actions
    assert not [action for action in actions if "the log" in action]
    before = len(actions)
    logs.switch.click()
    expect(office.locator("#log-following")).to_be_hidden()
    assert before <= logs.rows.count()
    row.get_by_role("link", name="Feedback").click()
    expect(CallPage(office).trace).to_have_attribute("data-id", call_of(running_app, made).id)
    office.close()
    assert "Traceback" not in running_app.log
    assert "disconnected" not in running_app.log


@pytest.mark.parametrize("width", [1280, 360])
def test_a_long_note_typed_key_by_key_is_one_row_in_words_without_its_text(
    page: Page, office: Page, made: MadeInterview, running_app: RunningApp, width: int
) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.notes.click()
    page.keyboard.type("Zanzibar was mentioned. ", delay=20)
    expect(interview.notes_status).to_contain_text("Saved")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("Twice", delay=20)
    page.keyboard.press("Tab")
    expect(interview.notes_status).to_contain_text("Saved")
    page.get_by_role("link", name="My interviews").first.click()
    expect(page.locator("h1")).to_have_text("My interviews")

    office.set_viewport_size({"width": width, "height": 800})
    logs = LogsPage(office)
    office.goto(f"/admin/logs?component=ui&tail=1&person={made.interviewer.id}")
    actions = office.locator("#system-log .log-action")
    expect(actions.get_by_text("Opened the list of interviews", exact=True)).to_have_count(1)
    expect(actions.get_by_text("Wrote notes", exact=True)).to_have_count(1)
    expect(actions.get_by_text("Opened an interview", exact=True)).to_have_count(1)
    assert "Zanzibar" not in office.content()
    assert all("State." not in action for action in actions.all_inner_texts())
    assert logs.rows.count() < 8


def test_a_page_that_follows_does_not_jump(
    office: Page, made: MadeInterview, running_app: RunningApp
) -> None:
    running_app.arrange(lambda database: _log_rows(database, made, 60))
    logs = LogsPage(office)
    # Requests of before may be written late; they are left out.
    office.goto("/admin/logs?tail=1&q=Made.up")
    expect(logs.rows).to_have_count(50)
    watched = logs.rows.nth(30)
    row_id = watched.get_attribute("data-id")
    held = office.locator(f"#system-log [data-id='{row_id}']")
    held.scroll_into_view_if_needed()
    before = held.bounding_box()
    running_app.arrange(lambda database: _log_rows(database, made, 5))
    expect(office.locator("#system-log .is-new")).to_have_count(5)
    after = held.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2
    office.locator("#log-older").click()
    expect(logs.switch).to_be_hidden()
    oldest = logs.rows.first.get_attribute("data-id")
    assert oldest is not None
    office.locator("#log-newer").click()
    expect(office).to_have_url(re.compile("newer="))
    # Until then the link is still that of the page before.
    expect(logs.rows.first).not_to_have_attribute("data-id", oldest)
    office.locator("#log-newer").click()
    expect(logs.switch).to_be_visible()


async def _log_rows(
    database: Database,
    made: MadeInterview,
    count: int,
    component: LogComponent = LogComponent.UI,
) -> None:
    who: dict[str, Any] = {
        "company_id": made.interviewer.company_id,
        "user_id": made.interviewer.id,
    }
    async with database.write() as session:
        for _ in range(count):
            session.add(SystemLog(component=component, action="Made.up", status="received", **who))


def test_an_interviewer_is_shown_no_log_and_events_sent_by_hand_are_refused(
    page: Page, context: BrowserContext, made: MadeInterview, running_app: RunningApp
) -> None:
    running_app.arrange(lambda database: _log_rows(database, made, 1))
    sign_in(page, made.interviewer.email, path="/admin/logs?tail=1")
    expect(page.locator("#log-refused")).to_be_visible()
    expect(page.locator("#system-log")).to_be_hidden()
    expect(page.get_by_role("link", name="Log", exact=True)).to_be_hidden()
    answers = send_by_hand(
        running_app,
        cookie_of(context),
        [
            (f"{_LOGS}.follow", {}),
            (f"{_LOGS}.load", {}),
            (f"{_LOGS}.choose", {"field": "status", "value": "ok"}),
            (f"{_LOGS}.search", {"form": {"q": "x"}}),
        ],
    )
    assert "Made.up" not in str(answers)


def test_my_usage_shows_exactly_the_persons_own_calls(
    page: Page, made: MadeInterview, admin: User, running_app: RunningApp
) -> None:
    async def saved(database: Database) -> LlmCall:
        call = await make_call(database, made, saved_as_feedback=True)
        async with database.write() as session:
            card = await session.get_one(Scorecard, made.scorecard.id)
            card.feedback, card.feedback_call_id = "A settled draft.", call.id
            session.add(card)
        return call

    own = running_app.arrange(saved)

    async def colleagues(database: Database) -> LlmCall:
        return await make_call(database, await make_interview(database, admin))

    theirs = running_app.arrange(colleagues)

    async def budget(database: Database) -> None:
        name, company_id = LimitName.COMPANY_COST_PER_MONTH, made.interviewer.company_id
        await store(database, LimitValue(company_id=company_id, name=name, value=1_000_000))

    running_app.arrange(budget)
    sign_in(page, made.interviewer.email)
    page.locator("#account-menu").click()
    page.locator("#my-usage-link").click()
    expect(page.locator("#my-usage")).to_be_visible()
    expect(page.locator("#my-usage-link")).to_be_hidden()
    expect(page.locator("#my-calls-table [data-id]")).to_have_count(1)
    expect(page.locator(f"[data-id='{own.id}']")).to_contain_text("Saved as feedback")
    expect(page.locator(f"[data-id='{theirs.id}']")).to_be_hidden()
    expect(page.locator("#my-calls")).to_have_text("1")
    expect(page.locator("#my-tokens-in")).to_have_text("800")
    limits = page.get_by_role("region", name="Yours")
    expect(limits).to_contain_text(re.compile(r"20 drafts left.*of 20 within any minute"))
    companys = page.get_by_role("region", name="Your company's, used by everybody")
    expect(companys).to_contain_text(
        re.compile(
            r"\$0\.9994 left.*of \$1\.00 this month, \$0\.0006 used by everybody \(under 1%\)"
        )
    )
    page.locator("#my-usage-period").get_by_role("link", name="7 days").click()
    expect(page).to_have_url(re.compile("period=7d"))
    page.locator(f"[data-id='{own.id}']").get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(made.candidate.name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_and_my_usage_have_no_barriers_and_fit(
    page: Page, made: MadeInterview, admin: User, running_app: RunningApp, scheme: Any
) -> None:
    running_app.arrange(lambda database: make_call(database, made))
    running_app.arrange(lambda database: _log_rows(database, made, 20))
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, made.interviewer.email, path="/me/usage")
    expect(page.locator("#my-calls-table")).to_be_visible()
    assert_no_barriers(page)
    assert_fits(page)
    page.context.clear_cookies()
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(page, admin.email, path="/admin/logs?tail=1")
    expect(page.locator("#log-following")).to_be_visible()
    expect(page.locator("#system-log tr[data-component='llm']")).to_have_count(1)
    assert_no_barriers(page)
    assert_fits(page)
    page.goto("/admin/logs?component=web")
    expect(page.locator("#log-invalid")).to_be_visible()
    assert_no_barriers(page)
