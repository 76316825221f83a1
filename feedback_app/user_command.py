"""`python -m feedback_app user …`: what an operator does with people's accounts.

Passwords come from a prompt or from standard input, never from the command line, which others on
the machine can read.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

from feedback_app.auth import accounts
from feedback_app.core.errors import AppError
from feedback_app.core.settings import get_settings
from feedback_app.db.models import Role
from feedback_app.db.session import Database, set_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands and what they take."""
    commands = parser.add_subparsers(dest="deed", required=True, metavar="COMMAND")
    adding = commands.add_parser("add", help="make an account; asks for its password")
    adding.add_argument("email")
    adding.add_argument("--name", required=True, help="the person's name")
    adding.add_argument("--company", required=True, help="created if there is none of that name")
    adding.add_argument("--role", required=True, choices=[role.value for role in Role])
    commands.add_parser("list", help="show every account")
    for deed, about in (
        ("disable", "lock a person out immediately"),
        ("enable", "let a person in again"),
        ("password", "give a person another password; asks for it"),
        ("revoke", "sign a person out everywhere, and end their API tokens"),
    ):
        commands.add_parser(deed, help=about).add_argument("email")


def run(arguments: argparse.Namespace) -> str:
    """Run the subcommand and return a report; ends the process if it cannot be done."""
    password = _read_password() if arguments.deed in {"add", "password"} else ""
    try:
        return asyncio.run(_with_database(lambda: _done(arguments, password)))
    except AppError as error:
        sys.exit(error.message)


async def _with_database(work: Callable[[], Awaitable[str]]) -> str:
    opened = Database(get_settings().DATABASE_URL)
    set_database(opened)
    try:
        return await work()
    finally:
        set_database(None)
        await opened.aclose()


async def _done(arguments: argparse.Namespace, password: str) -> str:
    if arguments.deed == "list":
        return _table(await accounts.everybody())
    email: str = arguments.email
    if arguments.deed == "add":
        await accounts.add(
            email=email,
            name=arguments.name,
            company=arguments.company,
            role=Role(arguments.role),
            password=password,
        )
        return f"Added {email}."
    if arguments.deed == "enable":
        await accounts.enable(email)
        return f"Enabled {email}."
    if arguments.deed == "password":
        return f"{email} has a new password. {_ended(await accounts.set_password(email, password))}"
    if arguments.deed == "disable":
        return f"Disabled {email}. {_ended(await accounts.disable(email))}"
    return f"Signed {email} out everywhere. {_ended(await accounts.revoke(email))}"


def _ended(sessions: int) -> str:
    return f"Sessions and tokens ended: {sessions}."


def _table(people: list[accounts.Account]) -> str:
    """One line each: email, role, whether active, company, name."""
    if not people:
        return "There are no accounts yet."
    widths = [max(len(p.email) for p in people), max(len(p.company) for p in people)]
    return "\n".join(
        f"{p.email:<{widths[0]}}  {p.role:<11}  {'active' if p.is_active else 'disabled':<8}  "
        f"{p.company:<{widths[1]}}  {p.name}"
        for p in people
    )


def _read_password() -> str:
    """Asked for twice at a terminal; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        sys.exit("The two passwords differ. Nothing was changed.")
    return password
