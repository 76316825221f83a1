"""How long browsers may keep what the app serves."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from feedback_app.web.caching import ASK_EACH_TIME, FOR_EVER, CacheHeaders


@pytest.mark.parametrize(
    ("path", "status", "media_type", "expected"),
    [
        ("/assets/root-DiDhakkg.js", 200, "text/javascript", FOR_EVER),
        ("/assets/createLucideIcon-DAYr_6YQ.js", 200, "text/javascript", FOR_EVER),
        ("/assets/inter-latin-wght-normal-Dx4kXJAl.woff2", 200, "font/woff2", FOR_EVER),
        ("/assets/root-DiDhakkg.js", 304, "text/javascript", FOR_EVER),
        pytest.param("/assets/root-DiDhakkg.js", 404, "text/html", ASK_EACH_TIME, id="missing"),
        ("/assets/plain.js", 200, "text/javascript", None),
        ("/favicon.svg", 200, "image/svg+xml", None),
        ("/", 200, "text/html; charset=utf-8", ASK_EACH_TIME),
        ("/interviews/1", 200, "text/html; charset=utf-8", ASK_EACH_TIME),
        pytest.param("/own", 200, "text/html", "no-store", id="its own wins"),
    ],
)
async def test_only_what_its_name_tells_apart_is_kept_for_ever(
    path: str, status: int, media_type: str, expected: str | None
):
    async def answer(_request: object) -> PlainTextResponse:
        own = {"Cache-Control": "no-store"} if path == "/own" else None
        return PlainTextResponse("", status, own, media_type)

    app = CacheHeaders(Starlette(routes=[Route("/{path:path}", answer)]))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as client:
        assert (await client.get(path)).headers.get("cache-control") == expected
