"""How long browsers may keep a file: forever if its name changes with its content.

The build names scripts, styles and fonts by a hash of their content. Pages keep their names, so a
browser asks each time whether its copy is still the one we serve.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"

_HASHED = re.compile(r"/assets/[^/]+-[\w-]{8}\.\w+")
"""The build's hashes have eight characters."""
_SERVED = {200, 206, 304}


class CacheHeaders:
    """ASGI middleware: sets `Cache-Control` on every file and page that has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                # A missing file may become available, for example while a new version starts.
                if message["status"] in _SERVED and _HASHED.fullmatch(path):
                    headers.setdefault("cache-control", FOR_EVER)
                elif headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("cache-control", ASK_EACH_TIME)
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, send_with_header)
