"""The live page of a generation: one follower per page, which shows whatever runs.

A click only starts or stops a generation. What is seen comes from the follower, which the page's
`load` starts, so that a reload, a second tab and the tab that clicked all see the same.
"""

import asyncio
import logging
import math
from contextlib import suppress
from functools import partial
from typing import Any

import reflex as rx
from reflex.state import _override_base_method

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core import clock
from feedback_app.core.errors import AlreadySubmitted, AppError, NotSignedIn
from feedback_app.core.ids import age_s
from feedback_app.core.markers import generation_event
from feedback_app.db.outage import may_be_away, once_it_answers
from feedback_app.feedback import editing, service
from feedback_app.feedback.schemas import DraftMeta, DraftView, FeedbackView
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.text import LiveText
from feedback_app.live.view import LiveView
from feedback_app.llm.events import STAGE_MESSAGES, CompleteEvent, EndedEvent
from feedback_app.llm.owner import Owner
from feedback_app.llm.streams import EventLog
from feedback_app.llm.supervisor import generations

_log = logging.getLogger(__name__)

ONE_FRAME_S = 0.016
"""A pause after each stage, or the browser would draw two that come at once as one."""
TICK_S = 1.0
"""How often the elapsed time moves while nothing arrives."""
ANNOUNCE_EVERY_S = 10.0
"""How often a screen reader is told that the writing goes on."""
CHECK_SESSION_EVERY_S = 5.0
"""How long between two looks at whether the person is still signed in, while a draft is shown."""


class Live(LiveText, rx.State):
    """What the panel shows."""

    error: str = ""
    meta: DraftMeta = DraftMeta()
    announcement: str = ""
    """What a screen reader is told: the start, that it goes on, the end."""

    _joined: str = ""
    """The call that ran when the page was loaded; it may have ended when the follower starts."""
    _ended: str = ""
    """The call whose end the panel shows, until it shows something else."""

    @classmethod
    @_override_base_method
    def get_name(cls) -> str:
        """One letter: the name travels with every flush."""
        return "l"

    @rx.event
    @generation_event
    @guarded
    async def generate(self, interview_id: str) -> Any:
        """Start a draft, or join the one that is being written."""
        if self.phase in STAGE_MESSAGES:
            return
        self._ask()
        yield
        try:
            await service.start(acting_user(), interview_id)
        except AppError as error:
            await self._refuse(error)
            yield FeedbackState.count_down
        except Exception:
            # Whatever it was, the panel must not stay in its first stage; it is raised on.
            await self._refuse(AppError())
            raise

    @rx.event
    @generation_event
    @guarded
    async def stop(self, interview_id: str) -> None:
        """Stop the draft that is being written; the follower shows how it ended."""
        if self.phase in STAGE_MESSAGES:
            self.message = "Stopping…"
        await service.stop(acting_user(), interview_id)

    @rx.event
    @generation_event
    @guarded
    async def discard(self, call_id: str) -> None:
        """Put a draft out of sight, and out of an editor that holds nothing else."""
        panel = await self.get_state(FeedbackState)
        await panel._keep_now(panel._keep, panel._show_kept)
        await service.discard(acting_user(), call_id)
        await editing.clear_if_only(acting_user(), panel.interview_id, call_id)
        if self.meta.call_id == call_id:
            self._show(None)
        await panel._show_act()

    @rx.event
    @generation_event
    @guarded
    async def open_draft(self, call_id: str) -> None:
        """Show an earlier draft on the page."""
        if self.phase not in STAGE_MESSAGES:
            self._show(await service.draft(acting_user(), call_id))
            (await self.get_state(FeedbackState)).over = True

    @rx.event(background=True, supersedes=True)
    @generation_event
    @guarded
    async def follow(self) -> Any:
        """Wait for generations of this page's interview and show each as it runs."""
        user = acting_user()
        async with self:
            interview_id = (await self.get_state(FeedbackState)).interview_id
            joined, self._joined = self._joined, ""
        owner = service.owner_of(user, interview_id)
        hub = generations().hub
        _log.debug("a page begins to follow interview %s", interview_id)
        try:
            log = hub.get(joined) or await hub.next(owner)
            while True:
                # The page may have waited for long: nothing is shown before it is known to whom.
                await once_it_answers(partial(self._still_signed_in, owner))
                await self._follow_one(owner, log)
                log = await hub.next(owner, log.call_id)
        finally:
            _log.debug("a page ceases to follow interview %s", interview_id)

    async def _follow_one(self, owner: Owner, log: EventLog) -> None:
        view, seen, checked_at = LiveView(age_s(log.call_id)), 0, clock.monotonic()
        announced_at = clock.monotonic()
        began = False
        async with self:
            self._ask()
        while True:
            batch = view.up_to_next_stage(await log.batch(seen, TICK_S))
            seen += len(batch)
            changes = view.take(batch)
            if not began and view.stage in _ADMITTED:
                began = True
                async with self:
                    await self._begin()
            if view.ending is not None:
                await self._finish(view.ending, began, changes)
                if began:
                    await self._take_over(owner, view.ending)
                return
            if clock.monotonic() - announced_at >= ANNOUNCE_EVERY_S:
                announced_at = clock.monotonic()
                seconds = changes.get("elapsed", "")
                changes["announcement"] = f"Still writing. {seconds}"
            if changes:
                async with self:
                    self._assign(changes)
            if "phase" in changes:
                await asyncio.sleep(ONE_FRAME_S)
            if clock.monotonic() - checked_at >= CHECK_SESSION_EVERY_S:
                with may_be_away():
                    await self._still_signed_in(owner)
                checked_at = clock.monotonic()

    async def _finish(
        self, ending: CompleteEvent | EndedEvent, began: bool, changes: dict[str, Any]
    ) -> None:
        """Show how the draft ended, by what its log tells: the database may be away."""
        async with self:
            if not began and isinstance(ending, EndedEvent):
                # Refused: what stood there before stays.
                changes = {"phase": ending.type, "message": ""}
            self._assign(changes)
            panel = await self.get_state(FeedbackState)
            if isinstance(ending, EndedEvent):
                self.error, panel.may_retry = ending.message, ending.retryable
                self.announcement = ending.message
                if ending.retryable and ending.retry_after_s:
                    panel.wait_s = math.ceil(ending.retry_after_s)
            else:
                self.announcement = "The draft is ready."
            if began:
                self._ended = ending.llm_call_id

    async def _take_over(self, owner: Owner, ending: CompleteEvent | EndedEvent) -> None:
        """Put a finished draft into the editor, once the database can be asked.

        Over text of the person's own, they are asked first.
        """
        shown = await once_it_answers(partial(self._taken, owner, ending))
        drafts = {draft.call_id: draft for draft in shown.drafts}
        async with self:
            panel = await self.get_state(FeedbackState)
            panel.history, panel.undo_label = shown.history, shown.undo
            panel._show_evidence(shown.evidence)
            # Meanwhile the person may have opened another draft, or put this one out of sight.
            if self._ended != ending.llm_call_id:
                return
            if shown.latest and shown.latest.meta.call_id == ending.llm_call_id:
                self.meta = shown.latest.meta
            else:
                self.meta = drafts.get(ending.llm_call_id, DraftMeta())
            if isinstance(ending, EndedEvent):
                return
            if shown.text.call_id == ending.llm_call_id:
                panel._begin(shown.evidence.text)
                panel.over = False
            elif ending.text and not panel.submitted:
                panel.waiting_call = ending.llm_call_id

    async def _taken(self, owner: Owner, ending: CompleteEvent | EndedEvent) -> FeedbackView:
        user = await guards.require_user(self)
        if isinstance(ending, CompleteEvent) and ending.text:
            async with self:
                panel = await self.get_state(FeedbackState)
                waiting = dict(panel._waiting)
            if not waiting:
                with suppress(AlreadySubmitted):
                    await editing.take_draft(user, owner.subject.id, ending.llm_call_id)
        return await service.view(user, owner.subject.id)

    async def _still_signed_in(self, owner: Owner) -> None:
        user = await guards.require_user(self)
        if user.id != owner.user_id:
            raise NotSignedIn

    def _ask(self) -> None:
        """Show that a draft was asked for; what stands there stays until it is admitted."""
        self.phase, self.message = "connecting", STAGE_MESSAGES["connecting"]
        self.error = self.elapsed = self.tokens = ""
        self.progress = 0

    async def _begin(self) -> None:
        """Show the draft that begins to be written, and nothing of what stood there before."""
        phase, message = self.phase, self.message
        self._clear()
        self.phase, self.message = phase, message
        self.error, self.meta, self._ended = "", DraftMeta(), ""
        self.announcement = "Writing the draft."
        panel = await self.get_state(FeedbackState)
        panel.over, panel.waiting_call, panel.wait_s = True, "", 0
        panel.just_submitted = []

    def _join(self, call_id: str) -> None:
        """Leave it to the follower to show a call that runs."""
        self._clear()
        self.error, self.meta, self._ended = "", DraftMeta(), ""
        self.announcement = ""
        self._joined = call_id

    def _show(self, draft: DraftView | None) -> None:
        """Show a draft that has ended, or none."""
        self._clear()
        self.error, self.meta, self._ended = "", DraftMeta(), ""
        self.announcement = ""
        self.phase = draft.meta.status if draft else "idle"
        self.message = ""
        if draft is None:
            return
        self._assign(draft.slots)
        self.meta, self.error = draft.meta, draft.meta.error
        self.progress = 100 if draft.meta.status == "complete" else 0

    async def _refuse(self, error: AppError) -> None:
        """Show why no draft was started; what stands there stays."""
        self.phase, self.message, self.error = "error", "", error.message
        panel = await self.get_state(FeedbackState)
        panel.may_retry = error.retryable
        # A budget resets by itself in days, which nobody waits for at the button.
        waits = error.retryable and error.retry_after_s
        panel.wait_s = math.ceil(waits) if waits else 0
        with may_be_away():
            await panel._refresh()


_ADMITTED = {"thinking", "generating", "streaming"}
"""The stages of a call that no limit refused."""
