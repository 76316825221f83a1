"""Which file is served under an address."""

import pytest
from reflex.route import get_router
from starlette.types import Message, Receive, Scope, Send

from feedback_app.web.page_paths import PagePaths

_ROUTER = get_router(["index", "login", "interviews/[interview_id]", "404"])


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "/"),
        ("/login", "/login/"),
        ("/login/", "/login/"),
        ("/interviews/01a2", "/interviews/_/"),
        ("/interviews/01a2/", "/interviews/_/"),
        ("/interviews", "/interviews"),
        ("/assets/root-DiDhakkg.js", "/assets/root-DiDhakkg.js"),
        ("/nothing", "/nothing"),
    ],
)
async def test_a_page_is_asked_for_where_the_build_wrote_it(path: str, file: str):
    asked: list[str] = []

    async def files(scope: Scope, _receive: Receive, _send: Send) -> None:
        asked.append(scope["path"])

    async def receive() -> Message:
        raise AssertionError("nothing is received")

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is sent")

    app = PagePaths(files, page_router=_ROUTER)
    await app({"type": "http", "path": path}, receive, send)
    assert asked == [file]
