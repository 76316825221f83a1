"""The states of the list and of the interview page: guard, call the service, assign."""

import asyncio
from typing import Any, cast
from urllib.parse import unquote

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core import clock
from feedback_app.core.errors import AppError, NotFound, NothingToAssess
from feedback_app.core.markers import generation_event, logged, typing
from feedback_app.feedback import service as feedback
from feedback_app.feedback.live import Live
from feedback_app.feedback.schemas import FeedbackView
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews import service
from feedback_app.interviews.schemas import (
    STATUS_LABELS,
    CompetencyRow,
    InterviewDetail,
    InterviewRecord,
    InterviewRow,
    InterviewStatus,
)
from feedback_app.ui.presence import is_open

ALL = "all"
QUIET_S = 0.4
"""How long the typing must pause before notes are kept."""
LONGEST_WAIT_S = 1.0
"""How long they wait at most while the typing goes on."""


class InterviewListState(rx.State):
    """My interviews: the rows that match the search and the filter."""

    rows: list[InterviewRow] = []
    search: str = ""
    status: str = ALL
    loaded: bool = False

    @rx.event
    @logged("Opened the list of interviews")
    @guarded
    async def load(self) -> None:
        await self._refresh()

    @rx.event
    @typing("Searched the interviews")
    @guarded
    async def find(self, search: str) -> None:
        """Narrow the list to what is searched for."""
        self.search = search[: service.MAX_SEARCH_CHARACTERS]
        await self._refresh()

    @rx.event
    @logged("Filtered the interviews")
    @guarded
    async def show(self, status: str | list[str]) -> None:
        """Narrow the list to one status, or `ALL`."""
        self.status = str(status) if str(status) in STATUS_LABELS else ALL
        await self._refresh()

    @rx.event
    @logged("Reset the filters of the interviews")
    @guarded
    async def reset_filters(self) -> None:
        self.search, self.status = "", ALL
        await self._refresh()

    @rx.event
    @generation_event
    @guarded
    async def draft(self, interview_id: str) -> Any:
        """Open an interview and start its draft there."""
        (await self.get_state(InterviewState))._to_draft = interview_id
        return rx.redirect(routes.interview(interview_id))

    async def _refresh(self) -> None:
        chosen = None if self.status == ALL else cast(InterviewStatus, self.status)
        self.rows = await service.list_mine(acting_user(), self.search, chosen)
        self.loaded = True


class InterviewState(rx.State):
    """One interview: what it is about and what the person records in it."""

    detail: InterviewDetail = InterviewDetail()
    competencies: list[CompetencyRow] = []
    loaded: bool = False
    missing: bool = False
    notes: str = ""
    """What the notes editor starts with: the notes as last kept."""
    revision: int = 0
    """Counts what the editors must start anew with; they are the browser's own in between."""
    notes_status: str = ""
    """`saving`, `saved` or `failed`; empty before the first change."""
    notes_message: str = ""
    reason_message: str = ""

    _unsaved: dict[str, str] = {}
    """Notes by interview that were typed and are not kept yet."""
    _typing_since: float = 0.0
    """When the first of them came, on the monotonic clock; 0 while there are none."""
    _to_draft: str = ""
    """The interview whose draft the list asked for; an address alone starts none."""

    @rx.event
    @logged("Opened an interview")
    @guarded
    async def load(self) -> Any:
        """Show the interview of the page's address, then let the live panel follow."""
        user, interview_id = acting_user(), self._interview_id()
        was_typing = bool(self._unsaved)
        await self._save_waiting()
        try:
            record = await service.record(user, interview_id)
        except NotFound:
            self.missing, self.loaded = True, False
            return None
        same = self.detail.id == interview_id and self.notes == record.notes
        if was_typing or not same or self.competencies != record.competencies:
            self.revision += 1
        self._assign(record)
        asked, self._to_draft = self._to_draft == interview_id, ""
        refusal = await self._start(interview_id) if asked else ""
        self.missing, self.loaded = False, True
        self.notes_status = "saved" if self.detail.notes_saved else ""
        self.notes_message = self.detail.notes_saved and f"Saved {self.detail.notes_saved}"
        self.reason_message = ""
        running = await feedback.running_call(user, interview_id)
        shown = await feedback.view(user, interview_id)
        (await self.get_state(FeedbackState))._show(interview_id, shown)
        live = await self.get_state(Live)
        if running:
            live._join(running)
        else:
            live._show(shown.latest)
        if refusal:
            live._refuse(refusal)
        return Live.follow

    @rx.event
    @logged("Left an interview")
    @guarded
    async def leave(self) -> None:
        """The page was left inside the app: the next interview starts from a skeleton."""
        self.loaded = self.missing = False

    @rx.event(background=True, supersedes=True)
    @typing("Wrote notes")
    @guarded
    async def note(self, interview_id: str, notes: str) -> None:
        """Take the notes as they are typed, and keep them once the typing pauses.

        Every change is sent, so that nothing typed before a reload is lost; a newer call takes
        the place of one that still waits.
        """
        async with self:
            self._unsaved[interview_id] = notes
            self._typing_since = self._typing_since or clock.monotonic()
            waited_s = clock.monotonic() - self._typing_since
            if self.detail.id == interview_id:
                self.notes_status, self.notes_message = "saving", "Saving…"
        await asyncio.sleep(max(0.0, min(QUIET_S, LONGEST_WAIT_S - waited_s)))
        async with self:
            waiting = dict(self._unsaved)
        if not waiting:
            return
        results = {key: await self._kept(key, text) for key, text in waiting.items()}
        shown = await feedback.view(acting_user(), interview_id)
        is_seen = await is_open(self)
        async with self:
            for key, (status, message) in results.items():
                if is_seen:
                    self._tell(key, waiting[key], status, message)
                else:
                    self._wait_no_more(key, waiting[key])
            if is_seen and self.detail.id == interview_id:
                await self._show_evidence(shown)

    @rx.event
    @typing("Wrote notes")
    @guarded
    async def save_notes(self, interview_id: str, notes: str) -> None:
        """Keep the notes at once: the editor was left."""
        self._unsaved[interview_id] = notes
        await self._save_waiting()
        await self._evidence_changed(interview_id)

    @rx.event
    @logged("Rated a competency")
    @guarded
    async def rate(self, interview_id: str, competency_id: str, rating: str) -> None:
        """Rate a competency `1` to `4`; anything else takes the rating back."""
        value = int(rating) if rating in {"1", "2", "3", "4"} else None
        await service.rate(acting_user(), interview_id, competency_id, value)
        await self._reload(interview_id)

    @rx.event
    @typing("Gave a reason for a rating")
    @guarded
    async def give_reason(self, interview_id: str, competency_id: str, reason: str) -> None:
        """Keep the reason for a rating."""
        self.reason_message = ""
        try:
            await service.give_reason(acting_user(), interview_id, competency_id, reason)
        except AppError as error:
            self.reason_message = error.message
            return
        await self._reload(interview_id)

    @rx.event
    @logged("Gave a recommendation")
    @guarded
    async def recommend(self, interview_id: str, recommendation: str) -> None:
        """Keep the person's own overall recommendation."""
        await service.recommend(acting_user(), interview_id, recommendation)
        await self._reload(interview_id)

    async def _save_waiting(self) -> None:
        """Keep whatever was typed and not kept yet."""
        for interview_id, notes in dict(self._unsaved).items():
            self._tell(interview_id, notes, *await self._kept(interview_id, notes))

    async def _kept(self, interview_id: str, notes: str) -> tuple[str, str]:
        """Keep notes; the status and the message that tell how it went."""
        try:
            saved = await service.save_notes(acting_user(), interview_id, notes)
        except AppError as error:
            return "failed", error.message
        return "saved", f"Saved {saved}"

    def _wait_no_more(self, interview_id: str, notes: str) -> None:
        if self._unsaved.get(interview_id) == notes:
            del self._unsaved[interview_id]
            self._typing_since = 0.0

    def _tell(self, interview_id: str, notes: str, status: str, message: str) -> None:
        self._wait_no_more(interview_id, notes)
        if self.detail.id == interview_id:
            if status == "saved":
                self.notes = notes
            self.notes_status, self.notes_message = status, message

    async def _start(self, interview_id: str) -> str:
        """Start a draft; why not, where it was refused."""
        try:
            await feedback.start(acting_user(), interview_id)
        except NothingToAssess:
            return ""  # The panel says so all the time.
        except AppError as error:
            return error.message
        return ""

    def _assign(self, record: InterviewRecord) -> None:
        self.detail, self.notes = record.detail, record.notes
        self.competencies = record.competencies

    async def _reload(self, interview_id: str) -> None:
        if self.detail.id != interview_id:
            return
        self._assign(await service.record(acting_user(), interview_id))
        await self._evidence_changed(interview_id)

    async def _evidence_changed(self, interview_id: str) -> None:
        await self._show_evidence(await feedback.view(acting_user(), interview_id))

    async def _show_evidence(self, shown: FeedbackView) -> None:
        (await self.get_state(FeedbackState))._show_evidence(shown)

    def _interview_id(self) -> str:
        """The id in the page's address, as the browser gave it."""
        return unquote(str(self.router.url.path).rstrip("/").rpartition("/")[2])
