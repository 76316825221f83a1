"""A real Chromium that notes what arrives on its page's socket and when text is on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import get_chromium

_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_ANSWER_TIMEOUT_MS = 60_000
_QUIET_MS = 400

_WATCH = """
() => {
  const samples = [], ended = new Set(["complete", "error", "cancelled", "interrupted"]);
  let asked = false, phase = "", text = null, tell;
  const done = new Promise((resolve) => { tell = resolve; });
  const painted = new MessageChannel(), waiting = [];
  painted.port1.onmessage = () => {
    const at = (performance.timeOrigin + performance.now()) / 1000;
    for (const sample of waiting.splice(0)) samples.push([at, ...sample]);
    if (ended.has(phase)) tell(samples);
  };
  const look = () => {
    asked = false;
    const nowPhase = document.getElementById("generation-panel")?.dataset.phase ?? "";
    const live = document.querySelector(
      "#live-feedback:not(:has(.editing)), #live-feedback > .document");
    const nowText = live?.textContent ?? text;
    if (nowPhase === phase && nowText === text) return;
    [phase, text] = [nowPhase, nowText];
    waiting.push([phase, text]);
    painted.port2.postMessage(null);
  };
  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(look);
  }).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributeFilter: ["data-phase"],
  });
  window.benchDone = () => done;
}
"""
"""A message posted in an animation frame arrives after that frame was laid out and painted."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One WebSocket frame that the page received."""

    arrived_at: float
    """Unix seconds, when Chromium had it."""
    payload: str

    @property
    def size(self) -> int:
        """Bytes of the payload as UTF-8."""
        return len(self.payload.encode())

    @property
    def wire_size(self) -> int:
        """With the header of RFC 6455 for an unmasked frame."""
        return self.size + (2 if self.size < 126 else 4 if self.size < 65_536 else 10)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the panel showed after one painted frame that changed it."""

    at: float
    """Unix seconds."""
    phase: str
    text: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything seen from the click to the end of the answer."""

    frames: tuple[Frame, ...]
    samples: tuple[Sample, ...]
    compressed: bool
    """Whether the socket negotiated compression, so that payloads are larger than the wire's."""


class _Socket:
    """What the DevTools protocol tells of a page's WebSockets."""

    def __init__(self, page: Page) -> None:
        self.frames: list[Frame] = []
        self.compressed = False
        self._to_unix_s = 0.0
        session = page.context.new_cdp_session(page)
        session.on("Network.webSocketWillSendHandshakeRequest", self._opening)
        session.on("Network.webSocketHandshakeResponseReceived", self._opened)
        session.on("Network.webSocketFrameReceived", self._received)
        session.send("Network.enable")

    def _opening(self, event: dict[str, Any]) -> None:
        self._to_unix_s = event["wallTime"] - event["timestamp"]

    def _opened(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        self.compressed = "deflate" in headers.get("sec-websocket-extensions", "")

    def _received(self, event: dict[str, Any]) -> None:
        arrived_at = event["timestamp"] + self._to_unix_s
        self.frames.append(Frame(arrived_at, event["response"]["payloadData"]))


class Visitor:
    """One page of one browser, at an app."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._socket = _Socket(page)

    def sign_in(self, address: str, email: str, password: str) -> None:
        self._open(f"{address}/login")
        self.page.fill("#login-email", email)
        self.page.fill("#login-password", password)
        self.page.click("#login-submit")
        self.page.wait_for_selector("#interview-list")

    def watch_answer(self, url: str) -> Watched:
        """Open the page anew, click Generate, and watch until the answer has ended."""
        page = self.page
        self._open(url)
        page.wait_for_selector("#generate-feedback:not([disabled])")
        page.evaluate(_WATCH)
        self._socket.frames.clear()
        page.click("#generate-feedback")
        seen = page.evaluate(
            "(ms) => Promise.race([window.benchDone(), new Promise((_, fail) =>"
            " setTimeout(() => fail(new Error('the answer did not end')), ms))])",
            _ANSWER_TIMEOUT_MS,
        )
        samples = tuple(Sample(*one) for one in seen)
        if samples[-1].phase != "complete":
            raise RuntimeError(f"the answer ended as {samples[-1].phase!r} at {url}")
        return Watched(tuple(self._socket.frames), samples, self._socket.compressed)

    def _open(self, url: str) -> None:
        """Open a page and wait until it is loaded: nothing has come on its socket for a while."""
        self._socket.frames.clear()
        self.page.goto(url)
        before = 0
        while before == 0 or before != len(self._socket.frames):
            before = len(self._socket.frames)
            self.page.wait_for_timeout(_QUIET_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium, the one that the browser tests find."""
    path = get_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A page of a desktop's size with cookies of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield Visitor(context.new_page())
    finally:
        context.close()
