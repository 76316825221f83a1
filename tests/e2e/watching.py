"""Watches a browser's pages for what must never happen: errors, and requests to elsewhere."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", ""})


class Watch:
    """Everything wrong that the pages of one browser context did."""

    def __init__(self, context: BrowserContext) -> None:
        self._faults: list[str] = []
        self._allowed: list[re.Pattern[str]] = []
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("page", self._page)

    def allow(self, pattern: str) -> None:
        """Expect faults that match, as when a test stops the server under the page."""
        self._allowed.append(re.compile(pattern))

    @property
    def faults(self) -> list[str]:
        """What happened and was not allowed, in order."""
        return [f for f in self._faults if not any(p.search(f) for p in self._allowed)]

    def _page(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self._faults.append(f"page: {error.error}")

    def _request(self, request: Request) -> None:
        self._reached(request.url)

    def _socket(self, opened: WebSocket) -> None:
        self._reached(opened.url)

    def _reached(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in _LOCAL:
            self._faults.append(f"outside: {url}")
