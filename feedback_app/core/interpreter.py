"""Interpreter settings for a process that is one busy event loop and a few threads."""

import asyncio
import ctypes
import gc
import sys
from contextlib import suppress

SWITCH_INTERVAL_S = 0.0005
"""How long the event loop may keep a waiting thread from running. A query switches to its SQLite
thread several times, and each switch waits this long while the loop is busy; the default is 5
ms."""


TRIM_EVERY_S = 60.0


async def give_memory_back() -> None:
    """Return freed memory to the system every minute; runs until it is cancelled.

    Many drafts at once leave free pieces all over the heap, and glibc keeps them: after twenty
    minutes of use the process was a tenth larger than after three, with nothing more in it.
    """
    trim = None
    with suppress(OSError, AttributeError):
        trim = ctypes.CDLL("libc.so.6").malloc_trim
    while trim is not None:
        await asyncio.sleep(TRIM_EVERY_S)
        await asyncio.to_thread(trim, 0)


def tune() -> None:
    """Prepare this process to serve; call it once, when everything is imported."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # Imported objects stay: scanning them at every full collection would stall all streams.
    gc.collect()
    gc.freeze()
