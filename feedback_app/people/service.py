"""The people of a company, as its administrators manage them.

Whoever loses their access, or gets another role, loses what goes with it within seconds: sessions,
tokens and running drafts. What they wrote stays under their name.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth import accounts
from feedback_app.auth import queries as auth_queries
from feedback_app.auth.keys import queries as key_queries
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.db.models import AccountLink, Company, LinkKind, Role, User
from feedback_app.db.session import database
from feedback_app.people import links, mail, queries
from feedback_app.people.schemas import STATUSES, NewLink, PeopleView, PersonRow, Status
from feedback_app.ui import wording

MAX_SEARCH_CHARACTERS = 120
ROWS_PER_PAGE = 50
_LAST_ADMIN = "This is the last active administrator. Make somebody else one first."


async def people(
    admin: CurrentUser, search: str = "", shown: str = "all", page: int = 0
) -> PeopleView:
    """A page of everybody in the company, and of every open invitation, that the search matches.

    Invitations come first; a page beyond the last is the last.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(admin)
    async with database().read() as session:
        users = await queries.people(session, admin)
        invitations = await queries.open_invitations(session, admin)
    rows = [*map(_invitation, invitations), *(_person(user, admin) for user in users)]
    words = search[:MAX_SEARCH_CHARACTERS].casefold().split()
    matching = [row for row in rows if _matches(row, words) and shown in ("all", _group(row))]
    pages = max(1, math.ceil(len(matching) / ROWS_PER_PAGE))
    page = min(max(page, 0), pages - 1)
    first = page * ROWS_PER_PAGE
    return PeopleView(
        rows=matching[first : first + ROWS_PER_PAGE],
        found=len(matching),
        page=page,
        pages=pages,
        summary=_summary(users, invitations),
    )


async def invite(admin: CurrentUser, email: str, role: str) -> NewLink:
    """Invite somebody to the company with a role; an earlier invitation of theirs ends.

    It is mailed, too, where mail is set up.

    Raises:
        Forbidden: not an administrator.
        Invalid: no such address or role, or the address has an account.
    """
    _require_admin(admin)
    email = accounts.email_address(email)
    if role not in set(Role):
        raise Invalid("Choose a role: interviewer or administrator.")
    async with database().write() as session:
        if await queries.has_account(session, email):
            raise Invalid(f"{email} has an account already.")
        token, is_second = await _invited(session, admin, email, role)
    return await _shown(admin, LinkKind.INVITE, token, email, is_second=is_second)


async def invite_again(admin: CurrentUser, link_id: str) -> NewLink:
    """Replace an open invitation by a new link for the same person and role.

    Raises:
        Forbidden: not an administrator.
        NotFound: there is no such open invitation in the company.
    """
    _require_admin(admin)
    async with database().write() as session:
        link = await queries.open_invitation(session, admin, link_id)
        token, is_second = await _invited(session, admin, link.email, link.role)
    return await _shown(admin, LinkKind.INVITE, token, link.email, is_second=is_second)


async def withdraw(admin: CurrentUser, link_id: str) -> str:
    """End an open invitation; return whose it was.

    Raises:
        Forbidden: not an administrator.
        NotFound: there is no such open invitation in the company.
    """
    _require_admin(admin)
    async with database().write() as session:
        link = await queries.open_invitation(session, admin, link_id)
        link.revoked_at = clock.now()
        session.add(link)
        return link.email


async def reset_link(admin: CurrentUser, user_id: str) -> NewLink:
    """A link with which a person chooses another password; an earlier one ends.

    Raises:
        Forbidden: not an administrator.
        NotFound: nobody of the company.
        Invalid: the person is deactivated.
    """
    _require_admin(admin)
    async with database().write() as session:
        user = await queries.person(session, admin, user_id)
        token = await links.issue_reset(session, user, made_by=admin.id)
    return await _shown(admin, LinkKind.RESET, token, user.email)


async def set_role(admin: CurrentUser, user_id: str, role: str) -> None:
    """Give a person another role.

    Raises:
        Forbidden: not an administrator.
        NotFound: nobody of the company.
        Invalid: no such role, or the company would be left without an administrator.
    """
    _require_admin(admin)
    if role not in set(Role):
        raise Invalid("Choose a role: interviewer or administrator.")
    async with database().write() as session:
        user = await queries.person(session, admin, user_id, lock=True)
        if role != Role.ADMIN:
            await _require_other_admin(session, user)
        user.role = role
        session.add(user)


async def deactivate(admin: CurrentUser, user_id: str) -> None:
    """Lock a person out: sessions, tokens, keys, links, calendar and running drafts end.

    Raises:
        Forbidden: not an administrator.
        NotFound: nobody of the company.
        Invalid: it is the administrator, or the last one.
    """
    _require_admin(admin)
    if user_id == admin.id:
        raise Invalid("You cannot deactivate yourself. Ask another administrator.")
    async with database().write() as session:
        user = await queries.person(session, admin, user_id, lock=True)
        await _require_other_admin(session, user)
        user.is_active, user.calendar_hash = False, None
        session.add(user)
        await auth_queries.revoke_all(session, user.id, clock.now())
        await key_queries.revoke(session, user.id, clock.now())
        await queries.revoke_links_of(session, user, clock.now())


async def activate(admin: CurrentUser, user_id: str) -> None:
    """Let a person in again, with their old password.

    Raises:
        Forbidden: not an administrator.
        NotFound: nobody of the company.
        Invalid: it is an account of the demo, which is off.
    """
    _require_admin(admin)
    async with database().read() as session:
        user = await queries.person(session, admin, user_id)
    await accounts.enable(user.email)


async def _invited(
    session: AsyncSession, admin: CurrentUser, email: str, role: str
) -> tuple[str, bool]:
    """The token of a new invitation, and whether an earlier one of the same person ended."""
    ended = await queries.revoke_links(
        session,
        clock.now(),
        col(AccountLink.kind) == LinkKind.INVITE,
        col(AccountLink.company_id) == admin.company_id,
        col(AccountLink.email) == email,
    )
    token = links.issue(
        session,
        LinkKind.INVITE,
        company_id=admin.company_id,
        email=email,
        role=role,
        made_by=admin.id,
    )
    return token, ended > 0


async def _shown(
    admin: CurrentUser, kind: LinkKind, token: str, email: str, *, is_second: bool = False
) -> NewLink:
    """A link that was just stored, mailed if mail is set up."""
    made = NewLink(
        address=links.address_of(kind, token),
        email=email,
        kind="invite" if kind == LinkKind.INVITE else "reset",
        until=wording.local_time(clock.now() + links.LIFETIME[kind]),
        is_second=is_second,
    )
    if not mail.is_configured():
        return made
    async with database().read() as session:
        company = await session.get_one(Company, admin.company_id)
    sent = await mail.send(
        kind,
        email,
        address=made.address,
        who=admin.name,
        company=company.name,
        until=made.until.utc,
    )
    return replace(made, mail="sent" if sent else "failed")


async def _require_other_admin(session: AsyncSession, user: User) -> None:
    is_admin = user.role == Role.ADMIN and user.is_active
    if is_admin and not await queries.has_other_admin(session, user):
        raise Invalid(_LAST_ADMIN)


def _person(user: User, admin: CurrentUser) -> PersonRow:
    status: Status = "active" if user.is_active else "deactivated"
    return PersonRow(
        id=user.id,
        is_invitation=False,
        name=user.name,
        email=user.email,
        role=user.role,
        status=status,
        status_label=STATUSES[status],
        is_self=user.id == admin.id,
        seen=wording.local_time(user.last_seen_at),
    )


def _invitation(link: AccountLink) -> PersonRow:
    status: Status = "invited" if link.expires_at > clock.now() else "expired"
    return PersonRow(
        id=link.id,
        is_invitation=True,
        name="",
        email=link.email,
        role=link.role,
        status=status,
        status_label=STATUSES[status],
        seen=wording.local_time(link.expires_at),
    )


def _matches(row: PersonRow, words: Sequence[str]) -> bool:
    text = f"{row.name} {row.email}".casefold()
    return all(word in text for word in words)


def _group(row: PersonRow) -> str:
    return "invited" if row.is_invitation else row.status


def _summary(users: Sequence[User], invitations: Sequence[AccountLink]) -> str:
    active = sum(user.is_active for user in users)
    parts = [f"{active} {'person' if active == 1 else 'people'}"]
    if invitations:
        parts.append(f"{len(invitations)} invited")
    return ", ".join(parts)


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
