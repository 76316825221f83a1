"""The system log's page: what its address asks for, and the rows added while it is open.

Following new rows is part of the address, `?tail=1`: the page's `load` starts it, so that Reflex
ends it when the page is left, and stopping means going to the address without it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

import reflex as rx

from feedback_app.admin.logs import service
from feedback_app.admin.logs.schemas import LogRow, LogView, place_from
from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.core.markers import logged, own_event
from feedback_app.db.outage import may_be_away
from feedback_app.ui.phases import Phase, without_view
from feedback_app.ui.presence import is_open

LOOK_S = 1.0
"""Seconds between two queries for new rows."""


class LogsState(rx.State):
    """One view of the company's log; filters and place are in the address."""

    phase: Phase | Literal["invalid"] = "loading"
    busy: bool = False
    problem: str = ""
    """What is wrong with the address."""
    view: LogView = LogView()
    rows: list[LogRow] = []
    older_href: str = ""
    came: int = 0
    """How many rows have arrived since the page began to follow."""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> AsyncIterator[Any]:
        """Show what the address asks for; show nothing to anyone but an administrator."""
        async for _ in self._show():
            yield
        if self.phase == "ready" and self.view.follows:
            yield LogsState.follow

    @rx.event
    @logged("Loaded the log again")
    @guarded
    async def retry(self) -> AsyncIterator[Any]:
        """Load again after a fault; an address that follows is left, as only `load` may follow."""
        if place_from(self._query()).follow:
            yield rx.redirect(service.address_without_tail(self._query()))
            return
        async for _ in self._show():
            yield

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded(admin=True)
    async def follow(self) -> None:
        """Add new rows at the top as they arrive, dropping the oldest at the bottom."""
        async with self:
            query, rows = self._query(), list(self.rows)
        began, came = clock.now(), 0
        try:
            while True:
                with may_be_away():
                    user = await guards.require_admin(self)
                    newest = datetime.fromisoformat(rows[0].at) if rows else began
                    new = await service.arrivals(user, query, newest, {row.row_id for row in rows})
                    joined = service.with_arrivals(rows, new)
                    if joined != rows and await is_open(self):
                        came += len(new)
                        rows = joined
                        async with self:
                            self.rows, self.came = rows, came
                            if self.older_href or len(rows) == service.MOST_FOLLOWED:
                                self.older_href = service.older_address(query, rows[-1].row_id)
                await asyncio.sleep(LOOK_S)
        except Exception as fault:
            async with self:
                self._stop_following(fault)
            raise

    @rx.event
    @logged("Filtered the log")
    @guarded(admin=True)
    async def choose(
        self, field: Literal["period", "action", "person", "status"], value: str
    ) -> rx.event.EventSpec:
        """Go to the same view with one filter changed."""
        return rx.redirect(service.address_with(self._query(), field, value))

    @rx.event
    @logged("Searched the log")
    @guarded(admin=True)
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Go to the same view of the rows that hold a text."""
        return rx.redirect(service.address_with(self._query(), "q", str(form.get("q", ""))))

    async def _show(self) -> AsyncIterator[None]:
        self.busy = True
        yield
        try:
            with without_view(self._forget):
                await self._read()
        finally:
            self.busy = False

    async def _read(self) -> None:
        try:
            self.view = await service.view(acting_user(), self._query())
        except service.BadAddress as error:
            self._forget("invalid")
            self.problem = error.message
            return
        self.rows, self.older_href = self.view.rows, self.view.older_href
        self.phase, self.came = "ready", 0

    def _forget(self, phase: Phase | Literal["invalid"]) -> None:
        self.view, self.rows, self.older_href, self.phase = LogView(), [], "", phase

    def _stop_following(self, fault: Exception) -> None:
        """Stop after a fault, which the person is told about elsewhere."""
        self._forget("refused" if isinstance(fault, Forbidden) else "failed")

    def _query(self) -> dict[str, str]:
        return dict(self.router.url.query_parameters)
