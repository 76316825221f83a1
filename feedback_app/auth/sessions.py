"""Who is signed in: login sessions by the hash of their token, sign-in with its throttle.

The browser or API client holds a random 256-bit token; the database and every state hold its
SHA-256 only. A browser's session slides while it is used, an API client's ends when it was said to.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from feedback_app.auth import queries
from feedback_app.auth.passwords import verify_password
from feedback_app.core import clock, zones
from feedback_app.core.errors import SignInRefused, SignInThrottled
from feedback_app.db.models import LoginSession, Role, SessionKind, SignInAttempt, User
from feedback_app.db.session import database

COOKIE = "debrief_session"
LIFETIME = timedelta(hours=12)
API_LIFETIME = timedelta(hours=1)
_EXTEND_AFTER = timedelta(minutes=5)
"""A session is extended at most this often: a read stays a read."""

_THROTTLE_WINDOW = timedelta(minutes=15)
_FAILURES_PER_ACCOUNT = 8
_FAILURES_PER_ADDRESS = 30
_RESOLVE_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The acting user, as services and queries take it."""

    id: str
    company_id: str
    name: str
    email: str
    role: str
    time_zone: str = zones.UTC_NAME
    """Of the browser this session is of; UTC until it has said so, and for the API."""

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


class Identity(NamedTuple):
    """Whose session a hash is; it never changes, so logs may remember it."""

    user_id: str
    company_id: str


_identities: OrderedDict[str, Identity] = OrderedDict()
_IDENTITIES_KEPT = 10_000


def hash_token(token: str) -> str:
    """The 64 hexadecimal characters a token is stored and looked up under."""
    return hashlib.sha256(token.encode()).hexdigest()


async def resolve(
    token_hash: str | None, kind: SessionKind = SessionKind.BROWSER
) -> CurrentUser | None:
    """The active user of a live session of that kind, else `None`; extends a browser's session.

    Raises:
        TimeoutError: the database did not answer in time.
        sqlalchemy.exc.SQLAlchemyError: the database refused.
    """
    if not token_hash:
        return None
    now = clock.now()
    async with asyncio.timeout(_RESOLVE_TIMEOUT_S):
        live = await queries.live_session(database(), token_hash, kind, now)
        if live is None:
            return None
        slides = kind == SessionKind.BROWSER
        if slides and now + LIFETIME - live.expires_at >= _EXTEND_AFTER:
            async with database().write() as session:
                await queries.extend(session, token_hash, now + LIFETIME)
    _remember(token_hash, Identity(live.user_id, live.company_id))
    return CurrentUser(
        live.user_id,
        live.company_id,
        live.name,
        live.email,
        live.role,
        live.time_zone or zones.UTC_NAME,
    )


def identity(token_hash: str | None) -> Identity | None:
    """Whose session this is, where this process has resolved it before. For logs only."""
    return _identities.get(token_hash) if token_hash else None


async def sign_in(email: str, password: str, *, address: str, time_zone: str = "") -> str:
    """Check a sign-in, audit it and return the new session's token, for the cookie only.

    `time_zone` is what the browser says; a zone that does not exist counts as nothing said.

    Raises:
        SignInRefused: wrong password, unknown or disabled user; all look and last alike.
        SignInThrottled: too many failures on this account or from this address.
    """
    user = await authenticate(email, password, address=address)
    known = time_zone if zones.zone_named(time_zone) else None
    return await _open(user, SessionKind.BROWSER, LIFETIME, known)


async def issue_token(email: str, password: str, *, address: str) -> str:
    """Check and audit a sign-in as `sign_in` does; a bearer token for `API_LIFETIME`.

    Raises:
        SignInRefused: as `sign_in`.
        SignInThrottled: as `sign_in`.
    """
    user = await authenticate(email, password, address=address)
    return await _open(user, SessionKind.API, API_LIFETIME)


async def authenticate(email: str, password: str, *, address: str) -> CurrentUser:
    """Check an email and a password, count and audit the attempt; opens no session.

    Raises:
        SignInRefused: wrong password, unknown or disabled user; all look and last alike.
        SignInThrottled: too many failures on this account or from this address.
    """
    email = email.strip().lower()[:254]
    address = address[:64]
    now = clock.now()
    attempt = SignInAttempt(email=email, address=address, succeeded=False, at=now)
    async with database().write() as session:
        await queries.one_at_a_time(session, email=email, address=address)
        by_account, by_address = await queries.failures_since(
            session, email=email, address=address, since=now - _THROTTLE_WINDOW
        )
        if by_account >= _FAILURES_PER_ACCOUNT or by_address >= _FAILURES_PER_ADDRESS:
            raise SignInThrottled(retry_after_s=_THROTTLE_WINDOW.total_seconds())
        user = await queries.user_by_email(session, email)
        # Counted as failed until proven otherwise, so that guesses sent at once all count.
        session.add(attempt)
    known = user if user is not None and user.is_active else None
    fits = await verify_password(password, known.password_hash if known else None)
    if known is None or not fits:
        raise SignInRefused
    async with database().write() as session:
        await queries.mark_succeeded(session, attempt.id)
    return _as_current(known)


async def keep_time_zone(token_hash: str, time_zone: str) -> bool:
    """Remember the zone of a session's browser; whether there is such a zone."""
    if zones.zone_named(time_zone) is None:
        return False
    async with database().write() as session:
        await queries.keep_time_zone(session, token_hash, time_zone)
    return True


async def sign_out(token_hash: str) -> None:
    """End one session; unknown ones are ignored."""
    async with database().write() as session:
        await queries.revoke(session, token_hash, clock.now())


async def revoke_all(user_id: str) -> None:
    """End every session of a user: after a password change, and when disabled."""
    async with database().write() as session:
        await queries.revoke_all(session, user_id, clock.now())


async def _open(
    user: CurrentUser, kind: SessionKind, lifetime: timedelta, time_zone: str | None = None
) -> str:
    token = secrets.token_urlsafe(32)
    now = clock.now()
    async with database().write() as session:
        session.add(
            LoginSession(
                token_hash=hash_token(token),
                user_id=user.id,
                kind=kind,
                created_at=now,
                expires_at=now + lifetime,
                time_zone=time_zone,
            )
        )
    return token


def _as_current(user: User) -> CurrentUser:
    return CurrentUser(
        id=user.id, company_id=user.company_id, name=user.name, email=user.email, role=user.role
    )


def _remember(token_hash: str, whose: Identity) -> None:
    _identities[token_hash] = whose
    _identities.move_to_end(token_hash)
    if len(_identities) > _IDENTITIES_KEPT:
        _identities.popitem(last=False)
