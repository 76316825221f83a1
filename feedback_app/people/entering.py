"""What account links lead to: a new company, an account in one, another password.

Each checks the form, then uses the link up in the same transaction as it changes anything, and
returns the token of a new session for the browser. Nothing costly, such as hashing a password, is
done for somebody without a link that works.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from feedback_app.auth import accounts, sessions
from feedback_app.auth import queries as auth_queries
from feedback_app.auth.password_policy import require_good_password
from feedback_app.auth.passwords import hash_password
from feedback_app.core import clock, zones
from feedback_app.core.errors import Invalid
from feedback_app.db.models import AccountLink, Company, LinkKind, Role, User
from feedback_app.db.session import database
from feedback_app.people import links, queries
from feedback_app.people.links import LinkEnded


class WrongField(Invalid):
    """One field of a form cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class NewCompany(NamedTuple):
    """What the set-up page asks for."""

    company: str
    name: str
    email: str
    password: str
    time_zone: str


async def set_up(token: str, asked: NewCompany, *, browser: str = "") -> str:
    """Make a company and its first administrator; return the token of their session.

    The first company of an installation ends every other link that could have made it.

    Raises:
        LinkEnded: the link cannot be used.
        WrongField: a field cannot be used.
    """
    await _require_live(LinkKind.SETUP, token)
    user = await _make_company(asked, token)
    return await sessions.open_browser_session(user, time_zone=asked.time_zone, browser=browser)


async def set_up_without_link(asked: NewCompany) -> bool:
    """Make the first company, on behalf of the operator; return whether it was missing.

    Raises:
        WrongField: a field cannot be used.
    """
    async with database().read() as session:
        if await queries.has_own_company(session):
            return False
    try:
        await _make_company(asked, None)
    except LinkEnded:
        return False
    return True


async def _make_company(asked: NewCompany, token: str | None) -> User:
    company_name = line(asked.company, "company")
    name = line(asked.name, "name")
    email = _email(asked.email)
    zone = asked.time_zone if zones.zone_named(asked.time_zone) else zones.UTC_NAME
    password_hash = await hashed(asked.password, (email, name, company_name))
    company = Company(name=company_name, time_zone=zone)
    user = User(
        company_id=company.id,
        email=email,
        name=name,
        role=Role.ADMIN,
        password_hash=password_hash,
        last_seen_at=clock.now(),
    )
    try:
        async with database().write() as session:
            await queries.one_set_up_at_a_time(session)
            is_first = not await queries.has_own_company(session)
            if token is not None:
                link = await links.claim(session, LinkKind.SETUP, token)
            elif is_first:
                link = None
            else:
                raise LinkEnded
            session.add(company)
            await session.flush()
            session.add(user)
            await session.flush()
            if link is not None:
                link.company_id, link.user_id = company.id, user.id
                session.add(link)
            if is_first:
                await queries.revoke_links(
                    session, clock.now(), col(AccountLink.kind) == LinkKind.SETUP
                )
    except IntegrityError:
        raise WrongField("email", f"There is already an account for {email}.") from None
    return user


async def accept(token: str, name: str, password: str, time_zone: str, *, browser: str = "") -> str:
    """Make the account that an invitation is for; return the token of its session.

    Raises:
        LinkEnded: the invitation cannot be used.
        WrongField: a field cannot be used.
    """
    found = await _require_live(LinkKind.INVITE, token)
    name = line(name, "name")
    password_hash = await hashed(password, (found.email, name, found.company))
    try:
        async with database().write() as session:
            link = await links.claim(session, LinkKind.INVITE, token)
            user = User(
                company_id=link.company_id or "",
                email=link.email,
                name=name,
                role=link.role,
                password_hash=password_hash,
                last_seen_at=clock.now(),
            )
            session.add(user)
            await session.flush()
            link.user_id = user.id
            session.add(link)
    except IntegrityError:
        raise WrongField(
            "name", f"There is already an account for {found.email}. Sign in with it instead."
        ) from None
    return await sessions.open_browser_session(user, time_zone=time_zone, browser=browser)


async def reset_password(token: str, password: str, time_zone: str, *, browser: str = "") -> str:
    """Give a link's person another password, which ends all their sessions; return a new one.

    Raises:
        LinkEnded: the link cannot be used.
        WrongField: the password cannot be used.
    """
    await _require_live(LinkKind.RESET, token)
    async with database().read() as session:
        found = await queries.link(session, LinkKind.RESET, sessions.hash_token(token))
        if found is None:
            raise LinkEnded
        user = await session.get_one(User, found[0].user_id)
    password_hash = await hashed(password, (user.email, user.name, found[1]))
    async with database().write() as session:
        link = await links.claim(session, LinkKind.RESET, token)
        user = await session.get_one(User, link.user_id)
        if not user.is_active:
            raise LinkEnded
        user.password_hash = password_hash
        user.last_seen_at = clock.now()
        session.add(user)
        await auth_queries.revoke_all(session, user.id, clock.now())
        await queries.revoke_links_of(session, user, clock.now())
    return await sessions.open_browser_session(user, time_zone=time_zone, browser=browser)


async def _require_live(kind: LinkKind, token: str) -> links.FoundLink:
    found = await links.look_up(kind, token)
    if found.status != "live":
        raise LinkEnded
    return found


async def hashed(password: str, about: Iterable[str]) -> str:
    """The hash of a password that may be used.

    Raises:
        WrongField: it may not.
    """
    try:
        await asyncio.to_thread(require_good_password, password, about=tuple(about))
    except Invalid as refusal:
        raise WrongField("password", refusal.message) from None
    return await hash_password(password)


def line(written: str, field: str) -> str:
    """One line of text for a field.

    Raises:
        WrongField: it is empty, too long or not a line.
    """
    try:
        return accounts.line(written, field)
    except Invalid as refusal:
        raise WrongField(field, refusal.message) from None


def _email(written: str) -> str:
    try:
        return accounts.email_address(written)
    except Invalid as refusal:
        raise WrongField("email", refusal.message) from None
