"""Starts, stops, shows and discards drafts of feedback.

The person's own text is kept by `editing`; `submitting` makes it final.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import (
    AlreadySubmitted,
    Invalid,
    NothingToAssess,
)
from feedback_app.db.models import (
    DISCARDED_TEXT_FOR,
    CallStatus,
    Draft,
    LlmCall,
    TextVersion,
    VersionKind,
)
from feedback_app.db.session import database
from feedback_app.feedback import reading
from feedback_app.feedback.assessment import Assessment
from feedback_app.feedback.editing import drawn, written
from feedback_app.feedback.evidence.departing import Recorded, departure, recorded_in
from feedback_app.feedback.operation import OPERATION, brief_of
from feedback_app.feedback.queries import draft_rows, scorecard_rows, version_rows
from feedback_app.feedback.queries.draft_rows import Sources
from feedback_app.feedback.queries.scorecard_rows import Record
from feedback_app.feedback.schemas import (
    DraftView,
    Evidence,
    FeedbackView,
    HistoryEntry,
)
from feedback_app.feedback.showing import Beside, Shown, begun, typed
from feedback_app.feedback.submitting import panel, within_grace
from feedback_app.feedback.versions import FEEDBACK, undo_label
from feedback_app.live.calls import call_meta, quote_of
from feedback_app.live.view import fill_slots
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.operation import Brief, Run
from feedback_app.llm.owner import Owner
from feedback_app.ui import wording

OPENING_CHARACTERS = 90
VERSION_LABELS = {
    VersionKind.DRAFT: "Before the draft was taken",
    VersionKind.REPLACED: "Before it was replaced",
    VersionKind.APPENDED: "Before a draft was appended",
    VersionKind.REWRITTEN: "Before a line was placed",
    VersionKind.DISCARDED: "Before the draft was discarded",
    VersionKind.RESTORED: "Before a version was brought back",
    VersionKind.UNDONE: "Before Undo",
    VersionKind.TYPED: "While you wrote",
    VersionKind.ELSEWHERE: "Written in another tab, not saved over the text",
}
_NO_MARKDOWN = str.maketrans("", "", "#*_`>~")


def owner_of(user: CurrentUser, interview_id: str) -> Owner:
    """The key of this person's feedback generation for this interview."""
    return OPERATION.owner(user.company_id, user.id, interview_id)


async def start(user: CurrentUser, interview_id: str) -> str:
    """Start drafting, or join the draft that is being written; return the call's id.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        NothingToAssess: no note, rating or reason yet.
        RateLimited: too many starts within a minute.
        ConcurrencyLimit: too many drafts are being written.
        BudgetExceeded: too little of a budget is left, or the model's price is not known.
    """
    async with database().read() as session:
        scorecard = await scorecard_rows.scorecard_of(session, user, interview_id)
    if scorecard.submitted_at:
        raise AlreadySubmitted

    async def load() -> Brief:
        async with database().read() as session:
            record = await scorecard_rows.record_of(session, user, interview_id)
        assessment = await reading.ready(record)
        if not assessment.has_evidence:
            raise NothingToAssess
        return await brief_of(assessment)

    return await generations().start(_run(user, interview_id, load))


def _run(user: CurrentUser, interview_id: str, load: Callable[[], Awaitable[Brief]]) -> Run:
    return Run(OPERATION, owner_of(user, interview_id), load)


async def view(user: CurrentUser, interview_id: str) -> FeedbackView:
    """The person's feedback and drafts.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        record = await scorecard_rows.record_of(session, user, interview_id)
        scorecard = record.scorecard
        sources = await draft_rows.sources_of(session, user, scorecard)
        drafts = await draft_rows.drafts_of(session, user, interview_id)
        versions = await version_rows.versions_of(session, scorecard.id, FEEDBACK)
        undo = await undo_label(session, scorecard)
    assessment = await reading.ready(record)
    ended = [(call, draft) for call, draft in drafts if call.status != CallStatus.RUNNING]
    kept = [(call, draft) for call, draft in ended if draft.discarded_at is None]
    text = await written(scorecard)
    beside = _beside(assessment, sources)
    latest = ended[0] if ended and ended[0] in kept else None
    return FeedbackView(
        text=text,
        undo=undo,
        saved_at=wording.local_time(scorecard.feedback_saved_at),
        submitted_at=wording.local_time(scorecard.submitted_at),
        evidence=await _evidence(user, record, assessment, await begun(text, beside), beside),
        latest=await draft_view(*latest, beside.recorded) if latest else None,
        history=await asyncio.to_thread(_history, kept, versions),
        offline=generations().offline,
        model=generations().model,
        may_reopen_freely=within_grace(scorecard),
        panel=await panel(user, interview_id),
        drafts=[call_meta(call) for call, _ in kept],
    )


async def evidence(user: CurrentUser, interview_id: str) -> Evidence:
    """What a draft would be made from, and what it would cost.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        record = await scorecard_rows.record_of(session, user, interview_id)
        sources = await draft_rows.sources_of(session, user, record.scorecard)
    assessment = await reading.ready(record)
    beside = _beside(assessment, sources)
    shown = await typed(await written(record.scorecard), beside)
    return await _evidence(user, record, assessment, shown, beside)


async def _evidence(
    user: CurrentUser, record: Record, assessment: Assessment, shown: Shown, beside: Beside
) -> Evidence:
    run = _run(user, record.scorecard.interview_id, lambda: brief_of(assessment))
    return Evidence(
        has_evidence=assessment.has_evidence,
        has_recommendation=assessment.recommendation is not None,
        quote=await quote_of(run),
        questions=await reading.questions_about(record),
        beside=beside,
        text=shown,
    )


def _beside(assessment: Assessment, sources: Sources) -> Beside:
    return Beside(
        sent=sources.origin,
        latest=sources.latest,
        notes=assessment.notes,
        judgements=assessment.judgements,
        recorded=recorded_in(assessment),
    )


async def draft(user: CurrentUser, call_id: str) -> DraftView:
    """One of the person's own drafts.

    Raises:
        NotFound: no such draft, or somebody else's.
    """
    async with database().read() as session:
        call, found = await draft_rows.draft_of(session, user, call_id)
        record = await scorecard_rows.record_of(session, user, call.subject_id)
    assessment = await reading.ready(record)
    return await draft_view(call, found, recorded_in(assessment))


async def discard(user: CurrentUser, call_id: str) -> None:
    """Discard a draft; its call stays in the ledger.

    Raises:
        NotFound: no such draft, or somebody else's.
        Invalid: it is still being written.
    """
    async with database().write() as session:
        call, found = await draft_rows.draft_of(session, user, call_id)
        if call.status == CallStatus.RUNNING:
            raise Invalid("Stop the draft before you discard it.")
        found.discarded_at = clock.now()
        session.add(found)


async def bring_back(user: CurrentUser, call_id: str) -> None:
    """Restore a discarded draft.

    Raises:
        NotFound: no such draft, or somebody else's.
        Invalid: it was discarded so long ago that its text has been deleted.
    """
    async with database().write() as session:
        _, found = await draft_rows.draft_of(session, user, call_id)
        if found.discarded_at and found.discarded_at < clock.now() - DISCARDED_TEXT_FOR:
            raise Invalid("This draft was discarded more than a day ago and cannot be restored.")
        found.discarded_at = None
        session.add(found)


async def draft_view(call: LlmCall, draft: Draft, recorded: Recorded) -> DraftView:
    """The draft as the panel shows it."""
    return await asyncio.to_thread(_draft_view, call, draft, recorded)


def _draft_view(call: LlmCall, draft: Draft, recorded: Recorded) -> DraftView:
    meta = call_meta(call, departure(draft.text, recorded))
    return DraftView(meta=meta, text=draft.text, slots=fill_slots(drawn(draft)))


def _history(
    drafts: Sequence[tuple[LlmCall, Draft]], versions: Sequence[TextVersion]
) -> list[HistoryEntry]:
    return [*map(_draft_entry, drafts), *map(_version_entry, versions)]


def _draft_entry(found: tuple[LlmCall, Draft]) -> HistoryEntry:
    call, draft = found
    label = "Draft" if call.status == CallStatus.COMPLETE else "Unfinished draft"
    return HistoryEntry(
        id=call.id,
        kind="draft",
        label=label,
        when=wording.moment(call.started_at),
        words=_words(draft.text),
        opening=_opening(draft.text),
    )


def _version_entry(version: TextVersion) -> HistoryEntry:
    return HistoryEntry(
        id=version.id,
        kind="version",
        label=VERSION_LABELS[VersionKind(version.kind)],
        when=wording.moment(version.at),
        words=_words(version.text),
        opening=_opening(version.text),
    )


def _words(text: str) -> str:
    count = sum(any(map(str.isalnum, word)) for word in text.split())
    return f"{count:,} word{'' if count == 1 else 's'}"


def _opening(text: str) -> str:
    """The first words of a text, to distinguish it from others."""
    plain = " ".join(text[:400].translate(_NO_MARKDOWN).split())
    return plain if len(plain) <= OPENING_CHARACTERS else plain[:OPENING_CHARACTERS] + "…"
