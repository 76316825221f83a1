"""The demo's accounts, whose passwords anybody knows, end with the demo."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import col, select

from feedback_app import routes
from feedback_app.auth import accounts, demo_accounts, sessions
from feedback_app.auth.demo_accounts import Closed
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.core.errors import Invalid, SignInRefused
from feedback_app.core.settings import ROOT, get_settings
from feedback_app.db.demo import load_demo
from feedback_app.db.models import LoginSession, User
from feedback_app.db.session import Database
from feedback_app.lifespan import lifespan
from tests.integration.people import PASSWORD, make_user
from tests.integration.serving_api import error_of, served_api

ADMIN = next(person for person in DEMO_SIGN_INS if person.label == "Administrator")


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    turn_demo("true", monkeypatch)


def turn_demo(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", value)
    get_settings.cache_clear()


async def active(database: Database) -> set[str]:
    async with database.read() as session:
        return set((await session.exec(select(User.email).where(col(User.is_active)))).all())


async def signs_in(email: str, password: str) -> bool:
    try:
        await sessions.sign_in(email, password, address="10.0.0.1")
    except SignInRefused:
        return False
    return True


@pytest.mark.usefixtures("demo")
async def test_without_the_demo_nobody_of_it_signs_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_demo(database)
    for person in DEMO_SIGN_INS:
        assert await signs_in(person.email, person.password)
    turn_demo("false", monkeypatch)
    for person in DEMO_SIGN_INS:
        assert not await signs_in(person.email, person.password)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_demo_sign_in_without_the_demo_looks_like_a_wrong_password(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_demo(database)
    turn_demo("false", monkeypatch)
    async with served_api(database) as api:
        told = []
        for email, password in ((ADMIN.email, ADMIN.password), (api.on.user.email, "wrong")):
            asked = {"email": email, "password": password}
            answer = await api.client.post(routes.API_TOKEN, json=asked)
            told.append(error_of(answer, 401, "NOT_SIGNED_IN"))
            page = await api.client.post(routes.SIGN_IN, data=asked)
            assert page.headers["location"] == routes.login(error=SignInRefused.code)
        assert told[0] == told[1]


@pytest.mark.usefixtures("demo")
async def test_a_start_without_the_demo_disables_all_its_people_and_ends_their_sessions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_demo(database)
    await make_user(database)
    made = len(await active(database)) - 1
    held = [
        await sessions.sign_in(ADMIN.email, ADMIN.password, address="10.0.0.1"),
        await sessions.issue_token(ADMIN.email, ADMIN.password, address="10.0.0.1"),
    ]
    own = await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
    turn_demo("false", monkeypatch)
    assert await demo_accounts.close() == Closed(made, len(held))
    assert await demo_accounts.close() == Closed(0, 0)
    assert await active(database) == {"ada@debrief.test"}
    async with database.read() as session:
        live = await session.exec(
            select(LoginSession.token_hash).where(col(LoginSession.revoked_at).is_(None))
        )
        assert live.all() == [sessions.hash_token(own)]
    with pytest.raises(Invalid, match="the demo, which is off"):
        await accounts.enable(ADMIN.email)


@pytest.mark.usefixtures("demo")
async def test_the_demos_people_come_back_with_it_unless_others_are_there(
    database: Database,
) -> None:
    await load_demo(database)
    everybody = await active(database)
    await demo_accounts.close()
    await demo_accounts.reopen()
    assert await active(database) == everybody
    await make_user(database)
    await demo_accounts.close()
    await demo_accounts.reopen()
    assert await active(database) == {"ada@debrief.test"}


@pytest.mark.unaudited("the app is started and stopped around the demo's ledger")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_worker_that_starts_says_in_one_line_how_many_it_disabled(
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    await load_demo(database)
    made = len(await active(database))
    await sessions_of_the_demo(monkeypatch)
    monkeypatch.setenv("DATABASE_URL", database_url)
    turn_demo("false", monkeypatch)
    async with lifespan():
        pass
    line = f"the demo is off: disabled its {made} accounts, ended 1 of their sessions and tokens"
    assert capfd.readouterr().err.count(line) == 1
    assert await active(database) == set()


async def sessions_of_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    turn_demo("true", monkeypatch)
    assert await signs_in(ADMIN.email, ADMIN.password)


@pytest.mark.processes
@pytest.mark.parametrize(
    "where",
    [
        pytest.param({"HOST": "0.0.0.0"}, id="every interface"),
        pytest.param({"HOST": "192.0.2.1"}, id="an address of a network"),
        pytest.param({"PUBLIC_URL": "https://debrief.example.com"}, id="a public address"),
    ],
)
def test_the_demo_is_not_started_by_itself_where_others_reach_it(
    where: dict[str, str], tmp_path: Path
) -> None:
    ended = start(tmp_path, where)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("The demo, with sign-ins that anybody knows, is not started")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "debrief.db").exists()


@pytest.mark.processes
@pytest.mark.parametrize("demo", ["true", "false"])
def test_a_demo_setting_made_by_hand_is_taken(demo: str, tmp_path: Path) -> None:
    ended = start(tmp_path, {"PUBLIC_URL": "https://debrief.example.com", "DEMO": demo})
    assert ended.stderr.startswith("Port ")


def start(tmp_path: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m feedback_app run` with these settings: it ends where it finds its port taken."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        own = {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'debrief.db'}",
            "PORT": str(taken.getsockname()[1]),
        }
        return subprocess.run(
            [sys.executable, "-m", "feedback_app", "run"],
            cwd=ROOT,
            env={**os.environ, **own, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
