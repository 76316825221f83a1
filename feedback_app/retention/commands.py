"""`python -m feedback_app purge` and `forget-candidate`: retention from a terminal."""

import asyncio
import sys
from collections.abc import Mapping

from feedback_app.core.settings import get_settings
from feedback_app.db.session import Database
from feedback_app.retention.forgetting import (
    StillRunning,
    Traces,
    UnknownCandidate,
    forget,
    traces,
)
from feedback_app.retention.purge import PurgeUnderWay, purge

UNKNOWN = 2
"""The exit code if there is no such candidate."""


def run_purge() -> int:
    """Purge now, print what was removed, and return the exit code."""
    try:
        removed = asyncio.run(_purge())
    except PurgeUnderWay:
        return _failed("Another process is purging at this moment. Try again in some minutes.")
    _print(removed)
    return 0


def run_forget(candidate_id: str, *, really: bool) -> int:
    """Print what would be removed about a candidate, or remove it and print what was removed."""
    try:
        found = asyncio.run(_forget(candidate_id, really=really))
    except UnknownCandidate:
        return _failed(f"There is no candidate with the id {candidate_id!r}.", UNKNOWN)
    except StillRunning:
        return _failed("A draft about the candidate did not stop in time. Nothing was removed.")
    _print(found.counts)
    if not really:
        _say(f"Nothing was removed. Add --yes to forget {found.name!r}.")
    return 0


async def _purge() -> Mapping[str, int]:
    settings = get_settings()
    database = Database(settings.DATABASE_URL)
    try:
        return await purge(database, settings)
    finally:
        await database.aclose()


async def _forget(candidate_id: str, *, really: bool) -> Traces:
    database = Database(get_settings().DATABASE_URL)
    try:
        return await (forget if really else traces)(database, candidate_id)
    finally:
        await database.aclose()


def _print(counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        _say(f"{count:>9,}  {name}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _failed(sentence: str, code: int = 1) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code
