"""Servers that are asked to stop while pages follow drafts that are being written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from feedback_app.core.errors import Interrupted
from feedback_app.db.session import Database
from tests.databases import free_port
from tests.e2e.serving import RunningApp, start, wait_until_up
from tests.factories import MadeInterview, make_interview
from tests.integration.generating import HELD
from tests.integration.tabs import INTERVIEW, LIVE, Tab, sign_in, tab
from tests.upstream import Upstream

PAGES = 4


@asynccontextmanager
async def served(url: str, home: Path, upstream: Upstream, **env: str) -> AsyncIterator[RunningApp]:
    """The app without its pages, which nobody asks for here."""
    (home / "web" / "build" / "client").mkdir(parents=True)
    env |= {"OPENAI_BASE_URL": upstream.base_url, "REFLEX_WEB_WORKDIR": str(home / "web")}
    app = start(free_port(), url, home, env)
    try:
        await asyncio.to_thread(wait_until_up, app)
        yield app
    finally:
        await asyncio.to_thread(app.end)


@asynccontextmanager
async def opened(app: RunningApp, made: MadeInterview) -> AsyncIterator[Tab]:
    """A page of the interview in a tab of a new session."""
    cookie = await sign_in(app.url, made.interviewer.email)
    async with tab(app.url, cookie) as page:
        await page.send(f"{INTERVIEW}.load", {}, path=f"/interviews/{made.id}")
        await page.until(LIVE, lambda live: "phase" in live)
        yield page


async def until_streaming(page: Tab) -> None:
    await page.until(LIVE, lambda live: live.get("phase") == "streaming")


async def test_a_server_that_stops_under_pages_that_follow_has_nothing_to_complain_of(
    database: Database, database_url: str, upstream: Upstream, tmp_path: Path
) -> None:
    upstream.play(HELD)
    first = await make_interview(database)
    others = [await make_interview(database, first.interviewer) for _ in range(PAGES - 1)]
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(served(database_url, tmp_path, upstream))
        for made in (first, *others):
            page = await stack.enter_async_context(opened(app, made))
            await page.send(f"{LIVE}.generate", {"subject_id": made.id})
            await until_streaming(page)
        await asyncio.to_thread(app.end)
        assert app.log == ""


async def test_pages_of_another_worker_are_shown_how_their_draft_ended(
    database: Database, database_url: str, upstream: Upstream, valkey_url: str, tmp_path: Path
) -> None:
    upstream.play(HELD)
    made = await make_interview(database)
    async with AsyncExitStack() as stack:
        stopped, other = [
            await stack.enter_async_context(
                served(
                    database_url, tmp_path / name, upstream,
                    REDIS_URL=valkey_url, GRANIAN_WORKERS="1",
                )
            )
            for name in ("stopped", "other")
        ]  # fmt: skip
        here = await stack.enter_async_context(opened(stopped, made))
        there = await stack.enter_async_context(opened(other, made))
        await here.send(f"{LIVE}.generate", {"subject_id": made.id})
        await asyncio.gather(until_streaming(here), until_streaming(there))
        told = asyncio.create_task(there.until(LIVE, lambda live: bool(live.get("error"))))
        await asyncio.to_thread(stopped.end)
        shown = await told
        assert (shown["phase"], shown["error"]) == ("interrupted", Interrupted.sentence)
        assert stopped.log == ""
        await asyncio.to_thread(other.end)
        assert other.log == ""
