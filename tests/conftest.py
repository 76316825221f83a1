"""What every test stands on: no way out of this machine, and settings from nowhere but itself."""

import os
import secrets
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from passlib.handlers.argon2 import argon2
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

os.environ["ENV_FILE"] = os.devnull

from feedback_app.core.settings import Settings, get_settings
from tests.guard.sitecustomize import forbid_outside
from tests.statements import share_statements

pytest_plugins = ["tests.services"]

# A deadline asserts how long an example takes, which no test does: a busy machine is slow.
settings.register_profile("debrief", deadline=None)
settings.load_profile("debrief")

forbid_outside()
share_statements()

argon2.default_rounds, argon2.memory_cost, argon2.parallelism = 1, 8, 1
"""The least there is: a real hash takes 60 ms, and each of the demo's people has one."""

os.environ.setdefault("CRASH_SEED", str(secrets.randbelow(10**9)))

for _name in [*Settings.model_fields, *(n for n in os.environ if n.startswith("OPENAI_"))]:
    os.environ.pop(_name, None)
os.environ["DATABASE_URL"] = f"sqlite:///{Path(tempfile.gettempdir()) / 'debrief-unused.db'}"
"""A test that opens a database says which; this one is only for those that must not."""


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Settings as the test's own environment has them, before it and after it."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


class _FilesBesideBrowser(LoadFileScheduling):
    """Gives a process one file at a time; the browser tests, first, count as one file.

    They share one build of the pages, which one process at a time may use.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "e2e" if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """How the tests are shared out where several processes run them."""
    config.option.loadscopereorder = False
    return _FilesBesideBrowser(config, log)


_SLOW = ("drafts", "hostile", "guard")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the servers it takes, so that `make quick` can leave those out."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        asked = set(getattr(item, "fixturenames", ()))
        params = getattr(getattr(item, "callspec", None), "params", {})
        if folder == "e2e":
            item.add_marker("browser")
        if params.get("database_url") == "postgresql" or asked & {"postgres", "postgres_url"}:
            item.add_marker("postgres")
        if asked & {"valkey", "valkey_url"}:
            item.add_marker("redis")
        if folder in _SLOW:
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged is sent from one process to another, which half characters cannot be."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode())
        for title, text in report.sections
    ]
    return report


def pytest_report_header() -> str:
    """What a repetition of this run needs to know."""
    return f"CRASH_SEED={os.environ['CRASH_SEED']}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as their `summary`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "summary":
                terminalreporter.write_line(str(value))
