"""The SQL of drafts of feedback. Every query sees only the acting person's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy import select as select_values
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db import rollups
from feedback_app.db.models import (
    FEEDBACK,
    CallStatus,
    Draft,
    LlmCall,
    Scorecard,
)
from feedback_app.feedback.evidence.resting import Source

HISTORY_LENGTH = 20


def _own_calls(user: CurrentUser) -> tuple[ColumnElement[bool], ...]:
    """The condition for the person's calls that draft feedback, of any interview."""
    return (
        col(LlmCall.user_id) == user.id,
        col(LlmCall.company_id) == user.company_id,
        col(LlmCall.operation) == FEEDBACK,
    )


async def drafts_of(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> list[tuple[LlmCall, Draft]]:
    """The person's drafts for an interview, newest first, at most `HISTORY_LENGTH`."""
    rows = await session.exec(
        select(LlmCall, Draft)
        .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
        .where(*_own_calls(user), LlmCall.subject_id == interview_id)
        .order_by(col(LlmCall.id).desc())
        .limit(HISTORY_LENGTH)
    )
    return [(call, draft) for call, draft in rows.all()]


async def draft_of(session: AsyncSession, user: CurrentUser, call_id: str) -> tuple[LlmCall, Draft]:
    """One of the person's own drafts of feedback.

    Raises:
        NotFound: no such draft, somebody else's, or another operation's.
    """
    found = (
        await session.exec(
            select(LlmCall, Draft)
            .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
            .where(*_own_calls(user), LlmCall.id == call_id)
        )
    ).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one person's drafts about one interview."""

    origin: Source | None
    """That of the draft their feedback started from; `None` if it is all their own."""
    latest: Source | None
    """That of the newest draft that finished and is not discarded."""


async def sources_of(session: AsyncSession, user: CurrentUser, scorecard: Scorecard) -> Sources:
    """The sources of the feedback's draft and of the newest draft; their texts are not read.

    Raises:
        NotFound: the draft that the feedback started from is not one of the person's.
    """
    counts = and_(
        col(LlmCall.status) == CallStatus.COMPLETE,
        col(Draft.discarded_at).is_(None),
    )
    # By subject and person alone: the company's index has far more calls, and SQLite prefers it.
    newest = (
        select(LlmCall.id)
        .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
        .where(
            LlmCall.subject_id == scorecard.interview_id,
            LlmCall.user_id == user.id,
            LlmCall.operation == FEEDBACK,
            counts,
        )
        .order_by(col(LlmCall.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    origin_id = scorecard.feedback_call_id
    asked = (
        select_values(
            col(LlmCall.id),
            counts,
            col(Draft.notes),
            col(Draft.judgements),
            col(Draft.cites) != "",
        )
        .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
        .where(*_own_calls(user), col(LlmCall.id).in_([newest, origin_id or ""]))
        .order_by(col(LlmCall.id).desc())
    )
    rows = await (await session.connection()).execute(asked)
    origin = latest = None
    for call_id, does_count, notes, judgements, cites in rows:
        source = Source(notes, judgements, cites)
        if call_id == origin_id:
            origin = source
        if does_count and latest is None:
            latest = source
    if origin_id and origin is None:
        raise NotFound
    return Sources(origin, latest)


async def mark_saved_call(
    session: AsyncSession, user: CurrentUser, interview_id: str, call_id: str | None
) -> None:
    """Flag the one call whose draft the saved feedback started from; clear the others' flags."""
    flag = col(LlmCall.saved_as_feedback)
    of_theirs = and_(
        col(LlmCall.subject_id) == interview_id,
        col(LlmCall.user_id) == user.id,
        col(LlmCall.operation) == FEEDBACK,
    )
    others = and_(of_theirs, flag, col(LlmCall.id) != (call_id or ""))
    this = and_(of_theirs, ~flag, col(LlmCall.id) == call_id)
    await rollups.move_saved(
        session,
        unsaved=await _flagged(session, others, False),
        saved=await _flagged(session, this, True) if call_id else [],
    )


async def _flagged(
    session: AsyncSession, which: ColumnElement[bool], saved: bool
) -> Sequence[LlmCall]:
    """Set the flag on these calls; return them, locked until the transaction ends."""
    changed = await session.exec(
        update(LlmCall)
        .where(which)
        .values(saved_as_feedback=saved)
        .returning(LlmCall)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return changed.scalars().all()
