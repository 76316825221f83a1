"""The form of one job, and the dialog that adds one by its title.

Competencies are added, moved and removed on the page; the job changes when the form is saved.
A removed competency is hidden rather than unmounted, so that what was typed in it can come back.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import AppError
from feedback_app.core.ids import new_id
from feedback_app.core.markers import logged
from feedback_app.hiring.checks import WrongFields
from feedback_app.hiring.jobs import service
from feedback_app.hiring.jobs.schemas import STEPS, Asked, CompetencyRow
from feedback_app.hiring.lists.schemas import Kind
from feedback_app.hiring.metadata import MOST_COMPETENCIES
from feedback_app.hiring.records import RecordForm
from feedback_app.hiring.schemas import Record, Values
from feedback_app.ui.choice import Choice


class NewJobState(rx.State):
    """The dialog that adds a job by its title."""

    is_open: bool = False
    departments: list[str] = []
    errors: dict[str, str] = {}

    @rx.event
    @logged("Began to add a job")
    @guarded(admin=True)
    async def begin(self) -> None:
        """Open the dialog."""
        self.departments = await service.departments(acting_user())
        self.errors, self.is_open = {}, True

    @rx.event
    @logged("Opened or closed the dialog of a new job")
    @guarded(admin=True)
    async def show(self, is_open: bool) -> None:
        """Update the state when the browser closes the dialog."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @logged("Added a job")
    @guarded(admin=True)
    async def add(self, form: dict[str, Any]) -> Any:
        """Add the job and open its page, where its description is pasted."""
        self.errors = {}
        try:
            job_id = await service.add(acting_user(), form)
        except WrongFields as error:
            self.errors = error.fields
            return None
        self.is_open = False
        return rx.redirect(routes.admin_job(job_id))


class JobFormState(RecordForm, rx.State):
    """One job: title, department, level, summary, must-haves, and competencies in order."""

    rows: list[CompetencyRow] = []
    departments: list[str] = []
    others: list[Choice] = []
    source: str = ""
    """The job chosen to copy competencies from."""
    said: str = ""
    """The outcome of the last change to the competencies, read out."""
    held: str = ""
    """The competency that is being dragged."""

    @rx.event
    @logged("Saved a job")
    @guarded(admin=True)
    async def save(self, form: dict[str, Any]) -> Any:
        """Save the job with its competencies as they are on the page."""
        self.said = ""
        return await self._save(form)

    @rx.event
    @logged("Added a competency")
    @guarded(admin=True)
    async def add(self) -> None:
        """Add an empty competency at the end."""
        if self._is_full(1):
            return
        fresh = Asked(new_id(), "", "", [""] * STEPS)
        self._append([fresh])
        self.said = "Added an empty competency at the end."

    @rx.event
    @logged("Moved a competency")
    @guarded(admin=True)
    async def move(self, competency_id: str, by: int) -> None:
        """Move a competency one place up (-1) or down (1)."""
        visible = [row.id for row in self.rows if not row.removed]
        if competency_id in visible and by in (-1, 1):
            self._place(competency_id, visible.index(competency_id) + int(by))

    @rx.event
    @logged("Began to drag a competency")
    @guarded(admin=True)
    async def grab(self, competency_id: str) -> None:
        """Remember which competency is dragged."""
        self.held = str(competency_id)

    @rx.event
    @logged("Dropped a competency")
    @guarded(admin=True)
    async def drop(self, competency_id: str) -> None:
        """Put the dragged competency into the place of the one it was dropped on."""
        visible = [row.id for row in self.rows if not row.removed]
        if competency_id in visible and self.held in visible:
            self._place(self.held, visible.index(competency_id))
        self.held = ""

    @rx.event
    @logged("Removed a competency")
    @guarded(admin=True)
    async def remove(self, competency_id: str) -> None:
        """Leave a competency out when the form is saved, unless interviewers have rated it."""
        if await service.is_rated(acting_user(), self.record_id, str(competency_id)):
            self._change(competency_id, note=service.RATED)
            self.said = service.RATED
            return
        self._change(competency_id, removed=True, note="")
        self.said = "It is removed when you save. Until then it can be put back."

    @rx.event
    @logged("Put back a competency")
    @guarded(admin=True)
    async def put_back(self, competency_id: str) -> None:
        """Keep a competency after all, with what was typed in it."""
        self._change(competency_id, removed=False)
        self.said = "Put back."

    @rx.event
    @logged("Chose a job to copy competencies from")
    @guarded(admin=True)
    async def choose_source(self, job_id: str) -> None:
        """Remember the job that competencies are to be copied from."""
        self.source = str(job_id)

    @rx.event
    @logged("Copied competencies from another job")
    @guarded(admin=True)
    async def copy_from(self) -> None:
        """Add all competencies of the chosen job that are not here by name already."""
        if not self.source:
            self.said = "Choose the job to copy from first."
            return
        try:
            found = await service.copied(acting_user(), self.source)
        except AppError as error:
            self.said = error.message
            return
        here = {self.form.get(f"name-{row.id}", "").casefold() for row in self.rows}
        wanted = [each for each in found if each.name.casefold() not in here]
        if self._is_full(len(wanted)):
            return
        self._append(wanted)
        left_out = len(found) - len(wanted)
        self.said = f"Copied {len(wanted)}."
        if left_out:
            self.said += f" {left_out} left out, as this job has them by name."

    def _kind(self) -> Kind:
        return "jobs"

    async def _read(self, user: CurrentUser, record_id: str) -> Record:
        found = await service.job(user, record_id)
        self.departments, self.others = found.departments, found.others
        return found.record

    async def _write(
        self, user: CurrentUser, record_id: str, form: Mapping[str, Any], base: Values
    ) -> Record:
        order = [row.id for row in self.rows if not row.removed]
        try:
            record = await service.save(user, record_id, form, order, base)
        except WrongFields as error:
            # One that was rated in the meantime cannot be left out, and is shown again.
            for row in self.rows:
                if f"name-{row.id}" in error.fields:
                    self._change(row.id, removed=False)
            raise
        self.rows = [_row(each, record.values) for each in order]
        return record

    def _href(self, record_id: str) -> str:
        return routes.admin_job_edit(record_id)

    def _id_of_address(self) -> str:
        return str(self.router.url.path).rstrip("/").split("/")[-2]

    def _begin(self, record: Record) -> None:
        RecordForm._begin(self, record)
        order = record.values["order"].split()
        self.rows = [_row(each, record.values) for each in order]
        self.source = self.said = self.held = ""

    def _append(self, found: list[Asked]) -> None:
        # The values come first: a field takes its value from them when it is mounted.
        for each in found:
            self.form = self.form | each.values()
        self.rows = [*self.rows, *(_row(each.id, each.values()) for each in found)]

    def _is_full(self, more: int) -> bool:
        number = sum(not row.removed for row in self.rows) + more
        if number <= MOST_COMPETENCIES:
            return False
        self.said = f"A job may have {MOST_COMPETENCIES} competencies; these would be {number}."
        return True

    def _place(self, competency_id: str, index: int) -> None:
        visible = [row for row in self.rows if not row.removed]
        if not 0 <= index < len(visible):
            return
        moved = next(row for row in visible if row.id == competency_id)
        visible.remove(moved)
        visible.insert(index, moved)
        self.rows = [*visible, *(row for row in self.rows if row.removed)]
        self.said = f"{moved.name or 'The competency'} is number {index + 1} now."

    def _change(self, competency_id: str, **values: Any) -> None:
        self.rows = [
            replace(row, **values) if row.id == competency_id else row for row in self.rows
        ]


def _row(competency_id: str, values: Values) -> CompetencyRow:
    steps = (values[f"step{step}-{competency_id}"] for step in range(1, STEPS + 1))
    return CompetencyRow(competency_id, values[f"name-{competency_id}"], any(steps))
