"""Tabs that come and go while a draft is being written: nothing is lost, nobody is left behind."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from feedback_app.db.models import CallStatus, Scorecard
from feedback_app.db.session import Database
from tests.e2e.behind import LEFT_BEHIND, call_of, followers_of, wait_for
from tests.e2e.editors import FEEDBACK as FEEDBACK_EDITOR
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, add_interviewer, make_interview, make_user
from tests.upstream import FEEDBACK, Scenario, Upstream


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": upstream_process.base_url, "LOG_LEVEL": "DEBUG"}


@pytest.fixture
def interview(page: Page, made: MadeInterview) -> InterviewPage:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    return InterviewPage(page).shown()


def test_a_second_tab_follows_and_stops(
    interview: InterviewPage, context: BrowserContext, upstream: Upstream
) -> None:
    upstream.play(Scenario(hold_after=20))
    other = InterviewPage(context.new_page())
    other.page.goto(interview.page.url)
    other.shown().expect_phase("idle")
    interview.generate()
    other.expect_phase("streaming")
    late = InterviewPage(context.new_page())
    late.page.goto(interview.page.url)
    late.shown().expect_phase("streaming")
    expect(late.live.locator("h3").first).to_have_text("Summary")
    late.stop_button.click()
    for tab in (interview, other, late):
        tab.expect_phase("cancelled")
        expect(tab.live).to_have_text(interview.live.inner_text(), use_inner_text=True)
    upstream.wait_until_idle()


def test_a_tab_that_was_offline_shows_everything_once_it_is_back(
    interview: InterviewPage, context: BrowserContext, upstream: Upstream, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|WebSocket connection|net::ERR")
    upstream.play(Scenario(hold_after=20))
    interview.generate()
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    context.set_offline(True)
    upstream.release()
    upstream.wait_until_idle()
    context.set_offline(False)
    interview.expect_phase("complete", timeout=30_000)
    interview.expect_feedback(FEEDBACK)


def test_ten_quick_reloads_leave_one_follower(
    interview: InterviewPage, upstream: Upstream, running_app: RunningApp
) -> None:
    upstream.play(Scenario(hold_after=20))
    interview.generate()
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    page, interview_id = interview.page, id_of(interview)
    for number in range(10):
        with page.expect_websocket():
            page.reload(wait_until="commit")
        if number % 2:
            interview.shown()
    page.reload()
    interview.shown().expect_phase("streaming")
    wait_for(page, lambda: followers_of(running_app, interview_id) == 1)
    upstream.release()
    interview.expect_phase("complete")
    interview.expect_feedback(FEEDBACK)
    assert LEFT_BEHIND not in running_app.log


def test_a_draft_goes_on_without_its_tab_and_the_tab_leaves_nobody_behind(
    interview: InterviewPage, context: BrowserContext, upstream: Upstream, running_app: RunningApp
) -> None:
    upstream.play(Scenario(tokens_per_second=60))
    interview.generate()
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    interview_id = id_of(interview)
    interview.page.close()
    assert call_of(running_app, interview_id).status == CallStatus.RUNNING
    again = InterviewPage(context.new_page())
    wait_for(again.page, lambda: followers_of(running_app, interview_id) == 0)
    upstream.wait_until_idle(timeout_s=20)
    wait_for(again.page, lambda: call_of(running_app, interview_id).status == CallStatus.COMPLETE)
    assert LEFT_BEHIND not in running_app.log
    again.open(interview_id).expect_phase("complete")
    expect(again.live.locator("h3").first).to_have_text("Summary")


def test_notes_typed_just_before_the_tab_closes_are_kept_and_nobody_is_left_behind(
    interview: InterviewPage, context: BrowserContext, running_app: RunningApp
) -> None:
    interview_id = id_of(interview)
    interview.write_notes("Closed the tab at once.")
    expect(interview.notes_status).to_have_text(re.compile("Saving…|Saved"))
    interview.page.close()
    other = context.new_page()
    wait_for(other, lambda: notes_of(running_app, interview_id) == "Closed the tab at once.")
    assert LEFT_BEHIND not in running_app.log


def test_feedback_typed_just_before_the_tab_closes_is_kept_and_nobody_is_left_behind(
    interview: InterviewPage, context: BrowserContext, made: MadeInterview, running_app: RunningApp
) -> None:
    interview.write("Closed the tab at once.")
    interview.page.close()
    other = context.new_page()
    wait_for(other, lambda: FEEDBACK_EDITOR.stored(running_app, made) == "Closed the tab at once.")
    assert LEFT_BEHIND not in running_app.log


def test_feedback_typed_just_before_a_reload_is_there_again_for_its_writer_alone(
    interview: InterviewPage, made: MadeInterview, running_app: RunningApp
) -> None:
    page, text = interview.page, "Typed, and reloaded at once."

    async def arrange(database: Database) -> tuple[str, str]:
        company = made.interviewer.company_id
        colleague = await make_user(database, company_id=company)
        await add_interviewer(database, made, colleague)
        return (await make_interview(database, made.interviewer)).id, colleague.email

    other, colleague = running_app.arrange(arrange)
    interview.write(text)
    page.reload()
    interview.shown().expect_feedback(text)
    expect(interview.status).to_have_attribute("data-status", "saved")
    interview.open(other)
    interview.expect_feedback("")
    interview.open(made.id)
    interview.expect_feedback(text)
    sign_out(page)
    sign_in(page, colleague, path=f"/interviews/{made.id}")
    expect(interview.shown().status).to_have_text("")
    interview.expect_feedback("")
    sign_out(page)
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview.shown().expect_feedback(text)


def sign_out(page: Page) -> None:
    page.locator("#account-menu").click()
    page.locator("#sign-out").click()
    expect(page.locator("#login-email")).to_be_visible()


def id_of(interview: InterviewPage) -> str:
    return interview.page.url.rstrip("/").rpartition("/")[2]


def notes_of(app: RunningApp, interview_id: str) -> str:
    async def read(database: Database) -> str:
        async with database.read() as session:
            return (
                await session.exec(
                    select(Scorecard.notes).where(Scorecard.interview_id == interview_id)
                )
            ).one()

    return app.arrange(read)
