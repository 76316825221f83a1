"""How the pages look and read: every width, light and dark, without barriers."""

from collections.abc import Coroutine
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from feedback_app import routes
from feedback_app.core import clock
from feedback_app.db.models import Scorecard
from feedback_app.db.session import Database
from feedback_app.web.api.api_routes import API_ROUTES
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.limits import LimitsPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, make_admin, make_call, make_interview

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
    expect(themed.locator("section")).to_have_count(len(API_ROUTES))
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


REMARKABLE = """\
System design: sharded the ledger by venue and named when that stops being right
Code quality: tests first, very clean
he is 52 and his wife is expecting their third
Collaboration - argued against my approach for five minutes and talked over me
The purple elephant diagram was memorable
"""
"""Notes with a remark about the person, a contradiction, and a line that belongs nowhere."""


def remarkable(database: Database) -> Coroutine[Any, Any, MadeInterview]:
    ratings = {"System design": 4, "Collaboration": 4, "Code quality": 3}
    return make_interview(database, notes=REMARKABLE, ratings=ratings)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_desk_in_every_state(themed: Page, running_app: RunningApp, width: int) -> None:
    made = running_app.arrange(remarkable)
    themed.set_viewport_size({"width": width, "height": 800})
    sign_in(themed, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(themed).shown()
    for pane in ("notes", "scorecard", "feedback"):
        if width == 360:
            themed.locator(f"#pane-{pane}").click()
        assert_no_barriers(themed)
    for asked in ("#personal-remarks", "#contradictions li"):
        expect(themed.locator(asked).first).to_be_visible()
    interview.generate()
    interview.expect_phase("streaming")
    assert_no_barriers(themed)
    interview.expect_phase("complete")
    expect(interview.editor.locator("a.cite").first).to_be_visible()
    interview.editor.locator("a.cite").first.hover()
    assert_no_barriers(themed)
    themed.locator("#versions").click()
    assert_no_barriers(themed)
    themed.keyboard.press("Escape")
    themed.locator("#submit-feedback").click()
    expect(themed.locator("#confirm-submit")).to_be_visible()
    assert_no_barriers(themed)
    themed.locator("#confirm-submit").click()
    expect(themed.locator("#final-feedback")).to_be_visible()
    assert_no_barriers(themed)
    assert_fits(themed)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_question_of_two_tabs(
    themed: Page, watch: Watch, running_app: RunningApp, made: MadeInterview, width: int
) -> None:
    async def saved_elsewhere(database: Database) -> None:
        async with database.write() as session:
            card = await session.get_one(Scorecard, made.scorecard.id)
            card.notes, card.notes_revision = "Of another tab.", 5
            session.add(card)

    watch.allow("ERR_INTERNET_DISCONNECTED|WebSocket connection|net::ERR")
    themed.set_viewport_size({"width": width, "height": 800})
    sign_in(themed, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(themed).shown()
    themed.context.set_offline(True)
    interview.notes.click()
    themed.keyboard.type("Mine. ")
    expect(interview.notes_status).to_have_attribute("data-status", "unsaved")
    running_app.arrange(saved_elsewhere)
    themed.context.set_offline(False)
    expect(themed.locator("#notes-conflict")).to_be_visible(timeout=30_000)
    assert_no_barriers(themed)
    assert_fits(themed)


def test_what_an_administrator_reads_of_an_interview(
    themed: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    async def submitted(database: Database) -> str:
        async with database.write() as session:
            card = await session.get_one(Scorecard, made.scorecard.id)
            card.feedback, card.submitted_at = "## Summary\n\n- Drew two tables.", clock.now()
            session.add(card)
        return (await make_admin(database, company_id=made.interviewer.company_id)).email

    sign_in(themed, running_app.arrange(submitted), path=f"/interviews/{made.id}")
    expect(themed.locator("#submitted-feedback")).to_be_visible()
    themed.locator("#submitted-feedback summary").click()
    expect(themed.get_by_text("Drew two tables.")).to_be_visible()
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


def test_a_model_name_without_a_blank_widens_no_page(
    page: Page, made: MadeInterview, running_app: RunningApp
) -> None:
    name = "m" * 5_000

    async def arrange(database: Database) -> tuple[str, str]:
        admin = await make_admin(database, company_id=made.interviewer.company_id)
        call = await make_call(database, made, resolved_model=name)
        return admin.email, call.id

    email, call_id = running_app.arrange(arrange)
    sign_in(page, email, path=routes.ADMIN_USAGE)
    places = (
        *(routes.admin_usage(tab=tab) for tab in ("calls", "models", "figures")),
        routes.admin_call(call_id),
        routes.ADMIN_PRICES,
        routes.ADMIN_LOGS,
    )
    for place in places:
        page.goto(place)
        expect(page.get_by_text(name).first).to_be_attached()
        assert_fits(page)
