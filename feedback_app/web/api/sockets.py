"""How many streams of the API each person has open: in this process, or with Redis in all.

Redis has a sorted set of each person's sockets by when they were last seen, on its own clock. Those
of a process that died are no longer seen, and soon no longer count.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from feedback_app.core.errors import ConcurrencyLimit
from feedback_app.core.ids import new_id
from feedback_app.core.settings import get_settings
from feedback_app.llm.stream.event_log import StreamHub

SEE_EVERY_S = 5.0
LOST_AFTER_S = 20
"""A socket that was not seen for this long no longer counts."""

_SEE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

_here: Counter[str] = Counter()
"""By user id, in this process."""


@asynccontextmanager
async def one_more(hub: StreamHub, user_id: str) -> AsyncIterator[None]:
    """Count a socket of this person until the block ends.

    Raises:
        ConcurrencyLimit: the person already has the most allowed.
    """
    most = get_settings().API_SOCKETS_PER_USER
    _here[user_id] += 1
    try:
        if _here[user_id] > most:
            raise _too_many(most)
        async with _in_all(hub, user_id, most):
            yield
    finally:
        _here.subtract([user_id])
        if not _here[user_id]:
            del _here[user_id]


@asynccontextmanager
async def _in_all(hub: StreamHub, user_id: str, most: int) -> AsyncIterator[None]:
    key, socket = f"debrief:sockets:{user_id}", new_id()
    see = partial(hub.ask, "EVAL", _SEE, 1, key, socket, most, LOST_AFTER_S)
    if await see() == 0:
        raise _too_many(most)
    seeing = asyncio.create_task(_again_and_again(see), name=f"see-{socket}")
    try:
        yield
    finally:
        seeing.cancel()
        await hub.ask("ZREM", key, socket)


async def _again_and_again(see: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(SEE_EVERY_S)
        await see()


def _too_many(most: int) -> ConcurrencyLimit:
    return ConcurrencyLimit(f"You have {most} streams open, which is the most. Close one first.")
