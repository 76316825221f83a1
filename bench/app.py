"""Starts and stops what is measured: the app as `make run` serves it, and the naive app."""

import asyncio
import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, select

from feedback_app.auth.sessions import COOKIE, LIFETIME, hash_token
from feedback_app.core import clock
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.core.settings import ROOT, Settings
from feedback_app.db.demo import load_demo
from feedback_app.db.models import LoginSession, Scorecard, User
from feedback_app.db.session import Database
from feedback_app.pages_build import build_environment
from tests import factories
from tests.databases import free_port, migrate

WEB_DIR = ".web-bench"
"""Where the app's pages are built for benchmarks, so that those of `make run` stay as they are."""
NAIVE = Path(__file__).parent / "naive"

_START_TIMEOUT_S = 300
_STOP_TIMEOUT_S = 15


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in, and the interviews they may open."""

    email: str
    password: str
    interviews: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServedApp:
    """The running app."""

    address: str
    person: Person


@dataclass(frozen=True, slots=True)
class DemoApp:
    """The running app over the demo's data."""

    address: str
    interviewer: str
    """The session cookie of one who interviews, as `name=value`."""
    admin: str
    """That of an administrator of the same company."""
    drafted: str
    """An interview of the interviewer's with a draft that nobody has submitted."""
    undrafted: str
    """One without a draft."""


@dataclass(frozen=True, slots=True)
class CrowdedApp:
    """The running app and many people, each signed in and with an interview of their own."""

    address: str
    database_url: str
    pid: int
    """Of its first process; the others are its descendants."""
    people: tuple[tuple[str, str], ...]
    """Session cookie and interview of each."""


@contextmanager
def served_app(
    home: Path, upstream: str, interviews: int, changes: Mapping[str, str]
) -> Iterator[ServedApp]:
    """The whole app in production mode on a port and a database of its own, with one person.

    `home` takes its data, `upstream` is the base URL of its model, `interviews` how many the
    person has, `changes` are settings that differ from their defaults.
    """
    url = _database(home)
    person = asyncio.run(_seed(url, interviews))
    with _serving_app(home, url, upstream, changes) as (address, _):
        yield ServedApp(address, person)


@contextmanager
def crowded_app(
    home: Path, upstream: str, people: int, changes: Mapping[str, str]
) -> Iterator[CrowdedApp]:
    """As `served_app`, with so many people of one company whose sessions are made beforehand."""
    url = _database(home)
    crowd = asyncio.run(_seed_crowd(url, people))
    with _serving_app(home, url, upstream, changes) as (address, pid):
        yield CrowdedApp(address, url, pid, crowd)


@contextmanager
def demo_app(home: Path, upstream: str) -> Iterator[DemoApp]:
    """As `served_app`, over the demo's data, with sessions made beforehand."""
    url = _database(home)
    interviewer, admin, drafted, undrafted = asyncio.run(_seed_demo(url))
    with _serving_app(home, url, upstream, {"DEMO": "true"}) as (address, _):
        yield DemoApp(address, interviewer, admin, drafted, undrafted)


def _database(home: Path) -> str:
    """The URL of a migrated database in `home`."""
    url = f"sqlite:///{home / 'debrief.db'}"
    migrate(url)
    return url


@contextmanager
def _serving_app(
    home: Path, url: str, upstream: str, changes: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """The app's address and the id of its first process."""
    port = free_port()
    own = {
        "DATABASE_URL": url,
        "DEMO": "false",
        "ENV_FILE": os.devnull,
        "LLM_GENERATIONS_PER_MINUTE": "1000",
        "OPENAI_API_KEY": "sk-bench",
        "OPENAI_BASE_URL": upstream,
        "PORT": str(port),
        "REFLEX_WEB_WORKDIR": WEB_DIR,
        **changes,
    }
    environment = {k: v for k, v in os.environ.items() if k not in Settings.model_fields} | own
    command = [sys.executable, "-m", "feedback_app", "run"]
    with _serving(command, ROOT, environment, port, "/healthz", home / "app.log") as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextmanager
def served_naive_app(home: Path, upstream: str) -> Iterator[str]:
    """The naive app in production mode, run from a copy in `home`; its address."""
    folder = home / "naive"
    shutil.copytree(NAIVE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reflex.lock", folder / "reflex.lock")
    port = free_port()
    environment = build_environment() | {
        "BENCH_PORT": str(port),
        "OPENAI_API_KEY": "sk-bench",
        "OPENAI_BASE_URL": upstream,
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }
    command = [sys.executable, "-m", "reflex", "run", "--env", "prod", "--single-port"]
    with _serving(command, folder, environment, port, "/ping", home / "naive.log"):
        yield f"http://localhost:{port}"


async def _seed(url: str, interviews: int) -> Person:
    database = Database(url)
    try:
        user = await factories.make_user(database)
        made = [await factories.make_interview(database, user) for _ in range(interviews)]
    finally:
        await database.aclose()
    return Person(user.email, factories.PASSWORD, tuple(one.id for one in made))


async def _seed_demo(url: str) -> tuple[str, str, str, str]:
    """Cookies of an interviewer and an administrator; an interview with a draft, one without."""
    interviewer, _, admin, *_ = DEMO_SIGN_INS
    database = Database(url)
    try:
        await load_demo(database)
        cookies = [await _sign_in(database, one.email) for one in (interviewer, admin)]
        drafted, undrafted = [
            await _open_interview(database, interviewer.email, drafted=drafted)
            for drafted in (True, False)
        ]
    finally:
        await database.aclose()
    return cookies[0], cookies[1], drafted, undrafted


async def _open_interview(database: Database, email: str, *, drafted: bool) -> str:
    """An interview with notes whose feedback is begun, or not, and not submitted."""
    feedback = col(Scorecard.feedback)
    wanted = (
        select(Scorecard.interview_id)
        .join(User, col(User.id) == col(Scorecard.user_id))
        .where(
            User.email == email,
            Scorecard.notes != "",
            col(Scorecard.submitted_at).is_(None),
            feedback != "" if drafted else feedback == "",
        )
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(wanted)).one()


async def _sign_in(database: Database, email: str) -> str:
    """The cookie of a new session of a stored person."""
    async with database.read() as session:
        user_id = (await session.exec(select(User.id).where(User.email == email))).one()
    return await _new_session(database, user_id)


async def _new_session(database: Database, user_id: str) -> str:
    """The cookie of a new session."""
    now = clock.now()
    token = secrets.token_urlsafe(32)
    login = LoginSession(
        token_hash=hash_token(token), user_id=user_id, created_at=now, expires_at=now + LIFETIME
    )
    await factories.store(database, login)
    return f"{COOKIE}={token}"


async def _seed_crowd(url: str, people: int) -> tuple[tuple[str, str], ...]:
    crowd: list[tuple[str, str]] = []
    database = Database(url)
    try:
        company = await factories.make_company(database)
        job = await factories.make_job(database, company.id)
        candidate = await factories.make_candidate(database, company.id)
        for _ in range(people):
            user = await factories.make_user(database, company)
            made = await factories.make_interview(database, user, job=job, candidate=candidate)
            crowd.append((await _new_session(database, user.id), made.id))
    finally:
        await database.aclose()
    return tuple(crowd)


@contextmanager
def _serving(
    command: list[str], folder: Path, environment: dict[str, str], port: int, path: str, log: Path
) -> Iterator[int]:
    """Run a server in a process group of its own until the block ends; its process id."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_up(process, port, path, log)
        yield process.pid
    finally:
        _stop_group(process)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    until = time.monotonic() + _START_TIMEOUT_S
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"The server did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        return False
    finally:
        connection.close()


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: a server that dies alone leaves its worker serving."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_TIMEOUT_S)
