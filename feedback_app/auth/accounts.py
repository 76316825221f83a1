"""People's accounts: created, found, disabled and enabled, given a new password.

Anyone who loses an account, or gets another password, loses every session, API token and known
browser with it, and their running drafts stop within seconds. Keys to the API end with the account.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth import queries
from feedback_app.auth.demo_accounts import is_closed
from feedback_app.auth.keys import queries as key_queries
from feedback_app.auth.password_policy import require_good_password
from feedback_app.auth.passwords import hash_password
from feedback_app.core import clock
from feedback_app.core.errors import Invalid, NotFound
from feedback_app.db.models import Company, Role, User
from feedback_app.db.session import database

_PART = r"[^\s@\x00-\x1f\x7f]"
_EMAIL = re.compile(rf"(?<!{_PART}){_PART}++@{_PART}++")
_LONGEST_EMAIL, _LONGEST_NAME = 254, 200


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account as a list shows it."""

    email: str
    name: str
    company: str
    role: str
    is_active: bool
    created_at: datetime


async def add(*, email: str, name: str, company: str, role: Role, password: str) -> None:
    """Create an account, and its company if there is none of that name.

    Raises:
        Invalid: a value cannot be used, or the email already has an account.
    """
    email, name, company = email_address(email), line(name, "name"), line(company, "company")
    await asyncio.to_thread(require_good_password, password, about=(email, name, company))
    password_hash = await hash_password(password)
    try:
        async with database().write() as session:
            user = User(
                company_id=await _company_named(session, company),
                email=email,
                name=name,
                role=role,
                password_hash=password_hash,
            )
            session.add(user)
    except IntegrityError:
        raise Invalid(f"There is already an account for {email}.") from None


async def everybody() -> list[Account]:
    """Every account, by company and email."""
    listed = (
        select(User, Company.name)
        .join(Company, col(Company.id) == User.company_id)
        .order_by(col(Company.name), col(User.email))
    )
    async with database().read() as session:
        return [
            Account(user.email, user.name, company, user.role, user.is_active, user.created_at)
            for user, company in (await session.exec(listed)).all()
        ]


async def disable(email: str) -> int:
    """Lock a person out from now on; return how many sessions and tokens ended.

    Raises:
        NotFound: there is no such account.
    """
    async with database().write() as session:
        user = await _user(session, email)
        user.is_active, user.calendar_hash = False, None
        session.add(user)
        await key_queries.revoke(session, user.id, clock.now())
        return await queries.revoke_all(session, user.id, clock.now())


async def enable(email: str) -> None:
    """Let a person in again, with their old password.

    Raises:
        NotFound: there is no such account.
        Invalid: it is a demo account and the demo is off.
    """
    async with database().write() as session:
        user = await _user(session, email)
        if is_closed(user.email):
            raise Invalid(f"{user.email} is an account of the demo, which is off.")
        user.is_active = True
        session.add(user)


async def set_password(email: str, password: str) -> int:
    """Give a person another password; return how many sessions and tokens ended.

    Raises:
        NotFound: there is no such account.
        Invalid: the password is too easy to guess.
    """
    async with database().read() as session:
        user = await _user(session, email)
        company = await session.get_one(Company, user.company_id)
    await asyncio.to_thread(
        require_good_password, password, about=(user.email, user.name, company.name)
    )
    password_hash = await hash_password(password)
    async with database().write() as session:
        user = await _user(session, email)
        user.password_hash = password_hash
        session.add(user)
        return await queries.revoke_all(session, user.id, clock.now())


async def revoke(email: str) -> int:
    """Sign a person out everywhere; return how many sessions and tokens ended.

    Raises:
        NotFound: there is no such account.
    """
    async with database().write() as session:
        user = await _user(session, email)
        await key_queries.revoke(session, user.id, clock.now())
        return await queries.revoke_all(session, user.id, clock.now())


async def _user(session: AsyncSession, email: str) -> User:
    email = email.strip().lower()
    user = await queries.user_by_email(session, email)
    if user is None:
        raise NotFound(f"There is no account for {email}.")
    return user


async def _company_named(session: AsyncSession, name: str) -> str:
    """The id of the company of that name, which is created if it does not exist."""
    found = (await session.exec(select(Company.id).where(Company.name == name))).all()
    if len(found) > 1:
        raise Invalid(f"{len(found)} companies have the name {name}.")
    if found:
        return found[0]
    company = Company(name=name)
    session.add(company)
    await session.flush()
    return company.id


def email_address(written: str) -> str:
    """An email as accounts store it, in lower case.

    Raises:
        Invalid: it is not an address, or the demo's while the demo is off.
    """
    email = written.strip().lower()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise Invalid("The email is not an address such as ada@example.com.")
    if is_closed(email):
        raise Invalid(f"{email} is a demo address, and the demo is off.")
    return email


def line(written: str, what: str) -> str:
    """One line of text without surrounding whitespace; `what` names it in the refusal.

    Raises:
        Invalid: it is empty, too long or not a line.
    """
    text = written.strip()
    if not text or len(text) > _LONGEST_NAME or not text.isprintable():
        raise Invalid(f"The {what} must be one line of 1 to {_LONGEST_NAME} characters.")
    return text
