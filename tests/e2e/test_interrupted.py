"""A page that is open while the server is killed and started again."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from feedback_app.core.errors import Interrupted
from feedback_app.db.models import Draft, LlmCall
from feedback_app.db.session import Database
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp, serving
from tests.e2e.watching import Watch
from tests.factories import make_interview
from tests.upstream import FEEDBACK, Scenario, Upstream

RECONNECTED_WITHIN_MS = 30_000


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def app_env(upstream: Upstream) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": upstream.base_url}


async def _until_kept(database: Database, interview_id: str, text: str) -> None:
    """Wait for a checkpoint with this text."""
    async with asyncio.timeout(5):
        while True:
            async with database.read() as session:
                drafts = await session.exec(
                    select(Draft)
                    .join(LlmCall, col(LlmCall.id) == Draft.llm_call_id)
                    .where(LlmCall.subject_id == interview_id)
                )
                if text in drafts.one().text:
                    return


def test_a_page_open_while_the_server_is_killed_shows_what_happened_and_retry_completes(
    page: Page,
    watch: Watch,
    upstream: Upstream,
    running_app: RunningApp,
    app_port: int,
    app_env: Mapping[str, str],
    tmp_path: Path,
) -> None:
    watch.allow("ERR_CONNECTION_REFUSED|WebSocket|websocket")
    made = running_app.arrange(make_interview)
    upstream.queue(Scenario(hold_after=120), Scenario())
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    expect(interview.live).to_contain_text("Strengths")
    running_app.arrange(lambda database: _until_kept(database, made.id, "Strengths"))
    running_app.kill()
    expect(page.locator("#connection-lost")).to_be_visible()
    with serving(app_port, running_app.database_url, tmp_path, app_env):
        interview.expect_phase("interrupted", timeout=RECONNECTED_WITHIN_MS)
        expect(page.locator("#connection-lost")).to_be_hidden()
        expect(interview.error).to_contain_text(Interrupted.sentence)
        expect(interview.live).to_contain_text("Strengths")
        interview.retry_button.click()
        interview.expect_phase("complete")
        expect(interview.error).to_be_hidden()
        interview.expect_feedback(FEEDBACK)
