"""The live page of a draft of feedback, and what happens to a finished one."""

from contextlib import suppress
from functools import partial

import reflex as rx
from reflex.state import _override_base_method

from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import AlreadySubmitted
from feedback_app.core.markers import generation_event
from feedback_app.db.outage import once_it_answers
from feedback_app.feedback import editing, service
from feedback_app.feedback.schemas import DraftView, FeedbackView
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.calls import CallMeta
from feedback_app.live.generator import Generator
from feedback_app.llm.events import STAGE_MESSAGES, CompleteEvent, EndedEvent
from feedback_app.llm.owner import Owner


class Live(Generator, rx.State):
    """What the desk shows of a person's drafts about one interview."""

    @classmethod
    @_override_base_method
    def get_name(cls) -> str:
        """One letter: the name travels with every flush."""
        return "l"

    @rx.event
    @generation_event
    @guarded
    async def discard(self, call_id: str) -> None:
        """Hide a draft, and remove it from an editor that holds nothing else."""
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

    def _owner_of(self, user: CurrentUser, subject_id: str) -> Owner:
        return service.owner_of(user, subject_id)

    async def _subject_id(self) -> str:
        return (await self.get_state(FeedbackState)).interview_id

    async def _start(self, subject_id: str) -> None:
        await service.start(acting_user(), subject_id)

    async def _begun(self) -> None:
        panel = await self.get_state(FeedbackState)
        panel.over, panel.waiting_call = True, ""
        panel.just_submitted = []

    async def _refused(self) -> None:
        await (await self.get_state(FeedbackState))._refresh()

    async def _take_over(self, owner: Owner, ending: CompleteEvent | EndedEvent) -> None:
        """Put a finished draft into the editor, once the database answers.

        If the editor holds text of the person's own, they are asked first.
        """
        shown = await once_it_answers(partial(self._taken, owner, ending))
        drafts = {draft.call_id: draft for draft in shown.drafts}
        async with self:
            panel = await self.get_state(FeedbackState)
            panel.history, panel.undo_label = shown.history, shown.undo
            panel._show_evidence(shown.evidence)
            # In the meantime the person may have opened another draft, or discarded this one.
            if self._ended != ending.llm_call_id:
                return
            if shown.latest and shown.latest.meta.call_id == ending.llm_call_id:
                self.meta = shown.latest.meta
            else:
                self.meta = drafts.get(ending.llm_call_id, CallMeta())
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

    def _show(self, draft: DraftView | None) -> None:
        """Show a draft that has ended, or none."""
        self._show_ended(draft.meta if draft else CallMeta(), draft.slots if draft else {})
