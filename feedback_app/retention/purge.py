"""Removes what has been kept long enough, a few rows at a time.

Each step is a transaction of its own over a bounded number of rows, with a pause after it, so that
anyone drafting or typing waits for one step at most. One process purges at a time: it claims the
row of `purge_run` and renews the claim with each step. The ledger is never touched: of a call only
the prompt is removed, and the text of a discarded draft.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    SQLColumnExpression,
    Update,
    delete,
    null,
    or_,
    select,
    update,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.db.models import (
    DISCARDED_TEXT_FOR,
    Draft,
    LoginSession,
    PurgeRun,
    Scorecard,
    SignInAttempt,
    SystemLog,
    TextVersion,
    VersionKind,
)
from feedback_app.db.session import Database

_log = logging.getLogger(__name__)

ROWS_PER_STEP = 500
REST_S = 0.05
"""The pause after each step, for those who wait to write."""
DAILY = timedelta(days=1)
ENDED_SESSIONS_FOR = timedelta(days=1)
"""How long a login session's row stays after it expired or was revoked."""
_CLAIM_FOR = timedelta(minutes=10)
"""A claim that was not renewed for this long belongs to a process that died."""
_FIRST_LOOK_S = 300.0
_LOOK_EVERY_S = 3600.0


class PurgeUnderWay(RuntimeError):
    """Another process is purging at the same time."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Something to remove: the name people use for it, and the statement of one step."""

    name: str
    step: Delete | Update


async def purge(database: Database, settings: Settings) -> Mapping[str, int]:
    """Remove everything that is due now; return how many were removed or emptied, by name.

    Raises:
        PurgeUnderWay: another process is purging.
    """
    if not await _claim(database, finished_before=None):
        raise PurgeUnderWay
    return await _purge(database, settings)


class DailyPurge:
    """Purges once a day, in whichever process is the first to find it due."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start checking some minutes from now: a start has enough to do."""
        self._task = asyncio.create_task(self._look_forever(), name="purge")

    async def aclose(self) -> None:
        """Stop at once; the rest is done after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def look(self) -> bool:
        """Purge if it is due and no other process is purging; return whether this one did."""
        due = clock.now() - DAILY
        if not await _claim(self._database, finished_before=due):
            return False
        removed = await _purge(self._database, self._settings)
        told = ", ".join(f"{count} {name}" for name, count in removed.items() if count)
        _log.info("purged: %s", told or "nothing was due")
        return True

    async def _look_forever(self) -> None:
        await asyncio.sleep(_FIRST_LOOK_S)
        while True:
            try:
                await self.look()
            except Exception:
                _log.exception("the purge failed; it is tried again in an hour")
            await asyncio.sleep(_LOOK_EVERY_S)


async def _claim(database: Database, *, finished_before: datetime | None) -> bool:
    """Claim the purge for this process; return whether it got the claim."""
    now = clock.now()
    free = or_(col(PurgeRun.claimed_at).is_(None), col(PurgeRun.claimed_at) <= now - _CLAIM_FOR)
    claim = update(PurgeRun).where(free).values(claimed_at=now)
    if finished_before is not None:
        finished = col(PurgeRun.finished_at)
        claim = claim.where(or_(finished.is_(None), finished <= finished_before))
    async with database.write() as session:
        return (await session.exec(claim)).rowcount == 1


async def _purge(database: Database, settings: Settings) -> Mapping[str, int]:
    now = clock.now()
    removed: dict[str, int] = {}
    try:
        if settings.KEEP_LOG_DAYS:
            # Before the first row is removed, so that the ledger's audit never misses one of them.
            await _note(database, log_since=now - timedelta(days=settings.KEEP_LOG_DAYS))
        for task in _tasks(settings, now):
            removed[task.name] = await _all_of(database, task)
    except BaseException:
        await _note(database, claimed_at=None)
        raise
    await _note(database, claimed_at=None, finished_at=clock.now())
    return removed


async def _all_of(database: Database, task: _Task) -> int:
    removed = 0
    while True:
        async with database.write() as session:
            await session.exec(update(PurgeRun).values(claimed_at=clock.now()))
            count = await _rows_of(session, task.step)
        removed += count
        if count < ROWS_PER_STEP:
            return removed
        await asyncio.sleep(REST_S)


async def _rows_of(session: AsyncSession, step: Delete | Update) -> int:
    done = await session.exec(step.execution_options(synchronize_session=False))
    return done.rowcount


async def _note(database: Database, **values: Any) -> None:
    async with database.write() as session:
        await session.exec(update(PurgeRun).values(**values))


def _tasks(settings: Settings, now: datetime) -> list[_Task]:
    tasks = [_ended_sessions(now), _discarded_drafts(now), _texts_of_discarding(now)]
    if days := settings.KEEP_LOG_DAYS:
        old = col(SystemLog.at) < now - timedelta(days=days)
        tasks.append(_Task("rows of the system log", _deleted(SystemLog, col(SystemLog.id), old)))
    if days := settings.KEEP_ATTEMPTS_DAYS:
        old = col(SignInAttempt.at) < now - timedelta(days=days)
        tasks.append(_Task("sign-in attempts", _deleted(SignInAttempt, col(SignInAttempt.id), old)))
    if days := settings.KEEP_PROMPTS_DAYS:
        old = col(Draft.created_at) < now - timedelta(days=days)
        tasks.append(_Task("prompts", _emptied(col(Draft.prompt).is_not(None), old, prompt=null())))
    return tasks


def _ended_sessions(now: datetime) -> _Task:
    before = now - ENDED_SESSIONS_FOR
    ended = or_(col(LoginSession.expires_at) < before, col(LoginSession.revoked_at) < before)
    return _Task(
        "ended sessions and API tokens",
        _deleted(LoginSession, col(LoginSession.token_hash), ended),
    )


def _discarded_drafts(now: datetime) -> _Task:
    """Drafts that nobody's feedback started from."""
    left = or_(col(Draft.text) != "", col(Draft.notes) != "", col(Draft.prompt).is_not(None))
    kept = select(col(Scorecard.id)).where(col(Scorecard.feedback_call_id) == Draft.llm_call_id)
    step = _emptied(
        col(Draft.discarded_at) < now - DISCARDED_TEXT_FOR,
        left,
        ~kept.exists(),
        text="",
        notes="",
        cites="",
        blocks=[],
        outline=[],
        pace=[],
        prompt=null(),
    )
    return _Task("texts of discarded drafts", step)


def _texts_of_discarding(now: datetime) -> _Task:
    """The editor's text of a draft when it was discarded; Undo skips what no longer exists."""
    old = col(TextVersion.at) < now - DISCARDED_TEXT_FOR
    is_draft = col(TextVersion.kind) == VersionKind.DISCARDED
    return _Task(
        "earlier texts of discarded drafts",
        _deleted(TextVersion, col(TextVersion.id), old, is_draft),
    )


def _deleted(table: type[Any], key: SQLColumnExpression[str], *due: ColumnElement[bool]) -> Delete:
    return delete(table).where(key.in_(select(key).where(*due).limit(ROWS_PER_STEP)))


def _emptied(*due: ColumnElement[bool], **values: Any) -> Update:
    key = col(Draft.llm_call_id)
    some = select(key).where(*due).limit(ROWS_PER_STEP)
    return update(Draft).where(key.in_(some)).values(**values)
