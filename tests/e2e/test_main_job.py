"""The main job with the offline drafter: open an interview, watch the draft, keep it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from feedback_app.db.models import CallStatus, LlmCall, Scorecard, SystemLog
from feedback_app.db.session import Database
from tests.e2e.behind import wait_for
from tests.e2e.pages.interview import InterviewPage, solid
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.factories import MadeInterview, make_interview


def _calls(app: RunningApp, made: MadeInterview) -> list[LlmCall]:
    async def read(database: Database):
        async with database.read() as session:
            rows = await session.exec(
                select(LlmCall).where(LlmCall.subject_id == made.id).order_by(col(LlmCall.id))
            )
            return list(rows.all())

    return app.arrange(read)


def _log_rows(app: RunningApp, made: MadeInterview) -> list[SystemLog]:
    async def read(database: Database):
        async with database.read() as session:
            rows = await session.exec(
                select(SystemLog).where(SystemLog.user_id == made.interviewer.id)
            )
            return list(rows.all())

    return app.arrange(read)


def _scorecard(app: RunningApp, made: MadeInterview) -> Scorecard:
    async def read(database: Database):
        async with database.read() as session:
            return await session.get_one(Scorecard, made.scorecard.id)

    return app.arrange(read)


MANY_NOTES = "\n".join(
    f"{name}: {verdict} in the {number}. exercise, where the queue grew for {number} hours before "
    "anybody was called, and the plan had to hold for three teams, two banks and a holiday."
    for number, name, verdict in (
        (2, "System design", "excellent and clear"),
        (3, "System design", "very thorough"),
        (4, "Collaboration", "interrupted me and got defensive"),
        (5, "Collaboration", "vague and hesitant"),
        (6, "Code quality", "clean and readable"),
        (7, "Code quality", "sloppy and rushed"),
    )
)
"""Notes whose draft takes seconds to stream."""


def test_from_sign_in_to_saved_feedback(
    page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    sign_in(page, made.interviewer.email)
    row = page.locator(f"#interview-list [data-id='{made.id}']")
    expect(row).to_contain_text(made.candidate.name)
    expect(row).to_contain_text("Notes, 2 of 3 rated")
    row.locator("a").first.click()
    interview = InterviewPage(page).shown()
    expect(interview.generate_button).to_have_text("Draft from my notes")
    expect(interview.panel).to_contain_text("without an AI model")

    interview.record_phases()
    interview.generate()
    interview.expect_phase("streaming")
    interview.expect_phase("complete")
    interview.expect_phases_in_order("complete")
    expect(interview.editor).to_contain_text("Yes.")
    draft = interview.editor.inner_text()
    page.locator("#about-draft").click()
    expect(interview.facts).to_be_visible()
    expect(interview.facts).to_contain_text("offline-drafter")
    expect(interview.facts).to_contain_text("no cost")
    page.keyboard.press("Escape")
    expect(interview.facts).to_be_hidden()
    expect(page.locator("#generation-tokens")).to_have_text(re.compile(r"^[\d,]+ tokens$"))

    interview.editor.press("Control+End")
    interview.editor.press_sequentially(" I would gladly work with her.", delay=20)
    interview.save()
    page.reload()
    edited = f"{draft} I would gladly work with her."
    wait_for(page, lambda: solid(interview.shown().editor.inner_text()) == solid(edited))
    expect(interview.live).to_contain_text("Yes.")
    (call,) = _calls(running_app, made)
    assert (call.status, call.saved_as_feedback, call.cost_microusd) == ("complete", True, 0)
    page.locator(".back").click()
    expect(row).to_contain_text("Draft ready")


def test_a_stopped_draft_keeps_its_text_and_its_cost(page: Page, running_app: RunningApp) -> None:
    made = running_app.arrange(lambda database: make_interview(database, notes=MANY_NOTES))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    expect(interview.live).to_contain_text("Yes.")
    interview.stop_button.click()
    interview.expect_phase("cancelled")
    expect(interview.error).to_contain_text("Stopped")
    partial = interview.live.inner_text()
    assert partial.startswith("Yes.")
    expect(interview.editor).to_be_hidden()
    page.reload()
    interview.shown().expect_phase("cancelled")
    wait_for(page, lambda: interview.live.inner_text() == partial)

    interview.generate()
    interview.expect_phase("complete")
    stopped, complete = _calls(running_app, made)
    assert stopped.status == CallStatus.CANCELLED
    assert stopped.completion_tokens > 0
    assert stopped.cost_microusd == 0
    assert complete.status == CallStatus.COMPLETE


def test_a_generation_leaves_one_llm_row_and_no_other_in_the_system_log(
    page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.rate("Code quality", "Good")
    interview.generate()
    interview.expect_phase("complete")
    interview.rate("Code quality", "Mixed")

    def has_both_ratings() -> bool:
        rows = _log_rows(running_app, made)
        return sum(row.action == "Rated a competency" for row in rows) == 2

    _wait_for(page, has_both_ratings)
    rows = _log_rows(running_app, made)
    assert [row.action for row in rows if row.component == "llm"] == ["feedback"]
    assert not [row for row in rows if row.component != "llm" and "enerat" in row.action]
    assert not [row for row in rows if row.action.startswith("Live.")]


def _wait_for(page: Page, condition: Callable[[], bool]) -> None:
    """Look again each time the browser has drawn, for at most ten seconds."""
    for _ in range(200):
        if condition():
            return
        page.evaluate("new Promise(done => setTimeout(done, 50))")
    raise AssertionError("what was waited for did not happen")


def test_over_the_persons_own_text_the_person_chooses(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.write("My own words.")
    interview.save()
    interview.generate()
    interview.expect_phase("complete")
    expect(interview.choice).to_be_visible()
    expect(interview.live).to_contain_text("Yes.")
    page.locator("#choose-keep").click()
    expect(interview.choice).to_be_hidden()
    interview.expect_feedback("My own words.")
    page.locator("#versions").click()
    page.locator("#feedback-history [data-kind=draft] button").click()
    page.locator("#choose-append").click()
    expect(interview.editor).to_have_text(re.compile(r"^My own words\..*Yes\."))
    interview.generate()
    interview.expect_phase("complete")
    page.locator("#choose-replace").click()
    expect(interview.editor).to_have_text(re.compile(r"^Yes\."))


def test_a_draft_can_be_discarded(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("complete")
    page.locator("#discard-draft").click()
    page.locator("#confirm-discard").click()
    interview.expect_phase("idle")
    page.reload()
    interview.shown().expect_phase("idle")
    interview.expect_feedback("")
    expect(page.locator("#feedback-history [data-kind=draft]")).to_have_count(0)


def test_notes_save_by_themselves_and_survive_a_reload_in_mid_typing(
    page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.notes.press("Control+End")
    interview.notes.press_sequentially(" She asked for the numbers first.", delay=20)
    page.reload()
    expect(interview.shown().notes).to_have_value(re.compile("She asked for the numbers first"))
    interview.write_notes("All new.")
    expect(interview.notes_status).to_have_text(re.compile("^Saved"))
    assert _scorecard(running_app, made).notes == "All new."


def test_notes_that_are_too_long_are_refused_and_stay_in_the_editor(
    page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.paste_notes("x" * 100_001)
    expect(interview.notes_status).to_contain_text("Notes may have 100,000 characters")
    expect(interview.notes).to_have_value("x" * 100_001)
    assert _scorecard(running_app, made).notes == made.scorecard.notes
    interview.paste_notes("x" * 100_000)
    expect(interview.notes_status).to_have_attribute("data-status", "saved")


def test_ratings_reasons_and_recommendation_are_kept(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.rate("Code quality", "Outstanding")
    reason = interview.competency("Code quality").locator("textarea")
    reason.press_sequentially("Named every edge case.", delay=20)
    page.locator("#recommendation label.step", has_text="Strong no").click()
    expect(page.get_by_role("radio", name="Strong no")).to_be_checked()
    page.reload()
    interview.shown()
    expect(
        interview.competency("Code quality").get_by_role("radio", name="Outstanding")
    ).to_be_checked()
    expect(reason).to_have_value("Named every edge case.")
    expect(page.get_by_role("radio", name="Strong no")).to_be_checked()


def test_submitted_feedback_is_final(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.write("Clear yes.")
    interview.save()
    page.locator("#submit-feedback").click()
    page.locator("#confirm-submit").click()
    expect(interview.status).to_have_text(re.compile("^Submitted"))
    expect(interview.generate_button).to_be_hidden()
    page.reload()
    expect(page.locator("#final-feedback")).to_have_text("Clear yes.")
    expect(interview.editor).to_be_hidden()
    expect(interview.notes).to_be_hidden()
    expect(page.locator("#submit-feedback")).to_be_hidden()


def test_with_nothing_to_assess_the_button_says_why(page: Page, running_app: RunningApp) -> None:
    made = running_app.arrange(lambda database: make_interview(database, notes="", ratings={}))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    expect(interview.generate_button).to_be_disabled()
    expect(page.locator("#generate-hint")).to_contain_text("Nothing to draft from yet")
    interview.write_notes("Knows her trade.")
    expect(interview.generate_button).to_be_enabled()


def test_an_address_alone_starts_no_draft(
    page: Page, running_app: RunningApp, made: MadeInterview
) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}?generate=1")
    interview = InterviewPage(page).shown()
    interview.expect_phase("idle")
    expect(interview.generate_button).to_be_enabled()
    assert _calls(running_app, made) == []
