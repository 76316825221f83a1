"""The desk: what a draft rests on, what is asked, what is undone, and how it is submitted."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from feedback_app.core import clock
from feedback_app.db.models import ScorecardEvent
from feedback_app.db.session import Database
from tests.e2e.behind import wait_for
from tests.e2e.editors import scorecard_of, text_of
from tests.e2e.pages.interview import InterviewPage, solid
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.factories import MadeInterview, add_interviewer, make_interview, make_user

NOTES = """\
The purple elephant diagram was memorable
System design: sharded the ledger by venue and named when that stops being right
Code quality: tests first, very clean
he is 52 and his wife is expecting their third
Collaboration - argued against my approach for five minutes and talked over me
"""
RATINGS = {"System design": 4, "Collaboration": 4, "Code quality": 3}


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    return running_app.arrange(
        lambda database: make_interview(database, notes=NOTES, ratings=RATINGS)
    )


@pytest.fixture
def interview(page: Page, made: MadeInterview) -> InterviewPage:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    return InterviewPage(page).shown()


def drafted(interview: InterviewPage) -> str:
    """Draft, and wait until the editor has it; its text."""
    interview.generate()
    interview.expect_phase("complete")
    expect(interview.editor).to_contain_text("Yes.")
    return interview.editor.inner_text()


def lit_lines(page: Page) -> list[str]:
    """The lines of the notes that are lit up now."""
    return page.locator(".ml.lit").evaluate_all("lines => lines.map(line => line.id)")


# What a draft rests on


def test_a_statement_lights_up_the_lines_it_rests_on(interview: InterviewPage, page: Page) -> None:
    drafted(interview)
    statement = interview.editor.locator("a.cite", has_text="tests first")
    expect(statement).to_have_attribute("href", "#n3")
    statement.hover()
    wait_for(page, lambda: lit_lines(page) == ["n3"])
    page.locator("#candidate").hover()
    wait_for(page, lambda: lit_lines(page) == [])
    statement.click()
    wait_for(page, lambda: lit_lines(page) == ["n3"])
    expect(page.locator(".ml.unused")).to_contain_text(["purple elephant", "he is 52"])
    expect(page.locator("#unused-lines")).to_contain_text("not used")


def test_citations_are_no_part_of_what_is_kept_or_copied(
    interview: InterviewPage, page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drafted(interview)
    stored = scorecard_of(running_app, made).feedback
    assert "ests first" in stored
    assert not re.search(r"\[\d|#n\d", stored)
    page.locator("#copy-markdown").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    wait_for(page, lambda: page.evaluate("navigator.clipboard.readText()") == stored)
    page.locator("#copy-rich").click()
    read = """async () => {
      const [item] = await navigator.clipboard.read();
      return item.types.includes("text/html") ? (await item.getType("text/html")).text() : "";
    }"""
    wait_for(page, lambda: "<strong>" in page.evaluate(read))
    assert "#n" not in page.evaluate(read)
    interview.editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    wait_for(page, lambda: "ests first" in page.evaluate(read))
    assert "#n" not in page.evaluate(read)


def test_notes_changed_after_a_draft_are_told_and_move_no_citation(
    interview: InterviewPage, page: Page
) -> None:
    drafted(interview)
    interview.notes.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("A new first line.\n")
    expect(interview.generate_button).to_have_text("Update: notes changed")
    statement = interview.editor.locator("a.cite", has_text="tests first")
    statement.hover()
    wait_for(page, lambda: page.locator(".ml.lit").inner_text().startswith("Code quality"))
    page.locator("#submit-feedback").click()
    expect(page.locator("#review-sheet")).to_contain_text("notes have changed")


# What is asked


def test_remarks_about_the_person_are_left_out_and_can_be_put_back(
    interview: InterviewPage, page: Page
) -> None:
    remarks = page.locator("#personal-remarks")
    expect(remarks).to_contain_text("1 remark is about the person, not the work; it is left out")
    expect(remarks.locator("[data-line='4']")).to_contain_text("he is 52")
    assert "52" not in drafted(interview)
    remarks.get_by_role("button", name="Put back").click()
    expect(remarks.locator("[data-line='4']")).to_have_attribute("data-put-back", "true")
    page.reload()
    expect(remarks.locator("[data-line='4']")).to_have_attribute("data-put-back", "true")


def test_a_line_that_belongs_nowhere_is_placed_by_one_click_and_its_part_rewritten(
    interview: InterviewPage, page: Page, made: MadeInterview
) -> None:
    assert "elephant" not in drafted(interview)
    line = page.locator("#unplaced-notes [data-line='1']")
    expect(line).to_contain_text("purple elephant")
    system_design = made.competencies[0].id
    line.locator(f"[data-competency='{system_design}']").click()
    point = interview.editor.locator("li", has_text="System design")
    expect(point).to_contain_text("elephant")
    expect(point.locator("a.cite", has_text="elephant")).to_have_attribute("href", "#n1")
    expect(line).to_be_hidden()
    page.locator("#undo-draft").click()
    expect(interview.editor).not_to_contain_text("elephant")


def test_a_point_the_person_has_changed_is_not_rewritten(
    interview: InterviewPage, page: Page, made: MadeInterview
) -> None:
    drafted(interview)
    interview.editor.locator("li", has_text="System design").click()
    page.keyboard.press("End")
    page.keyboard.type(" I liked that.")
    line = page.locator("#unplaced-notes [data-line='1']")
    line.locator(f"[data-competency='{made.competencies[0].id}']").click()
    expect(interview.editor).to_contain_text("elephant")
    expect(interview.editor).to_contain_text("I liked that.")


def test_a_contradiction_is_asked_and_answered_by_one_click(
    interview: InterviewPage, page: Page
) -> None:
    asked = page.locator("#contradictions li")
    expect(asked).to_contain_text("You rated Collaboration 4 and wrote")
    asked.get_by_role("button", name=re.compile("^Change to 2")).click()
    expect(page.locator("#contradictions li")).to_have_count(0)
    expect(interview.competency("Collaboration").get_by_role("radio", name="Mixed")).to_be_checked()


# What is undone


def test_taking_a_draft_is_undone_and_redone_also_after_a_reload(
    interview: InterviewPage, page: Page
) -> None:
    interview.write("My own words.")
    expect(interview.status).to_have_attribute("data-status", "saved")
    interview.generate()
    expect(page.locator("#choose-replace")).to_be_visible()
    page.locator("#choose-replace").click()
    expect(interview.editor).to_contain_text("Yes.")
    page.reload()
    expect(interview.shown().editor).to_contain_text("Yes.")
    expect(page.locator("#undo-draft")).to_have_text("Undo draft")
    page.locator("#undo-draft").click()
    interview.expect_feedback("My own words.")
    expect(page.locator("#undo-draft")).to_have_text("Redo")
    page.locator("#undo-draft").click()
    expect(interview.editor).to_contain_text("Yes.")
    expect(page.locator("#undo-draft")).to_have_text("Undo draft")


def test_a_discarded_draft_comes_back(interview: InterviewPage, page: Page) -> None:
    before = drafted(interview)
    page.locator("#discard-draft").click()
    page.locator("#confirm-discard").click()
    interview.expect_feedback("")
    page.reload()
    interview.shown()
    page.locator("#undo-draft").click()
    wait_for(page, lambda: solid(interview.editor.inner_text()) == solid(before))


def test_versions_can_be_told_apart_and_brought_back(interview: InterviewPage, page: Page) -> None:
    interview.write("The first thought of mine.")
    expect(interview.status).to_have_attribute("data-status", "saved")
    interview.generate()
    page.locator("#choose-replace").click()
    expect(interview.editor).to_contain_text("Yes.")
    page.locator("#versions").click()
    box = page.locator("#feedback-history").bounding_box()
    assert box is not None
    assert box["height"] > 100
    version = page.locator("#feedback-history [data-kind=version]", has_text="first thought")
    expect(version).to_contain_text("5 words")
    version.get_by_role("button").click()
    interview.expect_feedback("The first thought of mine.")


# Submitting


def test_the_review_refuses_before_it_warns(page: Page, running_app: RunningApp) -> None:
    made = running_app.arrange(
        lambda database: make_interview(database, recommendation=None, ratings={})
    )
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    page.locator("#submit-feedback").click()
    sheet = page.locator("#review-sheet")
    expect(sheet).to_contain_text("Write your feedback before you submit it.")
    expect(sheet).to_contain_text("Give your own recommendation before you submit.")
    expect(page.locator("#confirm-submit")).to_be_hidden()
    page.keyboard.press("Escape")
    interview.write("A clear yes.")
    page.locator("#recommendation label[data-step=yes]").click()
    page.locator("#submit-feedback").click()
    expect(sheet).to_contain_text("System design is not rated.")
    expect(page.locator("#confirm-submit")).to_be_visible()


def test_submit_and_next_opens_the_next_one(
    interview: InterviewPage, page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    other = running_app.arrange(lambda database: make_interview(database, made.interviewer))
    drafted(interview)
    page.locator("#submit-feedback").click()
    following = page.locator("#submit-and-next")
    expect(following).to_have_text("Submit and open next (1 left)")
    following.click()
    expect(page).to_have_url(re.compile(other.id))
    expect(page.locator("#candidate")).to_have_text(other.candidate.name)
    expect(page.locator("#just-submitted")).to_have_attribute("href", re.compile(made.id))
    assert scorecard_of(running_app, made).submitted_at is not None


def test_what_is_submitted_is_read_copied_and_opened_again(
    interview: InterviewPage, page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    draft = drafted(interview)
    page.locator("#submit-feedback").click()
    page.locator("#confirm-submit").click()
    final = page.locator("#final-feedback")
    assert solid(final.inner_text()) == solid(draft)
    expect(final.locator("ul > li").first).to_be_visible()
    expect(final.locator("a")).to_have_count(0)
    expect(page.locator("#print-feedback")).to_be_visible()
    page.locator("#reopen-feedback").click()
    expect(interview.shown().editor).to_contain_text("Yes.")
    assert scorecard_of(running_app, made).submitted_at is None


def test_later_than_ten_minutes_a_reason_is_asked_and_kept(
    page: Page, running_app: RunningApp
) -> None:
    made = running_app.arrange(submitted_long_ago)
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    page.get_by_text("Open it again").click()
    page.locator("#reopen-reason").press_sequentially("Wrong competency.")
    page.locator("#reopen-feedback").click()
    expect(InterviewPage(page).shown().editor).to_contain_text("Submitted long ago.")
    events = running_app.arrange(lambda database: events_of(database, made))
    assert [(event.kind, event.reason) for event in events] == [("reopened", "Wrong competency.")]


async def submitted_long_ago(database: Database) -> MadeInterview:
    at = clock.now() - timedelta(hours=1)
    return await make_interview(
        database, scorecard={"feedback": "Submitted long ago.", "submitted_at": at}
    )


async def events_of(database: Database, made: MadeInterview) -> list[ScorecardEvent]:
    async with database.read() as session:
        rows = await session.exec(
            select(ScorecardEvent).where(ScorecardEvent.scorecard_id == made.scorecard.id)
        )
        return list(rows.all())


def test_a_colleagues_feedback_is_readable_behind_ones_own(
    interview: InterviewPage, page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    async def colleague_submits(database: Database) -> str:
        company = made.interviewer.company_id
        colleague = await make_user(database, company_id=company, name="Nora Quist")
        await add_interviewer(
            database,
            made,
            colleague,
            feedback="She was the best of the year.",
            recommendation="strong_yes",
            submitted_at=clock.now(),
        )
        return colleague.name

    running_app.arrange(colleague_submits)
    drafted(interview)
    assert "best of the year" not in page.content()
    page.locator("#submit-feedback").click()
    page.locator("#confirm-submit").click()
    colleagues = page.locator("#colleagues-feedback")
    expect(colleagues).to_contain_text("Nora Quist")
    colleagues.locator("summary").click()
    expect(colleagues).to_contain_text("She was the best of the year.")
    expect(colleagues).to_contain_text("Strong yes")


def test_administrators_read_what_is_submitted_and_nothing_else(
    page: Page, running_app: RunningApp
) -> None:
    made = running_app.arrange(submitted_long_ago)

    async def others(database: Database) -> str:
        company = made.interviewer.company_id
        waiting = await make_user(database, company_id=company, name="Still Writing")
        await add_interviewer(database, made, waiting, feedback="Half a thought.")
        admin = await make_user(database, company_id=company, role="admin")
        return admin.email

    email = running_app.arrange(others)
    sign_in(page, email, path=f"/interviews/{made.id}")
    submitted = page.locator("#submitted-feedback")
    expect(submitted).to_contain_text("1 submitted, 1 not yet")
    submitted.locator("summary").click()
    expect(submitted).to_contain_text("Submitted long ago.")
    assert "Half a thought" not in page.content()


# Keys


def test_the_desk_is_worked_by_keys_and_none_fires_while_text_is_typed(
    interview: InterviewPage, page: Page
) -> None:
    expect(page.locator("#candidate")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("#competency-0")).to_be_focused()
    page.keyboard.press("2")
    expect(interview.competency("System design").get_by_role("radio", name="Mixed")).to_be_checked()
    page.keyboard.press("0")
    expect(
        interview.competency("System design").get_by_role("radio", name="Not assessed")
    ).to_be_checked()
    page.keyboard.press("t")
    expect(interview.notes).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("? j 3 n e")
    assert text_of(interview.notes).endswith("? j 3 n e")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    interview.expect_phase("complete")
    expect(interview.notes).to_be_focused()
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("#review-sheet")).to_be_visible()


def test_ctrl_enter_in_the_editor_drafts_and_breaks_no_line(
    interview: InterviewPage, page: Page
) -> None:
    interview.write("One line.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#choose-keep")).to_be_visible()
    page.locator("#choose-keep").click()
    assert interview.editor.locator("br:not(.ProseMirror-trailingBreak)").count() == 0
    interview.expect_feedback("One line.")


def test_not_assessed_is_nothing_left_to_do(interview: InterviewPage, page: Page) -> None:
    interview.rate("Code quality", "Not assessed")
    expect(page.locator("#to-do")).not_to_contain_text("Code quality")


def test_escape_stops_a_draft_from_wherever_one_types(interview: InterviewPage, page: Page) -> None:
    interview.notes.click()
    page.keyboard.press("Control+Enter")
    interview.expect_phase("streaming")
    page.keyboard.press("Escape")
    interview.expect_phase("cancelled")
    expect(interview.notes).to_be_focused()


def test_the_focus_stays_on_the_one_button(interview: InterviewPage, page: Page) -> None:
    interview.generate_button.focus()
    page.keyboard.press("Enter")
    expect(interview.stop_button).to_be_focused()
    interview.expect_phase("complete")
    expect(interview.generate_button).to_be_focused()


# Screen readers and phones


def test_a_screen_reader_is_told_the_beginning_and_the_end_and_not_the_stream(
    interview: InterviewPage, page: Page
) -> None:
    page.evaluate(
        """() => {
          window.told = [];
          const where = document.querySelector("#generation-announcement");
          new MutationObserver(() => window.told.push(where.textContent))
            .observe(where, {childList: true, characterData: true, subtree: true});
        }"""
    )
    drafted(interview)
    assert page.evaluate("window.told") == ["Writing the draft.", "The draft is ready."]
    expect(interview.live).not_to_have_attribute("aria-live", re.compile("."))
    assert page.locator("#live-feedback [aria-live], #live-feedback [role=status]").count() == 0
    expect(interview.editor.locator("ul > li").first).to_be_visible()


def test_on_a_phone_one_bar_has_the_one_action(page: Page, made: MadeInterview) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    for pane, place in (("scorecard", "#competencies"), ("notes", "#interview-notes")):
        page.locator(f"#pane-{pane}").click()
        expect(page.locator(place)).to_be_in_viewport()
        expect(interview.generate_button).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    interview.generate_button.click()
    expect(interview.live).to_be_visible()
    interview.expect_phase("complete")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, textarea, summary, label.step, a.back")]
          .filter(e => e.checkVisibility() && !e.closest(".bar") && !e.closest(".sr-only"))
          .filter(e => e.getBoundingClientRect().height < 43.5)
          .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    for field in page.locator("textarea").all():
        assert field.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 16
