"""An administrator looks at single calls: how one went, and those that run right now."""

import asyncio
import re
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from feedback_app.core import clock
from feedback_app.core.errors import Cancelled
from feedback_app.db.models import Scorecard, SystemLog, User
from feedback_app.db.session import Database
from feedback_app.usage.trace.service import NOT_SUBMITTED
from tests.e2e.behind import call_of
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.pages.usage import CallPage, UsagePage
from tests.e2e.serving import RunningApp
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import MadeInterview, make_admin
from tests.upstream import Scenario, Upstream, saying

ANSWER = "## Summary\n\nDrew the ledger as two append-only tables.\n\n- **Retries** were hard.\n"


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": upstream_process.base_url, "LLM_MODEL": "gpt-4o-mini"}


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
        sign_in(page, admin.email, path="/admin/usage")
        yield page


def generate(page: Page, made: MadeInterview, phase: str = "complete") -> InterviewPage:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase(phase)
    return interview


def submit(app: RunningApp, made: MadeInterview) -> None:
    """Have the interviewer's feedback submitted: until then nobody else reads their drafts."""

    async def write(database: Database) -> None:
        async with database.write() as session:
            card = await session.get_one(Scorecard, made.scorecard.id)
            card.feedback, card.submitted_at = "Their own words.", clock.now()
            session.add(card)

    app.arrange(write)


def test_a_draft_that_is_not_submitted_is_figures_without_text_to_an_administrator(
    page: Page, office: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(saying(ANSWER, tokens_per_second=60))
    generate(page, made)
    call = call_of(running_app, made.id)
    for width in (1280, 360):
        office.set_viewport_size({"width": width, "height": 800})
        trace = CallPage(office).open(call.id)
        expect(office.locator("#answer-note")).to_have_text(NOT_SUBMITTED)
        expect(office.locator("#prompt-note")).to_have_text(NOT_SUBMITTED)
        expect(trace.timeline.locator(".phase[data-stage='streaming']")).to_be_visible()
        expect(trace.facts).to_contain_text("tokens a second")
        expect(trace.replay_button).to_have_count(0)
        assert "ledger" not in office.content()
    assert_no_barriers(office)
    submit(running_app, made)
    office.reload()
    expect(trace.answer).to_contain_text("were hard")


def test_an_administrator_opens_a_call_from_the_table_and_replays_it(
    page: Page, office: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(saying(ANSWER, tokens_per_second=10))
    generate(page, made)
    submit(running_app, made)
    call = call_of(running_app, made.id)
    usage = UsagePage(office).open()
    usage.row(call.id).get_by_role("cell").nth(3).click()
    trace = CallPage(office)
    expect(trace.trace).to_have_attribute("data-id", call.id)
    expect(office.locator("h1")).to_have_text(made.candidate.name)
    expect(trace.timeline.locator(".phase[data-stage='streaming']")).to_be_visible()
    steps = trace.timeline.locator(".phase-steps li")
    expect(steps.first).to_contain_text("Connecting")
    expect(steps.last).to_contain_text("Complete")
    expect(trace.facts).to_contain_text("gpt-4o-mini-2024-07-18")
    expect(trace.facts).to_contain_text("genai-prices")
    expect(trace.facts).to_contain_text(made.interviewer.email)
    expect(office.locator("#call-prompt details")).to_have_count(2)
    whole = trace.answer.inner_text()
    assert "Retries were hard." in whole

    trace.replay_button.click()
    expect(trace.answer).to_have_attribute("data-phase", "streaming")
    expect(trace.answer).to_contain_text("Drew the ledger")
    assert "were hard" not in trace.answer.inner_text()
    expect(trace.stop_button).to_be_visible()
    expect(trace.answer).to_have_attribute("data-phase", "complete")
    expect(trace.replay_button).to_be_visible()
    assert trace.answer.inner_text() == whole

    trace.replay_button.click()
    expect(trace.answer).to_have_attribute("data-phase", "streaming")
    trace.stop_button.click()
    expect(trace.answer).to_have_attribute("data-phase", "complete")
    expect(trace.answer).to_have_text(re.compile("were hard"))


def test_a_replay_ends_when_its_page_is_left(
    page: Page, office: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(saying(ANSWER, tokens_per_second=10))
    generate(page, made)
    submit(running_app, made)
    trace = CallPage(office).open(call_of(running_app, made.id).id)
    trace.replay_button.click()
    expect(trace.answer).to_have_attribute("data-phase", "streaming")
    office.get_by_role("link", name="Usage").first.click()
    expect(office.locator("#usage-dashboard")).to_be_visible()
    office.go_back()
    expect(trace.stop_button).to_be_visible()
    office.close()
    assert "Traceback" not in running_app.log


def test_the_page_of_a_call_has_no_barriers_and_fits(
    page: Page, office: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(saying(ANSWER))
    generate(page, made)
    submit(running_app, made)
    trace = CallPage(office).open(call_of(running_app, made.id).id)
    for scheme in ("light", "dark"):
        office.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        office.reload()
        expect(trace.answer).to_contain_text("were hard")
        assert_no_barriers(office)
    assert_fits(office)


def test_an_interviewer_is_shown_no_call(
    page: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(saying(ANSWER))
    generate(page, made)
    page.goto(f"/admin/usage/calls/{call_of(running_app, made.id).id}?replay=1")
    expect(page.get_by_text("For administrators")).to_be_visible()
    expect(page.locator("#call-trace")).to_be_hidden()
    expect(page.locator("main")).not_to_contain_text("ledger")


def test_a_call_of_another_company_and_an_absent_one_look_alike(
    page: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(saying(ANSWER))
    generate(page, made)
    call = call_of(running_app, made.id)
    stranger = running_app.arrange(make_admin)
    page.context.clear_cookies()
    sign_in(page, stranger.email)
    seen = set()
    for call_id in (call.id, "no-such-call"):
        tab = page.context.new_page()
        tab.goto(f"/admin/usage/calls/{call_id}")
        expect(tab.get_by_text("It does not exist, or it is not yours to see.")).to_be_visible()
        seen.add(tab.locator("main").inner_text())
    assert len(seen) == 1


def test_an_administrator_stops_a_running_call_and_its_person_sees_it(
    page: Page,
    office: Page,
    upstream: Upstream,
    made: MadeInterview,
    admin: User,
    running_app: RunningApp,
) -> None:
    upstream.play(Scenario(hold_after=12))
    usage = UsagePage(office).shown()
    usage.tab("Running now")
    expect(office.locator("#running-now")).to_contain_text("No call is running.")
    interview = generate(page, made, "streaming")
    expect(office.locator("#usage-tabs .rt-Badge")).to_have_text("1")
    call = call_of(running_app, made.id)
    row = usage.running_row(call.id)
    expect(row).to_contain_text(made.candidate.name)
    expect(row).to_contain_text(made.interviewer.name)
    expect(row).to_contain_text("Writing")
    for scheme in ("light", "dark"):
        office.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        office.reload()
        expect(row).to_contain_text("Writing")
        assert_no_barriers(office)
    assert_fits(office)
    office.set_viewport_size({"width": 1280, "height": 800})
    row.get_by_role("button").click()
    office.get_by_role("button", name="Keep it running").click()
    expect(office.locator("#confirm-stop")).to_be_hidden()
    interview.expect_phase("streaming")
    row.get_by_role("button").click()
    office.locator("#confirm-stop").click()
    interview.expect_phase("cancelled")
    expect(interview.error).to_contain_text(Cancelled.sentence)
    expect(row).to_be_hidden()
    assert call_of(running_app, made.id).status == "cancelled"
    expect(office.locator("#running-now")).to_contain_text("No call is running.")
    usage.tab("More figures")
    usage.page.locator("#check-ledger").click()
    expect(usage.check_summary).to_have_text("No findings, 1 call checked.")

    stopped_by = running_app.arrange(lambda database: _logged(database, "Stopped a call"))
    assert stopped_by == admin.id


async def _logged(database: Database, action: str) -> str | None:
    """Who caused the UI event of that name; waits for its row, which comes a moment later."""
    async with asyncio.timeout(10):
        while True:
            async with database.read() as session:
                rows = await session.exec(
                    select(SystemLog.user_id).where(SystemLog.action == action)
                )
                if who := rows.first():
                    return who
