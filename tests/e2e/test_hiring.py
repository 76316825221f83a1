"""The pages of jobs: a description becomes a form while it streams."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from feedback_app import routes
from feedback_app.db.models import Company, Job, User
from feedback_app.db.session import Database
from tests.e2e.behind import wait_for
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.e2e.watching import Watch
from tests.factories import make_admin, make_company, make_interview, make_job
from tests.integration.generating import METADATA
from tests.upstream import Scenario, Upstream, saying, tokens_of

DESCRIPTION = """Senior backend engineer
What we are looking for
- Solid SQL
"""


@dataclass(frozen=True, slots=True)
class Office:
    """A company with one job and two administrators."""

    company: Company
    admin: User
    other: User
    job: Job

    @property
    def path(self) -> str:
        return routes.admin_job(self.job.id)


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": upstream_process.base_url, "LLM_MODEL": "gpt-4o-mini"}


@pytest.fixture
def office(running_app: RunningApp) -> Office:
    async def made(database: Database) -> Office:
        company = await make_company(database)
        admin, other = await make_admin(database, company), await make_admin(database, company)
        return Office(company, admin, other, (await make_job(database, company.id)).job)

    return running_app.arrange(made)


def job_of(app: RunningApp, office: Office) -> Job:
    async def read(database: Database) -> Job:
        async with database.read() as session:
            return await session.get_one(Job, office.job.id)

    return app.arrange(read)


def paste(page: Page, text: str = DESCRIPTION) -> None:
    page.locator("#job-description").click()
    page.keyboard.insert_text(text)
    expect(page.locator("#description-status")).to_have_attribute("data-status", "saved")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_description_fills_a_form_while_it_streams_and_is_confirmed(
    page: Page, upstream: Upstream, office: Office, running_app: RunningApp, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, office.admin.email, path=routes.ADMIN_HIRING)
    expect(page.locator("#job-list tbody tr")).to_have_attribute("data-id", office.job.id)
    page.locator("#job-list tbody a").click()
    expect(page.locator("#generate-metadata")).to_be_disabled()
    expect(page.locator("#generate-hint")).to_be_visible()
    assert_no_barriers(page)
    paste(page)
    expect(page.locator("#generate-metadata")).to_have_text("Fill in with AI")

    whole = tokens_of(METADATA)
    upstream.play(Scenario(tokens=whole, hold_after=25))
    page.locator("#generate-metadata").click()
    panel = page.locator("#generation-panel")
    expect(panel).to_have_attribute("data-phase", "streaming")
    coming = page.locator("#job-fields-coming")
    expect(coming).to_contain_text("Senior backend engineer")
    expect(coming).to_contain_text("SQL")
    expect(coming).not_to_contain_text("Go or Python")
    expect(page.locator("#stop-generation")).to_be_in_viewport()
    expect(coming).to_be_in_viewport(ratio=0.9)
    assert_no_barriers(page)
    # A reload, and whoever else administrates, see the same.
    page.reload()
    expect(coming).to_contain_text("Senior backend engineer")
    upstream.release()

    expect(page.locator("#job-form")).to_be_visible()
    expect(page.locator("#generation-announcement")).to_have_text("The proposal is ready.")
    expect(page.locator("#job-level")).to_have_value("senior")
    expect(page.locator("#job-must_haves")).to_have_value("\n".join(_must_haves()))
    assert_no_barriers(page)
    assert_fits(page)
    page.set_viewport_size({"width": width, "height": 800})
    title = page.locator("#job-title")
    title.click()
    page.keyboard.press("Home")
    page.keyboard.type("Very ", delay=60)
    expect(page.locator("#fields-status")).to_have_attribute("data-status", "saved")
    page.locator("#job-level").select_option("lead")
    assert job_of(running_app, office).title == office.job.title
    page.reload()
    expect(title).to_have_value("Very Senior backend engineer")
    expect(page.locator("#job-level")).to_have_value("lead")
    page.locator("#confirm-metadata").click()
    expect(page.locator("#job-outcome")).to_contain_text("Saved")
    expect(page.locator("#job-fields")).to_contain_text("Very Senior backend engineer")
    job = job_of(running_app, office)
    assert (job.title, job.level) == ("Very Senior backend engineer", "lead")
    assert job.must_haves == _must_haves()
    page.reload()
    expect(page.locator("#job-fields")).to_contain_text("Very Senior backend engineer")
    expect(page.locator("#job-form")).to_be_hidden()


def _must_haves() -> list[str]:
    return ["Solid SQL", "Go or Python", *(f"{number} more things" for number in range(9))]


def test_stop_retry_and_discard(page: Page, upstream: Upstream, office: Office) -> None:
    upstream.play(Scenario(tokens=tokens_of(METADATA), hold_after=25))
    sign_in(page, office.admin.email, path=office.path)
    paste(page)
    page.locator("#generate-metadata").click()
    expect(page.locator("#generation-panel")).to_have_attribute("data-phase", "streaming")
    page.locator("#stop-generation").click()
    expect(page.locator("#generation-panel")).to_have_attribute("data-phase", "cancelled")
    expect(page.locator("#job-form")).to_be_hidden()
    upstream.play(saying(METADATA))
    page.locator("#retry-generation").click()
    expect(page.locator("#job-form")).to_be_visible()
    expect(page.locator("#generation-tokens")).to_contain_text("tokens")
    page.locator("#discard-metadata").click()
    expect(page.locator("#job-form")).to_be_hidden()
    page.reload()
    expect(page.locator("#job-fields")).to_contain_text(office.job.title)
    expect(page.locator("#job-form")).to_be_hidden()


def test_a_wrong_answer_is_asked_for_again_and_takes_its_place(
    page: Page, upstream: Upstream, office: Office
) -> None:
    upstream.queue(saying('{"title": "Wrong", "level": "boss"}'))
    upstream.play(saying(METADATA))
    sign_in(page, office.admin.email, path=office.path)
    paste(page)
    page.locator("#generate-metadata").click()
    expect(page.locator("#job-title")).to_have_value("Senior backend engineer")


def test_of_two_administrators_neither_overwrites_the_other(
    page: Page, office: Office, running_app: RunningApp, upstream: Upstream
) -> None:
    async def saved_by_another(database: Database) -> None:
        async with database.write() as session:
            job = await session.get_one(Job, office.job.id)
            job.description, job.description_revision = "By another.", 7
            job.description_writer = "another tab"
            session.add(job)

    sign_in(page, office.admin.email, path=office.path)
    expect(page.locator("#job-description")).to_be_visible()
    running_app.arrange(saved_by_another)
    page.locator("#job-description").click()
    page.keyboard.type("Mine.", delay=30)
    conflict = page.locator("#description-conflict")
    expect(conflict).to_be_visible()
    assert job_of(running_app, office).description == "By another."
    page.keyboard.type(" And on.", delay=30)
    page.evaluate("new Promise(done => setTimeout(done, 1200))")
    assert job_of(running_app, office).description == "By another."
    page.reload()
    expect(conflict).to_be_visible()
    expect(page.locator("#job-description")).to_have_value("Mine. And on.")
    conflict.get_by_role("button").first.click()
    expect(conflict).to_be_hidden()
    wait_for(page, lambda: job_of(running_app, office).description == "Mine. And on.")


def test_interviewers_see_no_jobs(page: Page, office: Office, running_app: RunningApp) -> None:
    made = running_app.arrange(make_interview)
    sign_in(page, made.interviewer.email, path=office.path)
    expect(page.get_by_role("heading", name="For administrators")).to_be_visible()
    page.goto(routes.ADMIN_HIRING)
    expect(page.get_by_role("heading", name="For administrators")).to_be_visible()
    expect(page.get_by_role("link", name="Hiring")).to_have_count(0)


def test_another_companys_job_is_not_found(
    page: Page, office: Office, running_app: RunningApp, watch: Watch
) -> None:
    outsider = running_app.arrange(make_admin)
    sign_in(page, outsider.email, path=office.path)
    expect(page.get_by_role("heading", name="Nothing to see here")).to_be_visible()
