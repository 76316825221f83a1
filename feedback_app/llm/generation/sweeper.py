"""Ends the calls whose process died: in the ledger, and for those who follow them.

A process shows that it is alive by the heartbeat of each of its calls, once a second in the ledger;
after thirty missed heartbeats it counts as dead. Any process may notice that; one of them settles.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from feedback_app.core import clock
from feedback_app.db.models import CallStatus
from feedback_app.llm.ledger.endings import ending_of
from feedback_app.llm.ledger.ledger import STALE_AFTER, Ledger
from feedback_app.llm.stream.event_log import StreamHub

_log = logging.getLogger(__name__)

TELL_WITHIN = timedelta(seconds=5)
"""How long after its settlement a live process may take to report a call's end."""


class Sweeper:
    """Looks for calls without a living process."""

    def __init__(self, ledger: Ledger, hub: StreamHub) -> None:
        self._ledger = ledger
        self._hub = hub

    async def sweep(self, stale_after: timedelta = STALE_AFTER) -> int:
        """Interrupt every running call without a heartbeat for so long; return their number."""
        stale = await self._ledger.stale(stale_after)
        if not stale:
            return 0
        swept = await self._ledger.sweep(
            stale_after=stale_after, streamed=await self._hub.texts(stale)
        )
        if swept:
            _log.warning("%d calls had lost their process and are interrupted now", len(swept))
        await self._tell_endings(swept)
        return len(swept)

    async def watch(self) -> None:
        """End each call that is followed here, runs elsewhere, and has nobody left to end it."""
        followed = self._hub.followed()
        if not followed:
            return
        now = clock.now()
        calls = [call for call, _ in await self._ledger.calls_and_texts(followed)]
        if any(c.status == "running" and c.heartbeat_at <= now - STALE_AFTER for c in calls):
            await self.sweep()
        untold = [c.id for c in calls if c.finished_at and c.finished_at <= now - TELL_WITHIN]
        await self._tell_endings(untold)

    async def _tell_endings(self, call_ids: Sequence[str]) -> None:
        for call, text in await self._ledger.calls_and_texts(call_ids):
            if call.status != CallStatus.RUNNING:
                await self._hub.end(call.id, text, partial(ending_of, call, text))
