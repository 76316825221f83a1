"""The state of a company's first steps."""

from typing import Any

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import generation_event, own_event
from feedback_app.people.checklist import service
from feedback_app.people.checklist.service import Checklist


class ChecklistState(rx.State):
    """The first steps, and what the model answered."""

    view: Checklist = Checklist()
    checking: bool = False
    answer: str = ""
    failed: bool = False

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show what is done and what is not."""
        self.answer, self.failed, self.checking = "", False, False
        self.view = await service.view(acting_user())

    @rx.event(background=True)
    @generation_event
    @guarded(admin=True)
    async def check_model(self) -> Any:
        """Ask the model for one word and say how it went."""
        user = acting_user()
        async with self:
            if self.checking:
                return
            self.checking, self.answer, self.failed = True, "", False
        answer, failed = "", True
        try:
            answer = await service.check_model(user)
            failed = False
        except AppError as refusal:
            answer = refusal.message
        except TimeoutError:
            answer = "The model did not answer in time."
        finally:
            async with self:
                self.checking, self.answer, self.failed = False, answer, failed
