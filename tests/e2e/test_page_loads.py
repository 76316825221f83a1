"""What a browser gets with a page before the page's own state has come."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from feedback_app import routes
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.web.caching import ASK_EACH_TIME, FOR_EVER
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.pages.usage import UsagePage
from tests.e2e.serving import RunningApp
from tests.factories import MadeInterview

_MOST_FILES = 10
"""Of JavaScript, before a page is drawn; on one connection of six each waits for the last."""
_LIBRARY_OF_CHARTS = "recharts-wrapper"

_MOVED = """() => new Promise((resolve) => {
  const observer = new PerformanceObserver((list) => resolve(
    list.getEntries().flatMap((one) => one.sources.map((source) => source.node?.className))));
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve([]), 500);
})"""
"""What the browser counts as having moved by itself since the page was opened."""


def get(app: RunningApp, path: str) -> httpx.Response:
    answer = httpx.get(f"{app.url}{path}")
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize(
    "path",
    [
        routes.INTERVIEWS,
        routes.interview("any"),
        routes.ADMIN_USAGE,
        f"{routes.ADMIN_USAGE}/calls/any",
        routes.ADMIN_LIMITS,
        routes.ADMIN_HIRING,
        routes.admin_job("any"),
        routes.admin_job_edit("any"),
        routes.ADMIN_CANDIDATES,
        routes.admin_candidate("any"),
        routes.ADMIN_INTERVIEWS,
        routes.admin_interview("any"),
        routes.ADMIN_DEPARTMENTS,
        routes.admin_department("any"),
        routes.MY_USAGE,
    ],
)
def test_a_page_comes_with_its_frame_and_its_skeleton(running_app: RunningApp, path: str) -> None:
    html = get(running_app, path).text
    assert "Skip to content" in html
    assert html.count("rt-Skeleton") > 1, "the first stands in for the account"


@pytest.mark.parametrize("path", [routes.LOGIN, routes.interview("any"), routes.ADMIN_USAGE])
def test_a_page_asks_for_few_files_and_they_may_be_kept(running_app: RunningApp, path: str) -> None:
    page = get(running_app, path)
    assert page.headers["cache-control"] == ASK_EACH_TIME
    files = re.findall(r'rel="modulepreload" href="([^"]+)"', page.text)
    assert 3 < len(files) < _MOST_FILES
    styles = re.findall(r'href="(/assets/[^"]+\.css)"', page.text)
    for path in {*files, *styles}:
        assert get(running_app, path).headers["cache-control"] == FOR_EVER


def test_the_letters_are_asked_for_with_the_page(running_app: RunningApp) -> None:
    html = get(running_app, routes.INTERVIEWS).text
    (font,) = re.findall(r'rel="preload" as="font"[^>]* href="([^"]+)"', html)
    assert get(running_app, font).headers["cache-control"] == FOR_EVER


def test_nothing_moves_when_interviews_come(
    page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    sign_in(page, made.interviewer.email)
    page.goto(routes.INTERVIEWS)
    expect(page.locator("#interview-list")).to_be_visible()
    assert page.evaluate(_MOVED) == []
    page.goto(routes.interview(made.interview.id))
    expect(page.locator("#generate-feedback")).to_be_visible()
    assert page.evaluate(_MOVED) == []


def test_signing_in_leads_to_the_address_that_was_asked_for(
    page: Page, made: MadeInterview
) -> None:
    asked = routes.interview(made.interview.id)
    sign_in(page, made.interviewer.email, path=asked)
    expect(page.locator("#generate-feedback")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{asked}$"))


def test_the_text_is_there_before_its_editor(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=routes.interview(made.interview.id))
    editor = page.locator("#feedback-editor")
    editor.click()
    page.keyboard.type("She drew it.\n- First")
    expect(page.locator("#feedback-status")).to_have_attribute("data-status", "saved")

    held: list[Route] = []
    page.route(re.compile(r"/assets/text_editor-[^/]+\.js"), lambda route: held.append(route))
    page.reload()
    text = page.locator(".editing .document:visible")
    expect(text).to_have_text("She drew it.First")
    expect(text.locator("li")).to_have_count(1)
    expect(editor).to_have_count(0)
    held[0].continue_()
    expect(editor).to_have_text("She drew it.First")
    expect(text).to_have_count(1)
    assert page.evaluate(_MOVED) == []


def test_the_library_of_charts_comes_with_the_first_chart(
    page: Page, running_app: RunningApp
) -> None:
    admin = next(one for one in DEMO_SIGN_INS if one.label == "Administrator")
    scripts: list[str] = []
    page.on("response", lambda answer: scripts.append(urlsplit(answer.url).path))
    sign_in(page, admin.email, admin.password, path=routes.ADMIN_USAGE)
    usage = UsagePage(page).shown()
    assert not any(_has_charts(running_app, path) for path in scripts)
    with page.expect_response(lambda answer: _has_charts(running_app, urlsplit(answer.url).path)):
        usage.tab("Over time")


def _has_charts(app: RunningApp, path: str) -> bool:
    return path.endswith(".js") and _LIBRARY_OF_CHARTS in get(app, path).text
