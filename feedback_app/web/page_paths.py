"""Serves a page's file under all its addresses, without a redirect to one that ends in a slash.

The static files' redirect uses the scheme the server sees, which is wrong behind a proxy that
terminates TLS. And a page such as `/interviews/[interview_id]` has one file for every id.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from feedback_app.routes import prerendered

PageRouter = Callable[[str], str | None]
"""Maps a path to the route of the page it opens, as Reflex spells it; `None` or `404` for none."""


def page_pattern(router: PageRouter, path: str) -> str | None:
    """The page's pattern with a leading slash, `None` if the path opens no page."""
    page = router(path)
    if not page or page == "404" or (page == "index" and path.strip("/")):
        return None
    return "/" if page == "index" else f"/{page.removeprefix('/')}"


class PagePaths:
    """ASGI middleware: asks the static files for the folder that holds a prerendered page."""

    def __init__(self, app: ASGIApp, *, page_router: PageRouter) -> None:
        self._app = app
        self._page_router = page_router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            pattern = page_pattern(self._page_router, scope["path"])
            if pattern is not None:
                scope = {**scope, "path": f"{prerendered(pattern).rstrip('/')}/"}
        await self._app(scope, receive, send)
