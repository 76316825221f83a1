"""The state of a person's own usage: the service's view for the page's current address."""

from collections.abc import AsyncIterator
from typing import Literal

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.markers import logged, own_event
from feedback_app.usage.mine import service
from feedback_app.usage.mine.schemas import MyUsageView

Phase = Literal["loading", "ready", "failed"]


class MyUsageState(rx.State):
    """The acting person's usage; period and place in the list are in the address."""

    phase: Phase = "loading"
    busy: bool = False
    view: MyUsageView = MyUsageView()

    @rx.event
    @own_event
    @guarded
    async def load(self) -> AsyncIterator[None]:
        """Show what the address asks for."""
        async for _ in self._show():
            yield

    @rx.event
    @logged("Loaded my usage again")
    @guarded
    async def retry(self) -> AsyncIterator[None]:
        """Load again after a fault."""
        async for _ in self._show():
            yield

    async def _show(self) -> AsyncIterator[None]:
        self.busy = True
        yield
        try:
            query = dict(self.router.url.query_parameters)
            self.view = await service.view(acting_user(), query)
            self.phase = "ready"
        except Exception:
            self.phase = "failed"
            raise
        finally:
            self.busy = False
