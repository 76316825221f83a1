"""A person's own account: name, time zone, password, signed-in browsers, keys to the API."""

import hashlib
import secrets

from feedback_app import routes
from feedback_app.auth import queries as auth_queries
from feedback_app.auth import sessions
from feedback_app.auth.keys import queries as key_queries
from feedback_app.auth.keys.api_keys import SCOPES
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock, zones
from feedback_app.core.errors import NotFound, SignInRefused
from feedback_app.core.settings import get_settings
from feedback_app.db.models import ApiKey, Company, LoginSession
from feedback_app.db.session import database
from feedback_app.people.account import queries
from feedback_app.people.account.schemas import AccountView, BrowserRow, KeyRow
from feedback_app.people.entering import WrongField, hashed, line
from feedback_app.ui import wording


async def view(user: CurrentUser, session_hash: str) -> AccountView:
    """The person's account, as the browser with that session shows it."""
    now = clock.now()
    async with database().read() as session:
        account = await queries.account_of(session, user)
        browsers = await queries.browsers_of(session, user, now)
        keys = await key_queries.keys_of(session, user.id)
    return AccountView(
        name=account.name,
        email=account.email,
        time_zone=account.time_zone or "",
        has_calendar=account.calendar_hash is not None,
        browsers=[_browser(row, session_hash) for row in browsers],
        api_keys=[_key(row) for row in keys],
    )


async def save_profile(user: CurrentUser, name: str, time_zone: str) -> None:
    """Change the person's name and time zone; an empty zone means that of the browser.

    Raises:
        WrongField: the name cannot be used, or there is no such zone.
    """
    name = line(name, "name")
    if time_zone and zones.zone_named(time_zone) is None:
        raise WrongField("time_zone", "There is no such time zone. Choose one from the list.")
    async with database().write() as session:
        account = await queries.account_of(session, user)
        account.name, account.time_zone = name, time_zone or None
        session.add(account)


async def change_password(
    user: CurrentUser, old: str, new: str, *, kept: str, address: str, device: str | None
) -> None:
    """Change the person's password; their browsers and API tokens end, except the session `kept`.

    Drafts go on: it is the person who changes it. A wrong old password counts as a failed sign-in.

    Raises:
        WrongField: the old password is wrong, or the new one cannot be used.
        SignInThrottled: too soon after failures.
    """
    try:
        await sessions.authenticate(user.email, old, address=address, device=device)
    except SignInRefused:
        raise WrongField("old", "This is not your present password.") from None
    async with database().read() as session:
        company = await session.get_one(Company, user.company_id)
    password_hash = await hashed(new, (user.email, user.name, company.name))
    async with database().write() as session:
        account = await queries.account_of(session, user)
        account.password_hash = password_hash
        session.add(account)
        await queries.revoke_others(session, user, kept, clock.now(), tokens=True)


async def sign_out(user: CurrentUser, browser_id: str, *, kept: str) -> None:
    """Sign one of the person's other browsers out.

    Raises:
        NotFound: it is not one of them.
    """
    now = clock.now()
    async with database().write() as session:
        for row in await queries.browsers_of(session, user, now):
            if _id_of(row) == browser_id and row.token_hash != kept:
                await auth_queries.revoke(session, [row.token_hash], now)
                return
    raise NotFound


async def sign_out_others(user: CurrentUser, *, kept: str) -> int:
    """Sign out all of the person's browsers except the session `kept`; return how many."""
    async with database().write() as session:
        return await queries.revoke_others(session, user, kept, clock.now(), tokens=False)


async def make_calendar(user: CurrentUser) -> str:
    """The address of the person's calendar, anew: an earlier one ends. It cannot be shown again."""
    token = secrets.token_urlsafe(32)
    await _set_calendar(user, sessions.hash_token(token))
    return get_settings().address + routes.calendar(token)


async def end_calendar(user: CurrentUser) -> None:
    """End the address of the person's calendar."""
    await _set_calendar(user, None)


async def _set_calendar(user: CurrentUser, token_hash: str | None) -> None:
    async with database().write() as session:
        account = await queries.account_of(session, user)
        account.calendar_hash = token_hash
        session.add(account)


def _browser(row: LoginSession, session_hash: str) -> BrowserRow:
    return BrowserRow(
        id=_id_of(row),
        name=row.browser or "A browser",
        is_this_one=row.token_hash == session_hash,
        since=wording.local_time(row.created_at),
        seen=wording.local_time(max(row.created_at, row.expires_at - sessions.LIFETIME)),
    )


def _id_of(row: LoginSession) -> str:
    """A name for a session that says nothing about the hash by which it is looked up."""
    return hashlib.sha256(f"row of {row.token_hash}".encode()).hexdigest()[:16]


def _key(row: ApiKey) -> KeyRow:
    return KeyRow(
        id=row.id,
        name=row.name,
        beginning=row.beginning,
        scopes=", ".join(words for scope, words in SCOPES.items() if scope in row.scopes),
        until=wording.local_time(row.expires_at),
        is_expired=row.expires_at <= clock.now(),
        used=wording.local_time(row.last_used_at),
    )
