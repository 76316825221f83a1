"""How the pages look and read: every width, light and dark, without barriers."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from feedback_app import routes
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.limits import LimitsPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.factories import MadeInterview, make_admin

WIDTHS = (360, 1280, 1920)


@pytest.fixture(params=["light", "dark"])
def themed(page: Page, request: pytest.FixtureRequest) -> Page:
    """A page whose person prefers light or dark."""
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return page


def assert_no_barriers(page: Page) -> None:
    """axe-core finds nothing against WCAG 2.1 A and AA."""
    found = (
        Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        .response["violations"]
    )
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found] == []


def assert_fits(page: Page) -> None:
    """At every width nothing but a marked scroller goes past the window's edge."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_api_documentation(themed: Page) -> None:
    themed.goto(routes.API_DOCS)
    expect(themed.locator("section")).to_have_count(5)
    assert_no_barriers(themed)
    assert_fits(themed)


def test_the_sign_in_page(themed: Page) -> None:
    themed.goto("/login")
    expect(themed.locator("#login-submit")).to_be_visible()
    assert_no_barriers(themed)
    assert_fits(themed)


_WATCH_BACKGROUND = """
window.backgrounds = new Set();
requestAnimationFrame(function look() {
  const root = document.querySelector(".radix-themes");
  if (root) window.backgrounds.add(getComputedStyle(root).backgroundColor);
  requestAnimationFrame(look);
});
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_frame_of_a_page_is_in_the_other_color_mode(
    page: Page, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(_WATCH_BACKGROUND)
    page.goto("/login")
    other = "dark" if scheme == "light" else "light"
    expect(page.get_by_label(f"Switch to {other} mode")).to_be_visible()
    expect(page.locator("#login-submit")).to_be_enabled()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("[...window.backgrounds].length") == 1


def test_my_interviews(themed: Page, made: MadeInterview) -> None:
    sign_in(themed, made.interviewer.email)
    expect(themed.locator(f"[data-id='{made.id}']")).to_be_visible()
    assert_no_barriers(themed)
    assert_fits(themed)


def test_interview_mode_before_during_and_after_a_draft(themed: Page, made: MadeInterview) -> None:
    sign_in(themed, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(themed).shown()
    assert_no_barriers(themed)
    interview.generate()
    interview.expect_phase("streaming")
    assert_no_barriers(themed)
    interview.expect_phase("complete")
    assert_no_barriers(themed)
    assert_fits(themed)


def test_the_usage_page(themed: Page, running_app: RunningApp) -> None:
    admin = running_app.arrange(make_admin)
    sign_in(themed, admin.email, path="/admin/usage")
    expect(themed.locator("#usage-dashboard")).to_be_visible()
    assert_no_barriers(themed)
    assert_fits(themed)


def test_the_limits_page(themed: Page, running_app: RunningApp) -> None:
    admin = running_app.arrange(make_admin)
    sign_in(themed, admin.email, path="/admin/limits")
    limits = LimitsPage(themed).shown()
    limits.field("person_at_once").fill("many")
    limits.save()
    expect(limits.status).to_contain_text("Nothing is saved yet")
    assert_no_barriers(themed)
    limits.field("person_at_once").fill("5")
    limits.save()
    limits.expect_saved()
    assert_no_barriers(themed)
    assert_fits(themed)


def test_the_whole_job_by_keyboard(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate_button.focus()
    page.keyboard.press("Enter")
    interview.expect_phase("streaming")
    interview.stop_button.focus()
    page.keyboard.press("Enter")
    interview.expect_phase("cancelled")
