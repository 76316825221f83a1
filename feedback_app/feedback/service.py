"""Decides about feedback: drafting it, keeping it, submitting it. Knows nothing of pages."""

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import (
    AlreadySubmitted,
    Invalid,
    NotFound,
    NothingToAssess,
    error_named,
)
from feedback_app.core.text import storable
from feedback_app.db.models import CallStatus, Draft, LlmCall
from feedback_app.db.session import database
from feedback_app.feedback import queries
from feedback_app.feedback.schemas import DraftMeta, DraftView, FeedbackView, QuoteView
from feedback_app.llm.assessment import Assessment
from feedback_app.llm.blocks import block_from_dict, parse_blocks
from feedback_app.llm.prompts import FEEDBACK_OPERATION
from feedback_app.llm.streams import Owner
from feedback_app.llm.supervisor import generations
from feedback_app.ui import wording

MAX_FEEDBACK_CHARACTERS = 50_000
LENGTH_NOTICE = "The answer reached its length limit and may end in mid-sentence."


def owner_of(user: CurrentUser, interview_id: str) -> Owner:
    """The key of this person's feedback generation for this interview."""
    return Owner(user.company_id, user.id, interview_id, FEEDBACK_OPERATION)


async def start(user: CurrentUser, interview_id: str) -> str:
    """Start drafting, or join the draft that is being written; the call's id.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        NothingToAssess: no note, rating or reason yet.
        RateLimited: too many starts within a minute.
        ConcurrencyLimit: too many drafts are being written.
        BudgetExceeded: too little of a budget is left, or the model's price is not known.
    """
    async with database().read() as session:
        scorecard = await queries.scorecard_of(session, user, interview_id)
    if scorecard.submitted_at:
        raise AlreadySubmitted

    async def load() -> Assessment:
        async with database().read() as session:
            assessment = await queries.load_assessment(session, user, interview_id)
        if not assessment.has_evidence:
            raise NothingToAssess
        return assessment

    return await generations().start(owner_of(user, interview_id), load)


async def stop(user: CurrentUser, interview_id: str) -> bool:
    """Stop this person's running draft of this interview; whether there was one."""
    running = await generations().hub.running(owner_of(user, interview_id))
    return running is not None and await generations().stop(running.call_id)


async def running_call(user: CurrentUser, interview_id: str) -> str:
    """The id of this person's draft of this interview that is being written; empty if none is."""
    running = await generations().hub.running(owner_of(user, interview_id))
    return running.call_id if running else ""


async def view(user: CurrentUser, interview_id: str) -> FeedbackView:
    """The person's feedback and drafts.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        scorecard = await queries.scorecard_of(session, user, interview_id)
        assessment = await queries.load_assessment(session, user, interview_id)
        drafts = await queries.drafts_of(session, user, interview_id)
    ended = [(call, draft) for call, draft in drafts if call.status != CallStatus.RUNNING]
    kept = [(call, draft) for call, draft in ended if draft.discarded_at is None]
    origin = next((draft for call, draft in drafts if call.id == scorecard.feedback_call_id), None)
    return FeedbackView(
        feedback=scorecard.feedback,
        saved_at=wording.moment(scorecard.feedback_saved_at),
        submitted_at=wording.moment(scorecard.submitted_at),
        has_evidence=assessment.has_evidence,
        has_recommendation=assessment.recommendation is not None,
        latest=draft_view(*ended[0]) if ended and ended[0] in kept else None,
        history=[draft_meta(call) for call, _ in kept],
        offline=generations().offline,
        model=generations().model,
        quote=await _quote(user, interview_id, assessment),
        origin_call=origin.llm_call_id if origin else "",
        origin_text=origin.text if origin else "",
    )


async def draft(user: CurrentUser, call_id: str) -> DraftView:
    """One of the person's own drafts.

    Raises:
        NotFound: no such draft, or somebody else's.
    """
    async with database().read() as session:
        return draft_view(*await queries.draft_of(session, user, call_id))


async def save(user: CurrentUser, interview_id: str, text: str, call_id: str) -> str:
    """Keep the feedback; when it was saved, for people. `call_id` names the draft it began as.

    Raises:
        NotFound: not an interview, or not a draft, of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: longer than `MAX_FEEDBACK_CHARACTERS`.
    """
    _check_length(text)
    async with database().write() as session:
        scorecard = await queries.scorecard_of(session, user, interview_id)
        if scorecard.submitted_at:
            raise AlreadySubmitted
        if call_id:
            call, _ = await queries.draft_of(session, user, call_id)
            if call.interview_id != interview_id:
                raise NotFound
        scorecard.feedback = storable(text)
        scorecard.feedback_saved_at = clock.now()
        scorecard.feedback_call_id = call_id or None
        session.add(scorecard)
        await queries.mark_saved_call(session, user, interview_id, call_id or None)
    return wording.moment(scorecard.feedback_saved_at)


async def submit(user: CurrentUser, interview_id: str) -> str:
    """Make the saved feedback final; when it was submitted, for people.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: it is final already.
        Invalid: no saved feedback, or no recommendation, yet.
    """
    async with database().write() as session:
        scorecard = await queries.scorecard_of(session, user, interview_id)
        if scorecard.submitted_at:
            raise AlreadySubmitted
        if not scorecard.feedback.strip():
            raise Invalid("Write and save your feedback before you submit it.")
        if not scorecard.recommendation:
            raise Invalid("Give your own recommendation before you submit.")
        scorecard.submitted_at = clock.now()
        session.add(scorecard)
    return wording.moment(scorecard.submitted_at)


async def discard(user: CurrentUser, call_id: str) -> None:
    """Put a draft out of sight; its call stays in the ledger.

    Raises:
        NotFound: no such draft, or somebody else's.
        Invalid: it is still being written.
    """
    async with database().write() as session:
        call, found = await queries.draft_of(session, user, call_id)
        if call.status == CallStatus.RUNNING:
            raise Invalid("Stop the draft before you discard it.")
        found.discarded_at = clock.now()
        session.add(found)


async def _quote(user: CurrentUser, interview_id: str, assessment: Assessment) -> QuoteView:
    quote = await generations().quote(owner_of(user, interview_id), assessment)
    return QuoteView(
        text=wording.quote(quote.cost.microusd, quote.left_microusd),
        warning=quote.warning,
        refusal=quote.refusal.message if quote.refusal else "",
    )


def _check_length(text: str) -> None:
    if len(text) > MAX_FEEDBACK_CHARACTERS:
        raise Invalid(
            f"Feedback may have {MAX_FEEDBACK_CHARACTERS:,} characters; this has {len(text):,}. "
            "Shorten it to save it."
        )


def draft_meta(call: LlmCall) -> DraftMeta:
    """What the call took, in words."""
    return DraftMeta(
        call_id=call.id,
        status=call.status,
        model=call.resolved_model or call.requested_model,
        tokens=wording.tokens(
            call.prompt_tokens + call.completion_tokens, estimated=call.tokens_estimated
        ),
        cost=wording.cost(call.cost_microusd),
        duration=wording.duration(call.latency_ms),
        when=wording.moment(call.started_at),
        error=error_named(call.error_code).sentence if call.error_code else "",
        notice=LENGTH_NOTICE if call.finish_reason == "length" else "",
    )


def draft_view(call: LlmCall, draft: Draft) -> DraftView:
    """The draft as the panel shows it."""
    stored = [block_from_dict(block) for block in draft.blocks]
    return DraftView(
        meta=draft_meta(call),
        text=draft.text,
        blocks=stored or parse_blocks(draft.text),
    )
