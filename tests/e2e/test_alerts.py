"""An alert comes to the administrator's bell, the page and the webhook, and is marked as seen."""

import re
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import AlertKind, AlertLevel
from tests.e2e.pages.alerts import AlertsPage
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import MadeInterview, make_admin, make_interview
from tests.integration.alerting import make_alert, verify
from tests.receiver import SECRET, Receiver, receiving
from tests.upstream import FAULTS, Upstream


@pytest.fixture(scope="module")
def upstream_process() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream, receiver: Receiver) -> Mapping[str, str]:
    return {
        "OPENAI_BASE_URL": upstream_process.base_url,
        "LLM_MODEL": "gpt-4o-mini",
        "ALERT_ERROR_MIN_CALLS": "1",
        "ALERT_WEBHOOK_URL": receiver.url,
        "ALERT_WEBHOOK_SECRET": SECRET,
    }


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    """An interview of an administrator, who sees both sides."""

    async def arrange(database: Database) -> MadeInterview:
        return await make_interview(database, await make_admin(database))

    return running_app.arrange(arrange)


def test_a_failing_model_rings_the_bell_and_is_told_and_marked_as_seen(
    page: Page, made: MadeInterview, upstream_process: Upstream, receiver: Receiver
) -> None:
    upstream_process.play(FAULTS["cut-mid"])
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    alerts = AlertsPage(page)
    expect(alerts.bell).to_have_attribute("aria-label", "Alerts")
    expect(alerts.count).to_have_count(0)
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("error")
    expect(alerts.count).to_have_text("1", timeout=20_000)
    expect(alerts.bell).to_have_attribute("aria-label", "Alerts, 1 not seen")
    alerts.bell.click()
    row = alerts.shown().row("1 of the latest 1 calls failed or were interrupted")
    expect(row).to_contain_text("Critical")
    expect(row).to_contain_text(re.compile(r"Sent today \d\d:\d\d"), timeout=20_000)
    verify(receiver.deliveries[-1])
    assert_no_barriers(page)
    row.get_by_role("button", name="Mark as seen").click()
    expect(row).to_contain_text(f"Seen by {made.interviewer.name} today")
    expect(row.get_by_role("button")).to_have_count(0)
    expect(alerts.count).to_have_count(0)
    expect(alerts.mark_all).to_have_count(0)
    row.get_by_role("link", name="That day's calls").click()
    expect(page.locator("#usage-calls-table [data-status='error']").first).to_be_visible()


def test_a_test_alert_goes_out_and_comes_into_the_open_page(
    page: Page, made: MadeInterview, receiver: Receiver
) -> None:
    sign_in(page, made.interviewer.email, path="/admin/alerts")
    alerts = AlertsPage(page).shown()
    expect(page.locator("#alerts-empty")).to_be_visible()
    alerts.test_button.click()
    expect(alerts.test_status).to_have_text("A test alert is on its way.")
    row = alerts.row("This is a test alert. Nothing is wrong.")
    expect(row).to_contain_text(re.compile(r"Sent today"), timeout=20_000)
    verify(receiver.deliveries[-1])


def test_alerts_come_in_while_the_page_is_open_and_fit_every_width(
    page: Page, made: MadeInterview, running_app: RunningApp
) -> None:
    sign_in(page, made.interviewer.email, path="/admin/alerts")
    alerts = AlertsPage(page).shown()
    company = made.interviewer.company_id

    async def arrange(database: Database) -> None:
        failed = {"next_attempt_at": None, "attempts": 8}
        error = "the server answered 500"
        await make_alert(database, company_id=company, **failed, delivery_error=error)
        await make_alert(
            database,
            company_id=company,
            kind=AlertKind.PERSON_BUDGET,
            level=AlertLevel.CRITICAL,
            subject=made.interviewer.id,
            measured=9_999_500,
            next_attempt_at=None,
        )
        await make_alert(
            database,
            company_id=company,
            kind=AlertKind.UNPRICED_MODEL,
            subject="an-organisation/a-model-with-a-very-long-name-" + "x" * 60,
            measured=1,
            bound=0,
            next_attempt_at=None,
        )

    running_app.arrange(arrange)
    expect(alerts.rows).to_have_count(3)
    expect(alerts.count).to_have_text("3")
    given_up = alerts.row("The company has used 80% of its $10.00 budget for November 2026")
    expect(given_up).to_contain_text("Gave up after 8 tries: the server answered 500")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert_no_barriers(page)
    assert_fits(page)
    page.set_viewport_size({"width": 360, "height": 800})
    alerts.mark_all.click()
    expect(alerts.count).to_have_count(0)
    expect(alerts.mark_all).to_have_count(0)


def test_an_interviewer_finds_neither_bell_nor_alerts(page: Page, running_app: RunningApp) -> None:
    person = running_app.arrange(make_interview).interviewer
    sign_in(page, person.email, path="/admin/alerts")
    expect(page.locator("#alerts-refused")).to_be_visible()
    expect(page.locator("#alerts-bell")).to_have_count(0)
    expect(page.locator("#alerts-page")).to_have_count(0)
