"""Fixtures of the browser tests: the built app, served per module, in a real Chromium.

These tests are plain functions: Playwright's synchronous API holds the thread's event loop, so a
coroutine test cannot run beside it. Rows are arranged with `running_app.arrange`.
"""

import shutil
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from feedback_app.db.demo import load_demo
from feedback_app.db.session import Database
from tests.apart import run_apart
from tests.auditing import findings_in
from tests.chromium import find_chromium
from tests.databases import Databases, temporary_home
from tests.e2e.serving import RunningApp, built_app, serving
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, make_interview
from tests.upstream import Upstream

expect.set_options(timeout=10_000)

_NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="package")
def app_port() -> Iterator[int]:
    """Where the built pages expect the app."""
    with built_app() as port:
        yield port


@pytest.fixture(scope="package")
def demo_database(databases: Databases) -> Iterator[str]:
    """A SQLite database with the demo in it; copied, never served."""

    async def fill(url: str) -> None:
        database = Database(url)
        await load_demo(database)
        await database.aclose()

    with databases.fresh("sqlite") as url:
        run_apart(fill(url))
        yield url


@pytest.fixture(scope="module")
def app_env() -> Mapping[str, str]:
    """Settings this module's app is served with; a module overrides it by its own fixture."""
    return {}


@pytest.fixture(scope="module")
def server_port(app_port: int) -> int:
    """Where this module's app listens; one that has something before its app overrides it."""
    return app_port


@pytest.fixture(scope="module")
def running_app(
    server_port: int, demo_database: str, app_env: Mapping[str, str]
) -> Iterator[RunningApp]:
    """The app in production mode over a fresh copy of the demo, one server for the module."""
    with temporary_home("app") as home:
        copy = home / "debrief.db"
        shutil.copy(demo_database.removeprefix("sqlite:///"), copy)
        url = app_env.get("DATABASE_URL", f"sqlite:///{copy}")
        with serving(server_port, url, home, app_env) as app:
            yield app
        findings = run_apart(findings_in(url))
    assert findings == []


@pytest.fixture(scope="module")
def upstream_process() -> Iterator[Upstream]:
    """The model of a module whose `app_env` names its address."""
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(upstream_process: Upstream) -> Iterator[Upstream]:
    """The model with no scenario set; what is open there at the end of the test is let go."""
    upstream_process.reset()
    yield upstream_process
    upstream_process.release()
    upstream_process.wait_until_idle()


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    """An interview of a new person in a new company."""
    return running_app.arrange(make_interview)


@pytest.fixture(autouse=True)
def audited_ledger(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test that leaves findings in the app's ledger; drafts may go on after it."""
    if "running_app" not in request.fixturenames:
        yield
        return
    url = request.getfixturevalue("running_app").database_url
    yield
    assert run_apart(findings_in(url, None)) == []


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium that finds no other machine than this one."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=[_NOWHERE])
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, app_port: int, running_app: RunningApp) -> Iterator[BrowserContext]:
    """A browser profile of its own: paths are the app's, `page.goto("/login")` works."""
    opened = browser.new_context(
        base_url=f"http://127.0.0.1:{app_port}",
        viewport={"width": 1280, "height": 800},
        locale="en-GB",
    )
    yield opened
    opened.close()


@pytest.fixture
def watch(context: BrowserContext) -> Iterator[Watch]:
    """What the pages did wrong; the test fails if it is anything not allowed."""
    watching = Watch(context)
    yield watching
    assert watching.faults == []


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A page of the running app, watched for errors and for requests to elsewhere."""
    return context.new_page()
