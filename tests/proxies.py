"""Finds the proxies that the app is tested behind, and gets them where there are none.

`python -m tests.proxies` does so before the tests begin: they themselves never install anything.
"""

import os
import shutil
import sys

from tests.installing import install_with_the_system

_PROGRAMS = ("nginx", "caddy", "openssl")
_ELSEWHERE = ("/usr/sbin", "/usr/local/sbin", "/sbin")
"""Where servers are, and the `PATH` of people often does not lead."""


class NoProxy(RuntimeError):
    """A program is missing; the message says which and what to do."""


def find(name: str) -> str:
    """The path of a program.

    Raises:
        NoProxy: there is none.
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_ELSEWHERE))
    found = shutil.which(name, path=path)
    if found is None:
        raise NoProxy(
            f"{name} was not found and could not be installed. The tests of what only a proxy can "
            f"do need it: on Debian or Ubuntu, apt install nginx-light caddy openssl."
        )
    return found


def get() -> list[str]:
    """The paths of all programs, installing what is missing first.

    Raises:
        NoProxy: that did not help.
    """
    try:
        return [find(name) for name in _PROGRAMS]
    except NoProxy:
        light = shutil.which("apt-get") is not None
        install_with_the_system("nginx-light" if light else "nginx", "caddy", "openssl")
    return [find(name) for name in _PROGRAMS]


if __name__ == "__main__":
    try:
        print(f"Tests behind a proxy use {', '.join(get())}")
    except NoProxy as error:
        sys.exit(str(error))
