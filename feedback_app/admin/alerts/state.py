"""The alerts page's state: the alerts as the table has them, and the outcome of the last click."""

import asyncio

import reflex as rx
from reflex.event import EventCallback

from feedback_app.admin.alerts import service
from feedback_app.admin.alerts.schemas import AlertsView
from feedback_app.auth import guards
from feedback_app.auth.bell import BellState
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, own_event
from feedback_app.db.outage import may_be_away
from feedback_app.ui.phases import Phase, without_view

LOOK_EVERY_S = 3.0


class AlertsState(rx.State):
    """The company's alerts."""

    phase: Phase = "loading"
    view: AlertsView = AlertsView()
    status: str = ""
    """`saved` or `failed`; empty while there is nothing to say about the webhook's test."""
    message: str = ""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> EventCallback[()] | None:
        """Show the alerts and follow them; show nothing to anyone but an administrator."""
        self.status = self.message = ""
        await self._show()
        return AlertsState.watch if self.phase == "ready" else None

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded(admin=True)
    async def watch(self) -> None:
        """Keep the list up to date with the table while the page is open."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with may_be_away():
                view = await service.view(await guards.require_admin(self))
                if view != self.view:
                    async with self:
                        self.view = view

    @rx.event
    @logged("Marked an alert as seen")
    @guarded(admin=True)
    async def mark_seen(self, alert_id: str) -> None:
        """Mark one alert as seen."""
        await service.mark_seen(acting_user(), alert_id)
        await self._show()

    @rx.event
    @logged("Marked all alerts as seen")
    @guarded(admin=True)
    async def mark_all_seen(self) -> None:
        """Mark every alert as seen."""
        await service.mark_seen(acting_user())
        await self._show()

    @rx.event
    @logged("Sent a test alert")
    @guarded(admin=True)
    async def send_test(self) -> None:
        """Have a test alert sent to the webhook."""
        try:
            await service.send_test(acting_user())
        except AppError as error:
            self.status, self.message = "failed", error.message
            return
        self.status, self.message = "saved", "A test alert is on its way."
        await self._show()

    async def _show(self) -> None:
        with without_view(self._show_none):
            self.view = await service.view(acting_user())
            self.phase = "ready"
            (await self.get_state(BellState)).unseen = self.view.unseen

    def _show_none(self, phase: Phase) -> None:
        if phase == "refused" or self.phase != "ready":
            self.view, self.phase = AlertsView(), phase
