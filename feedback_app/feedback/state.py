"""The feedback editor: the text the person keeps, and what happens to a finished draft."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, own_event
from feedback_app.feedback import editing, reading, service, submitting
from feedback_app.feedback.document import to_html, to_markdown, to_plain
from feedback_app.feedback.editing import Written
from feedback_app.feedback.schemas import (
    Evidence,
    FeedbackView,
    HistoryEntry,
    Panel,
    Questions,
    Review,
)
from feedback_app.feedback.showing import Shown
from feedback_app.feedback.typed_text import TypedText
from feedback_app.live.calls import QuoteView
from feedback_app.llm.text.blocks import without_citations
from feedback_app.ui.autosave import Save, Typed, saved


class FeedbackState(TypedText, rx.State):
    """One person's feedback on the interview the page shows."""

    over: bool = False
    """Whether the page shows a draft in place of the editor."""
    clip: str = ""
    clip_html: str = ""
    """What the page is to copy to the clipboard; each increment of `copies` asks for it again."""
    copies: int = 0
    just_submitted: list[str] = []
    """The id and the candidate of the interview before this one, until something is done here."""
    """The interview whose feedback was submitted before this page was opened."""
    submitted_utc: str = ""
    may_reopen_freely: bool = False
    has_evidence: bool = False
    has_recommendation: bool = False
    history: list[HistoryEntry] = []
    offline: bool = False
    model: str = ""
    quote: QuoteView = QuoteView()
    """The cost of the next draft, as a start would find it."""
    review: Review = Review([], [], "", [], 0)
    reviewing: bool = False
    panel: Panel = Panel(0, 0, [])
    questions: Questions = Questions([], "", [], [], [], False, [])

    @rx.var
    def can_generate(self) -> bool:
        """Whether there is something to assess and the feedback is still open."""
        return self.has_evidence and not self.submitted

    @rx.event
    @logged("Kept the feedback of one tab")
    @guarded
    async def keep_my_text(
        self, interview_id: str, document: dict[str, Any], stamp: float = 0
    ) -> None:
        """Save this text over the one of another tab."""
        if interview_id != self.interview_id:
            return
        shown = await service.view(acting_user(), interview_id)
        self.revision, self.conflict = shown.text.revision, False
        # Nothing has been typed yet on a page that was just loaded: the text is the one kept here.
        self._take(interview_id, Typed(document or self._mine, stamp, self.revision))
        await self._keep_now(self._keep, self._show_kept)
        await self._refresh()

    @rx.event
    @logged("Took over the feedback of another tab")
    @guarded
    async def show_other_text(self, interview_id: str) -> None:
        """Continue from the text that another tab saved; the one here is kept as a version."""
        if interview_id == self.interview_id:
            self._waiting.clear()
            self._show_newer(await service.view(acting_user(), interview_id))

    @rx.event
    @logged("Replaced feedback by a draft")
    @guarded
    async def replace_with(self, call_id: str) -> None:
        """Replace the text in the editor with a draft."""
        await self._act(editing.replace_with(acting_user(), self.interview_id, call_id))

    @rx.event
    @logged("Appended a draft to feedback")
    @guarded
    async def append(self, call_id: str) -> None:
        """Append a draft to the text in the editor."""
        await self._act(editing.append(acting_user(), self.interview_id, call_id))

    @rx.event
    @logged("Used a draft")
    @guarded
    async def use(self, call_id: str) -> None:
        """Take over a draft, or ask first if the editor holds the person's own text."""
        await self._keep_now(self._keep, self._show_kept)
        taken = await editing.take_draft(acting_user(), self.interview_id, call_id)
        if taken is None:
            self.waiting_call = call_id
        else:
            await self._show_act()

    @rx.event
    @logged("Kept the feedback as it was")
    @guarded
    async def keep_mine(self) -> None:
        """Leave the editor as it is; the draft stays among the versions."""
        self.waiting_call = ""
        self.over = False

    @rx.event
    @logged("Undid a change of feedback")
    @guarded
    async def undo(self) -> None:
        """Restore the text from before the last action."""
        await self._act(editing.undo(acting_user(), self.interview_id))

    @rx.event
    @logged("Brought back a version of feedback")
    @guarded
    async def restore(self, version_id: str) -> None:
        """Restore an earlier text."""
        await self._act(editing.restore(acting_user(), self.interview_id, version_id))

    @rx.event
    @logged("Decided on a remark about the person")
    @guarded
    async def put_back(self, key: str, wanted: bool) -> None:
        """Let drafts use a remark about the person, or leave it out again."""
        await reading.put_back(acting_user(), self.interview_id, key, wanted)
        await self._refresh()

    @rx.event
    @logged("Placed a line of the notes")
    @guarded
    async def place(self, key: str, competency_id: str) -> None:
        """Put a line of the notes under a competency; with none, leave it out."""
        await self._keep_now(self._keep, self._show_kept)
        text = await reading.place(acting_user(), self.interview_id, key, competency_id)
        if text is None:
            await self._refresh()
        else:
            await self._show_act()

    @rx.event
    @logged("Took back where lines were placed")
    @guarded
    async def start_over(self) -> None:
        """Ask again where lines belong and how contradictions are settled."""
        await reading.start_over(acting_user(), self.interview_id)
        await self._refresh()

    @rx.event
    @logged("Reviewed feedback before submitting")
    @guarded
    async def open_review(self) -> None:
        """Show what to check before submitting, for the text as it is now."""
        await self._keep_now(self._keep, self._show_kept)
        if self.save_state.status == "failed":
            return
        self.review = await submitting.review(acting_user(), self.interview_id)
        self.reviewing = True

    @rx.event
    @own_event
    @guarded
    async def close_review(self) -> None:
        """Go back to the text."""
        self.reviewing = False

    @rx.event
    @logged("Submitted feedback")
    @guarded
    async def submit(self) -> None:
        """Make the text final."""
        if await self._submit() is not None:
            await self._show_final()

    @rx.event
    @logged("Submitted feedback")
    @guarded
    async def submit_and_next(self) -> Any:
        """Make the text final and open the next interview to write about."""
        following = await self._submit()
        if following is None:
            return None
        await self._show_final()
        candidate = await submitting.candidate(acting_user(), self.interview_id)
        self.just_submitted = [self.interview_id, candidate]
        return rx.redirect(routes.interview(following) if following else routes.INTERVIEWS)

    @rx.event
    @logged("Went on to the next interview")
    @guarded
    async def open_next(self) -> Any:
        """Open the next interview to write about, or the list if there is none."""
        following = await submitting.next_to_write(acting_user(), self.interview_id)
        return rx.redirect(routes.interview(following) if following else routes.INTERVIEWS)

    @rx.event
    @logged("Opened submitted feedback again")
    @guarded
    async def reopen(self, form: dict[str, Any] | None = None) -> Any:
        """Take the submission back; a reason is required from ten minutes after it."""
        reason = str((form or {}).get("reason", ""))
        await submitting.reopen(acting_user(), self.interview_id, reason)
        return rx.redirect(routes.interview(self.interview_id), replace=True)

    @rx.event
    @logged("Copied feedback")
    @guarded
    async def copy(self, how: str) -> None:
        """Let the page copy the text, as Markdown or formatted (`rich`)."""
        await self._keep_now(self._keep, self._show_kept)
        blocks = without_citations(self._blocks)
        written = to_plain if how == "rich" else to_markdown
        self.clip = await asyncio.to_thread(written, blocks)
        self.clip_html = await asyncio.to_thread(to_html, blocks) if how == "rich" else ""
        self.copies += 1

    @rx.event
    @own_event
    @guarded
    async def look(self, at: str) -> None:
        """Show the person's own `text`, or the `draft` that is written next to it."""
        self.over = at == "draft"

    async def _submit(self) -> str | None:
        """Submit the editor's text; return the next interview's id, `None` if it was refused."""
        await self._keep_now(self._keep, self._show_kept)
        if self.save_state.status == "failed":
            self.reviewing = False
            return None
        try:
            following = await submitting.submit(acting_user(), self.interview_id)
        except AppError as error:
            self.review = Review([error.message], [], "", [], 0)
            return None
        self.reviewing = False
        return following

    async def _show_final(self) -> None:
        """Show the feedback as it was submitted, and what colleagues have submitted."""
        user = acting_user()
        shown = await service.view(user, self.interview_id)
        self.submitted, self.submitted_utc = shown.submitted_at.text, shown.submitted_at.utc
        self.may_reopen_freely = True
        self._tell(shown.evidence.text)
        self.panel = await submitting.panel(user, self.interview_id)

    async def _act(self, act: Awaitable[Written]) -> None:
        """Keep what is typed, then change the text as a whole and show it."""
        await self._keep_now(self._keep, self._show_kept)
        await act
        await self._show_act()

    async def _show_act(self) -> None:
        """Restart the editor with the text that an action made, and show it."""
        shown = await self._refresh()
        self._begin(shown)
        self.over = False

    async def _refresh(self) -> Shown:
        """Read the history again, and the text with it."""
        shown = await service.view(acting_user(), self.interview_id)
        self.history, self.undo_label = shown.history, shown.undo
        self._show_evidence(shown.evidence)
        return shown.evidence.text

    def _show(self, interview_id: str, shown: FeedbackView) -> None:
        """Show a person's feedback."""
        is_new = self.interview_id != interview_id
        self.interview_id = interview_id
        self.offline, self.model = shown.offline, shown.model
        self.submitted, self.submitted_utc = shown.submitted_at.text, shown.submitted_at.utc
        self.may_reopen_freely = shown.may_reopen_freely
        self.history = shown.history
        self.panel, self.reviewing = shown.panel, False
        self.undo_label, self.copies = shown.undo, 0
        if self.just_submitted[:1] == [interview_id]:
            self.just_submitted = []
        text = shown.evidence.text
        # While a conflict with another tab's text is unresolved, the editor keeps its own text.
        if is_new or (text.revision != self.revision and not self.conflict):
            self._begin(text)
        elif not self.conflict:
            self.html = text.html
            self._tell(text)
        if not self._is_typing():
            self.save_state = saved(self.save_state.acked, shown.saved_at)
        self._show_evidence(shown.evidence)

    def _show_newer(self, shown: FeedbackView) -> None:
        """Restart the editor with what another tab saved."""
        self.history, self.undo_label = shown.history, shown.undo
        self.submitted, self.submitted_utc = shown.submitted_at.text, shown.submitted_at.utc
        self._begin(shown.evidence.text)
        self._show_evidence(shown.evidence)
        self.save_state = Save(self.save_state.acked, "saved", "Updated from another tab")

    def _show_evidence(self, shown: Evidence) -> bool:
        """Show what a draft would be made from and what it would cost.

        Return whether it was read with the text that is here, or with a newer one, which is about
        to be shown: that text may have been saved once more since the evidence was read.
        """
        self.has_evidence, self.has_recommendation = shown.has_evidence, shown.has_recommendation
        self.quote, self.questions, self._beside = shown.quote, shown.questions, shown.beside
        if is_current := shown.text.revision >= self.revision:
            self._tell_ground(shown.text)
        return is_current
