"""The ground the browser tests stand on: the app serves, and nothing of it reaches elsewhere."""

import httpx
import pytest
from playwright.sync_api import Error, Page, expect

from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import make_company


def test_the_app_answers_and_is_ready(running_app: RunningApp) -> None:
    assert httpx.get(f"{running_app.url}/healthz").status_code == 200
    assert httpx.get(f"{running_app.url}/readyz").status_code == 200


def test_a_test_can_arrange_rows_behind_the_running_app(running_app: RunningApp) -> None:
    assert running_app.arrange(make_company).id


def test_the_sign_in_page_shows_without_a_fault(page: Page) -> None:
    page.goto("/login")
    expect(page.locator("#login-submit")).to_be_enabled()


def test_errors_of_a_page_are_noticed(page: Page, watch: Watch) -> None:
    page.goto("/login")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('thrown on purpose') })")
    with page.expect_event("console"):
        page.evaluate("console.error('told on purpose')")
    assert [fault.partition(":")[0] for fault in watch.faults] == ["page", "console"]
    watch.allow("on purpose")


def test_another_machine_is_out_of_reach_and_the_attempt_is_noticed(
    page: Page, watch: Watch
) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://elsewhere.test/")
    assert watch.faults == ["outside: http://elsewhere.test/"]
    watch.allow("elsewhere.test")
