"""The form of one interview: what is typed stays in the browser, what is chosen is offered here."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.markers import logged, typing
from feedback_app.hiring.interviews import service
from feedback_app.hiring.interviews.schemas import Option
from feedback_app.hiring.lists.schemas import Kind
from feedback_app.hiring.records import RecordForm
from feedback_app.hiring.schemas import Record, Values
from feedback_app.ui.choice import Choice


class HiringInterviewState(RecordForm, rx.State):
    """One interview: candidate, job, kind, time, length, interviewers, what they rate."""

    candidates: list[Option] = []
    candidate: str = ""
    """The candidate chosen."""
    jobs: list[Choice] = []
    job: str = ""
    people: list[Option] = []
    competencies: list[Option] = []
    kinds: list[str] = []

    @rx.event
    @logged("Saved an interview")
    @guarded(admin=True)
    async def save(self, form: dict[str, Any]) -> Any:
        """Add or change the interview."""
        return await self._save(form)

    @rx.event
    @typing("Searched for a candidate")
    @guarded(admin=True)
    async def find(self, search: str) -> None:
        """Offer the candidates that match, and the one that is chosen."""
        self.candidates = await service.found(acting_user(), str(search), self.candidate)

    @rx.event
    @logged("Chose a candidate")
    @guarded(admin=True)
    async def choose_candidate(self, candidate_id: str) -> None:
        """Remember the candidate that was chosen."""
        self.candidate = str(candidate_id)

    @rx.event
    @logged("Chose a job")
    @guarded(admin=True)
    async def choose_job(self, job_id: str) -> None:
        """Offer the competencies of the job that was chosen."""
        self.job = str(job_id)
        covers = self._base.get("covers", "") if self.job == self._base.get("job") else ""
        self.competencies = await service.competencies(acting_user(), self.job, covers)

    def _kind(self) -> Kind:
        return "interviews"

    async def _read(self, user: CurrentUser, record_id: str) -> Record:
        asked = self.router.url.query_parameters.get("candidate", "")
        found = await service.interview(user, record_id, with_candidate=asked)
        self.kinds, self.jobs = found.kinds, found.jobs
        if self.shows != "ready" or (found.record.id, found.record.values) != (
            self.record_id,
            self._base,
        ):
            self.candidates, self.people = found.candidates, found.people
            self.competencies = found.competencies
            self.candidate = found.record.values["candidate"]
            self.job = found.record.values["job"]
        return found.record

    async def _write(
        self, user: CurrentUser, record_id: str, form: Mapping[str, Any], base: Values
    ) -> Record:
        offered = [each.id for each in self.competencies]
        return await service.save(user, record_id, form, offered, base)

    def _href(self, record_id: str) -> str:
        return routes.admin_interview(record_id)
