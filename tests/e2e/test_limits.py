"""An administrator sets a budget; whoever drafts sees what is left, and is refused beyond it."""

import re
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from feedback_app.db.session import Database
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.limits import LimitsPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.test_look import assert_no_barriers
from tests.factories import MadeInterview, make_admin, make_call, make_interview
from tests.upstream import Upstream


@pytest.fixture(scope="module")
def upstream_process() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": upstream_process.base_url, "LLM_MODEL": "gpt-4o-mini"}


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    """An interview of an administrator, who sees both sides."""

    async def arrange(database: Database) -> MadeInterview:
        return await make_interview(database, await make_admin(database))

    return running_app.arrange(arrange)


def test_a_budget_is_set_seen_and_kept(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path="/admin/limits")
    limits = LimitsPage(page).shown()
    limits.field("company_cost_per_month").fill("0.0015")
    limits.save()
    limits.expect_saved()
    expect(limits.field("company_cost_per_month")).to_have_value("0.0015")
    expect(limits.changes.first).to_contain_text("default (no limit) → $0.0015")
    interview = InterviewPage(page).open(made.id)
    quote = page.locator("#generation-quote")
    expect(quote).to_have_text(re.compile(r"^about \$0\.000\d · \$0\.0015 left this month$"))
    interview.generate()
    interview.expect_phase("complete")
    expect(quote).to_have_text(re.compile(r"^about \$0\.000\d · \$0\.001[0-4] left this month$"))
    while page.locator("#generation-blocked").count() == 0:
        # Not `inner_text()`, which has the style's capital letter and never equals the text.
        before = quote.text_content() or ""
        interview.generate()
        expect(quote).not_to_have_text(before)
        interview.expect_phase("complete")
    expect(page.locator("#generation-blocked")).to_contain_text("your company has $0.000")
    interview.generate()
    interview.expect_phase("error")
    expect(interview.error).to_contain_text("of this month's $0.0015. It resets on 1 ")
    expect(interview.retry_button).to_be_hidden()
    expect(interview.generate_button).to_be_enabled()


def test_a_value_that_cannot_be_used_is_told_and_stays(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path="/admin/limits")
    limits = LimitsPage(page).shown()
    limits.field("person_at_once").fill("3")
    limits.field("company_cost_per_month").fill("12,50")
    limits.save()
    expect(limits.status).to_have_text("Nothing is saved yet: 1 field cannot be used.")
    expect(page.locator("#hint-company_cost_per_month")).to_contain_text("such as 25 or 1,250.50")
    expect(limits.field("company_cost_per_month")).to_have_value("12,50")
    expect(limits.field("person_at_once")).to_have_value("3")
    limits.field("company_cost_per_month").fill("12.50")
    limits.save()
    limits.expect_saved()
    expect(limits.changes).to_have_count(2)
    page.reload()
    expect(limits.shown().field("company_cost_per_month")).to_have_value("12.50")
    expect(limits.field("person_at_once")).to_have_value("3")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_budget_that_is_used_up_already_says_by_how_much_and_saving_it_warns(
    page: Page, made: MadeInterview, running_app: RunningApp, width: int
) -> None:
    running_app.arrange(lambda database: make_call(database, made, cost_microusd=230_000))
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, made.interviewer.email, path="/admin/limits")
    limits = LimitsPage(page).shown()
    limits.field("company_cost_per_month").fill("0.10")
    limits.save()
    expect(limits.status).to_have_attribute("data-status", "warning")
    expect(limits.status).to_contain_text("Saved 1 limit. Your company has used $0.23 of $0.10")
    used = page.locator("#used-company_cost_per_month")
    expect(used).to_have_text("$0.23 used this month, 230%")
    assert_no_barriers(page)
    page.goto("/admin/usage")
    expect(page.locator(".headline").first).to_contain_text("budget this month: 230% used")
    page.goto("/me/usage")
    expect(page.locator("#my-limits")).to_contain_text("used by everybody (230%)")


def test_one_person_gets_a_limit_of_their_own_and_loses_it(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path="/admin/limits")
    LimitsPage(page).shown()
    page.locator("#exception-person").select_option(made.interviewer.id)
    page.locator("#exception-limit").select_option("person_cost_per_month")
    page.locator("#exception-value").fill("$5")
    page.locator("#exception-set").click()
    row = page.locator(f"#limits-exceptions [data-id='{made.interviewer.id}']")
    expect(row).to_contain_text("Budget per month: $5.00")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    expect(LimitsPage(page).changes).to_have_count(2)


def test_an_interviewer_finds_no_limits(page: Page, running_app: RunningApp) -> None:
    person = running_app.arrange(make_interview).interviewer
    sign_in(page, person.email, path="/admin/limits")
    expect(page.locator("#limits-refused")).to_be_visible()
    expect(page.locator("#limits-page")).to_have_count(0)
