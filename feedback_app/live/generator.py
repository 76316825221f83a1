"""The live part of a page that generates: one follower per page, which shows whatever runs.

A click only starts or stops a call. Everything shown comes from the follower, which the page's
`load` starts, so that a reload, a second tab and the tab that clicked all see the same. A page's
state takes this mixin and defines whose calls it follows, how one starts, and what happens when one
has ended.
"""

import asyncio
import logging
import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import reflex as rx

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AppError, NotSignedIn
from feedback_app.core.ids import age_s
from feedback_app.core.markers import generation_event, own_event
from feedback_app.db.outage import may_be_away, once_it_answers
from feedback_app.live.calls import CallMeta
from feedback_app.live.stages import Stages
from feedback_app.live.text import LiveText
from feedback_app.live.view import LiveView
from feedback_app.llm.events import STAGE_MESSAGES, CompleteEvent, EndedEvent
from feedback_app.llm.generation import following
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.operation import noun_of
from feedback_app.llm.owner import Owner
from feedback_app.llm.stream.event_log import EventLog

_log = logging.getLogger(__name__)

TICK_S = 1.0
"""How often the elapsed time advances while nothing arrives."""
ANNOUNCE_EVERY_S = 10.0
"""How often a screen reader is told that the writing goes on."""
CHECK_SESSION_EVERY_S = 5.0
"""Seconds between two checks whether the person is still signed in, while a call is shown."""

_ADMITTED = {"thinking", "generating", "streaming"}
"""The stages of a call that no limit refused."""


class Generator(LiveText, mixin=True):
    """What a page shows of the calls of one operation about one subject."""

    error: str = ""
    meta: CallMeta = CallMeta()
    announcement: str = ""
    """The text for screen readers: the start, that it goes on, the end."""
    may_retry: bool = True
    """Whether trying again can help by itself after a call that ended early."""
    wait_s: int = 0
    """Seconds until trying again can help."""

    _joined: str = ""
    """The call that ran when the page was loaded; it may have ended when the follower starts."""
    _ended: str = ""
    """The call whose end the page shows, until it shows something else."""

    # What each page defines for itself ----------------------------------------------------------

    def _owner_of(self, user: CurrentUser, subject_id: str) -> Owner:
        """The owner of the calls the page shows."""
        raise NotImplementedError

    async def _subject_id(self) -> str:
        """The id of what the page is about; called with the state locked."""
        raise NotImplementedError

    async def _start(self, subject_id: str) -> None:
        """Start a call; an `AppError` refuses it."""
        raise NotImplementedError

    async def _begun(self) -> None:
        """Called when a call was admitted, before its answer is shown; the state is locked."""

    async def _refused(self) -> None:
        """Called when no call was started, or one was refused; the state is locked."""

    async def _take_over(self, owner: Owner, ending: CompleteEvent | EndedEvent) -> None:
        """Do what follows from the end of a call; the state is not locked."""

    def _view_of(self, call_id: str) -> LiveView:
        """The view that draws the answer while it streams."""
        return LiveView(age_s(call_id))

    # Events -------------------------------------------------------------------------------------

    @rx.event
    @generation_event
    @guarded
    async def generate(self, subject_id: str) -> Any:
        """Start a call, or join the one that runs."""
        if self.phase in STAGE_MESSAGES:
            return
        self._ask()
        yield
        try:
            await self._start(subject_id)
        except AppError as error:
            await self._refuse(error)
        except Exception:
            # Whatever the fault, the page must not stay in its first stage; it is raised again.
            await self._refuse(AppError())
            raise

    @rx.event
    @generation_event
    @guarded
    async def stop(self, subject_id: str) -> None:
        """Stop the call that runs; the follower shows how it ended."""
        if self.phase in STAGE_MESSAGES:
            self.message = "Stopping…"
        await following.stop_running(self._owner_of(acting_user(), subject_id))

    @rx.event(background=True, supersedes=True)
    @generation_event
    @guarded
    async def follow(self) -> None:
        """Wait for calls about this page's subject and show each as it runs."""
        user = acting_user()
        async with self:
            subject_id = await self._subject_id()
            joined, self._joined = self._joined, ""
        owner = self._owner_of(user, subject_id)
        hub = generations().hub
        subject = owner.subject
        _log.debug("a page begins to follow %s %s", subject.kind, subject.id)
        try:
            log = hub.get(joined) or await hub.next(owner)
            while True:
                # The page may have waited for long: check who is signed in before anything is
                # shown.
                await once_it_answers(partial(self._still_signed_in, owner))
                await self._follow_one(owner, log)
                log = await hub.next(owner, log.call_id)
        finally:
            _log.debug("a page stops following %s %s", subject.kind, subject.id)

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded
    async def count_down(self) -> None:
        """Count the seconds until trying again can help; the page asks for it."""
        while True:
            async with self:
                if self.wait_s <= 0:
                    return
            await asyncio.sleep(1)
            async with self:
                self.wait_s = max(0, self.wait_s - 1)

    # How it continues ---------------------------------------------------------------------------

    async def _follow_one(self, owner: Owner, log: EventLog) -> None:
        view, seen, checked_at = self._view_of(log.call_id), 0, clock.monotonic()
        announced_at = clock.monotonic()
        stages, began, noun = Stages(), False, noun_of(owner.operation)
        async with self:
            self._ask()
        while True:
            arrived = await log.batch(seen, stages.wait_s(TICK_S))
            batch = view.up_to_ending(arrived, must_wait=stages.are_waiting)
            if arrived and not batch:
                await asyncio.sleep(stages.wait_s(0))
            seen += len(batch)
            changes = view.take(batch)
            if not began and view.stage in _ADMITTED:
                began = True
                async with self:
                    await self._begin(noun)
            if view.ending is not None:
                await self._finish(view.ending, began, changes, noun)
                if began:
                    await self._take_over(owner, view.ending)
                return
            if clock.monotonic() - announced_at >= ANNOUNCE_EVERY_S:
                announced_at = clock.monotonic()
                seconds = changes.get("elapsed", "")
                changes["announcement"] = f"Still writing. {seconds}"
            if shown := stages.pace(changes, view.later_stages):
                async with self:
                    self._assign(shown)
            if clock.monotonic() - checked_at >= CHECK_SESSION_EVERY_S:
                with may_be_away():
                    await self._still_signed_in(owner)
                checked_at = clock.monotonic()

    async def _finish(
        self,
        ending: CompleteEvent | EndedEvent,
        began: bool,
        changes: Mapping[str, Any],
        noun: str,
    ) -> None:
        """Show how the call ended, going by its log: the database may be away."""
        async with self:
            if not began and isinstance(ending, EndedEvent):
                # Refused: the previous text stays.
                changes = {"phase": ending.type, "message": ""}
            self._assign(changes)
            if isinstance(ending, EndedEvent):
                self.error, self.may_retry = ending.message, ending.retryable
                self.announcement = ending.message
                if ending.retryable and ending.retry_after_s:
                    self.wait_s = math.ceil(ending.retry_after_s)
            else:
                self.announcement = f"The {noun} is ready."
            if began:
                self._ended = ending.llm_call_id

    async def _still_signed_in(self, owner: Owner) -> None:
        user = await guards.require_user(self)
        if user.id != owner.user_id:
            raise NotSignedIn

    def _ask(self) -> None:
        """Show that a call was asked for; the previous text stays until it is admitted."""
        self.phase, self.message = "connecting", STAGE_MESSAGES["connecting"]
        self.error = self.elapsed = self.tokens = ""
        self.progress = 0

    async def _begin(self, noun: str) -> None:
        """Show the answer that begins to be written, in place of the previous text."""
        phase, message = self.phase, self.message
        self._show_nothing()
        self.phase, self.message, self.wait_s = phase, message, 0
        self.announcement = f"Writing the {noun}."
        await self._begun()

    def _join(self, call_id: str) -> None:
        """Leave it to the follower to show a call that runs."""
        self._show_nothing()
        self._joined = call_id

    def _show_ended(self, meta: CallMeta, answer: Mapping[str, Any]) -> None:
        """Show a call that has ended; no call if `meta` names none."""
        self._show_nothing()
        self.phase, self.message = meta.status or "idle", ""
        self._assign(answer)
        self.meta, self.error = meta, meta.error
        self.progress = 100 if meta.status == "complete" else 0

    def _show_nothing(self) -> None:
        self._clear()
        self.error, self.meta, self._ended, self.announcement = "", CallMeta(), "", ""
        self.may_retry = True

    async def _refuse(self, error: AppError) -> None:
        """Show why no call was started; the previous text stays."""
        self.phase, self.message, self.error = "error", "", error.message
        self.may_retry = error.retryable
        # A budget takes days to reset, which nobody waits for at the button.
        waits = error.retryable and error.retry_after_s
        self.wait_s = math.ceil(waits) if waits else 0
        with may_be_away():
            await self._refused()
