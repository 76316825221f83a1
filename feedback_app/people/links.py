"""Account links: single-use addresses for setting up a company, joining one, or a new password.

The address holds a random 256-bit token, the database its SHA-256 only; so an address is shown when
it is made and never again. Using one is a conditional update: of two people who use it at once, one
gets in.
"""

import secrets
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app import routes
from feedback_app.auth.demo_accounts import is_closed
from feedback_app.auth.sessions import hash_token
from feedback_app.core import clock
from feedback_app.core.errors import AppError, Invalid
from feedback_app.core.settings import get_settings
from feedback_app.db.models import AccountLink, LinkKind, User
from feedback_app.db.session import database
from feedback_app.people import queries

LIFETIME = {
    LinkKind.SETUP: timedelta(days=7),
    LinkKind.INVITE: timedelta(days=7),
    LinkKind.RESET: timedelta(days=1),
}
LinkStatus = Literal["live", "used", "expired", "revoked", "unknown"]
_LONGEST_TOKEN = 200


class LinkEnded(AppError):
    """The link cannot be used, or not any more."""

    code, status = "LINK_ENDED", 410
    sentence = "This link cannot be used any more. Ask for a new one."


class FoundLink(NamedTuple):
    """What a page may say about the link it was opened with."""

    status: LinkStatus
    kind: LinkKind | None = None
    email: str = ""
    company: str = ""
    role: str = ""
    name: str = ""
    """Of the person whose password it resets."""


NO_LINK = FoundLink("unknown")


def address_of(kind: LinkKind, token: str) -> str:
    """The whole address of a link, as people open it."""
    path = {
        LinkKind.SETUP: routes.setup,
        LinkKind.INVITE: routes.invite,
        LinkKind.RESET: routes.reset,
    }[kind](token)
    return get_settings().address + path


def issue(
    session: AsyncSession,
    kind: LinkKind,
    *,
    company_id: str | None = None,
    email: str = "",
    role: str = "",
    user_id: str | None = None,
    made_by: str | None = None,
) -> str:
    """Add a link to the session's transaction and return its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        AccountLink(
            token_hash=hash_token(token),
            kind=kind,
            created_at=now,
            expires_at=now + LIFETIME[kind],
            company_id=company_id,
            email=email,
            role=role,
            user_id=user_id,
            made_by=made_by,
        )
    )
    return token


async def issue_reset(session: AsyncSession, user: User, *, made_by: str | None = None) -> str:
    """Add a link to another password, and revoke those the person has; return its token.

    Raises:
        Invalid: the account is disabled.
    """
    if not user.is_active or is_closed(user.email):
        raise Invalid(f"The account of {user.email} is deactivated. Activate it first.")
    await queries.revoke_links(
        session,
        clock.now(),
        col(AccountLink.kind) == LinkKind.RESET,
        col(AccountLink.user_id) == user.id,
    )
    return issue(
        session,
        LinkKind.RESET,
        company_id=user.company_id,
        email=user.email,
        user_id=user.id,
        made_by=made_by,
    )


def status_of(link: AccountLink, now: datetime) -> LinkStatus:
    """How far a link has got. Used comes first: that is what its holder needs to know."""
    if link.used_at is not None:
        return "used"
    if link.revoked_at is not None:
        return "revoked"
    return "expired" if link.expires_at <= now else "live"


async def look_up(kind: LinkKind, token: str) -> FoundLink:
    """What a link of that kind is for, whether or not it can still be used."""
    if not token or len(token) > _LONGEST_TOKEN:
        return NO_LINK
    async with database().read() as session:
        found = await queries.link(session, kind, hash_token(token))
    if found is None:
        return NO_LINK
    link, company, name, is_active = found
    status = status_of(link, clock.now())
    if kind == LinkKind.RESET and not is_active and status == "live":
        status = "revoked"
    return FoundLink(status, kind, link.email, company, link.role, name)


async def claim(session: AsyncSession, kind: LinkKind, token: str) -> AccountLink:
    """Use a link up, within the session's transaction.

    Raises:
        LinkEnded: it is unknown, used, expired or revoked.
    """
    link = await queries.claimed_link(session, kind, hash_token(token), clock.now())
    if link is None:
        raise LinkEnded
    return link
