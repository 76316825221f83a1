"""Departments, jobs, candidates and interviews: lists and forms, as administrators use them."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from feedback_app import routes
from feedback_app.db.models import Candidate, Competency, Interview, Job, User
from feedback_app.db.session import Database
from tests.e2e.pages.hiring import LISTS, HiringList, JobForm, RecordPage, Section
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.test_look import assert_no_barriers
from tests.factories import (
    MadeInterview,
    make_admin,
    make_candidate,
    make_company,
    make_interview,
    make_job,
    make_user,
    store,
)

SIZES = pytest.mark.parametrize("width", [1280, 360])


@dataclass(frozen=True, slots=True)
class Office:
    """A company with an administrator, an interviewer, and an interview about which is written."""

    admin: User
    made: MadeInterview


@pytest.fixture
def office(running_app: RunningApp) -> Office:
    async def made(database: Database) -> Office:
        interview = await make_interview(database)
        company_id = interview.interviewer.company_id
        return Office(await make_admin(database, company_id=company_id), interview)

    return running_app.arrange(made)


@pytest.fixture
def newcomer(running_app: RunningApp) -> User:
    """An administrator of a company that has nothing yet."""

    async def made(database: Database) -> User:
        return await make_admin(database, await make_company(database))

    return running_app.arrange(made)


def assert_reads_well(page: Page, width: int) -> None:
    """There are no barriers, and nothing goes past the window's edge."""
    assert_no_barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def sized(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})


@SIZES
def test_a_department_is_added_renamed_archived_and_brought_back(
    page: Page, newcomer: User, width: int
) -> None:
    sized(page, width)
    sign_in(page, newcomer.email, path=routes.ADMIN_DEPARTMENTS)
    departments, form = HiringList(page, "departments"), RecordPage(page)
    expect(departments.empty).to_contain_text("No departments yet")
    assert_reads_well(page, width)
    departments.new()
    expect(page.get_by_role("heading", name="New department")).to_be_visible()
    form.save()
    expect(form.error("name")).to_have_text("Write the department's name.")
    expect(form.field("name")).to_have_attribute("aria-invalid", "true")
    assert_reads_well(page, width)
    form.type("name", "Sales")
    page.keyboard.press("Enter")
    form.expect_saved("Added.")
    form.type("name", "Sales and service")
    form.save()
    form.expect_saved()
    expect(page.get_by_role("heading", name="Sales and service")).to_be_visible()
    departments.open()
    departments.expect_names("Sales and service")
    departments.rows.first.click(position={"x": 5, "y": 5})
    expect(form.field("name")).to_have_value("Sales and service")
    form.archive()
    assert_reads_well(page, width)
    departments.open()
    expect(departments.rows).to_have_count(0)
    departments.show("Archived")
    departments.expect_names("Sales and service")
    departments.rows.first.locator("a").click()
    form.bring_back()
    departments.open().expect_names("Sales and service")
    departments.new()
    form.type("name", "SALES AND SERVICE")
    form.save()
    expect(form.error("name")).to_contain_text("already")
    expect(form.field("name")).to_have_value("SALES AND SERVICE")


@SIZES
def test_a_candidate_is_added_and_what_was_typed_stays_next_to_a_fault(
    page: Page, newcomer: User, running_app: RunningApp, width: int
) -> None:
    sized(page, width)
    sign_in(page, newcomer.email, path=routes.admin_candidate(routes.NEW))
    form = RecordPage(page)
    form.type("name", "Zoë Quist")
    form.type("email", "zoe at example")
    form.type("headline", "Clerk, two years")
    form.field("cv_text").click()
    page.keyboard.insert_text("Clerk\nCounted things.")
    form.save()
    expect(form.error("email")).to_contain_text("no email address")
    expect(form.field("cv_text")).to_have_value("Clerk\nCounted things.")
    expect(form.field("email")).to_have_value("zoe at example")
    assert_reads_well(page, width)
    form.type("email", "zoe@example.test")
    form.save()
    form.expect_saved("Added.")
    assert_reads_well(page, width)
    page.reload()
    expect(form.field("headline")).to_have_value("Clerk, two years")
    expect(form.field("cv_text")).to_have_value("Clerk\nCounted things.")

    async def stored(database: Database) -> Candidate:
        async with database.read() as session:
            rows = await session.exec(
                select(Candidate).where(Candidate.company_id == newcomer.company_id)
            )
            return rows.one()

    assert running_app.arrange(stored).email == "zoe@example.test"


def test_typing_goes_on_while_a_form_is_saved(page: Page, office: Office) -> None:
    sign_in(page, office.admin.email, path=routes.admin_candidate(office.made.candidate.id))
    form = RecordPage(page)
    form.type("headline", "Analyst")
    page.keyboard.press("Enter")
    page.keyboard.type(" and more", delay=60)
    form.expect_saved()
    expect(form.field("headline")).to_have_value("Analyst and more")
    form.save()
    page.reload()
    expect(form.field("headline")).to_have_value("Analyst and more")


def test_of_two_administrators_neither_overwrites_the_others_form(
    page: Page, office: Office, running_app: RunningApp
) -> None:
    async def saved_by_another(database: Database) -> None:
        async with database.write() as session:
            row = await session.get_one(Candidate, office.made.candidate.id)
            row.headline = "By another"
            session.add(row)

    sign_in(page, office.admin.email, path=routes.admin_candidate(office.made.candidate.id))
    form = RecordPage(page)
    form.type("headline", "Mine")
    running_app.arrange(saved_by_another)
    form.save()
    expect(form.status).to_contain_text("Somebody else changed this")
    expect(form.field("headline")).to_have_value("Mine")
    page.reload()
    expect(form.field("headline")).to_have_value("By another")


@SIZES
def test_lists_are_searched_sorted_and_paged_by_their_address(
    page: Page, newcomer: User, running_app: RunningApp, width: int
) -> None:
    async def candidates(database: Database) -> None:
        rows = [
            Candidate(company_id=newcomer.company_id, name=f"Candidate {number:03}")
            for number in range(120)
        ]
        await store(database, *rows)

    running_app.arrange(candidates)
    sized(page, width)
    sign_in(page, newcomer.email, path=routes.ADMIN_CANDIDATES)
    found = HiringList(page, "candidates")
    expect(found.position).to_have_text("1–50 of 120")
    assert_reads_well(page, width)
    page.locator("#hiring-next").click()
    expect(found.position).to_have_text("51–100 of 120")
    page.locator("#hiring-next").click()
    expect(found.position).to_have_text("101–120 of 120")
    expect(page.locator("#hiring-next")).to_have_count(0)
    page.go_back()
    expect(found.position).to_have_text("51–100 of 120")
    found.search("11")
    expect(found.position).to_have_text("1–11 of 11")
    expect(page).to_have_url(re.compile(r"candidates\?q=11$"))
    if width == 1280:
        page.get_by_role("columnheader", name="Candidate").get_by_role("link").click()
        expect(found.rows.first).to_contain_text("Candidate 119")
        expect(page.get_by_role("columnheader", name="Candidate")).to_have_attribute(
            "aria-sort", "descending"
        )
    found.sort("Most interviews first")
    expect(page).to_have_url(re.compile(r"\?q=11&sort=-interviews$"))
    page.reload()
    expect(found.position).to_have_text("1–11 of 11")
    found.search("nobody of that name")
    expect(found.empty).to_contain_text("Nothing matches")
    found.empty.get_by_role("link").click()
    expect(found.position).to_have_text("1–50 of 120")


def competencies_of(app: RunningApp, job_id: str) -> list[Competency]:
    async def read(database: Database) -> list[Competency]:
        async with database.read() as session:
            rows = await session.exec(
                select(Competency)
                .where(Competency.job_id == job_id)
                .order_by(col(Competency.position))
            )
            return list(rows.all())

    return app.arrange(read)


@SIZES
def test_a_job_is_added_by_its_title_and_given_competencies(
    page: Page, newcomer: User, running_app: RunningApp, width: int
) -> None:
    sized(page, width)
    sign_in(page, newcomer.email, path=routes.ADMIN_HIRING)
    jobs, form = HiringList(page, "jobs"), JobForm(page)
    expect(jobs.empty).to_contain_text("No jobs yet")
    page.locator("#first-job").click()
    expect(page.locator("#new-job-title")).to_be_visible()
    page.locator("#new-job-submit").click()
    expect(page.locator("#new-job-title-hint")).to_have_text("Write the job's title.")
    assert_reads_well(page, width)
    page.locator("#new-job-title").click()
    page.keyboard.type("Data engineer")
    page.keyboard.press("Tab")
    page.keyboard.type("Platform")
    page.keyboard.press("Enter")
    expect(page.locator("#job-page")).to_be_visible()
    expect(page.locator("#job-description")).to_be_visible()
    expect(page.locator("#job-department")).to_have_text("Platform")
    page.locator("#edit-job").click()
    expect(form.field("title")).to_have_value("Data engineer")
    form.field("level").select_option("senior")
    for name in ("Pipelines", "Modelling"):
        page.locator("#add-competency").click()
        expect(form.name_of(-1)).to_have_value("")
        form.name_of(-1).click()
        page.keyboard.type(name, delay=10)
    form.competencies.first.locator("textarea[name^=about-]").click()
    page.keyboard.type("Moves data.")
    form.competencies.first.locator("summary").click()
    form.competencies.first.locator("textarea[name^=step4-]").click()
    page.keyboard.type("Taught others.")
    assert_reads_well(page, width)
    form.save()
    form.expect_saved()
    job_id = page.locator("#job-edit-page").get_attribute("data-id") or ""
    first, second = competencies_of(running_app, job_id)
    assert (first.name, first.description) == ("Pipelines", "Moves data.")
    assert first.steps == ["", "", "", "Taught others."]
    assert (second.name, second.steps) == ("Modelling", [])
    page.reload()
    form.expect_names("Pipelines", "Modelling")
    expect(form.competencies.first.locator("textarea[name^=step4-]")).to_be_visible()
    form.type("title", " ")
    form.name_of(1).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("pipelines")
    form.save()
    expect(form.error("title")).to_have_text("Write the job's title.")
    expect(form.competencies.nth(1).locator(".error")).to_contain_text("another competency")
    expect(form.name_of(1)).to_have_value("pipelines")


@SIZES
def test_competencies_are_moved_removed_put_back_and_copied(
    page: Page, office: Office, running_app: RunningApp, width: int
) -> None:
    async def another(database: Database) -> Job:
        company_id = office.admin.company_id
        asked = ("Collaboration", "Patience")
        made = await make_job(
            database, company_id, title="Clerk", competencies=asked, department="Sales"
        )
        return made.job

    clerk = running_app.arrange(another)
    sized(page, width)
    sign_in(page, office.admin.email, path=routes.admin_job_edit(office.made.job.id))
    form = JobForm(page)
    form.expect_names("System design", "Collaboration", "Code quality")
    form.name_of(2).click()
    page.keyboard.press("End")
    page.keyboard.type(" and care", delay=10)
    up = form.button(2, "up")
    up.focus()
    page.keyboard.press("Enter")
    expect(form.said).to_have_text("Code quality is number 2 now.")
    form.expect_names("System design", "Code quality and care", "Collaboration")
    expect(form.button(1, "up")).to_be_focused()
    page.keyboard.press("Enter")
    form.expect_names("Code quality and care", "System design", "Collaboration")
    expect(form.button(0, "up")).to_be_focused()
    page.keyboard.press("Enter")
    form.button(0, "down").click()
    form.expect_names("System design", "Code quality and care", "Collaboration")
    if width == 1280:
        grip = form.competencies.nth(2).locator(".drag-handle")
        grip.drag_to(form.competencies.nth(0))
        form.expect_names("Collaboration", "System design", "Code quality and care")
        form.button(0, "down").click()
        form.expect_names("System design", "Collaboration", "Code quality and care")
        form.button(1, "down").click()
        form.expect_names("System design", "Code quality and care", "Collaboration")
    form.button(0, "remove").click()
    expect(form.competencies.first.get_by_role("alert")).to_contain_text("have rated it")
    form.button(1, "remove").click()
    expect(form.competencies.nth(1)).to_contain_text("is removed when you save")
    assert_reads_well(page, width)
    form.competencies.nth(1).get_by_role("button", name="Put back").click()
    expect(form.name_of(1)).to_have_value("Code quality and care")
    form.button(1, "remove").click()
    page.locator("#copy-source").select_option(label="Clerk")
    page.locator("#copy-competencies").click()
    expect(form.said).to_contain_text("Copied 1. 1 left out")
    form.save()
    form.expect_saved()
    form.expect_names("System design", "Collaboration", "Patience")
    stored = competencies_of(running_app, office.made.job.id)
    assert [row.name for row in stored] == ["System design", "Collaboration", "Patience"]
    assert [row.name for row in competencies_of(running_app, clerk.id)] == [
        "Collaboration",
        "Patience",
    ]
    form.archive()
    page.goto(routes.admin_job(office.made.job.id))
    expect(page.locator("#archived")).to_be_visible()
    HiringList(page, "jobs").open().expect_names("Clerk")


@SIZES
def test_an_interview_is_planned_and_its_interviewer_finds_it(
    page: Page, browser: Browser, office: Office, running_app: RunningApp, width: int
) -> None:
    async def people(database: Database) -> tuple[User, Candidate]:
        company_id = office.admin.company_id
        person = await make_user(database, company_id=company_id, name="Bo Lind")
        for number in range(12):
            await make_candidate(database, company_id, name=f"Somebody {number}")
        return person, await make_candidate(database, company_id, name="Zoë Quist")

    interviewer, zoe = running_app.arrange(people)
    context = browser.new_context(
        base_url=running_app.url,
        timezone_id="Asia/Tokyo",
        viewport={"width": width, "height": 800},
    )
    there = context.new_page()
    sign_in(there, office.admin.email, path=routes.admin_interview(routes.NEW))
    form = RecordPage(there)
    expect(there.locator("#field-when-hint")).to_contain_text("Asia/Tokyo")
    form.save()
    for name in ("candidate", "job", "kind", "when", "people"):
        expect(form.error(name)).to_be_visible()
    assert_reads_well(there, width)
    there.locator("#candidate-search").click()
    there.keyboard.type("zoë", delay=30)
    options = there.locator("#found-candidates label")
    expect(options).to_have_count(1)
    options.first.click()
    form.field("job").select_option(label="Backend engineer, Engineering")
    expect(there.locator("#covers input:checked")).to_have_count(3)
    there.locator("#covers label", has_text="Collaboration").click()
    form.type("kind", "Final round")
    form.field("when").fill("2027-01-15T09:30")
    form.type("minutes", "45")
    there.locator("#interviewers label", has_text="Bo Lind").click()
    form.save()
    form.expect_saved("Added.")
    expect(there.get_by_role("heading", name="Zoë Quist, Final round")).to_be_visible()
    expect(form.field("when")).to_have_value("2027-01-15T09:30")
    expect(there.locator("#covers input:checked")).to_have_count(2)
    assert_reads_well(there, width)
    HiringList(there, "interviews").open()
    expect(there.locator("#hiring-interview-list")).to_contain_text("15 Jan 2027 09:30")
    interview_id = running_app.arrange(_interview_with(zoe))
    context.close()

    sized(page, width)
    sign_in(page, interviewer.email)
    row = page.locator(f"[data-id='{interview_id}']")
    expect(row).to_contain_text("Zoë Quist")
    page.goto(routes.interview(interview_id))
    InterviewPage(page).shown()
    expect(page.locator("#competencies .competency-name")).to_have_text(
        ["System design", "Code quality"]
    )


def _interview_with(candidate: Candidate) -> Any:
    async def read(database: Database) -> str:
        async with database.read() as session:
            rows = await session.exec(
                select(Interview).where(Interview.candidate_id == candidate.id)
            )
            row = rows.one()
        assert (row.kind, row.duration_min) == ("Final round", 45)
        assert f"{row.held_at:%Y-%m-%d %H:%M}" == "2027-01-15 00:30"
        return row.id

    return read


def test_who_has_written_cannot_be_removed_from_an_interview(page: Page, office: Office) -> None:
    made = office.made
    sign_in(page, office.admin.email, path=routes.admin_interview(made.id))
    form = RecordPage(page)
    box = page.locator("#interviewers label", has_text=made.interviewer.name)
    box.click()
    page.locator("#interviewers label", has_text=office.admin.name).click()
    form.save()
    expect(form.error("people")).to_contain_text(f"{made.interviewer.name} already wrote")
    box.click()
    form.save()
    form.expect_saved()
    form.archive()
    page.goto(routes.INTERVIEWS)
    expect(page.locator("#page-title")).to_be_visible()
    expect(page.locator(f"[data-id='{made.id}']")).to_have_count(0)


def test_interviewers_read_what_each_step_looks_like(
    page: Page, office: Office, running_app: RunningApp
) -> None:
    async def described(database: Database) -> None:
        async with database.write() as session:
            row = await session.get_one(Competency, office.made.competencies[0].id)
            row.steps = ["Names no limit", "", "Draws two designs", "Compares them"]
            session.add(row)

    running_app.arrange(described)
    made = office.made
    sign_in(page, made.interviewer.email, path=routes.interview(made.id))
    InterviewPage(page).shown()
    rated = page.locator(f"[data-id='{made.competencies[0].id}']")
    expect(rated.get_by_role("radio", name="Good: Draws two designs")).to_be_checked()
    expect(rated.get_by_role("radio", name="Mixed", exact=True)).to_have_count(1)
    expect(rated.get_by_title("Outstanding: Compares them")).to_be_visible()
    other = page.locator(f"[data-id='{made.competencies[1].id}']")
    expect(other.get_by_role("radio", name="Good", exact=True)).to_have_count(1)


def _paths(made: MadeInterview) -> list[str]:
    return [
        *(path for path, _ in LISTS.values()),
        routes.admin_job(made.job.id),
        routes.admin_job_edit(made.job.id),
        routes.admin_candidate(made.candidate.id),
        routes.admin_interview(made.id),
        routes.admin_department(made.department.id),
    ]


def test_interviewers_see_no_hiring_data(page: Page, office: Office) -> None:
    sign_in(page, office.made.interviewer.email)
    for path in [*_paths(office.made), routes.admin_candidate(routes.NEW)]:
        page.goto(path)
        expect(page.get_by_role("heading", name="For administrators")).to_be_visible()
        assert office.made.candidate.name not in page.locator("body").inner_text()
    expect(page.get_by_role("link", name="Hiring")).to_have_count(0)


def test_another_companys_rows_are_not_found(
    page: Page, office: Office, running_app: RunningApp
) -> None:
    outsider = running_app.arrange(make_admin)
    sign_in(page, outsider.email)
    for path in _paths(office.made)[len(LISTS) :]:
        page.goto(path)
        expect(page.get_by_role("heading", name="Nothing to see here")).to_be_visible()
    for path, _ in LISTS.values():
        page.goto(path)
        expect(page.locator("#hiring-empty")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_reads_well_in_light_and_dark(page: Page, office: Office, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, office.admin.email)
    for path in _paths(office.made):
        page.goto(path)
        expect(page.locator("main [data-id]").first).to_be_visible()
        for width in (1280, 360, 1920):
            sized(page, width)
            assert_reads_well(page, width)


def test_the_sections_lead_to_each_other(page: Page, office: Office) -> None:
    sign_in(page, office.admin.email, path=routes.ADMIN_HIRING)
    sections: tuple[Section, ...] = ("candidates", "interviews", "departments", "jobs")
    for section in sections:
        page.locator("#hiring-nav").get_by_role("link", name=section.capitalize()).click()
        listed = HiringList(page, section)
        expect(listed.rows).to_have_count(1)
        expect(page).to_have_url(re.compile(f"{listed.path}$"))
        current = page.locator("#hiring-nav [aria-current=true]")
        expect(current).to_have_text(section.capitalize())


def test_an_address_that_asks_for_nothing_that_exists_is_told(page: Page, office: Office) -> None:
    sign_in(page, office.admin.email, path=f"{routes.ADMIN_HIRING}?sort=salary")
    expect(page.locator("#hiring-invalid")).to_contain_text("no order")
    page.locator("#hiring-invalid").get_by_role("link").click()
    HiringList(page, "jobs").expect_names(office.made.job.title)
