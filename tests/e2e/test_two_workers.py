"""Two workers over one PostgreSQL and one Valkey: a generation is seen and stopped from either.

The pages expect the app on one port, so the second worker has a browser of its own, which finds
the second worker's port there.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from redis import Redis
from sqlmodel import col, select
from websockets.sync.client import ClientConnection, connect

from feedback_app.db.models import LlmCall
from feedback_app.db.session import Database
from tests.apart import run_apart
from tests.chromium import find_chromium
from tests.databases import Databases, free_port, temporary_home
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp, answers, serving, wait_until
from tests.e2e.test_strangers import socket
from tests.factories import PASSWORD, MadeInterview, make_interview
from tests.integration.tabs import sign_in as sign_in_over_http
from tests.upstream import FEEDBACK, Scenario, Upstream, feedback_tokens

INTERRUPTED_WITHIN_MS = 90_000


@dataclass(frozen=True, slots=True)
class Workers:
    first: RunningApp
    second: RunningApp
    upstream: Upstream
    made: MadeInterview

    def calls(self) -> list[LlmCall]:
        async def read(database: Database) -> list[LlmCall]:
            async with database.read() as session:
                return list((await session.exec(select(LlmCall).order_by(col(LlmCall.id)))).all())

        return self.first.arrange(read)


@pytest.fixture
def workers(app_port: int, databases: Databases, valkey_url: str) -> Iterator[Workers]:
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        url = stack.enter_context(databases.fresh("postgresql"))
        env = {
            "REDIS_URL": valkey_url,
            "GRANIAN_WORKERS": "1",
            "OPENAI_BASE_URL": upstream.base_url,
            "LLM_IDLE_TIMEOUT_S": "120",
            "TAB_STATES_KEPT_S": "5",
            "PUBLIC_URL": f"http://127.0.0.1:{app_port}",
        }
        first, second = [
            stack.enter_context(
                serving(port, url, stack.enter_context(temporary_home("worker")), env)
            )
            for port in (app_port, free_port())
        ]
        yield Workers(first, second, upstream, first.arrange(make_interview))


@pytest.fixture
def first_page(browser: Browser, workers: Workers) -> Iterator[Page]:
    with browser.new_context(base_url=workers.first.url) as context:
        yield context.new_page()


@pytest.fixture
def second_page(browser: Browser, workers: Workers) -> Iterator[Page]:
    here, there = (app.url.removeprefix("http://") for app in (workers.first, workers.second))
    with (
        browser.browser_type.launch(
            executable_path=find_chromium(), args=[f"--host-resolver-rules=MAP {here} {there}"]
        ) as other,
        other.new_context(base_url=workers.first.url) as context,
    ):
        yield context.new_page()


def opened(page: Page, made: MadeInterview) -> InterviewPage:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    return InterviewPage(page).shown()


def test_a_draft_started_on_one_worker_is_followed_and_stopped_on_the_other(
    workers: Workers, first_page: Page, second_page: Page
) -> None:
    workers.upstream.play(Scenario(hold_after=20))
    first, second = opened(first_page, workers.made), opened(second_page, workers.made)
    first.generate()
    first.expect_phase("streaming")
    second.expect_phase("streaming")
    expect(second.live.locator("h3").first).to_have_text("Summary")
    assert second.live.inner_text() == first.live.inner_text()
    (request,) = workers.upstream.requests
    assert request.ending is None
    second.stop_button.click()
    second.expect_phase("cancelled")
    first.expect_phase("cancelled")
    workers.upstream.wait_until_idle()
    assert second.live.inner_text() == first.live.inner_text()

    workers.upstream.play(Scenario(hold_after=20))
    second.retry_button.click()
    second.expect_phase("streaming")
    first.expect_phase("streaming")
    first_page.reload()
    first.shown().expect_phase("streaming")
    expect(first.live.locator("h3").first).to_have_text("Summary")
    workers.upstream.release()
    for page in (first, second):
        page.expect_phase("complete")
        page.expect_feedback(FEEDBACK)
    assert [call.status for call in workers.calls()] == ["cancelled", "complete"]
    assert len(workers.upstream.requests) == 2
    assert "disconnected client" not in workers.first.log + workers.second.log


def test_a_programs_stream_is_resumed_and_stopped_on_the_other_worker(workers: Workers) -> None:
    workers.upstream.play(Scenario(hold_after=20))
    token = httpx.post(
        f"{workers.first.url}/api/token",
        json={"email": workers.made.interviewer.email, "password": PASSWORD},
    ).json()["access_token"]
    with stream(workers.first, workers.made, token) as first:
        call_id, seen = told(first)
        with stream(workers.second, workers.made, token, f"?call={call_id}&after=2") as second:
            others: list[dict[str, Any]] = []
            while text_of(others) != text_of(seen):
                others.append(json.loads(second.recv(timeout=10)))
            assert [event["seq"] for event in others] == list(range(3, 3 + len(others)))
            second.send(json.dumps({"type": "cancel"}))
            for socket in (first, second):
                assert json.loads(list(socket)[-1])["type"] == "cancelled"
    workers.upstream.wait_until_idle()
    assert [call.status for call in workers.calls()] == ["cancelled"]


def stream(app: RunningApp, made: MadeInterview, token: str, query: str = "") -> ClientConnection:
    url = f"ws{app.url.removeprefix('http')}/api/interviews/{made.id}/generate-feedback/stream"
    headers = {"Authorization": f"Bearer {token}"}
    return connect(url + query, additional_headers=headers, proxy=None)


def told(socket: ClientConnection) -> tuple[str, list[dict[str, Any]]]:
    """The call a socket follows, and its events until all twenty tokens have come."""
    events: list[dict[str, Any]] = []
    while text_of(events) != "".join(feedback_tokens(20)):
        events.append(json.loads(socket.recv(timeout=10)))
    return events[0]["llm_call_id"], events


def text_of(events: list[dict[str, Any]]) -> str:
    return "".join(event["content"] for event in events if event["type"] == "chunk")


def test_when_its_worker_is_killed_the_other_shows_interrupted_and_retry_works(
    workers: Workers, first_page: Page, second_page: Page
) -> None:
    workers.upstream.play(Scenario(hold_after=20))
    first, second = opened(first_page, workers.made), opened(second_page, workers.made)
    first.generate()
    second.expect_phase("streaming")
    expect(second.live.locator("h3").first).to_have_text("Summary")
    text = second.live.inner_text()
    os.killpg(workers.first.process.pid, signal.SIGKILL)
    second.expect_phase("interrupted", timeout=INTERRUPTED_WITHIN_MS)
    expect(second.error).to_contain_text("The text so far is kept")
    assert second.live.inner_text() == text
    second_page.reload()
    second.shown().expect_phase("interrupted")
    assert second.live.inner_text() == text
    workers.upstream.play(Scenario())
    second.retry_button.click()
    second.expect_phase("complete")
    second.expect_feedback(FEEDBACK)
    interrupted, complete = workers.calls()
    assert (interrupted.status, complete.status) == ("interrupted", "complete")
    assert interrupted.tokens_estimated
    assert interrupted.completion_tokens > 0


def test_a_server_replaces_a_worker_that_dies_and_goes_on(workers: Workers) -> None:
    server = workers.first.process.pid
    (worker,) = children(server)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: bool(children(server)) and worker not in children(server))
    wait_until(lambda: answers(workers.first))
    assert workers.first.process.poll() is None


def test_whose_account_is_disabled_is_out_on_every_worker_and_their_draft_stops(
    workers: Workers, second_page: Page
) -> None:
    workers.upstream.play(Scenario(hold_after=20))
    second = opened(second_page, workers.made)
    second.generate()
    second.expect_phase("streaming")
    email = workers.made.interviewer.email
    command = [sys.executable, "-m", "feedback_app", "user", "disable", email]
    env = os.environ | {"DATABASE_URL": workers.first.database_url}
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == f"Disabled {email}. Sessions and tokens ended: 1.\n"
    workers.upstream.wait_until_idle()
    wait_until(lambda: [call.status for call in workers.calls()] == ["cancelled"])
    second_page.reload()
    expect(second_page.locator("#login-email")).to_be_visible()


def test_what_redis_holds_of_a_tab_is_gone_soon_after_it(workers: Workers, valkey_url: str) -> None:
    strangers, persons = str(uuid4()), str(uuid4())

    async def visit(redis: Redis) -> None:
        async with AsyncExitStack() as tabs:
            cookie = await sign_in_over_http(workers.first.url, workers.made.interviewer.email)
            for token, own, path in ((strangers, "", "/login"), (persons, cookie, "/")):
                tab = await tabs.enter_async_context(
                    socket(workers.first, own, token=token, path=path)
                )
                await tab.hydrate()
                await tab.listen('"is_hydrated_rx_state_":true')
                await asyncio.to_thread(wait_until, lambda token=token: held(redis, token))

    def held(redis: Redis, token: str) -> bool:
        return bool(redis.keys(f"{token}_*"))

    with Redis.from_url(valkey_url) as redis:
        run_apart(visit(redis))
        for token in (strangers, persons):
            wait_until(lambda token=token: not held(redis, token))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
