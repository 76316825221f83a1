"""The list while it is open: drafts that start and end elsewhere, with a model that holds still."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from feedback_app.core import clock
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.factories import make_interview
from tests.upstream import Scenario, Upstream


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": upstream_process.base_url, "LLM_MODEL": "gpt-4o-mini"}


def test_the_open_list_follows_drafts_as_they_start_and_end(
    page: Page, upstream: Upstream, running_app: RunningApp
) -> None:
    upstream.play(Scenario(hold_after=20))
    made = running_app.arrange(
        lambda database: make_interview(
            database,
            held_at=clock.now() - timedelta(hours=1),
            ratings={"System design": 3, "Collaboration": 2, "Code quality": 4},
        )
    )
    sign_in(page, made.interviewer.email)
    listed = InboxPage(page).shown()
    listed.expect_tab("(1) My interviews · Debrief", ready=False)
    expect(listed.step(made.id)).to_have_text("Generate with AI")
    other = page.context.new_page()
    interview = InterviewPage(other).open(made.id)
    interview.generate()
    interview.expect_phase("streaming")
    expect(listed.row(made.id)).to_contain_text("Being written now")
    expect(listed.step(made.id)).to_have_text("Watch it being written")
    upstream.release()
    interview.expect_phase("complete")
    expect(listed.row(made.id)).to_contain_text("Draft ready")
    expect(listed.step(made.id)).to_have_text("Review draft")
    listed.expect_tab("(1) My interviews · Debrief", ready=True)
    listed.step(made.id).click()
    expect(InterviewPage(page).shown().live).to_contain_text("Summary")
    assert len(upstream.requests) == 1
