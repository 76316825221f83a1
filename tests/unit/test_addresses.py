"""Where the app says it is: its address, its socket's, its origins."""

import pytest

from feedback_app.core.settings import Settings


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # pyright: ignore[reportCallIssue, reportArgumentType]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_the_socket_follows_whatever_name_the_page_was_opened_under(host: str):
    ours = settings(HOST=host, PORT=3105)
    assert ours.socket_address == "http://localhost:3105"
    assert {"http://localhost:3105", "http://127.0.0.1:3105"} <= set(ours.origins)


def test_a_public_address_is_the_only_origin():
    ours = settings(PUBLIC_URL="https://debrief.example/", PORT=3105)
    assert ours.socket_address == "https://debrief.example"
    assert ours.origins == ("https://debrief.example",)
    assert ours.secure


def test_without_a_public_address_cookies_must_work_over_http():
    assert not settings(HOST="0.0.0.0").secure
