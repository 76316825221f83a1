"""`python -m feedback_app setup-link` and its like: what opens an installation to people.

Their output is an address that lets whoever opens it in, once; so it goes to the terminal only.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from feedback_app.core.errors import AppError
from feedback_app.core.settings import Settings, get_settings
from feedback_app.db.models import LinkKind
from feedback_app.db.session import Database, set_database
from feedback_app.people import commands
from feedback_app.people.commands import AlreadySetUp
from feedback_app.people.links import LIFETIME
from feedback_app.retention.companies import DraftRunning, remove_demo

NAMES = ("setup-link", "new-company", "reset-password", "remove-demo")


def add_arguments(parsers: Any) -> None:
    """Declare the commands and what they take."""
    for name, about in (
        ("setup-link", "show an address where the first company is set up"),
        ("new-company", "show an address where one more company is set up"),
        ("remove-demo", "delete the companies of the demo with all they have"),
    ):
        parsers.add_parser(name, help=about)
    resetting = parsers.add_parser(
        "reset-password", help="show an address where a person chooses another password"
    )
    resetting.add_argument("email")


def run(arguments: argparse.Namespace) -> str:
    """Run a command and return its report; ends the process if it cannot be done."""
    if arguments.command == "remove-demo":
        return _remove_demo()
    work: dict[str, Callable[[], Awaitable[str]]] = {
        "setup-link": commands.setup_link,
        "new-company": commands.new_company_link,
        "reset-password": lambda: commands.reset_link(arguments.email),
    }
    kind = LinkKind.RESET if arguments.command == "reset-password" else LinkKind.SETUP
    try:
        address = asyncio.run(_with_database(work[arguments.command]))
    except AppError as error:
        sys.exit(error.message)
    return f"{address}\nIt works once, within {_days(kind)}."


def begin(settings: Settings) -> str:
    """What the start of an installation without a company says: an address, or what was made.

    Empty where there is a company already. Ends the process if the environment asks for a company
    that cannot be made.
    """
    try:
        return asyncio.run(_with_database(lambda: _begin(settings)))
    except AppError as error:
        sys.exit(error.message)


async def _begin(settings: Settings) -> str:
    if await commands.from_environment(settings):
        return f"Set up {settings.SETUP_COMPANY}: sign in as {settings.SETUP_ADMIN_EMAIL}."
    try:
        address = await commands.setup_link()
    except AlreadySetUp:
        return ""
    return f"Set up your company here, once, within {_days(LinkKind.SETUP)}:\n  {address}"


def _days(kind: LinkKind) -> str:
    days = LIFETIME[kind].days
    return f"{days} day{'' if days == 1 else 's'}"


def _remove_demo() -> str:
    if sys.stdin.isatty() and input("Delete the demo's companies? yes/no: ").strip() != "yes":
        return "Nothing was deleted."

    async def work() -> str:
        database = Database(get_settings().DATABASE_URL)
        try:
            removed = await remove_demo(database)
        except DraftRunning:
            sys.exit("A draft of the demo is being written. Nothing was deleted; try again soon.")
        finally:
            await database.aclose()
        if not removed:
            return "There is no demo in this database."
        return "\n".join(
            ["Deleted:", *(f"  {count:>7,}  {table}" for table, count in removed.items())]
        )

    return asyncio.run(work())


async def _with_database(work: Callable[[], Awaitable[str]]) -> str:
    opened = Database(get_settings().DATABASE_URL)
    set_database(opened)
    try:
        return await work()
    finally:
        set_database(None)
        await opened.aclose()
