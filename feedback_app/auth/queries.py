"""The SQL of signing in: users, login sessions, attempts."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import Alert, LoginSession, SessionKind, SignInAttempt, User
from feedback_app.db.session import Database


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The user of a lower-case email, disabled ones included."""
    return (await session.exec(select(User).where(User.email == email))).first()


class LiveSession(NamedTuple):
    """A session in use and the user it is of."""

    expires_at: datetime
    user_id: str
    company_id: str
    name: str
    email: str
    role: str
    time_zone: str | None


_LIVE = (
    sqlalchemy.select(
        col(LoginSession.expires_at),
        col(User.id),
        col(User.company_id),
        col(User.name),
        col(User.email),
        col(User.role),
        col(LoginSession.time_zone),
    )
    .join(User, col(User.id) == LoginSession.user_id)
    .where(
        col(LoginSession.token_hash) == bindparam("token_hash"),
        col(LoginSession.kind) == bindparam("kind"),
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > bindparam("now"),
        col(User.is_active).is_(True),
    )
)
"""Made once, because every event asks it: to put it together takes longer than to ask it."""


async def live_session(
    database: Database, token_hash: str, kind: SessionKind, now: datetime
) -> LiveSession | None:
    """A session of that kind neither expired nor revoked, with its still active user."""
    values = {"token_hash": token_hash, "kind": kind, "now": now}
    found = await database.rows(_LIVE, values)
    return LiveSession(*found[0]) if found else None


async def extend(session: AsyncSession, token_hash: str, expires_at: datetime) -> None:
    """Move a session's end, unless it has been revoked meanwhile."""
    await session.exec(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == token_hash, col(LoginSession.revoked_at).is_(None))
        .values(expires_at=expires_at)
    )


async def keep_time_zone(session: AsyncSession, token_hash: str, time_zone: str) -> None:
    """Remember the zone of a session's browser."""
    await session.exec(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == token_hash)
        .values(time_zone=time_zone)
    )


async def revoke(session: AsyncSession, token_hash: str, now: datetime) -> None:
    """End one session."""
    await session.exec(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == token_hash, col(LoginSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


async def revoke_all(session: AsyncSession, user_id: str, now: datetime) -> None:
    """End every session of a user."""
    await session.exec(
        update(LoginSession)
        .where(col(LoginSession.user_id) == user_id, col(LoginSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


async def one_at_a_time(session: AsyncSession, *, email: str, address: str) -> None:
    """Let attempts on one account or from one address pass one by one until this commits.

    On SQLite a write transaction already does.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for key in sorted({f"account {email}", f"address {address}"}):
        await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def failures_since(
    session: AsyncSession, *, email: str, address: str, since: datetime
) -> tuple[int, int]:
    """Failed attempts on the account since its last success, and from the address."""
    last_success = (
        select(func.max(SignInAttempt.at))
        .where(SignInAttempt.email == email, col(SignInAttempt.succeeded).is_(True))
        .scalar_subquery()
    )
    failed = col(SignInAttempt.succeeded).is_(False)
    account = select(func.count()).where(
        failed,
        SignInAttempt.email == email,
        SignInAttempt.at > since,
        SignInAttempt.at > func.coalesce(last_success, since),
    )
    source = select(func.count()).where(
        failed, SignInAttempt.address == address, SignInAttempt.at > since
    )
    return (await session.exec(account)).one(), (await session.exec(source)).one()


async def mark_succeeded(session: AsyncSession, attempt_id: str) -> None:
    """Record that an attempt, counted as failed so far, succeeded."""
    await session.exec(
        update(SignInAttempt).where(col(SignInAttempt.id) == attempt_id).values(succeeded=True)
    )


async def unseen_alerts(session: AsyncSession, company_id: str) -> int:
    """How many of the company's alerts no administrator has seen."""
    unseen = select(func.count()).where(
        Alert.company_id == company_id, col(Alert.seen_at).is_(None)
    )
    return (await session.exec(unseen)).one()
