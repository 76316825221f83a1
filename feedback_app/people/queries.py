"""The SQL of account links, and of the people of a company.

Where an administrator acts, every query sees that company only.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import AccountLink, Company, LinkKind, Role, User

MOST_LISTED = 5000
"""The most people, and the most invitations, that a list reads."""


async def link(
    session: AsyncSession, kind: LinkKind, token_hash: str
) -> tuple[AccountLink, str, str, bool] | None:
    """A link with its company's name, its person's name, and whether that person is active."""
    rows = await session.exec(
        select(AccountLink, Company.name, User.name, User.is_active)
        .outerjoin(Company, col(Company.id) == AccountLink.company_id)
        .outerjoin(User, col(User.id) == AccountLink.user_id)
        .where(AccountLink.kind == kind, AccountLink.token_hash == token_hash)
    )
    found = rows.first()
    if found is None:
        return None
    row, company, name, is_active = found
    return row, company or "", name or "", bool(is_active)


async def claimed_link(
    session: AsyncSession, kind: LinkKind, token_hash: str, now: datetime
) -> AccountLink | None:
    """The live link of that token, marked as used; `None` if there is none."""
    claimed = await session.exec(
        update(AccountLink)
        .where(
            col(AccountLink.kind) == kind,
            col(AccountLink.token_hash) == token_hash,
            *_is_live(now),
        )
        .values(used_at=now)
    )
    if claimed.rowcount != 1:
        return None
    rows = await session.exec(select(AccountLink).where(AccountLink.token_hash == token_hash))
    return rows.one()


async def revoke_links(session: AsyncSession, now: datetime, *which: ColumnElement[bool]) -> int:
    """Revoke the live links that meet these conditions; return how many there were."""
    ended = await session.exec(
        update(AccountLink).where(*_is_live(now), *which).values(revoked_at=now)
    )
    return ended.rowcount


def _is_live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(AccountLink.used_at).is_(None),
        col(AccountLink.revoked_at).is_(None),
        col(AccountLink.expires_at) > now,
    )


async def has_own_company(session: AsyncSession) -> bool:
    """Whether there is a company that is not the demo's."""
    own = select(Company.id).where(col(Company.is_demo).is_(False)).limit(1)
    return (await session.exec(own)).first() is not None


async def one_set_up_at_a_time(session: AsyncSession) -> None:
    """Let companies be set up one at a time until this commits.

    On SQLite a write transaction already does that.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended("set up a company", 0)
        await session.exec(select(func.pg_advisory_xact_lock(key)))


async def has_account(session: AsyncSession, email: str) -> bool:
    """Whether anybody, of any company, has an account with this lower-case email."""
    return (await session.exec(select(User.id).where(User.email == email))).first() is not None


async def people(session: AsyncSession, admin: CurrentUser) -> Sequence[User]:
    """Everybody with an account in the company, by name."""
    rows = await session.exec(
        select(User)
        .where(User.company_id == admin.company_id)
        .order_by(func.lower(col(User.name)), col(User.id))
        .limit(MOST_LISTED)
    )
    return rows.all()


async def open_invitations(session: AsyncSession, admin: CurrentUser) -> Sequence[AccountLink]:
    """The company's invitations that are neither used nor revoked, newest first."""
    rows = await session.exec(
        select(AccountLink)
        .where(
            AccountLink.company_id == admin.company_id,
            AccountLink.kind == LinkKind.INVITE,
            col(AccountLink.used_at).is_(None),
            col(AccountLink.revoked_at).is_(None),
        )
        .order_by(col(AccountLink.id).desc())
        .limit(MOST_LISTED)
    )
    return rows.all()


async def open_invitation(session: AsyncSession, admin: CurrentUser, link_id: str) -> AccountLink:
    """One of them.

    Raises:
        NotFound: there is none, it is another company's, or it is used or revoked.
    """
    rows = await session.exec(
        select(AccountLink).where(
            AccountLink.id == link_id,
            AccountLink.company_id == admin.company_id,
            AccountLink.kind == LinkKind.INVITE,
            col(AccountLink.used_at).is_(None),
            col(AccountLink.revoked_at).is_(None),
        )
    )
    found = rows.first()
    if found is None:
        raise NotFound
    return found


async def person(
    session: AsyncSession, admin: CurrentUser, user_id: str, *, lock: bool = False
) -> User:
    """One person of the company; with `lock`, the company's people change one at a time.

    Raises:
        NotFound: nobody, or somebody of another company.
    """
    if lock:
        company = select(Company.id).where(Company.id == admin.company_id)
        await session.exec(company.with_for_update())
    rows = await session.exec(
        select(User).where(User.id == user_id, User.company_id == admin.company_id)
    )
    found = rows.first()
    if found is None:
        raise NotFound
    return found


async def has_other_admin(session: AsyncSession, user: User) -> bool:
    """Whether the person's company has another active administrator."""
    others = select(User.id).where(
        User.company_id == user.company_id,
        User.id != user.id,
        User.role == Role.ADMIN,
        col(User.is_active).is_(True),
    )
    return (await session.exec(others.limit(1))).first() is not None


async def revoke_links_of(session: AsyncSession, user: User, now: datetime) -> None:
    """Revoke what could let a person in again, or in another role."""
    await revoke_links(
        session,
        now,
        or_(col(AccountLink.user_id) == user.id, col(AccountLink.email) == user.email),
    )
