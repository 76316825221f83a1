"""The SQL of a person's own account: its sessions, its name and zone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import KnownDevice, LoginSession, SessionKind, User


async def account_of(session: AsyncSession, user: CurrentUser) -> User:
    """The person's own row."""
    return await session.get_one(User, user.id)


async def browsers_of(
    session: AsyncSession, user: CurrentUser, now: datetime
) -> Sequence[LoginSession]:
    """The browsers the person is signed in with, newest first."""
    rows = await session.exec(
        select(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            LoginSession.kind == SessionKind.BROWSER,
            col(LoginSession.revoked_at).is_(None),
            LoginSession.expires_at > now,
        )
        .order_by(col(LoginSession.created_at).desc(), col(LoginSession.token_hash))
    )
    return rows.all()


async def revoke_others(
    session: AsyncSession, user: CurrentUser, kept: str, now: datetime, *, tokens: bool
) -> int:
    """End the person's other browsers, with `tokens` their API tokens too; return how many."""
    which = [
        col(LoginSession.user_id) == user.id,
        col(LoginSession.token_hash) != kept,
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > now,
    ]
    if not tokens:
        which.append(col(LoginSession.kind) == SessionKind.BROWSER)
    ended = await session.exec(update(LoginSession).where(*which).values(revoked_at=now))
    await session.exec(delete(KnownDevice).where(col(KnownDevice.user_id) == user.id))
    return ended.rowcount
