"""An administrator reads the usage dashboard: figures, charts, the calls behind them."""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import col, select

from feedback_app.core import clock
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.db.models import CallStatus, LlmCall, User
from feedback_app.db.session import Database
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.pages.usage import CallPage, UsagePage
from tests.e2e.serving import RunningApp
from tests.e2e.test_access import cookie_of, send_by_hand
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import (
    MadeInterview,
    make_admin,
    make_call,
    make_company,
    make_interview,
    make_user,
)

_USAGE = "reflex___state____state.feedback_app___usage___state____usage_state"


@dataclass(frozen=True, slots=True)
class Office:
    """A company with a thrifty and a spending interviewer, who called the model last month."""

    admin: User
    thrifty: MadeInterview
    spender: MadeInterview
    calls: tuple[LlmCall, ...]
    """The spender's of last month, the dearest last."""


def last_month() -> tuple[date, date]:
    last = clock.now().date().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


async def _make_office(database: Database) -> Office:
    company = await make_company(database)
    admin = await make_admin(database, company)
    thrifty = await make_interview(database, await make_user(database, company, name="Tess Hale"))
    spender = await make_interview(database, await make_user(database, company, name="Sam Reyes"))
    began = datetime.combine(last_month()[0], time(10), UTC)
    calls = [
        await make_call(
            database, spender, started_at=began + timedelta(days=n), cost_microusd=200_000 * n
        )
        for n in range(1, 4)
    ]
    for n in range(6):
        await make_call(database, thrifty, started_at=began + timedelta(days=n), cost_microusd=90)
    # This month the thrifty one spends more.
    await make_call(database, thrifty, cost_microusd=50_000_000)
    return Office(admin, thrifty, spender, tuple(calls))


@pytest.fixture
def office(running_app: RunningApp) -> Office:
    return running_app.arrange(_make_office)


@pytest.fixture
def usage(page: Page, office: Office) -> UsagePage:
    sign_in(page, office.admin.email, path="/admin/usage")
    return UsagePage(page).shown()


def test_an_admin_finds_the_dearest_person_of_last_month_opens_a_call_and_exports_it(
    usage: UsagePage, office: Office
) -> None:
    page = usage.page
    usage.choose_days(*last_month())
    expect(usage.figure("total-calls")).to_have_text("9")
    usage.tab("People")
    dearest = usage.chart("people").locator("li").first
    expect(dearest).to_contain_text("$1.20")
    dearest.get_by_role("link", name="Sam Reyes").click()
    expect(usage.figure("total-cost")).to_have_text("$1.20")
    expect(page.locator("#usage-filter-person")).to_have_value(office.spender.interviewer.id)
    expect(usage.rows).to_have_count(3)
    page.get_by_role("columnheader", name="Cost").get_by_role("link").click()
    wanted = office.calls[-1].id
    expect(usage.rows.first).to_have_attribute("data-id", wanted)
    usage.row(wanted).get_by_role("cell").nth(3).click()
    expect(CallPage(page).trace).to_have_attribute("data-id", wanted)
    page.go_back()
    usage.shown()
    expect(usage.rows.first).to_have_attribute("data-id", wanted)

    rows = list(csv.DictReader(io.StringIO(usage.export())))
    assert [row["call_id"] for row in rows] == [call.id for call in reversed(office.calls)]
    assert rows[0]["cost_usd"] == "0.600000"
    assert {row["person"] for row in rows} == {"Sam Reyes"}
    lines = [json.loads(line) for line in usage.export("-jsonl").splitlines()]
    assert [line["call_id"] for line in lines] == [row["call_id"] for row in rows]


async def _demo_calls(database: Database) -> list[LlmCall]:
    """The finished calls of the demo's first company in the last 30 days."""
    email = next(person.email for person in DEMO_SIGN_INS if "admin" in person.email)
    since = datetime.combine(clock.now().date() - timedelta(days=29), time(), UTC)
    async with database.read() as session:
        admin = (await session.exec(select(User).where(User.email == email))).one()
        found = await session.exec(
            select(LlmCall).where(
                LlmCall.company_id == admin.company_id,
                LlmCall.started_at >= since,
                col(LlmCall.status) != CallStatus.RUNNING,
            )
        )
        return list(found.all())


def test_the_tables_of_the_charts_and_the_totals_agree_with_the_database_to_the_token(
    page: Page, running_app: RunningApp
) -> None:
    person = next(person for person in DEMO_SIGN_INS if "admin" in person.email)
    sign_in(page, person.email, person.password, path="/admin/usage")
    usage = UsagePage(page).shown()
    calls = running_app.arrange(_demo_calls)
    assert len(calls) > 50

    def tokens(found: list[LlmCall]) -> str:
        return f"{sum(call.prompt_tokens + call.completion_tokens for call in found):,}"

    def cost(found: list[LlmCall]) -> str:
        return f"${sum(call.cost_microusd or 0 for call in found) / 1_000_000:,.6f}"

    assert usage.figure("total-calls").inner_text() == f"{len(calls):,}"
    assert usage.figure("total-tokens").inner_text() == tokens(calls)
    drafts = [call for call in calls if call.operation == "feedback"]
    assert usage.figure("drafts").inner_text() == f"{len(drafts):,}"
    saved = sum(call.saved_as_feedback for call in calls)
    assert usage.figure("saved").inner_text() == f"{saved:,}"
    usage.tab("More figures")
    paid_in = sum(call.prompt_tokens for call in calls)
    assert usage.figure("tokens-in").inner_text() == f"{paid_in:,}"
    paid_out = sum(call.completion_tokens for call in calls)
    assert usage.figure("tokens-out").inner_text() == f"{paid_out:,}"

    days = [clock.now().date() - timedelta(days=n) for n in range(29, -1, -1)]
    usage.tab("Models")
    for name, written in (("tokens", tokens), ("cost", cost)):
        headings, *rows, total = usage.table(name)
        models = headings[1:-1]
        assert set(models) == {call.resolved_model or call.requested_model for call in calls}
        assert len(rows) == len(days)
        for day, row in zip(days, rows, strict=True):
            of_day = [call for call in calls if call.started_at.date() == day]
            by_model = [
                written([c for c in of_day if (c.resolved_model or c.requested_model) == model])
                for model in models
            ]
            assert row == [f"{day.day} {day:%b} {day.year}", *by_model, written(of_day)]
        by_model = [
            written([c for c in calls if (c.resolved_model or c.requested_model) == model])
            for model in models
        ]
        assert total == ["Total", *by_model, written(calls)]

    usage.tab("Over time")
    _, *rows, _ = usage.table("outcomes")
    assert [int(row[-1]) for row in rows] == [
        sum(call.started_at.date() == day for call in calls) for day in days
    ]
    usage.tab("Errors")
    _, *rows, total = usage.table("errors")
    failed = [c for c in calls if c.status in {CallStatus.ERROR, CallStatus.INTERRUPTED}]
    assert {row[0]: int(row[1]) for row in rows} == {
        call.error_code: sum(other.error_code == call.error_code for other in failed)
        for call in failed
    }
    assert total[1] == str(len(failed))
    usage.tab("People")
    _, *rows = usage.table("people")
    assert sum(int(row[4].replace(",", "")) for row in rows) == paid_in + paid_out
    _, *rows, total = usage.table("departments")
    assert "None" in [row[0] for row in rows]
    for place in (3, 4, 5):
        figures = [int(row[place].replace(",", "")) for row in rows]
        assert f"{sum(figures):,}" == total[place]
    assert total[1] == cost(calls)


def test_a_view_is_shared_by_its_address_and_back_leads_to_the_one_before(
    usage: UsagePage, office: Office, context: BrowserContext
) -> None:
    page = usage.page
    usage.choose("person", "Tess Hale")
    expect(page).to_have_url(re.compile("person="))
    longer = page.locator("#usage-period").get_by_role("link", name="90 days")
    # Until the page is drawn anew its links are those of the address before.
    expect(longer).to_have_attribute("href", re.compile("person="))
    longer.click()
    expect(usage.figure("total-calls")).to_have_text("7")
    page.locator("#usage-sort").select_option(label="Most expensive first")
    expect(page).to_have_url(re.compile("sort=-cost"))
    usage.search("4o-mini")
    expect(page).to_have_url(re.compile("q=4o-mini"))
    expect(usage.rows.first).to_contain_text("$50.00")

    shared = UsagePage(context.new_page())
    shared.page.goto(page.url)
    shared.shown()
    expect(shared.rows.first).to_contain_text("$50.00")
    expect(shared.page.locator("#usage-filter-person")).to_have_value(office.thrifty.interviewer.id)
    expect(shared.page.locator("#usage-sort")).to_have_value("-cost")
    expect(shared.page.locator("#usage-search")).to_have_value("4o-mini")
    current = shared.page.locator("#usage-period [aria-current='true']")
    expect(current).to_have_text("90 days")
    assert shared.page.locator(".headline").all_inner_texts() == (
        page.locator(".headline").all_inner_texts()
    )

    page.go_back()
    expect(page.locator("#usage-search")).to_have_value("")
    page.go_back()
    expect(page.locator("#usage-sort")).to_have_value("")
    page.go_back()
    expect(page.locator("#usage-period [aria-current='true']")).to_have_text("30 days")


def test_an_address_that_cannot_be_followed_says_so_and_shows_the_usual(
    usage: UsagePage,
) -> None:
    usage.open("?period=custom&from=2026-02-31&to=2026-03-01&status=lost&person=nobody")
    problem = usage.page.locator("#usage-problem")
    expect(problem).to_contain_text("“2026-02-31” is no day such as 2026-11-03")
    expect(problem).to_contain_text("“lost” is no status")
    expect(problem).to_contain_text("everybody is shown")
    expect(usage.page.locator("#usage-period [aria-current='true']")).to_have_text("30 days")
    assert_no_barriers(usage.page)
    usage.choose_days(date(2026, 3, 9), date(2026, 3, 1))
    expect(usage.page.locator("#usage-days-problem")).to_have_text(
        "The period ends before it begins."
    )


def test_the_page_refreshes_by_itself_and_does_not_jump(
    usage: UsagePage, office: Office, running_app: RunningApp
) -> None:
    page = usage.page
    usage.tab("Models")
    expect(usage.figure("total-calls")).to_have_text(re.compile(r"\d+"))
    before = int(usage.figure("total-calls").inner_text())
    summary = usage.chart("tokens").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(usage.chart("tokens").locator("tfoot")).to_be_visible()
    page.evaluate(
        "new MutationObserver(() => { window.skeletons ||= !!document.querySelector('.rt-Skeleton')"
        " }).observe(document.body, {childList: true, subtree: true})"
    )
    scrolled = page.evaluate("window.scrollY")
    assert scrolled > 0
    running_app.arrange(lambda database: make_call(database, office.thrifty))
    expect(usage.figure("total-calls")).to_have_text(str(before + 1))
    expect(usage.chart("tokens").locator("tfoot")).to_be_visible()
    assert page.evaluate("window.scrollY") == scrolled
    assert not page.evaluate("window.skeletons")
    page.get_by_role("link", name="My interviews").click()
    expect(page.locator("h1")).to_have_text("My interviews")
    assert "Traceback" not in running_app.log


def test_an_interviewer_is_refused_the_page_its_events_and_its_exports(
    page: Page, context: BrowserContext, running_app: RunningApp, office: Office
) -> None:
    sign_in(page, office.thrifty.interviewer.email)
    expect(page.get_by_role("link", name="Usage", exact=True)).to_be_hidden()
    expect(page.locator("#admin-menu")).to_have_count(0)
    page.goto("/admin/usage")
    expect(page.get_by_text("For administrators")).to_be_visible()
    expect(page.locator("#usage-total-cost")).to_have_count(0)
    answers = send_by_hand(
        running_app,
        cookie_of(context),
        [
            (f"{_USAGE}.load", {}),
            (f"{_USAGE}.refresh", {}),
            (f"{_USAGE}.follow", {}),
            (f"{_USAGE}.choose", {"field": "person", "value": office.spender.interviewer.id}),
            (f"{_USAGE}.search", {"form": {"q": "Sam"}}),
            (f"{_USAGE}.choose_days", {"form": {"from": "2026-01-01", "to": "2026-12-31"}}),
        ],
    )
    assert "Sam Reyes" not in str(answers)
    assert office.calls[0].id not in str(answers)
    for kind in ("csv", "jsonl"):
        assert context.request.get(f"/admin/usage/export.{kind}").status == 403
    assert context.request.get("/api/llm-calls").status == 403


@pytest.fixture(params=["light", "dark"])
def themed(page: Page, request: pytest.FixtureRequest) -> Page:
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return page


_PARTS = {
    "Calls": (),
    "Running now": (),
    "More figures": (),
    "Over time": ("outcomes", "times", "budget"),
    "Models": ("cost", "tokens"),
    "People": ("people", "departments"),
    "Errors": ("errors",),
}
"""The parts of the page, and the charts of each."""


def test_every_part_of_the_dashboard_has_no_barriers_and_fits(themed: Page) -> None:
    person = next(person for person in DEMO_SIGN_INS if "admin" in person.email)
    sign_in(themed, person.email, person.password, path="/admin/usage")
    usage = UsagePage(themed).shown()
    for part, charts in _PARTS.items():
        themed.set_viewport_size({"width": 1280, "height": 800})
        usage.tab(part)
        expect(themed.locator(".recharts-surface")).to_have_count(len(charts))
        for name in charts:
            assert len(usage.table(name)) > 1
        assert_no_barriers(themed)
        assert_fits(themed)
        themed.set_viewport_size({"width": 360, "height": 800})
        assert_no_barriers(themed)
    themed.locator("#usage-period").get_by_role("link", name="Custom").click()
    expect(themed.locator("#usage-days")).to_be_visible()
    assert_no_barriers(themed)
    assert_fits(themed)


async def _fail_some(database: Database, made: MadeInterview) -> None:
    for status, number in ((CallStatus.ERROR, 3), (CallStatus.INTERRUPTED, 2)):
        for _ in range(number):
            await make_call(database, made, status=status, error_code=f"CODE_{number}")
    await make_call(database, made, operation="cv_parse", department_id=None)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_begins_with_four_figures_and_the_list_they_lead_to(
    usage: UsagePage, office: Office, running_app: RunningApp, width: int
) -> None:
    running_app.arrange(lambda database: _fail_some(database, office.spender))
    page = usage.page
    page.set_viewport_size({"width": width, "height": 800})
    usage.open()
    expect(page.locator(".headline-label")).to_have_text(
        ["Spent", "Drafts", "Saved as feedback", "Failed"]
    )
    for figure in ("total-cost", "total-tokens", "total-calls", "calls-table", "export"):
        expect(usage.figure(figure)).to_be_visible()
    expect(page.locator(".headline-change")).to_have_count(4)
    expect(page.locator(".headline .spark path")).to_have_count(4)

    failed = page.locator(".headline", has=usage.figure("failed"))
    expect(usage.figure("failed")).to_have_text("3")
    failed.get_by_role("link", name="2 more interrupted").click()
    expect(page.locator("#usage-filter-status")).to_have_value("interrupted")
    expect(usage.rows).to_have_count(2)
    page.go_back()
    expect(usage.figure("failed")).to_have_text("3")
    failed.get_by_role("link", name="calls").click()
    expect(page.locator("#usage-filter-status")).to_have_value("error")
    expect(usage.rows).to_have_count(3)
    page.locator("#usage-reset").click()
    expect(page.locator("#usage-filter-status")).to_have_value("")

    usage.tab("People")
    usage.choose("department", "None")
    expect(page).to_have_url(re.compile("department=none"))
    expect(page.locator("#usage-tabs [aria-current='page']")).to_have_text("People")
    expect(usage.figure("total-calls")).to_have_text("1")
    usage.chart("departments").get_by_role("link", name="None").first.click()
    expect(usage.rows).to_have_count(1)
    expect(usage.rows.first).to_contain_text("CV parse")


def test_the_administrations_own_address_leads_to_its_first_page(
    usage: UsagePage, context: BrowserContext
) -> None:
    page = usage.page
    for path in ("/admin", "/admin/"):
        page.goto(path)
        expect(page).to_have_url(re.compile("/admin/usage$"))
        usage.shown()
    answer = context.request.get("/admin", max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (307, "/admin/usage")
    assert context.request.get("/admin/nowhere").status == 404


def test_in_a_narrow_window_the_administration_is_one_menu_for_the_keyboard_too(
    usage: UsagePage,
) -> None:
    page = usage.page
    page.set_viewport_size({"width": 360, "height": 800})
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links).to_have_text(["My interviews"])
    page.locator("#admin-menu").focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("dialog", name="Administration")
    expect(menu.get_by_role("link")).to_have_text(
        ["Hiring", "People", "Usage", "Prices", "Limits", "Alerts", "Log"]
    )
    expect(menu.get_by_role("link", name="Usage")).to_have_attribute("aria-current", "page")
    assert_no_barriers(page)
    for name in ("Hiring", "People", "Usage", "Prices"):
        page.keyboard.press("Tab")
        expect(menu.get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Prices")
    expect(menu).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(links).to_have_text(
        ["My interviews", "Hiring", "People", "Usage", "Prices", "Limits", "Alerts", "Log"]
    )
