"""Lets a process reach this machine only, so that no test can talk to a paid API.

The tests load it into their own process; the servers they start find it on `PYTHONPATH` as
Python's site customisation.
"""

import ipaddress
import sys
from collections.abc import Sequence
from typing import Any

_LOCAL_NAMES = frozenset({"", "localhost"})


class ReachedOutside(AssertionError):
    """Something tried to leave this machine."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or host in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: Sequence[Any]) -> None:
    if not event.startswith("socket."):
        return
    if event == "socket.getaddrinfo" or event == "socket.gethostbyname":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if not isinstance(address, tuple):
            return
        host = address[0]
    else:
        return
    if not _is_local(host):
        raise ReachedOutside(f"{event} to {host!r}: tests reach this machine only")


_watching = False


def forbid_outside() -> None:
    """From now on, connecting to or looking up another machine raises. Cannot be undone."""
    global _watching
    if not _watching:
        sys.addaudithook(_watch)
        _watching = True


if __name__ == "sitecustomize":
    forbid_outside()
