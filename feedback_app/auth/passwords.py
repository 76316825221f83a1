"""Argon2id password hashes, computed off the event loop, a few at a time."""

import asyncio
import unicodedata
from functools import lru_cache
from weakref import WeakKeyDictionary

from passlib.context import CryptContext

_context = CryptContext(schemes=["argon2"], argon2__type="ID")

_AT_ONCE = 4
"""Each hash takes 64 MiB and up to a quarter of a second of one core."""

MAX_LENGTH = 256
"""Longer passwords are refused unread: hashing is the cost we pay for strangers."""

_slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _slot() -> asyncio.Semaphore:
    return _slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))


def normalised(password: str) -> str:
    """The password as it is hashed: the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)


async def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    async with _slot():
        return await asyncio.to_thread(_context.hash, normalised(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. `None`, an unknown user's hash, takes as long and never fits."""
    async with _slot():
        fits = await asyncio.to_thread(_verify, password, password_hash)
    return fits and password_hash is not None


def _verify(password: str, password_hash: str | None) -> bool:
    if len(password) > MAX_LENGTH:
        password = ""
    try:
        return _context.verify(normalised(password), password_hash or _dummy_hash())
    except ValueError:
        return False


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _context.hash("nobody's password")
