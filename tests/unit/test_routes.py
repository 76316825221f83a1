"""Addresses: building them, and telling ours from others'."""

import pytest

from feedback_app import routes


@pytest.mark.parametrize("path", ["/", "/interviews/7", "/admin/usage?from=2026-11-01"])
def test_a_path_of_this_site_is_local(path: str):
    assert routes.is_local(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "interviews",
        "//evil.test",
        "/\\evil.test",
        "\\/evil.test",
        "https://evil.test",
        "/a\r\nSet-Cookie: a=b",
        "/\x00",
        "javascript:alert(1)",
    ],
)
def test_a_path_that_could_leave_this_site_is_not_local(path: str):
    assert not routes.is_local(path)


def test_an_id_cannot_change_the_address_it_is_put_in():
    assert routes.interview("../admin?x#y") == "/interviews/..%2Fadmin%3Fx%23y"


def test_the_sign_in_page_keeps_only_what_is_given():
    assert routes.login() == "/login"
    assert routes.login(next_path="/a?b=c", error="FORM") == "/login?next=%2Fa%3Fb%3Dc&error=FORM"
