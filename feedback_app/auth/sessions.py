"""Who is signed in: login sessions by the hash of their token, and the throttled sign-in.

The browser or API client holds a random 256-bit token; the database and every state hold its
SHA-256 only. A browser's session is extended while it is used, up to `SESSION_MAX_DAYS`; an API
client's ends at the time fixed when it was issued.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth import queries, throttle
from feedback_app.auth.addresses import place_of
from feedback_app.auth.demo_accounts import is_closed
from feedback_app.auth.passwords import place_in_line, verify_password, verify_password_ahead
from feedback_app.core import clock, zones
from feedback_app.core.errors import SignInRefused, SignInThrottled
from feedback_app.core.settings import get_settings
from feedback_app.db.models import LoginSession, Role, SessionKind, SignInAttempt, User
from feedback_app.db.session import database

COOKIE = "debrief_session"
LIFETIME = timedelta(hours=12)
API_LIFETIME = timedelta(hours=1)
_EXTEND_AFTER = timedelta(minutes=5)
"""A session is extended at most this often: a read stays a read."""

_CROWDED_RETRY_S = 2.0
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
    """The zone they chose, else that which this session's browser has reported; UTC before that,
    and for the API."""
    has_chosen_zone: bool = False

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


class Identity(NamedTuple):
    """Whose session a hash belongs to; that never changes, so it may be cached."""

    user_id: str
    company_id: str


_identities: OrderedDict[str, tuple[Identity, float]] = OrderedDict()
_IDENTITIES_KEPT = 10_000
_IDENTITY_FOR_S = 600.0
"""How long a session that was live still counts as live where only logs ask, or while the database
is away: the pages of anyone using it query the database far more often."""


def hash_token(token: str) -> str:
    """The 64 hexadecimal characters a token is stored and looked up under."""
    return hashlib.sha256(token.encode()).hexdigest()


async def resolve(
    token_hash: str | None, kind: SessionKind = SessionKind.BROWSER
) -> CurrentUser | None:
    """The active user of a live session of that kind, else `None`; extends a browser's session.

    Raises:
        TimeoutError: the database did not answer in time.
        sqlalchemy.exc.SQLAlchemyError: the database failed.
    """
    if not token_hash:
        return None
    now = clock.now()
    longest = timedelta(days=get_settings().SESSION_MAX_DAYS)
    async with asyncio.timeout(_RESOLVE_TIMEOUT_S):
        live = await queries.live_session(database(), token_hash, kind, now, now - longest)
        if live is None:
            _identities.pop(token_hash, None)
            return None
        ends_at = min(now + LIFETIME, live.created_at + longest)
        if kind == SessionKind.BROWSER and ends_at - live.expires_at >= _EXTEND_AFTER:
            async with database().write() as session:
                await queries.extend(session, token_hash, ends_at, live.user_id, now)
    _remember(token_hash, Identity(live.user_id, live.company_id))
    return CurrentUser(
        live.user_id,
        live.company_id,
        live.name,
        live.email,
        live.role,
        live.chosen_zone or live.time_zone or zones.UTC_NAME,
        has_chosen_zone=live.chosen_zone is not None,
    )


def identity(token_hash: str | None) -> Identity | None:
    """Whose session this is, if this process has recently found it live.

    For logs, and for work that has to go on while the database is away; never for deciding what
    somebody may read.
    """
    whose, until = _identities.get(token_hash or "", (None, 0.0))
    return whose if clock.monotonic() < until else None


async def sign_in(
    email: str,
    password: str,
    *,
    address: str,
    time_zone: str = "",
    device: str | None = None,
    browser: str = "",
    replaced: Sequence[str] = (),
) -> str:
    """Check a sign-in, audit it and return the new session's token, for the cookie only.

    `time_zone` is the zone that the browser reports; one that does not exist is ignored. `device`
    is its token from an earlier sign-in, `browser` what it calls itself. `replaced` are the hashes
    of its earlier sessions, which end.

    Raises:
        SignInRefused: wrong password, unknown or disabled user; all look alike and take equally
            long.
        SignInThrottled: too soon after failures (`throttle`); it says how many seconds to wait.
    """
    user = await authenticate(email, password, address=address, device=device)
    return await open_browser_session(user, time_zone=time_zone, browser=browser, replaced=replaced)


async def open_browser_session(
    user: User, *, time_zone: str = "", browser: str = "", replaced: Sequence[str] = ()
) -> str:
    """The token of a new session of somebody who has just proven who they are.

    Raises:
        SignInRefused: the user was disabled, or got a new password, after the check.
    """
    known = time_zone if zones.zone_named(time_zone) else None
    about = {"time_zone": known, "browser": browser}
    return await _open(user, SessionKind.BROWSER, LIFETIME, about=about, replaced=replaced)


async def issue_token(email: str, password: str, *, address: str, device: str | None = None) -> str:
    """Check and audit a sign-in as `sign_in` does; return a bearer token for `API_LIFETIME`.

    Anyone who has more than `API_TOKENS_PER_USER` live ones loses the oldest.

    Raises:
        SignInRefused: as `sign_in`.
        SignInThrottled: as `sign_in`.
    """
    user = await authenticate(email, password, address=address, device=device)
    return await _open(user, SessionKind.API, API_LIFETIME)


async def authenticate(
    email: str, password: str, *, address: str, device: str | None = None
) -> User:
    """Check an email and a password, count and audit the attempt; opens no session.

    Raises:
        SignInRefused: wrong password, unknown or disabled user; all look alike and take equally
            long.
        SignInThrottled: too soon after failures (`throttle`), or too many at once; it says how many
            seconds to wait.
    """
    attempt = SignInAttempt(
        email=email.strip().lower()[:254],
        address=place_of(address),
        device=hash_token(device) if device else None,
        succeeded=False,
        at=clock.now(),
    )
    # Checked twice, because someone who is told to wait must not make others wait to write.
    async with database().read() as session:
        await _require_turn(session, attempt)
    if attempt.device is not None:
        return await _checked(attempt, password)
    with place_in_line() as is_placed:
        if not is_placed:
            raise SignInThrottled(retry_after_s=_CROWDED_RETRY_S)
        return await _checked(attempt, password)


async def _checked(attempt: SignInAttempt, password: str) -> User:
    """The user of an attempt, which is counted and audited."""
    async with database().write() as session:
        await queries.one_at_a_time(session, email=attempt.email, address=attempt.address)
        user = await _require_turn(session, attempt)
        # Counted as failed until proven otherwise, so that guesses sent at once all count.
        session.add(attempt)
    known = user if user is not None and user.is_active and not is_closed(user.email) else None
    verify = verify_password_ahead if attempt.device else verify_password
    fits = await verify(password, known.password_hash if known else None)
    if known is None or not fits:
        raise SignInRefused
    async with database().write() as session:
        await queries.mark_succeeded(session, attempt.id)
    return known


async def _require_turn(session: AsyncSession, attempt: SignInAttempt) -> User | None:
    """The user of an attempt, if there is one; drops a device that is not known to be theirs.

    Raises:
        SignInThrottled: it comes too soon after failures.
    """
    user = await queries.user_by_email(session, attempt.email)
    if attempt.device is not None and not (
        user and await queries.knows_device(session, attempt.device, user.id, attempt.at)
    ):
        attempt.device = None
    record = await queries.record_of(
        session,
        email=attempt.email,
        address=attempt.address,
        device=attempt.device,
        since=attempt.at - throttle.WINDOW,
    )
    if wait_s := throttle.wait_s(record, attempt.at):
        raise SignInThrottled(retry_after_s=wait_s)
    return user


async def keep_time_zone(token_hash: str, time_zone: str) -> bool:
    """Store the zone of a session's browser; return whether there is such a zone."""
    if zones.zone_named(time_zone) is None:
        return False
    async with database().write() as session:
        await queries.keep_time_zone(session, token_hash, time_zone)
    return True


async def sign_out(*token_hashes: str) -> None:
    """End these sessions, or an API token; unknown ones are ignored."""
    async with database().write() as session:
        await queries.revoke(session, token_hashes, clock.now())


async def revoke_all(user_id: str) -> int:
    """End every session and API token of a user, and within seconds their drafts; return how many.

    Their browsers are no longer known, either.
    """
    async with database().write() as session:
        return await queries.revoke_all(session, user_id, clock.now())


async def _open(
    user: User,
    kind: SessionKind,
    lifetime: timedelta,
    *,
    about: Mapping[str, str | None] | None = None,
    replaced: Sequence[str] = (),
) -> str:
    """The token of a new session; `about` are further columns of it.

    Raises:
        SignInRefused: the user was disabled, or got a new password, after the check.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    opened = LoginSession(
        token_hash=hash_token(token),
        user_id=user.id,
        kind=kind,
        created_at=now,
        expires_at=now + lifetime,
        **(about or {}),  # pyright: ignore[reportArgumentType]
    )
    async with database().write() as session:
        if not await queries.may_begin(session, user):
            raise SignInRefused
        await queries.revoke(session, replaced, now)
        await queries.mark_seen(session, user.id, now)
        session.add(opened)
        if kind == SessionKind.API:
            await session.flush()
            await queries.revoke_older_tokens(
                session, opened, now, kept=get_settings().API_TOKENS_PER_USER
            )
    return token


def _remember(token_hash: str, whose: Identity) -> None:
    _identities[token_hash] = whose, clock.monotonic() + _IDENTITY_FOR_S
    _identities.move_to_end(token_hash)
    if len(_identities) > _IDENTITIES_KEPT:
        _identities.popitem(last=False)
