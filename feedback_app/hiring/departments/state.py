"""The form of one department."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.markers import logged
from feedback_app.hiring.departments import service
from feedback_app.hiring.lists.schemas import Kind
from feedback_app.hiring.records import RecordForm
from feedback_app.hiring.schemas import Record, Values


class DepartmentState(RecordForm, rx.State):
    """One department: its name."""

    @rx.event
    @logged("Saved a department")
    @guarded(admin=True)
    async def save(self, form: dict[str, Any]) -> Any:
        """Add or rename the department."""
        return await self._save(form)

    def _kind(self) -> Kind:
        return "departments"

    async def _read(self, user: CurrentUser, record_id: str) -> Record:
        return await service.department(user, record_id)

    async def _write(
        self, user: CurrentUser, record_id: str, form: Mapping[str, Any], base: Values
    ) -> Record:
        return await service.save(user, record_id, form, base)

    def _href(self, record_id: str) -> str:
        return routes.admin_department(record_id)
