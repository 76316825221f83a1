"""Counts starts per minute in a moving window: in memory, or in Redis across processes."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

from feedback_app.llm.stream.redis_keys import FAULTS

_log = logging.getLogger(__name__)

TIMEOUT_S = 1.0
"""How long Redis may take before this process counts by itself."""


@dataclass(frozen=True, slots=True)
class Window:
    """The last minute's starts."""

    used: int
    resets_at: datetime
    """When the oldest of them no longer counts."""


class _Starts(RateLimitItemPerMinute):
    """Keyed without its amount, so that a changed limit still includes earlier starts."""

    def key_for(self, *identifiers: bytes | str | float) -> str:
        return "/".join(("debrief", "starts", *map(str, identifiers)))


class StartRates:
    """The starts of every person and company. While Redis is away, each process counts alone."""

    def __init__(self, redis_url: str | None) -> None:
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        if redis_url:
            options = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
            storage = storage_from_string(
                f"async+{redis_url}",
                implementation="redispy",
                **options,  # pyright: ignore[reportArgumentType]
            )
            self._shared = MovingWindowRateLimiter(storage)  # pyright: ignore[reportArgumentType]

    async def window(self, allowed: int, *key: str) -> Window:
        """How many of `allowed` starts a minute this key has used."""
        starts = _Starts(allowed)
        stats = await self._here.get_window_stats(starts, *key)
        if self._shared is not None:
            try:
                stats = await self._shared.get_window_stats(starts, *key)
            except FAULTS as fault:
                _log.warning(
                    "starts are counted by each process alone, Redis being away: %r", fault
                )
        return Window(allowed - stats.remaining, datetime.fromtimestamp(stats.reset_time, UTC))

    async def count(self, allowed: int, *key: str) -> None:
        """Count one start that was admitted."""
        starts = _Starts(allowed)
        await self._here.hit(starts, *key)
        if self._shared is not None:
            try:
                await self._shared.hit(starts, *key)
            except FAULTS as fault:
                _log.warning("a start could not be counted for other processes: %r", fault)
