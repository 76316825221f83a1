"""How anything that follows the database survives a short outage: it asks again.

A handler that follows runs as long as its page. An exception ends it, and nothing restarts it until
the page is loaded again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from feedback_app.db.faults import is_unavailable

_log = logging.getLogger(__name__)

T = TypeVar("T")

ASK_AGAIN_S = 1.0


@contextmanager
def may_be_away() -> Iterator[None]:
    """Leave the block if the database does not answer: the caller's next round asks again."""
    try:
        yield
    except Exception as fault:
        if not is_unavailable(fault):
            raise
        _log.debug("the database does not answer; it is asked again", exc_info=fault)


async def once_it_answers(ask: Callable[[], Awaitable[T]]) -> T:
    """The result of `ask`, retried while the database does not answer."""
    while True:
        with may_be_away():
            return await ask()
        await asyncio.sleep(ASK_AGAIN_S)
