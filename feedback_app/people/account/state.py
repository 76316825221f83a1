"""The state of the page of one's own account."""

from typing import Any

import reflex as rx

from feedback_app.auth.cookies import refused_form
from feedback_app.auth.guards import acting_user, guarded, session_hash
from feedback_app.auth.keys import api_keys
from feedback_app.auth.keys.api_keys import SCOPES
from feedback_app.auth.state import AuthState
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, own_event
from feedback_app.people.account import service
from feedback_app.people.account.schemas import AccountView
from feedback_app.people.entering import WrongField

_LONGEST = 300
"""Characters of a field that are looked at; the service says how many it may have."""


class AccountState(rx.State):
    """The person's own account. What is typed stays in the browser until it is sent."""

    loaded: bool = False
    view: AccountView = AccountView()
    wrong_field: str = ""
    wrong: str = ""
    """Why a form was refused; `wrong_field` is `name`, `time_zone`, `old`, `password` or `key`."""
    saved: str = ""
    """What was last saved: `profile`, `password`, or nothing."""
    fills: int = 0
    """Counts the saves of the profile, after which its fields start over."""
    new_key: str = ""
    """The key that was just made: shown once."""
    keys_made: int = 0
    calendar: str = ""
    """The calendar's address that was just made: shown once."""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show the account, and why its password was not changed, or that it was."""
        self._forget()
        form = refused_form(self.router.headers.cookie)
        if form.get("because") and form.get("at") in ("old", "password"):
            self.wrong_field, self.wrong = form["at"], form["because"][:400]
        self.saved = "password" if form.get("done") == "password" else ""
        await self._show()
        self.loaded = True

    @rx.event
    @logged("Changed their own name or time zone")
    @guarded
    async def save_profile(self, form: dict[str, Any]) -> Any:
        """Save name and time zone; every page shows them from now on."""
        self._forget()
        name, zone = str(form.get("name", ""))[:_LONGEST], str(form.get("time_zone", ""))[:_LONGEST]
        try:
            await service.save_profile(acting_user(), name, zone)
        except WrongField as refusal:
            self.wrong_field, self.wrong = refusal.field, refusal.message
            return None
        self.saved = "profile"
        self.fills += 1
        await self._show()
        return AuthState.enter

    @rx.event
    @logged("Signed out another browser")
    @guarded
    async def sign_out(self, browser_id: str) -> None:
        self._forget()
        await service.sign_out(acting_user(), str(browser_id), kept=session_hash(self) or "")
        await self._show()

    @rx.event
    @logged("Signed out all other browsers")
    @guarded
    async def sign_out_others(self) -> None:
        self._forget()
        await service.sign_out_others(acting_user(), kept=session_hash(self) or "")
        await self._show()

    @rx.event
    @logged("Made an API key")
    @guarded
    async def make_key(self, form: dict[str, Any]) -> None:
        """Make a key and show it, once."""
        self._forget()
        chosen = {scope for scope in SCOPES if form.get(f"scope-{scope}")}
        days = str(form.get("days", ""))
        try:
            self.new_key = await api_keys.make(
                acting_user(),
                str(form.get("key_name", ""))[:_LONGEST],
                set(chosen),
                int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
            )
        except AppError as refusal:
            self.wrong_field, self.wrong = "key", refusal.message
            return
        self.keys_made += 1
        await self._show()

    @rx.event
    @logged("Revoked an API key")
    @guarded
    async def revoke_key(self, key_id: str) -> None:
        self._forget()
        await api_keys.revoke(acting_user(), str(key_id))
        await self._show()

    @rx.event
    @logged("Made a calendar address")
    @guarded
    async def make_calendar(self) -> None:
        """Make an address for the calendar and show it, once."""
        self._forget()
        self.calendar = await service.make_calendar(acting_user())
        await self._show()

    @rx.event
    @logged("Ended a calendar address")
    @guarded
    async def end_calendar(self) -> None:
        self._forget()
        await service.end_calendar(acting_user())
        await self._show()

    async def _show(self) -> None:
        self.view = await service.view(acting_user(), session_hash(self) or "")

    def _forget(self) -> None:
        self.wrong_field = self.wrong = self.saved = self.new_key = self.calendar = ""
