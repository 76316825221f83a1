"""The SQL of signing in: users, login sessions, attempts, known browsers."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.throttle import Failures, Record
from feedback_app.db.models import (
    Alert,
    KnownDevice,
    LoginSession,
    SessionKind,
    SignInAttempt,
    User,
)
from feedback_app.db.session import Database


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The user of a lower-case email, disabled ones included."""
    return (await session.exec(select(User).where(User.email == email))).first()


class LiveSession(NamedTuple):
    """A live session and its user."""

    created_at: datetime
    expires_at: datetime
    user_id: str
    company_id: str
    name: str
    email: str
    role: str
    time_zone: str | None
    """Of the browser."""
    chosen_zone: str | None
    """Of the user."""


_LIVE = (
    sqlalchemy.select(
        col(LoginSession.created_at),
        col(LoginSession.expires_at),
        col(User.id),
        col(User.company_id),
        col(User.name),
        col(User.email),
        col(User.role),
        col(LoginSession.time_zone),
        col(User.time_zone),
    )
    .join(User, col(User.id) == LoginSession.user_id)
    .where(
        col(LoginSession.token_hash) == bindparam("token_hash"),
        col(LoginSession.kind) == bindparam("kind"),
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > bindparam("now"),
        col(LoginSession.created_at) > bindparam("oldest"),
        col(User.is_active).is_(True),
    )
)
"""Built once, because every event runs it: building the statement takes longer than running it."""


async def live_session(
    database: Database, token_hash: str, kind: SessionKind, now: datetime, oldest: datetime
) -> LiveSession | None:
    """A session of that kind, begun after `oldest` and neither expired nor revoked.

    Its user is active.
    """
    values = {"token_hash": token_hash, "kind": kind, "now": now, "oldest": oldest}
    found = await database.rows(_LIVE, values)
    return LiveSession(*found[0]) if found else None


async def extend(
    session: AsyncSession, token_hash: str, expires_at: datetime, user_id: str, now: datetime
) -> None:
    """Extend a user's session to a later end, unless it has been revoked in the meantime."""
    await mark_seen(session, user_id, now)
    await session.exec(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == token_hash, col(LoginSession.revoked_at).is_(None))
        .values(expires_at=expires_at)
    )


async def mark_seen(session: AsyncSession, user_id: str, now: datetime) -> None:
    """Record that a user is signed in at this time."""
    await session.exec(update(User).where(col(User.id) == user_id).values(last_seen_at=now))


async def keep_time_zone(session: AsyncSession, token_hash: str, time_zone: str) -> None:
    """Remember the zone of a session's browser."""
    await session.exec(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == token_hash)
        .values(time_zone=time_zone)
    )


async def revoke(session: AsyncSession, token_hashes: Iterable[str], now: datetime) -> None:
    """End these sessions; unknown ones are ignored."""
    await session.exec(
        update(LoginSession)
        .where(
            col(LoginSession.token_hash).in_(list(token_hashes)),
            col(LoginSession.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )


async def revoke_all(session: AsyncSession, user_id: str, now: datetime) -> int:
    """End all of a user's sessions and tokens, forget their browsers; return how many were live."""
    # The user first: a sign-in in progress holds the row, and its session must be found below.
    await session.exec(update(User).where(col(User.id) == user_id).values(access_ended_at=now))
    ended = await session.exec(
        update(LoginSession)
        .where(
            col(LoginSession.user_id) == user_id,
            col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > now,
        )
        .values(revoked_at=now)
    )
    await session.exec(delete(KnownDevice).where(col(KnownDevice.user_id) == user_id))
    return ended.rowcount


async def may_begin(session: AsyncSession, user: User) -> bool:
    """Whether the user is still active with the same password; it stays so until this commits."""
    same = (
        select(User.id)
        .where(
            User.id == user.id,
            User.password_hash == user.password_hash,
            col(User.is_active).is_(True),
        )
        .with_for_update()
    )
    return (await session.exec(same)).first() is not None


async def revoke_older_tokens(
    session: AsyncSession, newest: LoginSession, now: datetime, *, kept: int
) -> None:
    """End the oldest API tokens of a user who has more than `kept` live ones."""
    others = (
        select(LoginSession.token_hash)
        .where(
            LoginSession.user_id == newest.user_id,
            LoginSession.kind == SessionKind.API,
            col(LoginSession.revoked_at).is_(None),
            LoginSession.expires_at > now,
            LoginSession.token_hash != newest.token_hash,
        )
        .order_by(col(LoginSession.created_at).desc())
        .offset(kept - 1)
    )
    await revoke(session, (await session.exec(others)).all(), now)


async def user_of_session(session: AsyncSession, token_hash: str) -> str | None:
    """The id of the user whose session this is, if it is not revoked."""
    live = select(LoginSession.user_id).where(
        LoginSession.token_hash == token_hash, col(LoginSession.revoked_at).is_(None)
    )
    return (await session.exec(live)).first()


async def knows_device(session: AsyncSession, token_hash: str, user_id: str, now: datetime) -> bool:
    """Whether the user has signed in from the browser that holds this token."""
    known = select(KnownDevice.token_hash).where(
        KnownDevice.token_hash == token_hash,
        KnownDevice.user_id == user_id,
        KnownDevice.expires_at > now,
    )
    return (await session.exec(known)).first() is not None


async def forget_older_devices(
    session: AsyncSession, user_id: str, now: datetime, *, kept: int
) -> None:
    """Forget a user's browsers that have expired, and the oldest beyond `kept`."""
    newest = (
        select(KnownDevice.token_hash)
        .where(KnownDevice.user_id == user_id, KnownDevice.expires_at > now)
        .order_by(col(KnownDevice.created_at).desc())
        .limit(kept)
    )
    await session.exec(
        delete(KnownDevice).where(
            col(KnownDevice.user_id) == user_id,
            col(KnownDevice.token_hash).not_in((await session.exec(newest)).all()),
        )
    )


async def one_at_a_time(session: AsyncSession, *, email: str, address: str) -> None:
    """Let attempts on one account or from one address through one at a time until this commits.

    On SQLite a write transaction already does that.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for key in sorted({f"account {email}", f"address {address}"}):
        await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def record_of(
    session: AsyncSession, *, email: str, address: str, device: str | None, since: datetime
) -> Record:
    """The failures since then that count for an attempt; `device` is a known browser's hash."""
    on_account = col(SignInAttempt.email) == email
    from_place = col(SignInAttempt.address) == address
    here = await _failures(session, since, on_account, from_place, forgiven=True)
    account = await _failures(session, since, on_account)
    place = await _failures(session, since, from_place)
    if device is None:
        return Record(here, account, place)
    by_device = col(SignInAttempt.device) == device
    return Record(
        here, account, place, await _failures(session, since, on_account, by_device, forgiven=True)
    )


async def _failures(
    session: AsyncSession, since: datetime, *whose: ColumnElement[bool], forgiven: bool = False
) -> Failures:
    """The failed attempts since then; with `forgiven` only those after the last success."""
    failed = [col(SignInAttempt.succeeded).is_(False), col(SignInAttempt.at) > since, *whose]
    if forgiven:
        succeeded = select(func.max(SignInAttempt.at)).where(
            *whose, col(SignInAttempt.succeeded).is_(True), SignInAttempt.at > since
        )
        failed.append(col(SignInAttempt.at) > func.coalesce(succeeded.scalar_subquery(), since))
    counted = select(func.count(), func.max(SignInAttempt.at)).where(*failed)
    return Failures(*(await session.exec(counted)).one())


async def mark_succeeded(session: AsyncSession, attempt_id: str) -> None:
    """Record that an attempt, so far counted as failed, succeeded."""
    await session.exec(
        update(SignInAttempt).where(col(SignInAttempt.id) == attempt_id).values(succeeded=True)
    )


async def unseen_alerts(session: AsyncSession, company_id: str) -> int:
    """How many of the company's alerts no administrator has seen."""
    unseen = select(func.count()).where(
        Alert.company_id == company_id, col(Alert.seen_at).is_(None)
    )
    return (await session.exec(unseen)).one()
