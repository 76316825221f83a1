"""The state of the page of the company's settings."""

from typing import Any

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.markers import logged, own_event
from feedback_app.people.company import service
from feedback_app.people.company.service import CompanyView
from feedback_app.people.entering import WrongField
from feedback_app.ui.phases import Phase, without_view

_LONGEST = 300
"""Characters of a field that are looked at; the service says how many it may have."""


class CompanyState(rx.State):
    """The company's settings. What is typed stays in the browser until it is saved."""

    phase: Phase = "loading"
    view: CompanyView = CompanyView()
    fills: int = 0
    wrong_field: str = ""
    wrong: str = ""
    saved: bool = False

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show the settings; show nothing to anyone but an administrator."""
        self._forget()
        await self._show()

    @rx.event
    @logged("Changed the company's settings")
    @guarded(admin=True)
    async def save(self, form: dict[str, Any]) -> None:
        self._forget()
        try:
            await service.save(
                acting_user(),
                str(form.get("company", ""))[:_LONGEST],
                str(form.get("time_zone", ""))[:_LONGEST],
                interviewers_add=bool(form.get("interviewers_add")),
            )
        except WrongField as refusal:
            self.wrong_field, self.wrong = refusal.field, refusal.message
            return
        await self._show()
        self.saved = True

    async def _show(self) -> None:
        with without_view(self._show_none):
            self.view = await service.view(acting_user())
            self.phase = "ready"
            self.fills += 1

    def _show_none(self, phase: Phase) -> None:
        if phase == "refused" or self.phase != "ready":
            self.view, self.phase = CompanyView(), phase

    def _forget(self) -> None:
        self.wrong_field = self.wrong = ""
        self.saved = False
