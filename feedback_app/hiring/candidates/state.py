"""The form of one candidate."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.markers import logged
from feedback_app.hiring.candidates import service
from feedback_app.hiring.lists.schemas import Kind
from feedback_app.hiring.records import RecordForm
from feedback_app.hiring.schemas import Record, Values


class CandidateState(RecordForm, rx.State):
    """One candidate: name, email, headline, CV."""

    @rx.event
    @logged("Saved a candidate")
    @guarded(admin=True)
    async def save(self, form: dict[str, Any]) -> Any:
        """Add or change the candidate."""
        return await self._save(form)

    def _kind(self) -> Kind:
        return "candidates"

    async def _read(self, user: CurrentUser, record_id: str) -> Record:
        return await service.candidate(user, record_id)

    async def _write(
        self, user: CurrentUser, record_id: str, form: Mapping[str, Any], base: Values
    ) -> Record:
        return await service.save(user, record_id, form, base)

    def _href(self, record_id: str) -> str:
        return routes.admin_candidate(record_id)
