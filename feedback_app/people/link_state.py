"""The state of the pages that account links open. Nobody is signed in there."""

import asyncio

import reflex as rx

from feedback_app.auth.cookies import refused_form
from feedback_app.auth.password_policy import SHORTEST, is_strong, require_good_password
from feedback_app.core.errors import Invalid
from feedback_app.core.markers import own_event, public
from feedback_app.db.faults import is_unavailable
from feedback_app.db.models import LinkKind
from feedback_app.people import links

_KINDS = {"setup": LinkKind.SETUP, "invite": LinkKind.INVITE, "reset": LinkKind.RESET}
_MOST_MEASURED = 200
"""Characters of a password that are looked at while it is typed."""
_FIELDS = ("company", "name", "email", "time_zone")


class AccountLinkState(rx.State):
    """What a link is for, the form that was refused, and how good the password is so far."""

    phase: str = "loading"
    """`loading`, a `LinkStatus`, or `failed`."""
    link_token: str = ""
    invited_to: str = ""
    """The company that an invitation or a password belongs to."""
    invited_email: str = ""
    invited_name: str = ""
    role: str = ""

    company: str = ""
    name: str = ""
    email: str = ""
    time_zone: str = ""
    wrong_field: str = ""
    wrong: str = ""
    """Why the form was refused, and in `wrong_field` which field is at fault."""
    fills: int = 0
    """Counts the forms given back, so that their fields start over."""

    strength: str = ""
    """Empty, `weak`, `fair` or `strong`."""
    strength_words: str = ""

    @rx.event
    @own_event
    @public
    async def load(self) -> None:
        """Look the link up, and take over a form that was just refused."""
        kind = _KINDS.get(self.router.url.path.strip("/").split("/")[0])
        token = str(self.router.url.path.rstrip("/").rsplit("/", 1)[-1])
        self.strength = self.strength_words = self.wrong = self.wrong_field = ""
        if kind is None:
            self.phase = "unknown"
            return
        try:
            found = await links.look_up(kind, token)
        except Exception as fault:
            if not is_unavailable(fault):
                raise
            self.phase = "failed"
            return
        self.link_token = token if found.status == "live" else ""
        self.invited_to, self.invited_email = found.company, found.email
        self.invited_name, self.role = found.name, found.role
        self._give_back(refused_form(self.router.headers.cookie))
        self.phase = found.status

    def _give_back(self, form: dict[str, str]) -> None:
        if not form.get("because"):
            return
        for field in _FIELDS:
            setattr(self, field, form.get(field, ""))
        self.wrong, self.wrong_field = form["because"][:400], form.get("at", "")
        self.fills += 1

    @rx.event
    @own_event
    @public
    async def measure(self, password: str) -> None:
        """Say how good a password is; it is neither kept nor logged."""
        typed = str(password)[:_MOST_MEASURED]
        if not typed or not self.link_token:
            self.strength = self.strength_words = ""
            return
        try:
            about = (self.invited_email, self.invited_name, self.invited_to)
            await asyncio.to_thread(require_good_password, typed, about=about)
        except Invalid as refusal:
            left = SHORTEST - len(typed)
            self.strength = "weak"
            self.strength_words = (
                f"{left} more character{'' if left == 1 else 's'}" if left > 0 else refusal.message
            )
            return
        strong = await asyncio.to_thread(is_strong, typed)
        self.strength = "strong" if strong else "fair"
        self.strength_words = "Strong" if strong else "Good enough; longer is better"
