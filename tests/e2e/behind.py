"""What the browser tests look at behind the pages: calls in the ledger, followers in the log."""

from collections.abc import Callable

from playwright.sync_api import Page
from sqlmodel import col, select

from feedback_app.db.models import LlmCall
from feedback_app.db.session import Database
from tests.e2e.serving import RunningApp

LEFT_BEHIND = "disconnected client"
"""What Reflex logs each time something is sent to a tab that is gone."""


def calls_of(app: RunningApp, interview_id: str) -> list[LlmCall]:
    """Every call about an interview, oldest first."""

    async def read(database: Database) -> list[LlmCall]:
        async with database.read() as session:
            rows = await session.exec(
                select(LlmCall).where(LlmCall.subject_id == interview_id).order_by(col(LlmCall.id))
            )
            return list(rows.all())

    return app.arrange(read)


def call_of(app: RunningApp, interview_id: str) -> LlmCall:
    """The one call about an interview."""
    (call,) = calls_of(app, interview_id)
    return call


def followers_of(app: RunningApp, interview_id: str) -> int:
    """How many pages follow this interview now, by what a server at `LOG_LEVEL=DEBUG` says."""
    begun = app.log.count(f"begins to follow interview {interview_id}")
    return begun - app.log.count(f"stops following interview {interview_id}")


def wait_for(page: Page, condition: Callable[[], bool]) -> None:
    """Look again each time the browser has drawn, for at most ten seconds."""
    for _ in range(200):
        if condition():
            return
        page.evaluate("new Promise(done => setTimeout(done, 50))")
    raise AssertionError("what was waited for did not happen")
