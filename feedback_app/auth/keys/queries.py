"""The SQL of keys to the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import ApiKey, User
from feedback_app.db.session import Database


class LiveKey(NamedTuple):
    """A live key and its person."""

    id: str
    scopes: list[str]
    last_used_at: datetime | None
    user_id: str
    company_id: str
    name: str
    email: str
    role: str


_LIVE = (
    sqlalchemy.select(
        col(ApiKey.id),
        col(ApiKey.scopes),
        col(ApiKey.last_used_at),
        col(User.id),
        col(User.company_id),
        col(User.name),
        col(User.email),
        col(User.role),
    )
    .join(User, col(User.id) == ApiKey.user_id)
    .where(
        col(ApiKey.key_hash) == bindparam("key_hash"),
        col(ApiKey.revoked_at).is_(None),
        col(ApiKey.expires_at) > bindparam("now"),
        col(User.is_active).is_(True),
    )
)
"""Built once, as every request of a key runs it."""


async def live_key(database: Database, key_hash: str, now: datetime) -> LiveKey | None:
    """The key with that hash, neither expired nor revoked, of an active person."""
    values: dict[str, Any] = {"key_hash": key_hash, "now": now}
    found = await database.rows(_LIVE, values)
    return LiveKey(*found[0]) if found else None


async def mark_used(session: AsyncSession, key_id: str, now: datetime) -> None:
    """Record that a key was used at this time."""
    await session.exec(update(ApiKey).where(col(ApiKey.id) == key_id).values(last_used_at=now))


async def keys_of(session: AsyncSession, user_id: str) -> Sequence[ApiKey]:
    """A person's keys that are not revoked, newest first."""
    rows = await session.exec(
        select(ApiKey)
        .where(ApiKey.user_id == user_id, col(ApiKey.revoked_at).is_(None))
        .order_by(col(ApiKey.id).desc())
    )
    return rows.all()


async def how_many(session: AsyncSession, user_id: str) -> int:
    """How many keys a person has that are not revoked, expired ones included."""
    count = select(func.count()).where(ApiKey.user_id == user_id, col(ApiKey.revoked_at).is_(None))
    return (await session.exec(count)).one()


async def revoke(
    session: AsyncSession, user_id: str, now: datetime, *, key_id: str | None = None
) -> int:
    """Revoke one of a person's keys, or all of them; return how many were revoked."""
    which = [col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None)]
    if key_id is not None:
        which.append(col(ApiKey.id) == key_id)
    ended = await session.exec(update(ApiKey).where(*which).values(revoked_at=now))
    return ended.rowcount
