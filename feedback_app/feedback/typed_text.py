"""The text in the editor, as the page's state takes, keeps and shows it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.typing import guarded_typing
from feedback_app.core.errors import AppError, ChangedElsewhere
from feedback_app.core.markers import logged, typing
from feedback_app.feedback import editing
from feedback_app.feedback.document import from_editor, to_html
from feedback_app.feedback.showing import Beside, Shown
from feedback_app.feedback.showing import typed as shown_as_typed
from feedback_app.feedback.versions import with_later_words
from feedback_app.live.settled import WireGroup
from feedback_app.llm.text.blocks import Block
from feedback_app.ui import wording
from feedback_app.ui.autosave import Autosave, Save, Typed, saved


@dataclass(frozen=True, slots=True)
class _Kept:
    """The outcome of saving a text."""

    save: Save
    shown: Shown | None = None
    beside: Beside | None = None
    """The context it was shown in."""
    conflict: bool = False
    html: str = ""
    """The text of a conflict, to begin the editor with."""


def _typed_text(
    interview_id: str, document: dict[str, Any], stamp: float = 0, base: int = 0
) -> tuple[str, Typed]:
    return interview_id, Typed(document, stamp, base)


class TypedText(Autosave, mixin=True):
    """One text of a person, saved while they type, and the facts shown about it."""

    interview_id: str = ""
    html: str = ""
    """What the editor starts with; only a new `editor_key` makes it start over."""
    editor_key: int = 0
    revision: int = 0
    words: str = ""
    is_empty: bool = True
    save_state: Save = Save()
    conflict: bool = False
    """Whether another tab has saved a different text than the one in this editor."""
    undo_label: str = ""
    """What Undo reverts."""
    submitted: str = ""
    final: list[WireGroup] = []
    """The submitted text."""
    waiting_call: str = ""
    """The draft that waits for the person's choice, because the editor holds their own text."""
    used: str = ""
    """The lines of the notes that the text rests on, as in `resting.Ground`."""
    changed: str = ""
    departs: str = ""
    """Where the text departs from what was recorded, in one sentence."""
    sent_lines: list[int] = []
    unused: int = 0
    _blocks: list[Block] = []
    _mine: dict[str, Any] = {}
    """The document of the editor while another tab's text is in conflict with it."""
    _beside: Beside = Beside()

    @rx.event(background=True, supersedes=True)
    @typing("Wrote feedback")
    @guarded_typing(_typed_text)
    async def edit(
        self, interview_id: str, document: dict[str, Any], stamp: float = 0, base: int = 0
    ) -> None:
        """Take the text as it is typed, and save it once the typing pauses."""
        await self._keep_after_pause(self._keep, self._show_kept)

    @rx.event
    @logged("Saved feedback")
    @guarded
    async def save(self, interview_id: str) -> None:
        """Keep the text now, and count the draft it began as as used."""
        if interview_id != self.interview_id:
            return
        await self._keep_now(self._keep, self._show_kept)
        if self.save_state.status == "failed":
            return
        try:
            await editing.keep(acting_user(), interview_id)
        except AppError as error:
            self.save_state = Save(self.save_state.acked, "failed", error.message)
            return
        self.save_state = saved(self.save_state.acked, wording.now())

    def _shows(self, key: str) -> bool:
        return key != "" and key == self.interview_id

    async def _keep(self, interview_id: str, typed: Typed) -> _Kept:
        """Save one text that was typed; return the outcome."""
        user = acting_user()
        blocks: list[Block] = []
        try:
            blocks = await asyncio.to_thread(from_editor, typed.text)
            text = await editing.save(user, interview_id, blocks, typed.base, self._writer())
            beside = self._beside
            shown = await shown_as_typed(text, beside)
        except ChangedElsewhere as error:
            html = await asyncio.to_thread(to_html, blocks)
            return _Kept(Save(typed.stamp, "failed", error.message), conflict=True, html=html)
        except AppError as error:
            return _Kept(Save(typed.stamp, "failed", error.message))
        return _Kept(saved(typed.stamp, wording.now()), shown, beside)

    def _show_kept(self, interview_id: str, typed: Typed, kept: _Kept) -> None:
        if interview_id != self.interview_id:
            return
        self.save_state, self.conflict = kept.save, kept.conflict
        if kept.conflict:
            # Until one of the two is chosen, further typing is saved over the same revision as this
            # text.
            self.html, self.revision, self._mine = kept.html, typed.base, typed.text
        if kept.shown is not None:
            if kept.shown.revision > self.revision:
                self.undo_label = with_later_words(self.undo_label)
            self._tell_text(kept.shown)
            # Its context may have changed in the meantime, and may already be shown.
            if kept.beside == self._beside:
                self._tell_ground(kept.shown)

    def _begin(self, shown: Shown) -> None:
        self.html, self.editor_key = shown.html, self.editor_key + 1
        self.waiting_call, self.conflict = "", False
        self.save_state = saved(self.save_state.acked, wording.now())
        self._tell(shown)

    def _tell(self, shown: Shown) -> None:
        """Show the facts about the text next to the editor."""
        self._tell_text(shown)
        self._tell_ground(shown)

    def _tell_text(self, shown: Shown) -> None:
        self._blocks, self.revision = shown.blocks, shown.revision
        self.is_empty, self.words = shown.is_empty, shown.words
        if self.submitted and shown.final is not None:
            self.final = shown.final

    def _tell_ground(self, shown: Shown) -> None:
        """Show which lines of the notes the text rests on, and where it departs from the record."""
        self.departs = shown.departs
        self.used, self.changed = shown.ground.used, shown.ground.changed
        self.sent_lines, self.unused = shown.ground.sent_lines, shown.ground.unused

    def _is_typing(self) -> bool:
        return bool(self._waiting) or self.conflict
