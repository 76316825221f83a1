"""The page of prices: the prices in force, the form that sets one, and recalculating calls."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core import clock
from feedback_app.core.errors import Invalid
from feedback_app.core.markers import logged, own_event
from feedback_app.ui.phases import Phase, without_view
from feedback_app.usage.prices import rows, service
from feedback_app.usage.prices.checks import NeedsConfirmation, WrongPrice
from feedback_app.usage.prices.schemas import (
    OverrideRow,
    PeriodForm,
    PreviewView,
    PriceErrors,
    PriceForm,
    PricesView,
)
from feedback_app.usage.prices.service import Preview


class PricesState(rx.State):
    """One administrator's view of the company's prices.

    Typed values stay in the browser; the forms' initial values are here.
    """

    phase: Phase = "loading"
    view: PricesView = PricesView()
    said: str = ""
    """The outcome of the last action."""

    setting: bool = False
    """Whether the form of a price is open."""
    form: PriceForm = PriceForm()
    errors: PriceErrors = PriceErrors()
    doubts: list[str] = []
    """Why the price must be confirmed; empty if there is no question."""
    _doubted: PriceForm = PriceForm()

    withdrawing: bool = False
    chosen: OverrideRow = OverrideRow()
    """The price that may be withdrawn."""

    period: PeriodForm = PeriodForm()
    fills: int = 0
    """Counts the times the form of a period was filled in for the person."""
    period_error: str = ""
    preview: PreviewView = PreviewView()
    busy: bool = False
    _seen: Preview | None = None

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show the prices; show nothing to anyone but an administrator."""
        self.said, self.setting, self.withdrawing = "", False, False
        self._forget_preview()
        with without_view(self._show_none):
            self.view = await service.view(acting_user())
            today = clock.now().date()
            self._fill_period(PeriodForm("", today.replace(day=1).isoformat(), today.isoformat()))
            self.phase = "ready"

    @rx.event
    @logged("Opened the form of a price")
    @guarded(admin=True)
    async def begin(self, model: str) -> None:
        """Open the form for a model, or an empty one."""
        self.form = await service.blank(acting_user(), str(model))
        self.errors, self.doubts = PriceErrors(), []
        self.setting = True

    @rx.event
    @logged("Opened or closed the form of a price")
    @guarded(admin=True)
    async def show_form(self, shown: bool) -> None:
        """Update the state when the browser closes the dialog."""
        self.setting = self.setting and bool(shown)

    @rx.event
    @logged("Set a price")
    @guarded(admin=True)
    async def submit(self, form: dict[str, Any]) -> None:
        """Set the price that was typed, unless it is wrong or has to be confirmed."""
        await self._set(PriceForm.of(form), ())

    @rx.event
    @logged("Confirmed a price")
    @guarded(admin=True)
    async def confirm(self) -> None:
        """Set the price that was questioned; only the doubts that were shown are confirmed."""
        if self.doubts:
            await self._set(self._doubted, tuple(self.doubts))

    @rx.event
    @logged("Went back to the form of a price")
    @guarded(admin=True)
    async def reconsider(self) -> None:
        """Go back to the form, which is as it was left."""
        self.doubts = []

    @rx.event
    @logged("Asked to withdraw a price")
    @guarded(admin=True)
    async def ask_withdrawal(self, override_id: str) -> None:
        """Ask whether this price should be withdrawn."""
        found = (row for row in self.view.overrides if row.override_id == override_id)
        chosen = next(found, None)
        if chosen is not None:
            self.chosen, self.withdrawing = chosen, True

    @rx.event
    @logged("Kept a price")
    @guarded(admin=True)
    async def keep(self) -> None:
        """Leave the price alone."""
        self.withdrawing = False

    @rx.event
    @logged("Withdrew a price")
    @guarded(admin=True)
    async def withdraw(self, override_id: str) -> None:
        """Withdraw a price."""
        self.withdrawing = False
        await service.withdraw(acting_user(), str(override_id))
        self.view = await service.view(acting_user())
        self.said = "The price was withdrawn. Calls that are settled keep their cost."

    @rx.event
    @logged("Previewed a recalculation of costs")
    @guarded(admin=True)
    async def look(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """Show what recalculating a model's calls would change."""
        self._forget_preview()
        self.said, self.busy = "", True
        yield
        try:
            await self._preview(PeriodForm.of(form))
        except Invalid as error:
            self.period_error = error.message
        finally:
            self.busy = False

    @rx.event
    @logged("Recalculated costs")
    @guarded(admin=True)
    async def recalculate(self) -> AsyncIterator[None]:
        """Make the changes that the preview shows, and nothing else."""
        seen = self._seen
        if seen is None:
            return
        self.busy = True
        yield
        try:
            effect = await service.recalculate(acting_user(), seen)
            self._forget_preview()
            self.said = rows.done(seen.scope, effect)
            self.view = await service.view(acting_user())
        except Invalid as error:
            self._forget_preview()
            self.period_error = error.message
        finally:
            self.busy = False

    async def _set(self, form: PriceForm, confirmed: tuple[str, ...]) -> None:
        self.errors, self.doubts, self._doubted = PriceErrors(), [], form
        try:
            override = await service.set_price(acting_user(), form, confirmed)
        except WrongPrice as error:
            self.errors = error.errors
            return
        except NeedsConfirmation as error:
            self.doubts = list(error.doubts)
            return
        self.setting = False
        self._forget_preview()
        self.view = await service.view(acting_user())
        self.said = f"The price of {override.model} is set."
        today = clock.now().date()
        if override.model in self.view.names and override.starts_at.date() <= today:
            self.said += " Calls that are settled keep their cost unless you recalculate them."
            since = override.starts_at.date().isoformat()
            self._fill_period(PeriodForm(override.model, since, today.isoformat()))

    async def _preview(self, form: PeriodForm) -> None:
        self._seen = await service.preview(acting_user(), form)
        self.preview = rows.effect_view(self._seen.scope, self._seen.effect, self._seen.looked_at)

    def _fill_period(self, form: PeriodForm) -> None:
        self.period = form
        self.fills += 1

    def _show_none(self, phase: Phase) -> None:
        self.view, self.phase = PricesView(), phase

    def _forget_preview(self) -> None:
        self._seen, self.preview, self.period_error = None, PreviewView(), ""
