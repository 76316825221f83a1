"""The usage page's state: the service's view for the page's current address."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any, Literal

import reflex as rx

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import Forbidden
from feedback_app.core.markers import logged, own_event
from feedback_app.db.faults import is_unavailable
from feedback_app.ui.phases import Phase, without_view
from feedback_app.ui.presence import is_open
from feedback_app.ui.wording import NO_TIME, LocalTime
from feedback_app.usage import address, service
from feedback_app.usage.calls.views import CallsView
from feedback_app.usage.checking.state import CheckState
from feedback_app.usage.dashboard.views import ChartView, Headline, RankingView, Tile
from feedback_app.usage.running.state import BUSY_S, QUIET_S, RunningState
from feedback_app.usage.schemas import FilterView, HeadView, TabLink, UsageView

_LOOKS_WITHOUT_A_TAB = 3

Field = Literal["person", "department", "operation", "model", "status", "sort"]


class UsageState(rx.State):
    """One view of the company's usage; period, filters and place in the list are in the address.

    The fields of `UsageView` are vars of their own, so that a refresh sends only what changed.
    """

    phase: Phase = "loading"
    busy: bool = False
    stale: bool = False
    """Whether the figures could not be refreshed recently."""
    days_problem: str = ""
    """What is wrong with the days that were typed."""

    problem: str = ""
    updated: LocalTime = NO_TIME
    tab: str = ""
    tabs: list[TabLink] = []
    head: HeadView = HeadView()
    filters: FilterView = FilterView()
    headlines: list[Headline] = []
    counts: list[Tile] = []
    tiles: list[Tile] = []
    cost: ChartView = ChartView()
    tokens: ChartView = ChartView()
    outcomes: ChartView = ChartView()
    times: ChartView = ChartView()
    errors: RankingView = RankingView()
    people: RankingView = RankingView()
    departments: RankingView = RankingView()
    budget: ChartView = ChartView()
    calls: CallsView = CallsView()

    _pulse: tuple[int, ...] = ()
    """The service's `pulse` when the view was made."""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> AsyncIterator[Any]:
        """Show what the address asks for; show nothing to anyone but an administrator."""
        (await self.get_state(CheckState))._forget()
        async for _ in self._show():
            yield
        if self.phase == "ready":
            yield RunningState.watch
            yield UsageState.follow

    @rx.event
    @logged("Refreshed usage")
    @guarded
    async def refresh(self) -> AsyncIterator[Any]:
        """Reload the same view with the current figures."""
        async for _ in self._show():
            yield
        if self.phase == "ready":
            yield UsageState.follow

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded(admin=True)
    async def follow(self) -> None:
        """Keep the view up to date with the ledger, until the page is left."""
        async with self:
            query, seen = self._query(), self._pulse
        absent = 0
        try:
            while absent < _LOOKS_WITHOUT_A_TAB:
                await asyncio.sleep(BUSY_S if seen[1:2] > (0,) else QUIET_S)
                seen = await self._look(query, seen)
                absent = 0 if await is_open(self) else absent + 1
        except Exception as fault:
            async with self:
                self._forget("refused" if isinstance(fault, Forbidden) else "failed")
            raise

    @rx.event
    @logged("Filtered usage")
    @guarded(admin=True)
    async def choose(self, field: Field, value: str) -> rx.event.EventSpec:
        """Go to the same view with one filter, or the order of the list, changed."""
        return rx.redirect(address.with_value(self._query(), field, value))

    @rx.event
    @logged("Searched the calls")
    @guarded(admin=True)
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Go to the same view with its list searched for a text."""
        return rx.redirect(address.with_value(self._query(), "q", str(form.get("q", ""))))

    @rx.event
    @logged("Chose the days of usage")
    @guarded(admin=True)
    async def choose_days(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Go to the same view from one day to another, or say what is wrong with them."""
        first, last = str(form.get("from", "")), str(form.get("to", ""))
        problem = address.problem_with_days(first, last)
        self.days_problem = f"{problem[0].upper()}{problem[1:]}." if problem else ""
        if problem:
            return None
        return rx.redirect(address.with_days(self._query(), first, last))

    async def _look(self, query: dict[str, str], seen: tuple[int, ...]) -> tuple[int, ...]:
        """Show any changes; return the service's `pulse` of the view."""
        try:
            user = await guards.require_admin(self)
            pulse = await service.pulse(user)
            view = await service.view(user, query) if pulse != seen or self.stale else None
        except Exception as fault:
            if not is_unavailable(fault):
                raise
            async with self:
                self.stale = True
            return seen
        if view is not None and await is_open(self):
            async with self:
                # The person may have gone on to another view while this one was read.
                if self._query() == query:
                    self._take(view)
                    self._pulse, self.stale = pulse, False
            return pulse
        return seen

    async def _show(self) -> AsyncIterator[None]:
        self.busy = True
        yield
        try:
            with without_view(self._show_none):
                pulse = await service.pulse(acting_user())
                self._take(await service.view(acting_user(), self._query()))
                self._pulse, self.phase, self.stale, self.days_problem = pulse, "ready", False, ""
        finally:
            self.busy = False

    def _take(self, view: UsageView) -> None:
        for var in fields(UsageView):
            value = getattr(view, var.name)
            if getattr(self, var.name) != value:
                setattr(self, var.name, value)

    def _show_none(self, phase: Phase) -> None:
        if phase == "refused" or self.phase != "ready":
            self._forget(phase)
        self.stale = phase == "failed"

    def _forget(self, phase: Phase) -> None:
        self._take(UsageView())
        self.phase = phase

    def _query(self) -> dict[str, str]:
        return dict(self.router.url.query_parameters)
