"""A server that is killed under a page that is being typed in: no key is lost."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.behind import wait_for
from tests.e2e.editors import EDITORS, Editor, text_of
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp, serving
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, make_interview

RECONNECTED_WITHIN_MS = 30_000


class Servers:
    """The server of a page, each time it is killed another one over the same database."""

    def __init__(self, first: RunningApp, port: int, home: Path, stack: ExitStack) -> None:
        self.now = first
        self._port, self._home, self._stack = port, home, stack

    def start(self) -> None:
        app = serving(self._port, self.now.database_url, self._home, {})
        self.now = self._stack.enter_context(app)


@pytest.fixture
def servers(running_app: RunningApp, app_port: int, tmp_path: Path) -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(running_app, app_port, tmp_path, stack)


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    """An interview in which nothing is written yet."""
    return running_app.arrange(lambda database: make_interview(database, notes="", reasons={}))


def type_at_the_end(page: Page, editor: Editor, text: str) -> None:
    editor.on(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def expect_whole(
    page: Page, servers: Servers, made: MadeInterview, editor: Editor, rounds: int
) -> None:
    """The editor shows all that was typed in it in so many rounds, and all of it is kept."""
    whole = " ".join([f"{editor.name} before. {editor.name} meanwhile."] * rounds)
    wait_for(page, lambda: text_of(editor.on(page)).strip() == whole)
    wait_for(page, lambda: editor.stored(servers.now, made).strip() == whole)


def test_what_is_typed_around_the_death_of_a_server_is_kept_by_the_next(
    page: Page, watch: Watch, servers: Servers, made: MadeInterview
) -> None:
    watch.allow("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket|websocket")
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    InterviewPage(page).shown()
    for round_of in ([EDITORS[0]], [EDITORS[1]], [EDITORS[2]], EDITORS):
        for editor in round_of:
            type_at_the_end(page, editor, f"{editor.name} before. ")
        servers.now.kill()
        expect(page.locator("#connection-lost")).to_be_visible()
        for editor in round_of:
            type_at_the_end(page, editor, f"{editor.name} meanwhile. ")
            expect(editor.status_on(page)).to_have_attribute("data-status", "unsaved")
        servers.start()
        expect(page.locator("#connection-lost")).to_be_hidden(timeout=RECONNECTED_WITHIN_MS)
        for editor in round_of:
            status = editor.status_on(page)
            expect(status).to_have_attribute("data-status", "saved", timeout=RECONNECTED_WITHIN_MS)
            expect_whole(page, servers, made, editor, 1 if len(round_of) == 1 else 2)
    page.reload()
    InterviewPage(page).shown()
    for editor in EDITORS:
        expect_whole(page, servers, made, editor, 2)
