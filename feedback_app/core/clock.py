"""The one clock. Tests move it with `set_now`; everything else only reads it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


def _system_now() -> datetime:
    return datetime.now(UTC)


_now: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The current time, timezone-aware, in UTC."""
    return _now()


def monotonic() -> float:
    """Seconds from an arbitrary start, never going back; for durations only."""
    return time.monotonic()


def set_now(source: Callable[[], datetime] | None) -> None:
    """Replace the wall clock (tests); `None` restores the real one."""
    global _now
    _now = source or _system_now
