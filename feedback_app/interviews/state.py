"""The state of the interview page: guard, call the service, assign."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded, require_user
from feedback_app.auth.typing import guarded_typing
from feedback_app.core.errors import AppError, ChangedElsewhere, NotFound, NothingToAssess
from feedback_app.core.markers import generation_event, logged, own_event, public, typing
from feedback_app.db.models import CallStatus
from feedback_app.db.outage import may_be_away
from feedback_app.feedback import editing, reading, submitting
from feedback_app.feedback import service as feedback
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews import service
from feedback_app.interviews.schemas import (
    NOT_ASSESSED,
    CompetencyRow,
    InterviewDetail,
    InterviewRecord,
)
from feedback_app.live.calls import CallMeta
from feedback_app.llm.generation.following import running_call
from feedback_app.ui.autosave import Autosave, Save, Typed, saved
from feedback_app.ui.presence import is_open

_MOST_READINGS = 3
"""How often evidence is read anew because the text was kept meanwhile."""
WATCH_EVERY_S = 1.0
"""How often a page looks whether another tab has saved something."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a text was kept."""

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


class InterviewState(Autosave, rx.State):
    """One interview: what it is about and what the person records in it."""

    detail: InterviewDetail = InterviewDetail()
    competencies: list[CompetencyRow] = []
    loaded: bool = False
    missing: bool = False
    notes: str = ""
    """What the notes' editor begins with; it goes on by itself."""
    notes_revision: int = 0
    notes_save: Save = Save()
    notes_conflict: bool = False
    """Whether another tab has saved other notes than the ones in this editor."""
    reasons_save: Save = Save()
    for_admin: bool = False
    """Whether the page shows an administrator what others submitted."""
    helping: bool = False
    """Whether the list of shortcuts is shown."""
    current: int = -1
    """The competency that keys rate, counted from 0; -1 before one was chosen."""
    moves: int = 0
    revision: int = 0
    """Counts what the editors must begin anew with; they are the browser's own in between."""

    @rx.var
    def rated_words(self) -> str:
        """How much of the scorecard is done."""
        done = sum(row.rating != "" for row in self.competencies)
        return f"{done} of {len(self.competencies)} rated" if self.competencies else ""

    _kept_notes: str = ""
    _to_draft: str = ""
    """The interview whose draft the list asked for; an address alone starts none."""

    @rx.event
    @logged("Opened an interview")
    @guarded
    async def load(self) -> Any:
        """Show the interview of the page's address, then let the live panel follow."""
        user, interview_id = acting_user(), self._interview_id()
        await self._keep_now(self._keep, self._show_kept)
        try:
            record = await service.record(user, interview_id)
        except NotFound:
            await self._load_as_admin(interview_id)
            return None
        self.for_admin = False
        # Told of another tab's notes and not yet decided, the editor keeps its own.
        self.notes_conflict = self.notes_conflict and self.detail.id == interview_id
        if self._differs(record):
            self.revision += 1
        self._assign(record)
        asked, self._to_draft = self._to_draft == interview_id, ""
        refusal = await self._start(interview_id) if asked else None
        self.missing, self.loaded = False, True
        if not self.notes_conflict:
            self.notes_save = saved(self.notes_save.acked, self.detail.notes_saved)
        self.reasons_save = Save(self.reasons_save.acked)
        self.current, self.helping = -1, False
        panel = await self.get_state(FeedbackState)
        await panel._keep_now(panel._keep, panel._show_kept)
        running = await running_call(feedback.owner_of(user, interview_id))
        shown = await feedback.view(user, interview_id)
        latest = shown.latest.meta if shown.latest else CallMeta()
        may_be_unseen = latest.status == CallStatus.COMPLETE and not shown.submitted_at.text
        if may_be_unseen and await editing.take_unseen(user, interview_id, latest.call_id):
            shown = await feedback.view(user, interview_id)
        panel._show(interview_id, shown)
        live = await self.get_state(Live)
        if running:
            live._join(running)
        else:
            live._show(shown.latest)
            # A draft that was never taken, as one that was stopped, is shown where nothing else is.
            panel.over = shown.latest is not None and not shown.text.markdown
        if refusal:
            await live._refuse(refusal)
        return [Live.follow, InterviewState.watch]

    @rx.event
    @logged("Left an interview")
    @public
    async def leave(self) -> None:
        """The page was left inside the app: the next interview starts from a skeleton.

        Also by whoever is being led to the sign-in page: they are not to be led there again from
        an address that is half the old one.
        """
        self.loaded = self.missing = False

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded
    async def watch(self) -> None:
        """Show what another tab of the same person saves, for as long as the page is open."""
        async with self:
            interview_id = self.detail.id
        seen = (0, 0)
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            user = await require_user(self)
            with may_be_away():
                before, seen = seen, await service.revisions(user, interview_id)
                if seen != before:
                    # What this tab itself has just saved is known to it by the next look.
                    continue
                async with self:
                    if self.detail.id != interview_id:
                        return
                    panel = await self.get_state(FeedbackState)
                    newer_notes = seen[0] > self.notes_revision and not self._is_typing()
                    newer_text = seen[1] > panel.revision and not panel._is_typing()
                # Whoever began to type meanwhile is not interrupted: the next look sees it again.
                if newer_notes:
                    record = await service.record(user, interview_id)
                    async with self:
                        if not self._is_typing():
                            self._show_newer(record)
                if newer_text:
                    shown = await feedback.view(user, interview_id)
                    async with self:
                        panel = await self.get_state(FeedbackState)
                        if not panel._is_typing():
                            panel._show_newer(shown)

    @rx.event(background=True, supersedes=True)
    @typing("Wrote notes")
    @guarded_typing(_typed_notes)
    async def note(self, interview_id: str, notes: str, stamp: float = 0, base: int = 0) -> None:
        """Take the notes as they are typed, and keep them once the typing pauses.

        Every change is sent, so that nothing typed before a reload is lost; a newer call takes
        the place of one that still waits.
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
        """Go on from the notes that another tab saved; the ones here are kept as a version."""
        if interview_id == self.detail.id:
            self._show_newer(await service.record(acting_user(), interview_id))
            await self._refresh_evidence(interview_id)

    @rx.event
    @logged("Rated a competency")
    @guarded
    async def rate(self, interview_id: str, competency_id: str, rating: str) -> None:
        """Rate a competency `1` to `4` or `na`; anything else takes the rating back."""
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
        """Take the reason for a rating as it is typed, and keep it once the typing pauses."""
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

    @rx.event
    @generation_event
    @guarded
    async def press(self, key: str) -> Any:
        """Do what a shortcut stands for; the page sends only keys it knows."""
        if not self.loaded or self.missing:
            return None
        panel = await self.get_state(FeedbackState)
        if key == "?":
            self.helping = not self.helping
        elif key == "next":
            return FeedbackState.open_next
        elif panel.submitted:
            return None
        elif key == "draft":
            return Live.generate(self.detail.id)
        elif key == "stop":
            return Live.stop(self.detail.id)
        elif key == "save":
            return FeedbackState.save(self.detail.id)
        elif key == "submit":
            return FeedbackState.open_review
        elif key in {"j", "k"} and self.competencies:
            step = 1 if key == "j" else -1
            self.current = (self.current + step) % len(self.competencies)
            self.moves += 1
        elif key in {"0", "1", "2", "3", "4"} and 0 <= self.current < len(self.competencies):
            rating = NOT_ASSESSED if key == "0" else key
            return InterviewState.rate(self.detail.id, self.competencies[self.current].id, rating)
        return None

    @rx.event
    @generation_event
    @guarded
    async def close_help(self) -> None:
        self.helping = False

    def _shows(self, key: str) -> bool:
        return self.detail.id != "" and key.split(" ")[1] == self.detail.id

    async def _keep(self, key: str, typed: Typed) -> _Kept:
        """Keep one text that was typed; how it went."""
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
                # Until one of both is chosen: what is typed on goes over what these went over.
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
        """Begin the editors anew with what another tab saved."""
        if self.detail.id == record.detail.id:
            self.notes_conflict = False
            self._assign(record)
            self.revision += 1
            self.notes_save = Save(self.notes_save.acked, "saved", "Updated from another tab")

    async def _load_as_admin(self, interview_id: str) -> None:
        """Show what was submitted about an interview the person takes no part in."""
        user = acting_user()
        self.missing, self.loaded, self.for_admin = True, False, False
        if not user.is_admin:
            return
        try:
            detail = await service.heading(user, interview_id)
            submitted = await submitting.submitted_on(user, interview_id)
        except NotFound:
            return
        self.detail = detail
        (await self.get_state(FeedbackState)).panel = submitted
        self.missing, self.loaded, self.for_admin = False, True, True

    def _differs(self, record: InterviewRecord) -> bool:
        return (
            self.detail.id != record.detail.id
            or (self._kept_notes != record.notes and not self.notes_conflict)
            or self.competencies != record.competencies
        )

    async def _start(self, interview_id: str) -> AppError | None:
        """Start a draft; why not, where it was refused."""
        try:
            await feedback.start(acting_user(), interview_id)
        except NothingToAssess:
            return None  # The panel says so all the time.
        except AppError as error:
            return error
        return None

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

    def _interview_id(self) -> str:
        """The id in the page's address, as the browser gave it."""
        return unquote(str(self.router.url.path).rstrip("/").rpartition("/")[2])
