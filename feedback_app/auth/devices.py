"""The browsers a person has signed in from: each holds a token, of which we keep the hash.

Such a browser is throttled separately, so that nobody can lock a person out by guessing passwords
for their account, or from their address. It signs nobody in: the password is still asked for.
"""

import secrets
from datetime import timedelta

from feedback_app.auth import queries
from feedback_app.auth.sessions import hash_token
from feedback_app.core import clock
from feedback_app.db.models import KnownDevice
from feedback_app.db.session import database

DEVICE_COOKIE = "debrief_device"
LIFETIME = timedelta(days=90)
_KEPT_PER_PERSON = 20


async def remember(session_hash: str, presented: str | None) -> str | None:
    """Make the browser of a session that has just begun known; return the token it is to keep.

    `None` if the token it `presented` is already valid: a value that we did not make, or that
    belongs to somebody else, is never taken over.
    """
    now = clock.now()
    async with database().write() as session:
        user_id = await queries.user_of_session(session, session_hash)
        if user_id is None:
            return None
        if presented is not None and await queries.knows_device(
            session, hash_token(presented), user_id, now
        ):
            return None
        token = secrets.token_urlsafe(32)
        session.add(
            KnownDevice(
                token_hash=hash_token(token),
                user_id=user_id,
                created_at=now,
                expires_at=now + LIFETIME,
            )
        )
        await session.flush()
        await queries.forget_older_devices(session, user_id, now, kept=_KEPT_PER_PERSON)
    return token
