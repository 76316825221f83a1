"""The live page of a generation: one follower per page, which shows whatever runs.

A click only starts or stops a generation. What is seen comes from the follower, which the page's
`load` starts, so that a reload, a second tab and the tab that clicked all see the same.
"""

import asyncio
import logging
from functools import partial
from typing import Any

import reflex as rx
from reflex.state import _override_base_method

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core import clock
from feedback_app.core.errors import AppError, NotSignedIn
from feedback_app.core.ids import age_s
from feedback_app.core.markers import generation_event
from feedback_app.db.outage import may_be_away, once_it_answers
from feedback_app.feedback import service
from feedback_app.feedback.schemas import DraftMeta, DraftView, FeedbackView
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.text import LiveText
from feedback_app.live.view import LiveView, fill_slots
from feedback_app.llm.events import STAGE_MESSAGES, CompleteEvent, EndedEvent
from feedback_app.llm.streams import EventLog, Owner
from feedback_app.llm.supervisor import generations

_log = logging.getLogger(__name__)

ONE_FRAME_S = 0.016
"""A pause after each stage, or the browser would draw two that come at once as one."""
TICK_S = 1.0
"""How often the elapsed time moves while nothing arrives."""
CHECK_SESSION_EVERY_S = 5.0
"""How long between two looks at whether the person is still signed in, while a draft is shown."""


class Live(LiveText, rx.State):
    """What the panel shows."""

    error: str = ""
    meta: DraftMeta = DraftMeta()

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
        self._begin()
        yield
        try:
            await service.start(acting_user(), interview_id)
        except AppError as error:
            self._refuse(error.message)
            panel = await self.get_state(FeedbackState)
            panel.may_retry = error.retryable
            await panel._refresh()
        except Exception:
            # Whatever it was, the panel must not stay in its first stage; it is raised on.
            self._refuse(AppError.sentence)
            raise

    @rx.event
    @generation_event
    @guarded
    async def stop(self, interview_id: str) -> None:
        """Stop the draft that is being written; the follower shows how it ended."""
        self.message = "Stopping…"
        await service.stop(acting_user(), interview_id)

    @rx.event
    @generation_event
    @guarded
    async def discard(self, call_id: str) -> None:
        """Put a draft out of sight."""
        await service.discard(acting_user(), call_id)
        if self.meta.call_id == call_id:
            self._show(None)
        panel = await self.get_state(FeedbackState)
        await panel._refresh()

    @rx.event
    @generation_event
    @guarded
    async def open_draft(self, call_id: str) -> None:
        """Show an earlier draft in the panel."""
        if self.phase not in STAGE_MESSAGES:
            self._show(await service.draft(acting_user(), call_id))

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
        async with self:
            self._begin()
        while True:
            batch = view.up_to_next_stage(await log.batch(seen, TICK_S))
            seen += len(batch)
            changes = view.take(batch)
            if view.ending is not None:
                await self._finish(view.ending, view.text, changes)
                await self._tell_outcome(owner, view.ending)
                return
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
        self, ending: CompleteEvent | EndedEvent, text: str, changes: dict[str, Any]
    ) -> None:
        """Show how the draft ended, by what its log tells: the database may be away."""
        async with self:
            self._assign(changes)
            self._ended = ending.llm_call_id
            panel = await self.get_state(FeedbackState)
            if isinstance(ending, EndedEvent):
                self.error, panel.may_retry = ending.message, ending.retryable
            else:
                panel._take_draft(text, ending.llm_call_id)

    async def _tell_outcome(self, owner: Owner, ending: CompleteEvent | EndedEvent) -> None:
        """Show what the ledger says of the draft, once it can be asked."""
        shown = await once_it_answers(partial(self._view, owner))
        metas = {meta.call_id: meta for meta in shown.history}
        async with self:
            panel = await self.get_state(FeedbackState)
            panel.history, panel.quote = shown.history, shown.quote
            # Meanwhile the person may have opened another draft, or put this one out of sight.
            if self._ended == ending.llm_call_id:
                self.meta = metas.get(ending.llm_call_id, DraftMeta())

    async def _view(self, owner: Owner) -> FeedbackView:
        return await service.view(await guards.require_user(self), owner.interview_id)

    async def _still_signed_in(self, owner: Owner) -> None:
        user = await guards.require_user(self)
        if user.id != owner.user_id:
            raise NotSignedIn

    def _begin(self) -> None:
        self._clear()
        self.error, self.meta, self._ended = "", DraftMeta(), ""

    def _join(self, call_id: str) -> None:
        """Leave it to the follower to show a call that runs."""
        self._begin()
        self._joined = call_id

    def _show(self, draft: DraftView | None) -> None:
        """Show a draft that has ended, or none."""
        self._begin()
        self.phase = draft.meta.status if draft else "idle"
        self.message = ""
        if draft is None:
            return
        self._assign(fill_slots(draft.blocks))
        self.meta, self.error = draft.meta, draft.meta.error
        self.progress = 100 if draft.meta.status == "complete" else 0

    def _refuse(self, message: str) -> None:
        """Show why no draft was started."""
        self.phase, self.message = "error", ""
        self.error = message
