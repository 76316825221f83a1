"""The headers of every response and what they let a page do."""

import base64
import hashlib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from feedback_app.core.settings import Settings
from feedback_app.web.security import SecurityHeaders, content_policy, script_hashes


async def _page(_request: object) -> PlainTextResponse:
    return PlainTextResponse("", headers={"Referrer-Policy": "no-referrer"})


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # pyright: ignore[reportCallIssue, reportArgumentType]


async def headers_of(tmp_path: Path, ours: Settings) -> httpx.Headers:
    app = SecurityHeaders(Starlette(routes=[Route("/", _page)]), settings=ours, html_root=tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return (await client.get("/")).headers


def test_every_inline_script_of_the_build_is_named_and_no_other(tmp_path: Path):
    (tmp_path / "index.html").write_text(
        '<script>let a = 1;</script><script src="/a.js"></script><script type="module">b()</script>'
    )
    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "index.html").write_text("<script>let a = 1;</script>")
    expected = {
        f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'"
        for code in (b"let a = 1;", b"b()")
    }
    assert set(script_hashes(tmp_path.rglob("*.html"))) == expected


def test_the_policy_runs_no_foreign_and_no_evaluated_script():
    scripts = dict(
        part.split(" ", 1) for part in content_policy(settings(), ["'sha256-x'"]).split("; ")
    )
    assert scripts["script-src"] == "'self' 'sha256-x'"
    assert scripts["frame-ancestors"] == "'none'"
    assert "ws://127.0.0.1:3000" in scripts["connect-src"]


async def test_every_response_carries_the_headers_but_its_own_win(tmp_path: Path):
    headers = await headers_of(tmp_path, settings())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers.get_list("referrer-policy") == ["no-referrer"]


@pytest.mark.parametrize(
    ("address", "expected"), [("https://debrief.example", True), ("http://debrief.example", False)]
)
async def test_https_is_insisted_on_only_where_it_is_used(
    tmp_path: Path, address: str, expected: bool
):
    headers = await headers_of(tmp_path, settings(PUBLIC_URL=address))
    assert ("strict-transport-security" in headers) is expected


@pytest.mark.parametrize(
    ("path", "media_type", "whole"),
    [
        ("/", "text/html", True),
        ("/assets/root-DiDhakkg.js", "text/javascript", False),
        ("/assets/missing.js", "text/html; charset=utf-8", True),
        ("/favicon.svg", "image/svg+xml", True),
    ],
)
async def test_files_carry_a_short_policy_that_allows_nothing(
    tmp_path: Path, path: str, media_type: str, whole: bool
):
    async def answer(_request: object) -> PlainTextResponse:
        return PlainTextResponse("", media_type=media_type)

    inner = Starlette(routes=[Route("/{path:path}", answer)])
    app = SecurityHeaders(inner, settings=settings(), html_root=tmp_path)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as client:
        policy = (await client.get(path)).headers["content-security-policy"]
    assert policy == (
        content_policy(settings(), []) if whole else "default-src 'none'; frame-ancestors 'none'"
    )
