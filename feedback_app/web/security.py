"""Security headers on every response; the content policy allows our own scripts only."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback_app.core.settings import Settings

_POLICY = b"content-security-policy"
_FILES = "/assets/"
_FILE_POLICY = b"default-src 'none'; frame-ancestors 'none'"
"""For scripts, styles and fonts, which load nothing by themselves: a page's policy, two thousand
characters long, would be sent with each of its thirty files."""
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def script_hashes(html_files: Iterable[Path]) -> list[str]:
    """The policy sources of every inline script in built pages, sorted."""
    found = {
        base64.b64encode(hashlib.sha256(script).digest()).decode()
        for file in html_files
        for script in _INLINE_SCRIPT.findall(file.read_bytes())
    }
    return [f"'sha256-{digest}'" for digest in sorted(found)]


def content_policy(settings: Settings, scripts: Iterable[str]) -> str:
    """The Content-Security-Policy.

    Sockets are listed for browsers whose `'self'` does not include them; IPv6 addresses cannot be.
    """
    sockets = [origin.replace("http", "ws", 1) for origin in settings.origins if "[" not in origin]
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", *sockets],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


class SecurityHeaders:
    """ASGI middleware; the built pages in `html_root` are read once, at the first response."""

    def __init__(self, app: ASGIApp, *, settings: Settings, html_root: Path) -> None:
        self._app = app
        self._settings = settings
        self._html_root = html_root
        self._headers: dict[bytes, bytes] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._headers is None:
            self._headers = self._make_headers()
        added = self._headers
        of_file = scope["path"].startswith(_FILES)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower(): value for name, value in message.get("headers", ())}
                # A file that is missing is answered with a page.
                is_page = given.get(b"content-type", b"").startswith(b"text/html")
                own = added if is_page or not of_file else {**added, _POLICY: _FILE_POLICY}
                missing = [header for header in own.items() if header[0] not in given]
                message = {**message, "headers": [*message.get("headers", ()), *missing]}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _make_headers(self) -> dict[bytes, bytes]:
        scripts = script_hashes(self._html_root.rglob("*.html"))
        headers = {
            _POLICY.decode(): content_policy(self._settings, scripts),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
        }
        if self._settings.secure:
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
        return {name.encode(): value.encode() for name, value in headers.items()}
