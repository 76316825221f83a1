"""The state of the form that adds an interview of one's own."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, own_event
from feedback_app.hiring.checks import WrongFields
from feedback_app.interviews.adding import service
from feedback_app.interviews.adding.service import AddingView
from feedback_app.interviews.state import InterviewState

_FIELDS = ("candidate", "job", "kind", "notes")


class AddingState(rx.State):
    """The form's choices and what is wrong with it. What is typed stays in the browser."""

    view: AddingView = AddingView()
    errors: dict[str, str] = {}
    """By field, why what was typed cannot be used."""
    message: str = ""
    added: int = 0
    """Counts the interviews added here, so that the form starts over."""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Offer the form to whoever may add interviews."""
        self.errors, self.message = {}, ""
        self.view = await service.view(acting_user())

    @rx.event
    @logged("Sent the form of a new interview")
    @guarded
    async def add(self, form: dict[str, Any]) -> Any:
        """Add the interview and open it, with a draft of the notes if that is asked for."""
        self.errors, self.message = {}, ""
        typed = {name: form[name] for name in _FIELDS if isinstance(form.get(name), str)}
        try:
            interview_id = await service.add(acting_user(), typed)
        except WrongFields as refusal:
            self.errors = refusal.fields
            return None
        except AppError as refusal:
            self.message = refusal.message
            return None
        self.added += 1
        if form.get("draft") and typed.get("notes", "").strip():
            (await self.get_state(InterviewState))._to_draft = interview_id
        return rx.redirect(routes.interview(interview_id))
