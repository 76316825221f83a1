"""Watches over the open sockets as long as a worker lives."""

import asyncio
import logging
from itertools import count

from feedback_app.core.settings import get_settings
from feedback_app.web.page_sockets.registry import sockets
from feedback_app.web.page_sockets.tab_states import forget_gone_tabs, note_departures

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
TELL_EVERY = 10
"""Checks between two debug log lines that report how much is open."""


async def watch_sockets() -> None:
    """End sockets that accept nothing, and forget closed tabs; runs until cancelled."""
    note_departures()
    for look in count(1):
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            sockets.end_what_is_stuck(get_settings())
            await forget_gone_tabs()
            if look % TELL_EVERY == 0 and _log.isEnabledFor(logging.DEBUG):
                tasks = len(asyncio.all_tasks())
                _log.debug(
                    "%d pages open, %d unread, %d tasks", len(sockets), sockets.unread, tasks
                )
        except Exception:
            # Whatever is wrong with one check, the next must come.
            _log.exception("the open sockets could not be looked after")
