"""The same page with a model behind it: faults, retry, reasoning, money, hostile answers."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from feedback_app.core.errors import LLMDisconnected, LLMUnavailable
from feedback_app.db.session import Database
from tests.e2e.behind import call_of
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, add_interviewer, make_interview, make_user
from tests.upstream import (
    FAULTS,
    FEEDBACK,
    REASONING,
    Scenario,
    Upstream,
    feedback_tokens,
    saying,
    tokens_of,
)

HOSTILE = """## Summary

Fine. <script>window.hacked = 1</script> <img src="http://evil.test/x.png" onerror="hacked=1">
<iframe src="http://evil.test/"></iframe> ![pixel](http://evil.test/pixel.png)

- [click](javascript:window.hacked=1) and [data](data:text/html,<script>hacked=1</script>)
- [a real link](https://example.test/page) <b onclick="hacked=1">bold</b>

<svg onload="window.hacked=1"></svg>
"""


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream) -> Mapping[str, str]:
    return {
        "OPENAI_BASE_URL": upstream_process.base_url,
        "LLM_MODEL": "gpt-4o-mini",
    }


def test_a_draft_is_begun_and_stopped_by_keyboard(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(Scenario(hold_after=20))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate_button.focus()
    page.keyboard.press("Enter")
    interview.expect_phase("streaming")
    # One button, whose focus stays on it.
    page.keyboard.press("Enter")
    interview.expect_phase("cancelled")


def test_text_grows_on_the_page_before_the_answer_ends(
    page: Page, upstream: Upstream, made: MadeInterview, running_app: RunningApp
) -> None:
    upstream.play(Scenario(hold_after=20))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    expect(interview.generate_button).to_have_text("Generate with AI")
    interview.record_phases()
    interview.generate()
    interview.expect_phase("streaming")
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    early = interview.live.inner_text()
    expect(interview.stop_button).to_be_in_viewport()
    expect(page.locator("#generation-progress")).to_be_visible()
    upstream.release()
    interview.expect_phase("complete")
    interview.expect_phases_in_order("complete")
    assert len(interview.live.inner_text()) > len(early)
    interview.expect_feedback(FEEDBACK)
    call = call_of(running_app, made.id)
    assert call.cost_microusd
    expect(interview.facts).to_contain_text("gpt-4o-mini-2024-07-18")
    tokens = f"{call.prompt_tokens + call.completion_tokens:,}"
    expect(page.locator("#generation-tokens")).to_contain_text(tokens)
    expect(page.locator("#generation-cost")).to_have_text(re.compile(r"^\$0\.000\d$"))


def test_after_an_error_the_text_stays_and_retry_completes(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.queue(FAULTS["cut-mid"], Scenario())
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("error")
    expect(interview.error).to_contain_text(LLMDisconnected.sentence)
    expect(interview.live).to_contain_text("Summary")
    interview.expect_feedback("")
    interview.retry_button.click()
    interview.expect_phase("complete")
    expect(interview.error).to_be_hidden()
    interview.expect_feedback(FEEDBACK)


def test_a_server_that_fails_thrice_is_told_in_one_sentence(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(FAULTS["server-error"])
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("error")
    expect(interview.error).to_contain_text(LLMUnavailable.sentence)
    interview.expect_feedback("")
    assert len(upstream.requests) == 3


def test_reasoning_is_shown_folded_while_the_model_thinks(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(Scenario(reasoning=REASONING, hold_after=1))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    thinking = page.locator("#generation-reasoning")
    expect(thinking).to_be_visible()
    expect(thinking.locator("p")).to_be_hidden()
    thinking.locator("summary").click()
    expect(thinking.locator("p")).to_have_text("".join(REASONING))
    upstream.release()
    interview.expect_phase("complete")


def test_an_answer_at_its_length_limit_completes_with_a_notice(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(FAULTS["length"])
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("complete")
    expect(interview.panel).to_contain_text("reached its length limit")


def test_a_hostile_answer_runs_nothing_and_loads_nothing(
    page: Page, upstream: Upstream, made: MadeInterview, watch: Watch
) -> None:
    upstream.play(saying(HOSTILE, hold_after=len(tokens_of(HOSTILE)) - 1))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    expect(interview.live).to_contain_text("a real link (https://example.test/page)")
    links = interview.live.locator("a")
    assert [link.get_attribute("href") for link in links.all()] == ["https://example.test/page"]
    for phase in ("streaming", "complete"):
        interview.expect_phase(phase)
        expect(interview.live).to_contain_text("<script>window.hacked = 1</script>")
        assert page.evaluate("window.hacked") is None
        assert interview.live.locator("script, img, iframe, svg:not(.lucide), b").count() == 0
        upstream.release()
    expect(interview.editor).to_contain_text("a real link")
    assert interview.editor.locator("a").count() == 0
    assert watch.faults == []


def test_two_interviewers_at_once_see_only_their_own_text(
    page: Page, context: BrowserContext, upstream: Upstream, running_app: RunningApp
) -> None:
    made = running_app.arrange(make_interview)

    async def join(database: Database) -> str:
        other = await make_user(database, None, company_id=made.interviewer.company_id)
        await add_interviewer(database, made, other, notes="Second pair of eyes: liked the tests.")
        return other.email

    email = running_app.arrange(join)
    upstream.queue(
        saying("## Summary\n\nFirst person's words.", hold_after=5),
        saying("## Summary\n\nSecond person's words.", hold_after=5),
    )
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    first = InterviewPage(page).shown()
    first.generate()
    first.expect_phase("streaming")
    assert context.browser is not None
    with context.browser.new_context(base_url=running_app.url) as elsewhere:
        sign_in(elsewhere.new_page(), email, path=f"/interviews/{made.id}")
        second = InterviewPage(elsewhere.pages[0]).shown()
        second.expect_phase("idle")
        second.generate()
        second.expect_phase("streaming")
        upstream.release()
        first.expect_phase("complete")
        second.expect_phase("complete")
        first.expect_feedback("## Summary\n\nFirst person's words.")
        second.expect_feedback("## Summary\n\nSecond person's words.")
        expect(second.live).not_to_contain_text("First")
        expect(first.live).not_to_contain_text("Second")


def test_a_reload_in_mid_stream_shows_everything_and_goes_on(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(Scenario(tokens=feedback_tokens(200), hold_after=80))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    page.reload()
    interview.shown().expect_phase("streaming")
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    upstream.release()
    interview.expect_phase("complete")
    interview.expect_feedback("".join(feedback_tokens(200)))
    assert len(upstream.requests) == 1


def test_an_answer_that_ends_while_the_page_loads_is_shown(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(Scenario(tokens=feedback_tokens(60), tokens_per_second=100))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    for _ in range(3):
        interview.generate()
        interview.expect_phase("streaming")
        page.reload()
        interview.shown().expect_phase("complete")
        expect(interview.live).to_contain_text("Summary")


def test_a_draft_that_says_another_verdict_than_was_recorded_is_marked(
    page: Page, upstream: Upstream, made: MadeInterview
) -> None:
    upstream.play(saying("**Strong no.** Weak on system design (1).\n\n## Concerns\n\n- None."))
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    expect(page.locator("#draft-departs")).to_have_count(0)
    interview.generate()
    interview.expect_phase("complete")
    says = "This text says “Strong no”, but your recommendation is “Yes”; it rates System design 1"
    expect(page.locator("#draft-departs")).to_contain_text(says)
    page.locator("#submit-feedback").click()
    expect(page.locator("#review-sheet")).to_contain_text(says)
    page.keyboard.press("Escape")
    interview.write("Yes. She drew before coding.")
    expect(page.locator("#draft-departs")).to_have_count(0)
