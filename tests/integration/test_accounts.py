"""The accounts of people: made, disabled and given passwords by an operator's commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from feedback_app.auth import accounts, sessions
from feedback_app.core.errors import Invalid, NotFound, SignInRefused
from feedback_app.core.settings import ROOT
from feedback_app.db.models import Company, Role, SessionKind
from feedback_app.db.session import Database
from tests.integration.people import PASSWORD, make_user

GOOD = "seven purple bananas"
ADA = {
    "email": "Ada@Debrief.test ",
    "name": "Ada Ferreira",
    "company": "Northwind",
    "role": Role.ADMIN,
    "password": GOOD,
}


async def signed_in(email: str, password: str = PASSWORD) -> list[tuple[str, SessionKind]]:
    """A browser's session and an API token of that person."""
    where = {"address": "10.0.0.1"}
    return [
        (await sessions.sign_in(email, password, **where), SessionKind.BROWSER),
        (await sessions.issue_token(email, password, **where), SessionKind.API),
    ]


async def live(held: list[tuple[str, SessionKind]]) -> list[bool]:
    return [
        await sessions.resolve(sessions.hash_token(token), kind) is not None for token, kind in held
    ]


async def test_an_account_is_made_with_its_company_and_signs_in(database: Database) -> None:
    await accounts.add(**ADA)
    await accounts.add(
        **{**ADA, "email": "bo@debrief.test", "name": "Bo", "role": Role.INTERVIEWER}
    )
    token = await sessions.sign_in("ada@debrief.test", GOOD, address="10.0.0.1")
    user = await sessions.resolve(sessions.hash_token(token))
    assert user is not None
    assert (user.name, user.email, user.is_admin) == ("Ada Ferreira", "ada@debrief.test", True)
    async with database.read() as session:
        assert len((await session.exec(select(Company))).all()) == 1
    listed = await accounts.everybody()
    assert [(a.email, a.company, a.role, a.is_active) for a in listed] == [
        ("ada@debrief.test", "Northwind", "admin", True),
        ("bo@debrief.test", "Northwind", "interviewer", True),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "ada"}, "The email is not an address"),
        ({"email": "a@b@c.test"}, "The email is not an address"),
        ({"email": f"{'a' * 250}@b.test"}, "The email is not an address"),
        ({"name": " "}, "The name must be one line"),
        ({"name": "Ada\nFerreira"}, "The name must be one line"),
        ({"company": "x" * 201}, "The company must be one line"),
        ({"password": "short"}, "too short"),
        ({"password": "Northwind Ada"}, "email, name or company"),
        ({"email": "admin@demo.test"}, "a demo address"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_account_that_cannot_be_is_refused_in_a_sentence(
    database: Database, change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        await accounts.add(**{**ADA, **change})
    assert await accounts.everybody() == []


async def test_an_email_has_one_account(database: Database) -> None:
    await accounts.add(**ADA)
    with pytest.raises(Invalid, match=r"There is already an account for ada@debrief\.test\."):
        await accounts.add(**ADA)
    assert len(await accounts.everybody()) == 1


async def test_a_disabled_person_is_out_at_once_and_comes_back_when_enabled(
    database: Database,
) -> None:
    await make_user(database)
    held = await signed_in("ada@debrief.test")
    assert await accounts.disable("ada@debrief.test") == 2
    with pytest.raises(SignInRefused):
        await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
    await accounts.enable("ADA@debrief.test")
    assert await live(held) == [False, False]
    assert await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")


async def test_a_new_password_ends_what_the_old_one_opened(database: Database) -> None:
    await make_user(database)
    held = await signed_in("ada@debrief.test")
    with pytest.raises(Invalid, match="most common"):
        await accounts.set_password("ada@debrief.test", "password1234")
    assert await live(held) == [True, True]
    assert await accounts.set_password("ada@debrief.test", GOOD) == 2
    assert await live(held) == [False, False]
    with pytest.raises(SignInRefused):
        await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
    assert await sessions.sign_in("ada@debrief.test", GOOD, address="10.0.0.1")


async def test_signing_a_person_out_everywhere_leaves_others_alone(database: Database) -> None:
    await make_user(database)
    await make_user(database, email="bo@debrief.test")
    hers, his = await signed_in("ada@debrief.test"), await signed_in("bo@debrief.test")
    assert await accounts.revoke("ada@debrief.test") == 2
    assert await accounts.revoke("ada@debrief.test") == 0
    assert (await live(hers), await live(his)) == ([False, False], [True, True])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_has_no_account_is_named(database: Database) -> None:
    for deed in (accounts.disable, accounts.enable, accounts.revoke):
        with pytest.raises(NotFound, match=r"There is no account for x@debrief\.test\."):
            await deed("x@debrief.test")
    with pytest.raises(NotFound):
        await accounts.set_password("x@debrief.test", GOOD)


def command(url: str, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """`python -m feedback_app user …`, with `said` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "feedback_app", "user", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DEMO": "false"},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.processes
async def test_an_operator_makes_the_first_account_in_an_empty_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'debrief.db'}"
    person = ("ada@debrief.test", "--name=Ada", "--company=Northwind", "--role=admin")
    refused = command(url, "add", *person, said="short\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.endswith("too short: it needs at least 12 characters.\n")
    assert "Traceback" not in refused.stderr
    done = command(url, "add", *person, said=f"{GOOD}\n")
    assert (done.returncode, done.stdout) == (0, "Added ada@debrief.test.\n")
    for deed, told in (
        ("disable", "Disabled ada@debrief.test. Sessions and tokens ended: 0.\n"),
        ("enable", "Enabled ada@debrief.test.\n"),
        ("revoke", "Signed ada@debrief.test out everywhere. Sessions and tokens ended: 0.\n"),
    ):
        assert command(url, deed, "ada@debrief.test").stdout == told
    changed = command(url, "password", "ada@debrief.test", said="eight purple bananas")
    assert changed.stdout == (
        "ada@debrief.test has a new password. Sessions and tokens ended: 0.\n"
    )
    listed = command(url, "list").stdout
    assert listed == "ada@debrief.test  admin        active    Northwind  Ada\n"
    assert "no account for bo@debrief.test" in command(url, "disable", "bo@debrief.test").stderr


@pytest.mark.processes
@pytest.mark.parametrize("arguments", [(), ("add", "a@b.test"), ("password", "a@b.test", "secret")])
def test_a_command_that_lacks_something_or_names_a_password_says_how_it_is_used(
    arguments: tuple[str, ...],
) -> None:
    told = command("sqlite:////nowhere/x.db", *arguments)
    assert told.returncode == 2
    assert told.stderr.startswith("usage: python -m feedback_app ")
