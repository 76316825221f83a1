"""The list of running calls, refreshed repeatedly while its page is open."""

import asyncio

import reflex as rx

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.markers import logged, own_event
from feedback_app.db.outage import may_be_away
from feedback_app.usage.running import service
from feedback_app.usage.running.schemas import RunningRow

BUSY_S = 2.0
"""Seconds between two queries while calls are running."""
QUIET_S = 5.0
"""Seconds between two queries while none is."""


class RunningState(rx.State):
    """The company's running calls, and which of them is to be stopped."""

    rows: list[RunningRow] = []
    asking: bool = False
    """Whether the person is being asked if a call should be stopped."""
    asked: RunningRow = RunningRow()

    @rx.var
    def number(self) -> int:
        """How many run."""
        return len(self.rows)

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded(admin=True)
    async def watch(self) -> None:
        """Keep the list up to date with the ledger; the usage page's `load` starts it."""
        rows = self.rows
        while True:
            with may_be_away():
                rows = await service.running(await guards.require_admin(self))
                if rows != self.rows:
                    async with self:
                        self.rows = rows
            await asyncio.sleep(BUSY_S if rows else QUIET_S)

    @rx.event
    @logged("Asked to stop a call")
    @guarded(admin=True)
    async def ask(self, call_id: str) -> None:
        """Ask whether this call should be stopped."""
        found = next((row for row in self.rows if row.call_id == call_id), None)
        if found is not None:
            self.asked, self.asking = found, True

    @rx.event
    @logged("Let a call go on")
    @guarded(admin=True)
    async def keep(self) -> None:
        """Leave the call alone."""
        self.asking = False

    @rx.event
    @logged("Stopped a call")
    @guarded(admin=True)
    async def stop(self, call_id: str) -> None:
        """Stop a call; the system log records who did it."""
        self.asking = False
        await service.stop(acting_user(), call_id)
        self.rows = [row for row in self.rows if row.call_id != call_id]
