"""The feedback editor: what the person keeps, and what becomes of a finished draft."""

from typing import Any

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, typing
from feedback_app.feedback import service
from feedback_app.feedback.schemas import DraftMeta, FeedbackView, QuoteView


class FeedbackState(rx.State):
    """One person's feedback on the interview the page shows."""

    interview_id: str = ""
    text: str = ""
    status: str = ""
    """`unsaved`, `saved` or `failed`; empty while there is nothing to say."""
    message: str = ""
    submitted: str = ""
    has_evidence: bool = False
    has_recommendation: bool = False
    history: list[DraftMeta] = []
    offline: bool = False
    model: str = ""
    quote: QuoteView = QuoteView()
    """What the next draft would cost, as a start would find it."""
    may_retry: bool = True
    """Whether trying again by itself can help after the draft that ended early."""
    waiting_call: str = ""
    """The draft that waits for the person's choice, because the editor holds their own text."""

    _origin_call: str = ""
    _origin_text: str = ""
    """The draft the editor's text began as, and its text: unchanged, it is not the person's own."""
    _aside: dict[str, tuple[str, str, str]] = {}
    """What the person typed and did not save, by interview: text, origin call, origin text."""

    @rx.var
    def can_generate(self) -> bool:
        """Whether there is something to assess and the feedback is still open."""
        return self.has_evidence and not self.submitted

    @rx.var
    def history_length(self) -> int:
        return len(self.history)

    @rx.event
    @typing("Wrote feedback")
    @guarded
    async def edit(self, interview_id: str, text: str) -> None:
        """Take over what was typed, unless it comes late from another interview's editor."""
        if interview_id != self.interview_id or text == self.text or self.submitted:
            return
        self.text, self.status, self.message = text, "unsaved", "Not saved yet"

    @rx.event
    @logged("Saved feedback")
    @guarded
    async def save(self, form: dict[str, Any]) -> None:
        """Keep the feedback as it stands in the form."""
        text = str(form.get("feedback", self.text)).replace("\r\n", "\n").replace("\0", "")
        self.text = text
        try:
            saved = await service.save(acting_user(), self.interview_id, text, self._origin_call)
        except AppError as error:
            self.status, self.message = "failed", error.message
            return
        self.status, self.message = "saved", f"Saved {saved}"

    @rx.event
    @logged("Submitted feedback")
    @guarded
    async def submit(self) -> None:
        """Save the editor's text, then make it final."""
        try:
            await service.save(acting_user(), self.interview_id, self.text, self._origin_call)
            self.submitted = await service.submit(acting_user(), self.interview_id)
        except AppError as error:
            self.status, self.message = "failed", error.message
            return
        self.status, self.message = "saved", f"Submitted {self.submitted}"

    @rx.event
    @logged("Used a draft")
    @guarded
    async def use(self, call_id: str) -> None:
        """Take a draft over, or ask first where the editor holds the person's own text."""
        draft = await service.draft(acting_user(), call_id)
        self._take_draft(draft.text, call_id)

    @rx.event
    @logged("Replaced feedback by a draft")
    @guarded
    async def replace_with(self, call_id: str) -> None:
        """Put a draft in the editor instead of what is there."""
        draft = await service.draft(acting_user(), call_id)
        self._fill(draft.text, call_id)

    @rx.event
    @logged("Appended a draft to feedback")
    @guarded
    async def append(self, call_id: str) -> None:
        """Put a draft in the editor after what is there."""
        draft = await service.draft(acting_user(), call_id)
        self._fill(f"{self.text.rstrip()}\n\n{draft.text}", call_id)
        self._origin_text = draft.text

    @rx.event
    @logged("Kept the feedback as it was")
    @guarded
    async def keep_mine(self) -> None:
        """Leave the editor as it is; the draft stays beside it."""
        self.waiting_call = ""

    async def _refresh(self) -> None:
        """Read the history anew."""
        shown = await service.view(acting_user(), self.interview_id)
        self.history, self.quote = shown.history, shown.quote

    def _show(self, interview_id: str, shown: FeedbackView) -> None:
        """Show a person's feedback."""
        self._put_aside()
        self.interview_id = interview_id
        self.offline, self.model = shown.offline, shown.model
        self.submitted = shown.submitted_at
        self._show_evidence(shown)
        self.history, self.waiting_call, self.may_retry = shown.history, "", True
        typed = self._aside.pop(interview_id, None)
        if typed and typed[0] != shown.feedback and not shown.submitted_at:
            self.text, self._origin_call, self._origin_text = typed
            self.status, self.message = "unsaved", "Not saved yet"
            return
        self.text = shown.feedback
        self._origin_call, self._origin_text = shown.origin_call, shown.origin_text
        self.status = "saved" if shown.saved_at else ""
        self.message = f"Saved {shown.saved_at}" if shown.saved_at else ""
        if shown.submitted_at:
            self.message = f"Submitted {shown.submitted_at}"
        elif shown.latest and shown.latest.meta.status == "complete" and not shown.feedback:
            self._fill(shown.latest.text, shown.latest.meta.call_id)

    def _put_aside(self) -> None:
        """Keep what the editor holds if the person typed it and has not saved it."""
        if self.status in {"unsaved", "failed"} and self.text != self._origin_text:
            self._aside[self.interview_id] = (self.text, self._origin_call, self._origin_text)

    def _show_evidence(self, shown: FeedbackView) -> None:
        """Show what there is to draft from, and what that would cost."""
        self.has_evidence, self.has_recommendation = shown.has_evidence, shown.has_recommendation
        self.quote = shown.quote

    def _take_draft(self, text: str, call_id: str) -> None:
        """Take a finished draft over, or ask first."""
        if not text or self.submitted:
            return
        if not self.text.strip() or self.text == self._origin_text:
            self._fill(text, call_id)
        else:
            self.waiting_call = call_id

    def _fill(self, text: str, call_id: str) -> None:
        self.text, self.waiting_call = text, ""
        self._origin_call, self._origin_text = call_id, text
        self.status, self.message = "unsaved", "Draft filled in. Check it, then save."
