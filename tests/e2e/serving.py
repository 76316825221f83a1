"""The app as people run it, for the browser tests: built once, then served in production mode."""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import tests.guard
from feedback_app.core.settings import ROOT
from feedback_app.db.session import Database
from tests.apart import run_apart
from tests.databases import free_port

T = TypeVar("T")

_HOME = ROOT / ".web-test"
"""Apart from `.web`, so that tests can run beside `make run`."""
_START_TIMEOUT_S = 120
_STOP_TIMEOUT_S = 15


@contextmanager
def built_app() -> Iterator[int]:
    """Build the pages unless they are built already; the port they must be served on.

    Held by one test run at a time: a second one in this folder waits for the first to end.
    """
    _HOME.mkdir(exist_ok=True)
    with (_HOME / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = _last_port() or free_port()
        (_HOME / "port").write_text(str(port))
        built = subprocess.run(
            [sys.executable, "-m", "feedback_app", "build"],
            cwd=ROOT,
            env=_environment(port, {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stdout
        yield port


def _last_port() -> int | None:
    """The port of the last build, if nothing has taken it since."""
    with suppress(OSError, ValueError), socket.socket() as probe:
        port = int((_HOME / "port").read_text())
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return port
    return None


def _environment(port: int, changes: Mapping[str, str]) -> dict[str, str]:
    """What a server is started with: this process's environment has no setting and no key."""
    return {
        **os.environ,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "DEMO": "true",
        "LLM_MODEL": "gpt-4o-mini",
        "REFLEX_WEB_WORKDIR": f"{_HOME.name}/web",
        **changes,
    }


@dataclass(frozen=True, slots=True)
class RunningApp:
    """A served app and the database behind it."""

    url: str
    """Without a trailing slash."""
    database_url: str
    log_file: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """Everything the server has said so far."""
        return self.log_file.read_text(errors="replace")

    def kill(self) -> None:
        """End the server as a power cut would, with everything it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """End the server and, whether or not it does so well, everything it started."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_STOP_TIMEOUT_S)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def arrange(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Run `work` on the app's own database, as `app.arrange(make_company)` does."""

        async def with_database() -> T:
            database = Database(self.database_url)
            try:
                return await work(database)
            finally:
                await database.aclose()

        return run_apart(with_database())


@contextmanager
def serving(
    port: int, database_url: str, home: Path, changes: Mapping[str, str]
) -> Iterator[RunningApp]:
    """The app on `port` with its own database, until the block ends; no worker outlives it."""
    app = start(port, database_url, home, changes)
    try:
        wait_until_up(app)
        yield app
    finally:
        app.end()


def start(port: int, database_url: str, home: Path, changes: Mapping[str, str]) -> RunningApp:
    """Start the app in a process group of its own; whoever calls must end it."""
    log_file = home / "server.log"
    environment = _environment(
        port,
        {
            "DATABASE_URL": database_url,
            "REFLEX_STATES_WORKDIR": str(home / "states"),
            "PYTHONPATH": str(Path(tests.guard.__file__).parent),
            **changes,
        },
    )
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedback_app", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return RunningApp(f"http://127.0.0.1:{port}", database_url, log_file, process)


def wait_until_up(app: RunningApp) -> None:
    """Wait until the app answers its health check.

    Raises:
        AssertionError: with its log, if it ended or took too long.
    """

    def is_up() -> bool:
        assert app.process.poll() is None, "it ended"
        return answers(app, "/healthz")

    try:
        wait_until(is_up, _START_TIMEOUT_S)
    except AssertionError as why:
        raise AssertionError(f"the app did not come up: {why}; it said:\n{app.log}") from None


def answers(app: RunningApp, path: str = "/readyz") -> bool:
    """Whether the app says that it is well."""
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(reached: Callable[[], bool], within_s: float = 20) -> None:
    """Poll until `reached` is true: another process's log and database send no notice of changes.

    Raises:
        AssertionError: it was not reached in time.
    """
    until = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < until, "what was waited for did not happen"
        time.sleep(0.05)
