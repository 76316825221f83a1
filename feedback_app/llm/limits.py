"""Admission: who may start a generation now. A refusal says which limit and when it resets."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

from feedback_app.core.errors import RateLimited
from feedback_app.core.settings import Settings
from feedback_app.llm.streams import Owner


class Admission:
    """The limits of this installation, counted in memory, or in Redis when configured."""

    def __init__(self, settings: Settings) -> None:
        if settings.REDIS_URL:
            storage = storage_from_string(f"async+{settings.REDIS_URL}", implementation="redispy")
        else:
            storage = storage_from_string("async+memory://")
        self._window = MovingWindowRateLimiter(storage)  # pyright: ignore[reportArgumentType]
        self._per_person = RateLimitItemPerMinute(settings.LLM_GENERATIONS_PER_MINUTE)

    async def admit(self, owner: Owner) -> None:
        """Count one start by this person.

        Raises:
            RateLimited: the minute's starts are used up; carries `retry_after_s`.
        """
        key = ("generate", owner.user_id)
        if await self._window.hit(self._per_person, *key):
            return
        stats = await self._window.get_window_stats(self._per_person, *key)
        wait_s = max(1, math.ceil(stats.reset_time - time.time()))
        raise RateLimited(
            f"You may start {self._per_person.amount} drafts a minute and have used them all. "
            f"Try again in {wait_s} seconds.",
            retry_after_s=wait_s,
        )
