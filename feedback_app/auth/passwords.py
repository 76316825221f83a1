"""Argon2id password hashes, computed off the event loop, a few at a time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from weakref import WeakKeyDictionary

from passlib.context import CryptContext

from feedback_app.core.text import compatible

_context = CryptContext(schemes=["argon2"], argon2__type="ID")

_AT_ONCE, _AT_ONCE_AHEAD = 3, 1
"""Each hash takes 64 MiB and up to a quarter of a second of one core."""
_MOST_IN_LINE = 27
"""Those being hashed and about a second's work; anyone beyond that had better try again."""

MAX_LENGTH = 256
"""Longer passwords are refused unread: hashing is expensive work that strangers can cause."""


class _Line:
    """The queue of strangers' passwords to be hashed; known browsers have a slot of their own."""

    def __init__(self) -> None:
        self.length = 0
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self.slots_ahead = asyncio.Semaphore(_AT_ONCE_AHEAD)


_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()


def _line() -> _Line:
    return _lines.setdefault(asyncio.get_running_loop(), _Line())


@contextmanager
def place_in_line() -> Iterator[bool]:
    """Hold one of the places for strangers' passwords; yields whether there was one left."""
    line = _line()
    if line.length >= _MOST_IN_LINE:
        yield False
        return
    line.length += 1
    try:
        yield True
    finally:
        line.length -= 1


def normalised(password: str) -> str:
    """The password in the form that is hashed, however a keyboard composes its characters."""
    return compatible(password)


async def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    async with _line().slots_ahead:
        return await asyncio.to_thread(_context.hash, normalised(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password matches; `None` (an unknown user) takes as long and never matches."""
    async with _line().slots:
        fits = await asyncio.to_thread(_verify, password, password_hash)
    return fits and password_hash is not None


async def verify_password_ahead(password: str, password_hash: str | None) -> bool:
    """Like `verify_password`, for a known browser: it does not wait behind strangers."""
    async with _line().slots_ahead:
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
