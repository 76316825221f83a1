"""The limits page's state: the service's values and the outcome of the last change."""

from typing import Any

import reflex as rx

from feedback_app.admin.limits import service
from feedback_app.admin.limits.schemas import LimitsView
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, own_event
from feedback_app.ui.phases import Phase, without_view


class LimitsState(rx.State):
    """The company's limits. What is typed stays in the browser until it is saved."""

    phase: Phase = "loading"
    view: LimitsView = LimitsView()
    revision: int = 0
    """Incremented whenever the fields must show the server's values instead of their own."""
    errors: dict[str, str] = {}
    """By limit, why what was typed cannot be used."""
    status: str = ""
    """`saved`, `warning` or `failed`; empty while there is nothing to say."""
    message: str = ""
    exception_status: str = ""
    exception_message: str = ""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show the limits; show nothing to anyone but an administrator."""
        self._say()
        await self._show()

    @rx.event
    @logged("Saved limits")
    @guarded(admin=True)
    async def save(self, form: dict[str, Any]) -> None:
        """Set what was changed in the form; if any value cannot be used, set nothing."""
        shown = {field.name: field.value for field in [*self.view.company, *self.view.person]}
        typed = {name: str(form.get(name, value)) for name, value in shown.items()}
        changed = {name: text for name, text in typed.items() if text != shown[name]}
        self._say()
        try:
            saved = await service.save(acting_user(), changed)
        except service.WrongValues as error:
            self.errors = {name.value: text for name, text in error.fields.items()}
            self.status, self.message = "failed", error.message
            return
        await self._show()
        limits = "1 limit" if saved.changed == 1 else f"{saved.changed} limits"
        done = f"Saved {limits}" if saved.changed else "Nothing was changed"
        self.status, self.message = _outcome(done, saved.warning)

    @rx.event
    @logged("Set a person's own limit")
    @guarded(admin=True)
    async def set_exception(self, form: dict[str, Any]) -> None:
        """Give one person a limit of their own."""
        typed = str(form.get("exception_value", ""))
        self._say()
        if not typed.strip():
            self.exception_status, self.exception_message = "failed", "Write a value."
            return
        try:
            saved = await service.set_exception(
                acting_user(),
                str(form.get("exception_person", "")),
                str(form.get("exception_limit", "")),
                typed,
            )
        except AppError as error:
            self.exception_status, self.exception_message = "failed", error.message
            return
        await self._show(renew=False)
        self.exception_status, self.exception_message = _outcome("Saved", saved.warning)

    @rx.event
    @logged("Removed a person's own limit")
    @guarded(admin=True)
    async def remove_exception(self, user_id: str, name: str) -> None:
        """Put one person back under everybody's limit."""
        self._say()
        saved = await service.set_exception(acting_user(), user_id, name, "")
        await self._show(renew=False)
        self.exception_status, self.exception_message = _outcome("Removed", saved.warning)

    async def _show(self, *, renew: bool = True) -> None:
        with without_view(self._show_none):
            self.view = await service.view(acting_user())
            self.phase = "ready"
            self.revision += renew

    def _show_none(self, phase: Phase) -> None:
        if phase == "refused" or self.phase != "ready":
            self.view, self.phase = LimitsView(), phase

    def _say(self) -> None:
        self.errors = {}
        self.status = self.message = self.exception_status = self.exception_message = ""


def _outcome(done: str, warning: str) -> tuple[str, str]:
    """The status and the message of a change that was made."""
    return ("warning", f"{done}. {warning}") if warning else ("saved", done)
