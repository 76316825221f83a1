"""Settings of the interpreter for a process that is one busy event loop beside a few threads."""

import gc
import sys

SWITCH_INTERVAL_S = 0.0005
"""How long the event loop may keep a waiting thread from running. A query takes several turns of
its SQLite thread, each of which waits so long while the loop is busy; the default is 5 ms."""


def tune() -> None:
    """Prepare this process to serve; call it once, when everything is imported."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # What was imported stays: looking through it at every full collection stalls all streams.
    gc.collect()
    gc.freeze()
