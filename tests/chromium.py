"""Finds a Chromium for the browser tests, and gets one where there is none.

`python -m tests.chromium` does so before the tests begin: they themselves never install anything.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.installing import attempt, install_with_the_system

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "google-chrome-beta",
    "chrome",
)
_MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_MISSING = (
    "No Chromium was found and none could be installed. Install Chromium or Google Chrome and run "
    "again, or name one: make CHROMIUM=/path/to/chromium test"
)


class NoChromium(RuntimeError):
    """There is no browser to test in; the message says what to do."""


def find_chromium() -> str:
    """The path of a Chromium that runs: `CHROMIUM`, one on `PATH`, or Playwright's own.

    Raises:
        NoChromium: there is none, or `CHROMIUM` names something that does not run.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None or not _runs(path):
            raise NoChromium(f"CHROMIUM is {named}, which is no browser that runs here.")
        return path
    found = next((path for path in _candidates() if _runs(path)), None)
    if found is None:
        raise NoChromium(_MISSING)
    return found


def get_chromium() -> str:
    """The same, installing one first where there is none: Playwright's, else the system's.

    Raises:
        NoChromium: nothing helped.
    """
    for install in (None, _install_with_playwright, _install_with_the_system):
        if install is not None:
            install()
        try:
            return find_chromium()
        except NoChromium:
            if os.environ.get("CHROMIUM"):
                raise
    raise NoChromium(_MISSING)


def _candidates() -> Iterator[str]:
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            yield path
    yield from (path for path in _MAC_APPS if Path(path).exists())
    own = _playwrights_own()
    if own:
        yield own


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _runs(path: str) -> bool:
    """Whether it starts: a stub of a package manager or missing libraries would fail here."""
    try:
        asked = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and "chrom" in asked.stdout.lower()


def _install_with_playwright() -> None:
    print("No Chromium found", flush=True)
    attempt([sys.executable, "-m", "playwright", "install", "chromium"])


def _install_with_the_system() -> None:
    print("No Chromium found", flush=True)
    install_with_the_system("chromium")


if __name__ == "__main__":
    try:
        print(f"Browser tests use {get_chromium()}")
    except NoChromium as error:
        sys.exit(str(error))
