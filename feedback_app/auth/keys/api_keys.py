"""Keys to the API: for other systems, on behalf of a person, limited to what its scopes name.

A key is `dbf_` and 256 random bits; the database holds its SHA-256. It is shown once. It stops with
its person: deactivated, revoked, or past its end.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from feedback_app.auth.keys import queries as key_queries
from feedback_app.auth.sessions import CurrentUser, hash_token
from feedback_app.core import clock
from feedback_app.core.errors import Invalid, NotFound
from feedback_app.db.models import ApiKey, User
from feedback_app.db.session import database

PREFIX = "dbf_"
Scope = Literal["read", "generate", "hiring"]
SCOPES: dict[Scope, str] = {
    "read": "Read interviews and calls",
    "generate": "Generate drafts",
    "hiring": "Change jobs, candidates and interviews",
}
LIFETIMES = {30: "30 days", 90: "90 days", 365: "1 year"}
"""Days that a key may be made for."""
MOST_KEYS = 20
"""Keys of one person that are not revoked."""
LONGEST_NAME = 80
_BEGINNING = len(PREFIX) + 6
_MARK_USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The person a key acts for, and what it may do."""

    user: CurrentUser
    scopes: frozenset[str]


async def resolve(key: str) -> KeyHolder | None:
    """Whom a live key acts for; `None` for any other text."""
    if not key.startswith(PREFIX) or len(key) > 200:
        return None
    now = clock.now()
    found = await key_queries.live_key(database(), hash_token(key), now)
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at >= _MARK_USED_EVERY:
        async with database().write() as session:
            await key_queries.mark_used(session, found.id, now)
    user = CurrentUser(found.user_id, found.company_id, found.name, found.email, found.role)
    return KeyHolder(user, frozenset(found.scopes))


async def make(user: CurrentUser, name: str, scopes: set[str], days: int) -> str:
    """Make a key for a person and return it; it cannot be shown again.

    Raises:
        Invalid: no name, scope or end that can be used, or too many keys.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"Give the key a name of 1 to {LONGEST_NAME} characters.")
    if not scopes or not scopes <= set(SCOPES):
        raise Invalid("Choose at least one thing that the key may do.")
    if days not in LIFETIMES:
        raise Invalid("Choose how long the key works.")
    key = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    async with database().write() as session:
        await session.get_one(User, user.id, with_for_update=True)
        if await key_queries.how_many(session, user.id) >= MOST_KEYS:
            raise Invalid(f"You have {MOST_KEYS} keys. Revoke one that is not needed first.")
        session.add(
            ApiKey(
                user_id=user.id,
                name=name,
                beginning=key[:_BEGINNING],
                key_hash=hash_token(key),
                scopes=sorted(scopes),
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
        )
    return key


async def revoke(user: CurrentUser, key_id: str) -> None:
    """End one of the person's keys.

    Raises:
        NotFound: it is not theirs, or revoked already.
    """
    async with database().write() as session:
        if not await key_queries.revoke(session, user.id, clock.now(), key_id=key_id):
            raise NotFound
