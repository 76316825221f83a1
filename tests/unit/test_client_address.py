"""Whose address a request counts for, through proxies and against invented headers."""

import re

import pytest
from starlette.requests import HTTPConnection

from feedback_app.auth.addresses import client_address, place_of
from feedback_app.core.settings import ROOT, get_settings

PROXY = "10.0.0.9"


def connection(*forwarded: str, peer: str | None = PROXY) -> HTTPConnection:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    client = (peer, 4711) if peer is not None else None
    return HTTPConnection({"type": "http", "headers": headers, "client": client})


@pytest.fixture
def trusting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXY_HOPS", str(request.param))
    get_settings.cache_clear()


def test_without_a_trusted_proxy_the_header_is_not_read() -> None:
    assert client_address(connection("192.0.2.1")) == PROXY
    assert client_address(connection("192.0.2.1", peer=None)) == ""


@pytest.mark.parametrize("trusting", [1], indirect=True)
@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        pytest.param(["192.0.2.1"], "192.0.2.1", id="one"),
        pytest.param(["203.0.113.7, 192.0.2.1"], "192.0.2.1", id="an invented one before it"),
        pytest.param(["203.0.113.7", "192.0.2.1"], "192.0.2.1", id="an invented header before it"),
        pytest.param(["192.0.2.1:5000"], "192.0.2.1", id="with a port"),
        pytest.param(["[2001:db8::1]:5000"], "2001:db8::1", id="IPv6 with a port"),
        pytest.param(["2001:DB8:0::1"], "2001:db8::1", id="IPv6"),
        pytest.param(["::ffff:192.0.2.1"], "192.0.2.1", id="IPv4 written as IPv6"),
        pytest.param(["fe80::1%eth0"], "fe80::1", id="with a zone"),
        *[
            pytest.param([text], PROXY, id=f"nonsense {number}")
            for number, text in enumerate(
                ["", ",", "unknown", "[", "[]:", "1.2.3", "a" * 9000, "\x00", "é", "192.0.2.1, -"]
            )
        ],
        pytest.param([], PROXY, id="none"),
    ],
)
def test_behind_one_proxy_its_own_entry_counts(forwarded: list[str], address: str) -> None:
    assert client_address(connection(*forwarded)) == address


@pytest.mark.parametrize("trusting", [2], indirect=True)
@pytest.mark.usefixtures("trusting")
def test_behind_two_proxies_the_entry_of_the_first_counts() -> None:
    assert client_address(connection("203.0.113.7, 192.0.2.1, 10.0.0.8")) == "192.0.2.1"
    assert client_address(connection("10.0.0.8")) == PROXY


def test_a_network_of_ipv6_is_one_place() -> None:
    assert place_of("2001:db8::1") == place_of("2001:db8:0:0:ffff::2") == "2001:db8::/64"
    assert place_of("2001:db8:0:1::1") != place_of("2001:db8::1")
    assert place_of("192.0.2.1") == "192.0.2.1"
    assert len(place_of("x" * 900)) == 64


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8:1:2::5", "2001:db8:1:2"),
        ("2001:db8:1:2::a:b", "2001:db8:1:2"),
        ("2001:db8:1::5", "2001:db8:1:"),
        ("2001:db8::1", "2001:db8:"),
        ("2001:db8::a:b:c:d", "2001:db8:"),
        ("fe80::1", "fe80:"),
        ("::1", "::1"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.9"),
        ("203.0.113.9", "203.0.113.9"),
    ],
)
def test_nginx_takes_a_network_of_ipv6_for_one_place(address: str, place: str) -> None:
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    mapped = conf.partition("map $remote_addr $place {")[2].partition("    }\n")[0]
    patterns = re.findall(r'"~(\^.+)" \$network;', mapped)
    assert len(patterns) == 2
    found = (re.search(pattern.replace("?<", "?P<"), address) for pattern in patterns)
    assert next((match["network"] for match in found if match), address) == place
