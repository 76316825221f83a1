"""My interviews as an inbox: what is due, how far it is, the one next step, and no second bill."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from feedback_app.core import clock
from feedback_app.db.models import LlmCall, User
from feedback_app.db.session import Database
from tests.e2e.pages.inbox import InboxPage, expect_icon
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import (
    MadeInterview,
    make_call,
    make_candidate,
    make_interview,
    make_job,
    make_user,
)

ALL_RATED: dict[str, int | None] = {"System design": 3, "Collaboration": 2, "Code quality": 4}
NOTHING = {"notes": "", "ratings": {}, "recommendation": None}


@dataclass(frozen=True, slots=True)
class Inbox:
    """A person with an interview in every group, by what is to be done."""

    person: User
    notes: MadeInterview
    rate: MadeInterview
    draft: MadeInterview
    review: MadeInterview
    prepare: MadeInterview
    read: tuple[MadeInterview, ...]


async def _full_inbox(database: Database) -> Inbox:
    person = await make_user(database)
    job = await make_job(database, person.company_id, title="Senior backend engineer")

    async def held(name: str, hours: float, **values: object) -> MadeInterview:
        candidate = await make_candidate(database, person.company_id, name=name)
        held_at = clock.now() - timedelta(hours=hours)
        recorded: dict[str, object] = {"held_at": held_at, "job": job, "candidate": candidate}
        return await make_interview(database, person, **recorded | values)  # pyright: ignore[reportArgumentType]

    review = await held("Tom Brennan", 48, ratings=ALL_RATED)
    await make_call(database, review)
    sent = {"feedback": "All.", "submitted_at": clock.now() - timedelta(days=4)}
    return Inbox(
        person,
        notes=await held("Oskar Nyland", 2, **NOTHING),
        rate=await held("Amara Okafor", 4),
        draft=await held("Yukiko Tanabe", 5, ratings=ALL_RATED),
        review=review,
        prepare=await held(
            "Chloé Lambert-van der Meer", -30, **NOTHING, kind="System and architecture interview"
        ),
        read=tuple([await held(f"Reader {n}", 200 + 24 * n, scorecard=sent) for n in range(7)]),
    )


@pytest.fixture
def inbox(running_app: RunningApp) -> Inbox:
    return running_app.arrange(_full_inbox)


@pytest.fixture(params=[1280, 360])
def sized(page: Page, request: pytest.FixtureRequest) -> Page:
    """A page on a desktop and on a phone."""
    page.set_viewport_size({"width": request.param, "height": 800})
    return page


def _calls(app: RunningApp, made: MadeInterview) -> list[LlmCall]:
    async def read(database: Database):
        async with database.read() as session:
            rows = await session.exec(
                select(LlmCall).where(LlmCall.subject_id == made.id).order_by(col(LlmCall.id))
            )
            return list(rows.all())

    return app.arrange(read)


def test_what_is_due_is_at_the_top_and_each_row_says_how_far_it_is(
    sized: Page, inbox: Inbox
) -> None:
    sign_in(sized, inbox.person.email)
    listed = InboxPage(sized).shown()
    expect(listed.summary).to_have_text("3 to write today, 1 overdue")
    listed.expect_tab("(4) My interviews · Debrief", ready=True)
    headings = listed.list.get_by_role("heading", level=2)
    expect(headings).to_have_text(["To write today 3", "Older 1", "Waiting 1", "Done 7"])
    expect(listed.group("today").locator("[data-id] .row-title")).to_have_text(
        ["Oskar Nyland", "Amara Okafor", "Yukiko Tanabe"]
    )
    expect(listed.group("done").locator("[data-id]")).to_have_count(5)
    for made, words, step in (
        (inbox.notes, "Nothing recorded yet", "Add notes"),
        (inbox.rate, "Notes, 2 of 3 rated", "Rate 1 more"),
        (inbox.draft, "Notes, 3 of 3 rated", "Draft from my notes"),
        (inbox.review, "Draft ready", "Review draft"),
        (inbox.prepare, "60 min", "Prepare"),
        (inbox.read[0], "Submitted", "Read"),
    ):
        expect(listed.row(made.id)).to_contain_text(words)
        expect(listed.row(made.id)).to_contain_text(made.candidate.name)
        expect(listed.row(made.id)).to_contain_text(made.interview.kind)
        expect(listed.step(made.id)).to_have_text(step)
        expect(listed.step(made.id)).to_have_accessible_name(f"{step}: {made.candidate.name}")
    expect(listed.row(inbox.review.id)).to_contain_text("2 days ago")
    expect(listed.row(inbox.notes.id).locator("time")).to_have_attribute(
        "title", re.compile(r"^\d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC$")
    )


def test_a_row_its_name_and_its_step_open_the_interview(sized: Page, inbox: Inbox) -> None:
    sign_in(sized, inbox.person.email)
    listed = InboxPage(sized).shown()
    for opener in (
        listed.row(inbox.rate.id).locator(".row-when"),
        listed.row(inbox.rate.id).locator(".row-title"),
        listed.step(inbox.rate.id),
    ):
        opener.click()
        InterviewPage(sized).shown()
        expect(sized).to_have_url(re.compile(rf"/interviews/{inbox.rate.id}/?$"))
        sized.go_back()
        listed.shown()
    expect(sized).to_have_url(re.compile(r"/$"))


def test_the_list_starts_a_draft_once_and_offers_no_second_one(
    sized: Page, running_app: RunningApp, inbox: Inbox
) -> None:
    sign_in(sized, inbox.person.email)
    listed = InboxPage(sized).shown()
    listed.step(inbox.draft.id).click()
    interview = InterviewPage(sized).shown()
    interview.expect_phase("complete")
    expect(sized).to_have_url(re.compile(rf"/interviews/{inbox.draft.id}/?$"))
    sized.reload()
    interview.shown().expect_phase("complete")
    sized.go_back()
    expect(listed.row(inbox.draft.id)).to_contain_text("Draft ready")
    listed.step(inbox.draft.id).click()
    interview.shown().expect_phase("complete")
    assert len(_calls(running_app, inbox.draft)) == 1


def test_a_list_that_is_out_of_date_pays_for_no_second_draft(
    page: Page, running_app: RunningApp, inbox: Inbox
) -> None:
    sign_in(page, inbox.person.email)
    listed = InboxPage(page).shown()
    button = listed.row(inbox.draft.id).get_by_role("button")
    expect(button).to_be_visible()
    # As another device would, and before the list has looked again.
    running_app.arrange(lambda database: make_call(database, inbox.draft))
    button.click()
    interview = InterviewPage(page).shown()
    interview.expect_phase("complete")
    expect(interview.live).to_contain_text("A settled draft.")
    assert len(_calls(running_app, inbox.draft)) == 1


def test_the_tab_of_an_interview_names_the_candidate_and_what_waits(
    page: Page, running_app: RunningApp
) -> None:
    made = running_app.arrange(make_interview)
    who = f"{made.candidate.name} · Debrief"
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    expect(page).to_have_title(f"○ Due: {who}")
    expect_icon(page, ready=False)
    interview.generate()
    expect(page).to_have_title(f"✎ Writing: {who}")
    interview.expect_phase("complete")
    expect(page).to_have_title(f"● Draft ready: {who}")
    expect_icon(page, ready=True)
    interview.save()
    page.locator("#submit-feedback").click()
    page.locator("#confirm-submit").click()
    expect(page).to_have_title(who)
    expect_icon(page, ready=False)


def test_an_interview_to_come_is_not_due(page: Page, running_app: RunningApp) -> None:
    made = running_app.arrange(
        lambda database: make_interview(database, held_at=clock.now() + timedelta(hours=3))
    )
    sign_in(page, made.interviewer.email)
    InboxPage(page).expect_tab("My interviews · Debrief", ready=False)
    InterviewPage(page).open(made.id)
    expect(page).to_have_title(f"{made.candidate.name} · Debrief")


def test_searching_and_filtering_keep_what_is_due_in_sight(sized: Page, inbox: Inbox) -> None:
    sign_in(sized, inbox.person.email)
    listed = InboxPage(sized).shown()
    expect(listed.filter("all")).to_have_text("All 12")
    listed.search.press_sequentially("amara", delay=30)
    expect(listed.rows).to_have_count(1)
    expect(listed.rows).to_have_attribute("data-id", inbox.rate.id)
    expect(listed.summary).to_have_text("3 to write today, 1 overdue")
    expect(listed.filter("all")).to_have_text("All 1")
    listed.search.press_sequentially(" nobody at all")
    expect(sized.get_by_text("No interview matches")).to_be_visible()
    sized.get_by_role("button", name="Show all").click()
    expect(listed.search).to_have_value("")
    listed.filter("ready").click()
    expect(listed.rows).to_have_count(1)
    expect(listed.rows).to_have_attribute("data-id", inbox.review.id)
    sized.keyboard.press("ArrowRight")
    expect(listed.rows).to_have_count(7)
    expect(listed.filter("submitted").get_by_role("radio")).to_be_checked()


def test_what_is_done_is_folded_to_the_newest(sized: Page, inbox: Inbox) -> None:
    sign_in(sized, inbox.person.email)
    listed = InboxPage(sized).shown()
    done = listed.group("done").locator("[data-id]")
    expect(done).to_have_count(5)
    sized.get_by_role("button", name="Show all 7").click()
    expect(done).to_have_count(7)
    sized.get_by_role("button", name="Show the newest only").click()
    expect(done).to_have_count(5)


def test_somebody_without_interviews_is_told_so(page: Page, running_app: RunningApp) -> None:
    person = running_app.arrange(make_user)
    sign_in(page, person.email)
    expect(page.get_by_role("heading", name="No interviews yet")).to_be_visible()
    InboxPage(page).expect_tab("My interviews · Debrief", ready=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_has_no_barriers_and_fits(page: Page, inbox: Inbox, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # pyright: ignore[reportArgumentType]
    sign_in(page, inbox.person.email)
    listed = InboxPage(page).shown()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert_no_barriers(page)
    listed.search.fill("nobody at all")
    expect(page.get_by_text("No interview matches")).to_be_visible()
    assert_no_barriers(page)
    page.get_by_role("button", name="Show all").click()
    listed.shown()
    assert_fits(page)


def test_on_a_phone_everything_is_large_enough_to_touch(page: Page, inbox: Inbox) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, inbox.person.email)
    listed = InboxPage(page).shown()
    targets = [
        *listed.list.locator(".row-action").all(),
        *page.locator(".filter-choice > span").all(),
        page.get_by_role("button", name="Show all 7"),
        listed.search,
    ]
    heights = [target.evaluate("e => e.getBoundingClientRect().height") for target in targets]
    assert len(heights) > 15
    assert min(heights) >= 44
    assert listed.search.evaluate("e => getComputedStyle(e).fontSize") == "16px"
    for row in listed.rows.all():
        assert row.evaluate("e => e.scrollWidth <= e.clientWidth")
