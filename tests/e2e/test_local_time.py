"""Times on the pages: on the clock of the browser that shows them, with UTC on request."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback_app.core import clock
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import SignInPage, sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, make_admin, make_call, make_interview

SUMMER_NIGHT = datetime(2025, 7, 31, 23, 30, tzinfo=UTC)
WINTER_MORNING = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)


@contextmanager
def browser_in(browser: Browser, app: RunningApp, zone: str) -> Iterator[Page]:
    """A page in a browser whose clock is in that zone."""
    context = browser.new_context(base_url=app.url, timezone_id=zone, locale="en-GB")
    watching = Watch(context)
    yield context.new_page()
    context.close()
    assert watching.faults == []


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("Europe/Berlin", "Fri 1 Aug 2025, 01:30", "Wed 15 Jan 2025, 09:00"),
        ("America/Los_Angeles", "Thu 31 Jul 2025, 16:30", "Wed 15 Jan 2025, 00:00"),
        ("Asia/Tokyo", "Fri 1 Aug 2025, 08:30", "Wed 15 Jan 2025, 17:00"),
        ("Pacific/Kiritimati", "Fri 1 Aug 2025, 13:30", "Wed 15 Jan 2025, 22:00"),
    ],
)
def test_an_interview_is_at_its_local_time_in_summer_and_in_winter(
    browser: Browser, running_app: RunningApp, zone: str, summer: str, winter: str
) -> None:
    made = running_app.arrange(lambda d: make_interview(d, held_at=SUMMER_NIGHT))
    other = running_app.arrange(
        lambda d: make_interview(d, made.interviewer, held_at=WINTER_MORNING)
    )
    with browser_in(browser, running_app, zone) as page:
        sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
        InterviewPage(page).shown()
        time = page.locator(".desk-head time")
        expect(time).to_have_text(summer)
        expect(time).to_have_attribute("title", "31 Jul 2025, 23:30:00 UTC")
        expect(time).to_have_attribute("datetime", "2025-07-31T23:30:00+00:00")
        InterviewPage(page).open(other.id)
        expect(time).to_have_text(winter)
        page.locator("#account-menu").click()
        expect(page.locator("#time-zone")).to_have_text(f"Times in {zone}")


_NOTE_TIMES = """
window.times = new Set();
new MutationObserver(() => {
  for (const time of document.querySelectorAll(".desk-head time"))
    if (time.textContent) window.times.add(time.textContent);
}).observe(document, {childList: true, subtree: true, characterData: true});
"""


def test_nothing_is_first_drawn_in_utc(browser: Browser, running_app: RunningApp) -> None:
    made = running_app.arrange(lambda d: make_interview(d, held_at=SUMMER_NIGHT))
    with browser_in(browser, running_app, "Asia/Tokyo") as page:
        page.add_init_script(_NOTE_TIMES)
        for path in (f"/interviews/{made.id}", f"/interviews/{made.id}?again=1"):
            if "again" in path:
                page.goto(path)
            else:
                form = SignInPage(page).open(path)
                # Whoever is quicker than the page is shown UTC first: nobody has told the zone.
                expect(page.locator("input[name=time_zone]")).to_have_value("Asia/Tokyo")
                form.sign_in(made.interviewer.email)
            InterviewPage(page).shown()
            expect(page.locator(".desk-head time")).to_have_text("Fri 1 Aug 2025, 08:30")
            assert page.evaluate("[...window.times]") == ["Fri 1 Aug 2025, 08:30"]


def test_a_session_that_comes_from_another_zone_is_drawn_once_more_in_that(
    browser: Browser, running_app: RunningApp
) -> None:
    made = running_app.arrange(lambda d: make_interview(d, held_at=SUMMER_NIGHT))
    with browser_in(browser, running_app, "Europe/Berlin") as page:
        sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
        cookies = page.context.cookies()
    with browser_in(browser, running_app, "Asia/Tokyo") as page:
        page.context.add_cookies(cookies)  # pyright: ignore[reportArgumentType]
        InterviewPage(page).open(made.id)
        expect(page.locator(".desk-head time")).to_have_text("Fri 1 Aug 2025, 08:30")
        notes = InterviewPage(page).notes
        notes.press("Control+End")
        notes.press_sequentially(" Asked first.", delay=20)
        expect(notes).to_have_value(re.compile(" Asked first.$"))


def test_a_zone_sent_by_hand_that_does_not_exist_leaves_utc(
    browser: Browser, running_app: RunningApp
) -> None:
    made = running_app.arrange(lambda d: make_interview(d, held_at=SUMMER_NIGHT))
    with browser_in(browser, running_app, "Asia/Tokyo") as page:
        # What the browser says of itself is forged before any page asks it.
        page.add_init_script(
            "Intl.DateTimeFormat.prototype.resolvedOptions = () => ({timeZone: '../../etc/passwd'})"
        )
        sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
        InterviewPage(page).shown()
        expect(page.locator(".desk-head time")).to_have_text("Thu 31 Jul 2025, 23:30")


def test_administrators_and_ones_own_pages_show_local_times(
    browser: Browser, running_app: RunningApp, made: MadeInterview
) -> None:
    admin = running_app.arrange(lambda d: make_admin(d, company_id=made.interviewer.company_id))
    # The call ends, and is logged, four seconds after its start: in the same minute.
    at = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=3)
    call = running_app.arrange(lambda d: make_call(d, made, started_at=at))
    local = f"{at + timedelta(hours=9):%H:%M}"
    with browser_in(browser, running_app, "Asia/Tokyo") as page:
        sign_in(page, admin.email, path="/admin/usage")
        for path, shown in {
            "/admin/usage": f"#usage-calls-table [data-id='{call.id}'] time",
            f"/admin/usage/calls/{call.id}": "#call-facts time >> nth=0",
            "/admin/logs": "#system-log [data-component='llm'] time",
        }.items():
            page.goto(path)
            time = page.locator(shown).first
            expect(time).to_contain_text(local)
            expect(time).to_have_attribute("title", re.compile(rf"{at:%H:%M}:\d\d UTC"))
            page.set_viewport_size({"width": 360, "height": 740})
            drawn = "time => getComputedStyle(time, '::after').content"
            assert time.evaluate(drawn) in ("none", "normal")
            page.set_viewport_size({"width": 1280, "height": 720})
        expect(page.get_by_role("columnheader", name="Time", exact=True)).to_be_visible()
    with browser_in(browser, running_app, "Asia/Tokyo") as page:
        sign_in(page, made.interviewer.email, path="/me/usage")
        expect(page.locator(f"[data-id='{call.id}'] time")).to_contain_text(local)


def test_a_person_quicker_than_the_page_gets_the_zone_a_moment_later(
    browser: Browser, running_app: RunningApp
) -> None:
    made = running_app.arrange(lambda d: make_interview(d, held_at=SUMMER_NIGHT))
    with browser_in(browser, running_app, "Europe/Berlin") as page:
        form = SignInPage(page).open(f"/login?next=/interviews/{made.id}")
        page.locator("input[name=time_zone]").wait_for(state="attached")
        page.evaluate("document.querySelector('input[name=time_zone]').remove()")
        form.sign_in(made.interviewer.email)
        expect(page.locator(".desk-head time")).to_have_text("Fri 1 Aug 2025, 01:30")
