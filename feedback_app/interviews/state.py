"""The state of the interview page: guard, call the service, assign."""

import asyncio
from typing import Any
from urllib.parse import unquote

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded, require_user
from feedback_app.core.errors import AppError, NotFound, NothingToAssess
from feedback_app.core.markers import generation_event, logged, own_event, public
from feedback_app.db.models import CallStatus
from feedback_app.db.outage import may_be_away
from feedback_app.feedback import editing, submitting
from feedback_app.feedback import service as feedback
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews import service
from feedback_app.interviews.recording import Recording
from feedback_app.interviews.schemas import (
    NOT_ASSESSED,
    InterviewRecord,
)
from feedback_app.live.calls import CallMeta
from feedback_app.llm.generation.following import running_call
from feedback_app.ui.autosave import Save, saved

WATCH_EVERY_S = 1.0
"""Seconds between two checks whether another tab has saved something."""


class InterviewState(Recording, rx.State):
    """One interview: how it is opened, left, watched and used by keyboard."""

    loaded: bool = False
    missing: bool = False
    for_admin: bool = False
    """Whether the page shows an administrator what others submitted."""
    helping: bool = False
    """Whether the list of shortcuts is shown."""
    current: int = -1
    """The competency that keys rate, counted from 0; -1 before one was chosen."""
    moves: int = 0

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
        is_return = self.loaded and self.detail.id == interview_id
        # While a conflict with another tab's notes is unresolved, the editor keeps its own notes.
        self.notes_conflict = self.notes_conflict and self.detail.id == interview_id
        if self._differs(record):
            self.revision += 1
        self._assign(record)
        asked, self._to_draft = self._to_draft == interview_id, ""
        refusal = await self._start(interview_id) if asked else None
        self.missing, self.loaded = False, True
        if not self.notes_conflict:
            self.notes_save = saved(self.notes_save.acked, self.detail.notes_saved)
        if not is_return:
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
            # A draft that was never taken over, such as a stopped one, is shown if there is nothing
            # else.
            panel.over = shown.latest is not None and not shown.text.markdown
        if refusal:
            await live._refuse(refusal)
        return [Live.follow, InterviewState.watch]

    @rx.event
    @logged("Left an interview")
    @public
    async def leave(self) -> None:
        """The page was left inside the app: the next interview starts from a skeleton.

        This is also called for somebody being sent to the sign-in page: they must not be sent there
        again from an address that is half the old one.
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
                    # By the next check, what this tab itself has just saved is known to it.
                    continue
                async with self:
                    if self.detail.id != interview_id:
                        return
                    panel = await self.get_state(FeedbackState)
                    newer_notes = seen[0] > self.notes_revision and not self._is_typing()
                    newer_text = seen[1] > panel.revision and not panel._is_typing()
                # Somebody who has begun to type is not interrupted: the next check finds it again.
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

    @rx.event
    @generation_event
    @guarded
    async def press(self, key: str) -> Any:
        """Perform a shortcut's action; the page sends only keys it knows."""
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
        """Start a draft; return the reason if it was refused."""
        try:
            await feedback.start(acting_user(), interview_id)
        except NothingToAssess:
            return None  # The panel shows it all the time.
        except AppError as error:
            return error
        return None

    def _interview_id(self) -> str:
        """The id in the page's address, as the browser gave it."""
        return unquote(str(self.router.url.path).rstrip("/").rpartition("/")[2])
