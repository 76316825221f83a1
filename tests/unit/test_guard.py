"""The guard itself: no test process, and no server started by one, can leave this machine."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from openai import OpenAI

import tests.guard
from tests.guard.sitecustomize import ReachedOutside

OUTSIDE = "192.0.2.1"
"""An address of TEST-NET-1 (RFC 5737): nobody is there."""


def test_connecting_to_another_machine_raises() -> None:
    with socket.socket() as opened, pytest.raises(ReachedOutside):
        opened.connect((OUTSIDE, 443))


def test_looking_up_a_paid_api_raises() -> None:
    with pytest.raises(ReachedOutside):
        socket.getaddrinfo("api.openai.com", 443)


def test_the_official_client_cannot_reach_its_server() -> None:
    client = OpenAI(api_key="unused", max_retries=0)
    with pytest.raises((ReachedOutside, httpx.HTTPError)):
        client.models.list()


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


@pytest.mark.processes
def test_a_process_started_with_the_guard_on_its_path_is_held_too() -> None:
    guard = Path(tests.guard.__file__).parent
    ended = subprocess.run(
        [sys.executable, "-c", f"import socket; socket.socket().connect(({OUTSIDE!r}, 443))"],
        env=os.environ | {"PYTHONPATH": str(guard)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "ReachedOutside" in ended.stderr
