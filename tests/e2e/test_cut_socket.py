"""A proxy between the page and the app loses the page's WebSocket while a draft is written."""

from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from feedback_app.db.models import CallStatus
from feedback_app.llm.text.markdown import parse_blocks
from tests.databases import free_port
from tests.e2e.behind import LEFT_BEHIND, call_of, followers_of, wait_for
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.proxy import Proxy
from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import MadeInterview
from tests.upstream import FEEDBACK, Scenario, Upstream

HELD_AFTER = 150
HELD_AT = "narrowed it to the connection"
"""Among the last words before the hold."""
MID_STREAM = Scenario(tokens_per_second=50, hold_after=HELD_AFTER)
RECONNECTED_WITHIN_MS = 30_000

WHOLE = "".join("".join(block.text.split()) for block in parse_blocks(FEEDBACK))
"""What the page shows of the whole answer, without its white space."""

_RECORD_TEXTS = """() => {
  const shown = "#live-feedback > .document, .editing:not([hidden]) #feedback-editor";
  const note = () => window.texts.push(document.querySelector(shown)?.textContent ?? "");
  window.texts = [];
  new MutationObserver(note).observe(document.body, {
    childList: true, subtree: true, characterData: true,
  });
}"""


@pytest.fixture(scope="module")
def server_port() -> int:
    """The app's own; the pages are opened at the proxy's."""
    return free_port()


@pytest.fixture(scope="module")
def app_env(upstream_process: Upstream, app_port: int) -> Mapping[str, str]:
    return {
        "OPENAI_BASE_URL": upstream_process.base_url,
        "PUBLIC_URL": f"http://127.0.0.1:{app_port}",
        "LOG_LEVEL": "DEBUG",
        "REFLEX_SOCKET_INTERVAL": "1s",
        "REFLEX_SOCKET_TIMEOUT": "2s",
    }


@pytest.fixture
def proxy(app_port: int, server_port: int) -> Iterator[Proxy]:
    with Proxy(app_port, server_port) as proxy:
        yield proxy


@pytest.fixture
def page(proxy: Proxy, page: Page, watch: Watch) -> Page:
    """Opened through the proxy, and allowed to complain of what the proxy does."""
    watch.allow("WebSocket connection|ERR_CONNECTION_RESET")
    return page


@pytest.fixture
def interview(page: Page, made: MadeInterview) -> InterviewPage:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    return InterviewPage(page).shown()


def sent(upstream: Upstream) -> int:
    """How many tokens the model has sent in answer to the one request."""
    (request,) = upstream.requests
    return len(request.sent_at)


def solid(text: str) -> str:
    """The text without its white space."""
    return "".join(text.split())


def begin(interview: InterviewPage, upstream: Upstream) -> None:
    """Start a draft, and note every text the page shows from its first words on."""
    upstream.play(MID_STREAM)
    interview.generate()
    expect(interview.live.locator("h3").first).to_have_text("Summary")
    interview.page.evaluate(_RECORD_TEXTS)
    assert sent(upstream) < HELD_AFTER


def assert_shown_without_gap_or_repetition(interview: InterviewPage) -> None:
    texts = interview.page.evaluate("window.texts")
    assert texts
    for text in texts:
        assert WHOLE.startswith(solid(text))


def assert_no_complaint(app: RunningApp) -> None:
    log = app.log
    assert LEFT_BEHIND not in log
    assert "WARNING" not in log
    assert "Traceback" not in log


LOST = pytest.mark.parametrize("lose", [Proxy.cut, Proxy.silence], ids=["reset", "half-open"])


@LOST
def test_a_page_that_lost_its_socket_reconnects_and_shows_the_whole_text_once(
    interview: InterviewPage,
    proxy: Proxy,
    upstream: Upstream,
    made: MadeInterview,
    running_app: RunningApp,
    lose: Callable[[Proxy], None],
) -> None:
    begin(interview, upstream)
    made_before = proxy.sockets_made
    lose(proxy)
    wait_for(interview.page, lambda: sent(upstream) == HELD_AFTER)
    proxy.let_through()
    expect(interview.live).to_contain_text(HELD_AT, timeout=RECONNECTED_WITHIN_MS)
    assert proxy.sockets_made == made_before + 1
    wait_for(interview.page, lambda: followers_of(running_app, made.id) == 1)
    upstream.release()
    interview.expect_phase("complete")
    interview.expect_feedback(FEEDBACK)
    assert solid(interview.live.inner_text()) == WHOLE
    assert_shown_without_gap_or_repetition(interview)
    assert call_of(running_app, made.id).status == CallStatus.COMPLETE
    assert len(upstream.requests) == 1
    assert followers_of(running_app, made.id) == 1
    assert_no_complaint(running_app)


@LOST
def test_stop_works_on_a_page_that_has_reconnected(
    interview: InterviewPage,
    proxy: Proxy,
    upstream: Upstream,
    made: MadeInterview,
    running_app: RunningApp,
    lose: Callable[[Proxy], None],
) -> None:
    begin(interview, upstream)
    lose(proxy)
    proxy.let_through()
    expect(interview.live).to_contain_text(HELD_AT, timeout=RECONNECTED_WITHIN_MS)
    interview.stop_button.click()
    interview.expect_phase("cancelled")
    upstream.wait_until_idle()
    assert_shown_without_gap_or_repetition(interview)
    expect(interview.live).to_contain_text(HELD_AT)
    assert call_of(running_app, made.id).status == CallStatus.CANCELLED
    assert len(upstream.requests) == 1
    wait_for(interview.page, lambda: followers_of(running_app, made.id) == 1)
    assert_no_complaint(running_app)
