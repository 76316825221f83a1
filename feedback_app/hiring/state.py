"""The page of one job, whose description is read into a form."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal
from urllib.parse import unquote

import reflex as rx
from reflex.state import _override_base_method

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.auth.typing import guarded_typing
from feedback_app.core.errors import AppError, ChangedElsewhere, Forbidden, NotFound
from feedback_app.core.ids import age_s
from feedback_app.core.markers import generation_event, logged, own_event, typing
from feedback_app.db.outage import once_it_answers
from feedback_app.hiring import service
from feedback_app.hiring.metadata import LEVELS
from feedback_app.hiring.schemas import Beside, JobPage, JobView, Proposal
from feedback_app.live.calls import CallMeta, QuoteView
from feedback_app.live.fields import FieldsView
from feedback_app.live.generator import Generator
from feedback_app.llm.events import CompleteEvent, EndedEvent
from feedback_app.llm.owner import Owner
from feedback_app.ui.autosave import Autosave, Save, Typed, saved

Shows = Literal["loading", "ready", "missing", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The outcome of saving a text."""

    save: Save
    revision: int = 0
    conflict: bool = False
    beside: Beside | None = None


def _typed_description(
    job_id: str, text: str, stamp: float = 0, base: int = 0
) -> tuple[str, Typed]:
    return f"description {job_id}", Typed(text, stamp, base)


def _typed_field(call_id: str, name: str, text: str, stamp: float = 0) -> tuple[str, Typed]:
    return f"field {call_id} {name}", Typed(text, stamp, 0)


def fields_so_far(found: dict[str, Any]) -> dict[str, Any]:
    """The page's vars for the fields of a proposal that is still being written."""
    title, level = found.get("title"), found.get("level")
    rows = found.get("competencies")
    musts = found.get("must_haves")
    return {
        "title_now": title if isinstance(title, str) else "",
        "level_now": LEVELS.get(level, "") if isinstance(level, str) and level else "",
        "competencies_now": [
            (_text(row.get("name")), _text(row.get("description")))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict)
        ],
        "must_haves_now": [_text(line) for line in (musts if isinstance(musts, list) else [])],
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class JobState(Autosave, Generator, rx.State):
    """One job, its description, and what the description is read as."""

    shows: Shows = "loading"
    job: JobView = JobView()
    description: str = ""
    """The text the editor begins with; from there on the editor has its own."""
    description_revision: int = 0
    description_save: Save = Save()
    conflict: bool = False
    """Whether somebody else has saved a different description than the one in this editor."""
    revision: int = 0
    """Incremented whenever the editor must show the server's text instead of its own."""
    has_description: bool = False
    quote: QuoteView = QuoteView()
    offline: bool = False
    proposal: Proposal = Proposal()
    fields_save: Save = Save()
    fields_revision: int = 0
    """Incremented whenever the fields must show the server's values instead of their own."""
    outcome: str = ""
    """The outcome of confirming."""
    title_now: str = ""
    level_now: str = ""
    competencies_now: list[tuple[str, str]] = []
    must_haves_now: list[str] = []

    @classmethod
    @_override_base_method
    def get_name(cls) -> str:
        """One letter: the name travels with every flush."""
        return "j"

    @rx.event
    @own_event
    @guarded
    async def load(self) -> Any:
        """Show the job of the page's address, then let the live panel follow."""
        job_id = unquote(str(self.router.url.path).rstrip("/").rpartition("/")[2])
        await self._keep_now(self._keep, self._show_kept)
        if self.job.id != job_id:
            self.shows, self.outcome, self.conflict = "loading", "", False
            self.revision += 1
        try:
            page = await service.page(acting_user(), job_id)
        except (Forbidden, NotFound) as error:
            self.job, self.proposal = JobView(), Proposal()
            self.shows = "refused" if isinstance(error, Forbidden) else "missing"
            return None
        except Exception:
            self.shows = "failed"
            raise
        if not self.conflict and self.description != page.job.description:
            self.revision += 1
        if self.proposal != page.proposal:
            self.fields_revision += 1
        self._show_page(page)
        if page.running:
            self._join(page.running)
        else:
            self._show_ended(page.meta, {})
        return JobState.follow

    @rx.event(background=True, supersedes=True)
    @typing("Wrote a job description")
    @guarded_typing(_typed_description)
    async def describe(self, job_id: str, text: str, stamp: float = 0, base: int = 0) -> None:
        """Take the description as it is typed or pasted, and save it once the typing pauses."""
        await self._keep_after_pause(self._keep, self._show_kept)

    @rx.event(background=True, supersedes=True)
    @typing("Changed a proposal for a job")
    @guarded_typing(_typed_field)
    async def revise(self, call_id: str, name: str, text: str, stamp: float = 0) -> None:
        """Take a field of the proposal as it is typed, and save it once the typing pauses."""
        await self._keep_after_pause(self._keep, self._show_kept)

    @rx.event
    @logged("Chose the level of a job")
    @guarded
    async def choose_level(self, call_id: str, level: str) -> None:
        """Keep the level that was picked."""
        await service.revise(acting_user(), call_id, "level", level)
        if call_id == self.proposal.call_id:
            self.proposal = replace(self.proposal, level=level)

    @rx.event
    @logged("Kept a job description")
    @guarded
    async def keep_mine(self, job_id: str, text: str, stamp: float = 0) -> None:
        """Save this description over the one somebody else has saved."""
        if job_id != self.job.id:
            return
        page = await service.page(acting_user(), job_id)
        self.conflict, self.description_revision = False, page.job.description_revision
        self._take(*_typed_description(job_id, text, stamp, self.description_revision))
        await self._keep_now(self._keep, self._show_kept)

    @rx.event
    @logged("Took over a job description")
    @guarded
    async def show_other(self, job_id: str) -> None:
        """Continue from the description that somebody else saved."""
        if job_id == self.job.id:
            self.conflict = False
            self.revision += 1
            self._show_page(await service.page(acting_user(), job_id))

    @rx.event
    @logged("Confirmed what a job asks for")
    @guarded
    async def confirm(self, call_id: str) -> None:
        """Replace what the job asks for by the proposal."""
        await self._keep_now(self._keep, self._show_kept)
        if self.fields_save.status == "failed":
            return
        try:
            kept = await service.confirm(acting_user(), call_id)
        except AppError as error:
            self.fields_save = Save(self.fields_save.acked, "failed", error.message)
            return
        self._show_page(await service.page(acting_user(), self.job.id))
        self.outcome = f"Saved. {kept}".strip()

    @rx.event
    @generation_event
    @guarded
    async def discard(self, call_id: str) -> None:
        """Discard the proposal."""
        await service.discard(acting_user(), call_id)
        self._waiting.clear()
        page = await service.page(acting_user(), self.job.id)
        self._show_page(page)
        self._show_ended(page.meta, {})

    # The generator ------------------------------------------------------------------------------

    def _owner_of(self, user: CurrentUser, subject_id: str) -> Owner:
        return service.owner_of(user, subject_id)

    async def _subject_id(self) -> str:
        return self.job.id

    async def _start(self, subject_id: str) -> None:
        await self._keep_now(self._keep, self._show_kept)
        await service.start(acting_user(), subject_id)

    async def _begun(self) -> None:
        self.outcome, self.proposal = "", Proposal()
        self._assign(fields_so_far({}))

    async def _refused(self) -> None:
        self._show_beside(await service.beside(acting_user(), self.job.id))

    def _view_of(self, call_id: str) -> FieldsView:
        return FieldsView(fields_so_far, age_s(call_id))

    async def _take_over(self, owner: Owner, ending: CompleteEvent | EndedEvent) -> None:
        """Show the proposal as a form, once the database answers."""
        page = await once_it_answers(partial(self._page, owner))
        async with self:
            if self.job.id != owner.subject.id or self._ended != ending.llm_call_id:
                return
            self.proposal, self.quote, self.meta = page.proposal, page.quote, page.meta

    async def _page(self, owner: Owner) -> JobPage:
        return await service.page(await guards.require_user(self), owner.subject.id)

    # What is typed ------------------------------------------------------------------------------

    def _shows(self, key: str) -> bool:
        what, of, *_ = key.split(" ")
        return of != "" and of == (self.job.id if what == "description" else self.proposal.call_id)

    async def _keep(self, key: str, typed: Typed) -> _Kept:
        what, of, *name = key.split(" ")
        user = acting_user()
        try:
            if what == "description":
                kept = await service.save_description(
                    user, of, typed.text, typed.base, self._writer()
                )
                beside = await service.beside(user, of)
                return _Kept(saved(typed.stamp, kept.when), kept.revision, beside=beside)
            await service.revise(user, of, name[0], typed.text)
        except AppError as error:
            save = Save(typed.stamp, "failed", error.message)
            return _Kept(save, conflict=isinstance(error, ChangedElsewhere))
        return _Kept(Save(typed.stamp, "saved", "Saved"))

    def _show_kept(self, key: str, typed: Typed, kept: _Kept) -> None:
        what, of, *name = key.split(" ")
        if what == "field":
            if of == self.proposal.call_id:
                self.fields_save = kept.save
                if kept.save.status == "saved":
                    self.proposal = replace(self.proposal, **{name[0]: typed.text})
            return
        if of != self.job.id:
            return
        self.description_save, self.conflict = kept.save, kept.conflict
        if kept.conflict or kept.save.status == "saved":
            self.description = typed.text
        if kept.conflict:
            # Until one of the two is chosen, further typing is saved over the same revision as this
            # text.
            self.description_revision = typed.base
        self.description_revision = max(self.description_revision, kept.revision)
        if kept.beside:
            self._show_beside(kept.beside)

    def _show_page(self, page: JobPage) -> None:
        self.shows, self.job = "ready", page.job
        if not self.conflict:
            self.description = page.job.description
            self.description_revision = page.job.description_revision
            self.description_save = saved(self.description_save.acked, page.job.description_saved)
        self.offline, self.proposal = page.offline, page.proposal
        self.fields_save = Save(self.fields_save.acked)
        if page.meta.call_id != self.meta.call_id:
            self.meta = page.meta if page.proposal.call_id else CallMeta()
        self._show_beside(Beside(page.job.description.strip() != "", page.quote))

    def _show_beside(self, beside: Beside) -> None:
        self.has_description, self.quote = beside.has_description, beside.quote
