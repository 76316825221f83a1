"""The usage page's state: what the service says for the address the page stands at."""

from collections.abc import AsyncIterator
from typing import Any, Literal

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import Forbidden
from feedback_app.core.markers import own_event
from feedback_app.usage import service
from feedback_app.usage.checking.state import CheckState
from feedback_app.usage.running.state import RunningState
from feedback_app.usage.schemas import UsageView

Phase = Literal["loading", "ready", "refused", "failed"]


class UsageState(rx.State):
    """One view of the company's usage; filters, period and place in the list are in the address."""

    phase: Phase = "loading"
    busy: bool = False
    view: UsageView = UsageView()

    @rx.event
    @own_event
    @guarded
    async def load(self) -> AsyncIterator[Any]:
        """Show what the address asks for; to anybody but an administrator nothing."""
        (await self.get_state(CheckState))._forget()
        async for _ in self._show():
            yield
        if self.phase == "ready":
            yield RunningState.watch

    @rx.event
    @guarded
    async def refresh(self) -> AsyncIterator[None]:
        """The same view with the figures of this moment."""
        async for _ in self._show():
            yield

    @rx.event
    @guarded(admin=True)
    async def choose(
        self, field: Literal["person", "status", "model"], value: str
    ) -> rx.event.EventSpec:
        """Go to the same view with one filter changed."""
        return rx.redirect(service.address_with(self._query(), field, value))

    async def _show(self) -> AsyncIterator[None]:
        self.busy = True
        yield
        try:
            self.view = await service.view(acting_user(), self._query())
            self.phase = "ready"
        except Forbidden:
            self.view, self.phase = UsageView(), "refused"
        except Exception:
            self.phase = "failed" if self.phase != "ready" else "ready"
            raise
        finally:
            self.busy = False

    def _query(self) -> dict[str, str]:
        return dict(self.router.url.query_parameters)
