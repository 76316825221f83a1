"""Opens one page cold, over a slow line on a slow machine, and notes what its reader waits for."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

LINE_MBIT_S = 4
LATENCY_MS = 80
CPU_SLOWDOWN = 4

_READY_TIMEOUT_MS = 60_000
_SETTLED_MS = 1_000
"""How long after a page is ready its layout is still watched."""

_WATCH = """
(() => {
  const seen = {paint: 0, ready: 0, shift: 0};
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) {
      seen.paint = entry.startTime;
    }
  }).observe({type: "paint", buffered: true});
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) seen.shift += entry.value;
    }
  }).observe({type: "layout-shift", buffered: true});
  const painted = new MessageChannel();
  let tell;
  const ready = new Promise((resolve) => { tell = resolve; });
  painted.port1.onmessage = () => {
    seen.ready = performance.now();
    tell();
  };
  const look = () => {
    if (document.querySelector(SELECTOR)) painted.port2.postMessage(null);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  window.benchPage = (wait, settled) => Promise.race([
    ready.then(() => new Promise((done) => setTimeout(() => done(seen), settled))),
    new Promise((_, fail) => setTimeout(() => fail(new Error(
      `${location.pathname} was not ready: ${document.querySelector("main")?.innerText}`)), wait)),
  ]);
})()
"""
"""A message posted in an animation frame arrives after that frame was laid out and painted."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One page, opened once with nothing in the browser's cache."""

    paint_ms: float
    """First contentful paint, from the navigation's start."""
    ready_ms: float
    """When its own content, in place of the skeleton, was painted."""
    kilobytes: float
    """Received over HTTP until then and a moment after, as it travelled, headers included."""
    requests: int
    """Over HTTP; the socket's opening counts as one."""
    shift: float
    """Cumulative layout shift until a moment after it was ready."""
    uncached: tuple[str, ...]
    """Paths of files whose name holds a hash but that a browser would ask for again."""


def open_cold(browser: Browser, address: str, path: str, selector: str, cookie: str) -> Opened:
    """Open `path` in a profile of its own; it is ready once `selector` matches.

    `cookie` is the session's, as `name=value`, or empty.

    Raises:
        Error: of Playwright, if the page was not ready in time.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        if cookie:
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        traffic = _Traffic(page)
        page.add_init_script(_WATCH.replace("SELECTOR", repr(selector)))
        page.goto(f"{address}{path}", wait_until="commit")
        seen = page.evaluate(
            "([wait, settled]) => window.benchPage(wait, settled)",
            [_READY_TIMEOUT_MS, _SETTLED_MS],
        )
        return Opened(
            paint_ms=seen["paint"],
            ready_ms=seen["ready"],
            kilobytes=traffic.received / 1000,
            requests=traffic.requests,
            shift=seen["shift"],
            uncached=tuple(sorted(traffic.uncached)),
        )
    finally:
        context.close()


class _Traffic:
    """What a page loads, by the DevTools protocol, which also slows it down."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        self.requests = 0
        self.uncached: set[str] = set()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.webSocketCreated", self._asked)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._loaded)
        session.send("Network.enable")
        bytes_per_s = LINE_MBIT_S * 1_000_000 / 8
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": bytes_per_s,
                "uploadThroughput": bytes_per_s,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})

    def _asked(self, _event: dict[str, Any]) -> None:
        self.requests += 1

    def _answered(self, event: dict[str, Any]) -> None:
        url: str = event["response"]["url"]
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        path = url.partition("://")[2].partition("/")[2]
        if path.startswith("assets/") and "immutable" not in headers.get("cache-control", ""):
            self.uncached.add(f"/{path}")

    def _loaded(self, event: dict[str, Any]) -> None:
        self.received += event["encodedDataLength"]
