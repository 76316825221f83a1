"""The person's records in an interview, as the page's state takes and saves them."""

from dataclasses import dataclass, replace

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.typing import guarded_typing
from feedback_app.core.errors import AppError, ChangedElsewhere
from feedback_app.core.markers import logged, typing
from feedback_app.feedback import reading
from feedback_app.feedback import service as feedback
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews import service
from feedback_app.interviews.schemas import (
    NOT_ASSESSED,
    CompetencyRow,
    InterviewDetail,
    InterviewRecord,
)
from feedback_app.ui.autosave import Autosave, Save, Typed, saved
from feedback_app.ui.presence import is_open

_MOST_READINGS = 3
"""How often evidence is read again because the text was saved in the meantime."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The outcome of saving a text."""

    save: Save
    revision: int = 0
    conflict: bool = False


def _typed_notes(
    interview_id: str, notes: str, stamp: float = 0, base: int = 0
) -> tuple[str, Typed]:
    return f"notes {interview_id}", Typed(notes, stamp, base)


def _typed_reason(
    interview_id: str, competency_id: str, reason: str, stamp: float = 0
) -> tuple[str, Typed]:
    return f"reason {interview_id} {competency_id}", Typed(reason, stamp, 0)


class Recording(Autosave, mixin=True):
    """Notes, ratings with their reasons, and a recommendation."""

    detail: InterviewDetail = InterviewDetail()
    competencies: list[CompetencyRow] = []
    notes: str = ""
    """The text the notes' editor begins with; from there on the editor has its own."""
    notes_revision: int = 0
    notes_save: Save = Save()
    notes_conflict: bool = False
    """Whether another tab has saved different notes than the ones in this editor."""
    reasons_save: Save = Save()
    revision: int = 0
    """Incremented whenever the editors must show the server's texts instead of their own."""

    @rx.var
    def rated_words(self) -> str:
        """How much of the scorecard is done."""
        done = sum(row.rating != "" for row in self.competencies)
        return f"{done} of {len(self.competencies)} rated" if self.competencies else ""

    _kept_notes: str = ""

    @rx.event(background=True, supersedes=True)
    @typing("Wrote notes")
    @guarded_typing(_typed_notes)
    async def note(self, interview_id: str, notes: str, stamp: float = 0, base: int = 0) -> None:
        """Take the notes as they are typed, and save them once the typing pauses.

        Every change is sent, so that nothing typed before a reload is lost; a newer call replaces
        one that is still waiting.
        """
        await self._keep_after_pause(self._keep, self._show_kept)
        await self._evidence_changed(interview_id)

    @rx.event
    @typing("Wrote notes")
    @guarded
    async def save_notes(
        self, interview_id: str, notes: str, stamp: float = 0, base: int = 0
    ) -> None:
        """Keep the notes at once."""
        self._take(*_typed_notes(interview_id, notes, stamp, base))
        await self._keep_now(self._keep, self._show_kept)
        await self._refresh_evidence(interview_id)

    @rx.event
    @logged("Kept the notes of one tab")
    @guarded
    async def keep_my_notes(self, interview_id: str, notes: str, stamp: float = 0) -> None:
        """Save these notes over those of another tab."""
        if interview_id != self.detail.id:
            return
        revision, _ = await service.revisions(acting_user(), interview_id)
        self.notes_conflict, self.notes_revision = False, revision
        self._take(*_typed_notes(interview_id, notes, stamp, revision))
        await self._keep_now(self._keep, self._show_kept)
        await self._refresh_evidence(interview_id)

    @rx.event
    @logged("Took over the notes of another tab")
    @guarded
    async def show_other_notes(self, interview_id: str) -> None:
        """Continue from the notes that another tab saved; the ones here are kept as a version."""
        if interview_id == self.detail.id:
            self._show_newer(await service.record(acting_user(), interview_id))
            await self._refresh_evidence(interview_id)

    @rx.event
    @logged("Rated a competency")
    @guarded
    async def rate(self, interview_id: str, competency_id: str, rating: str) -> None:
        """Rate a competency `1` to `4` or `na`; anything else removes the rating."""
        value = int(rating) if rating in {"1", "2", "3", "4"} else None
        await service.rate(
            acting_user(),
            interview_id,
            competency_id,
            value,
            not_assessed=rating == NOT_ASSESSED,
        )
        await self._reload(interview_id)

    @rx.event(background=True, supersedes=True)
    @typing("Gave a reason for a rating")
    @guarded_typing(_typed_reason)
    async def give_reason(
        self, interview_id: str, competency_id: str, reason: str, stamp: float = 0
    ) -> None:
        """Take the reason for a rating as it is typed, and save it once the typing pauses."""
        await self._keep_after_pause(self._keep, self._show_kept)
        await self._evidence_changed(interview_id)

    @rx.event
    @logged("Settled a contradiction")
    @guarded
    async def answer(self, key: str, code: str) -> None:
        """Settle a contradiction between a rating and the notes."""
        await reading.answer(acting_user(), self.detail.id, key, code)
        await self._reload(self.detail.id)

    @rx.event
    @logged("Gave a recommendation")
    @guarded
    async def recommend(self, interview_id: str, recommendation: str) -> None:
        """Keep the person's own overall recommendation."""
        await service.recommend(acting_user(), interview_id, recommendation)
        await self._reload(interview_id)

    def _shows(self, key: str) -> bool:
        return self.detail.id != "" and key.split(" ")[1] == self.detail.id

    async def _keep(self, key: str, typed: Typed) -> _Kept:
        """Save one text that was typed; return the outcome."""
        what, interview_id, *competency = key.split(" ")
        user = acting_user()
        try:
            if what == "notes":
                notes = await service.save_notes(
                    user, interview_id, typed.text, typed.base, self._writer()
                )
                return _Kept(saved(typed.stamp, notes.when), notes.revision)
            await service.give_reason(user, interview_id, competency[0], typed.text)
        except AppError as error:
            save = Save(typed.stamp, "failed", error.message)
            return _Kept(save, conflict=isinstance(error, ChangedElsewhere))
        return _Kept(Save(typed.stamp, "saved", "Saved"))

    def _show_kept(self, key: str, typed: Typed, kept: _Kept) -> None:
        what, interview_id, *competency = key.split(" ")
        if self.detail.id != interview_id:
            return
        is_saved = kept.save.status == "saved"
        if what == "notes":
            self.notes_save, self.notes_conflict = kept.save, kept.conflict
            if kept.conflict:
                # Until one of the two is chosen, further typing is saved over the same revision as
                # these notes.
                self.notes, self.notes_revision = typed.text, typed.base
            self.notes_revision = max(self.notes_revision, kept.revision)
            if is_saved:
                self._kept_notes = typed.text
            return
        self.reasons_save = kept.save
        if is_saved:
            self.competencies = [
                replace(row, reason=typed.text) if row.id == competency[0] else row
                for row in self.competencies
            ]

    def _is_typing(self) -> bool:
        return bool(self._waiting) or self.notes_conflict

    def _show_newer(self, record: InterviewRecord) -> None:
        """Restart the editors with what another tab saved."""
        if self.detail.id == record.detail.id:
            self.notes_conflict = False
            self._assign(record)
            self.revision += 1
            self.notes_save = Save(self.notes_save.acked, "saved", "Updated from another tab")

    def _assign(self, record: InterviewRecord) -> None:
        self.detail, self.competencies = record.detail, record.competencies
        if not self.notes_conflict:
            self.notes = self._kept_notes = record.notes
            self.notes_revision = record.detail.notes_revision

    async def _reload(self, interview_id: str) -> None:
        """Show what was picked; texts are left to their editors."""
        if self.detail.id != interview_id:
            return
        record = await service.record(acting_user(), interview_id)
        self.detail, self.competencies = record.detail, record.competencies
        await self._refresh_evidence(interview_id)

    async def _evidence_changed(self, interview_id: str) -> None:
        """The same as `_refresh_evidence`, for background handlers."""
        for _ in range(_MOST_READINGS):
            shown = await feedback.evidence(acting_user(), interview_id)
            if not await is_open(self):
                return
            async with self:
                if self.detail.id != interview_id:
                    return
                if (await self.get_state(FeedbackState))._show_evidence(shown):
                    return

    async def _refresh_evidence(self, interview_id: str) -> None:
        if self.detail.id == interview_id:
            shown = await feedback.evidence(acting_user(), interview_id)
            (await self.get_state(FeedbackState))._show_evidence(shown)
