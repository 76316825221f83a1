"""The SQL of a call's trace; the acting administrator sees only calls of their company."""

from dataclasses import dataclass

from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import Candidate, Draft, Interview, Job, LlmCall, Scorecard, User


@dataclass(frozen=True, slots=True)
class TracedInterview:
    """What a call was about."""

    candidate: str
    interview_kind: str
    job: str


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """A call, whom it concerns and what is still stored of it."""

    call: LlmCall
    person: User
    subject: TracedInterview | None
    draft: Draft | None
    submitted: bool
    """Whether the person has submitted their feedback on the interview the call was about."""


async def trace(session: AsyncSession, user: CurrentUser, call_id: str) -> TraceRecord:
    """One call of the company.

    Raises:
        NotFound: no such call, or another company's.
    """
    found = (
        await session.exec(
            select(LlmCall, User, Draft, Scorecard.submitted_at)
            .join(User, col(User.id) == LlmCall.user_id)
            .join(Draft, col(Draft.llm_call_id) == LlmCall.id, isouter=True)
            .join(
                Scorecard,
                and_(
                    col(Scorecard.interview_id) == LlmCall.subject_id,
                    col(Scorecard.user_id) == LlmCall.user_id,
                ),
                isouter=True,
            )
            .where(LlmCall.id == call_id, LlmCall.company_id == user.company_id)
        )
    ).first()
    if found is None:
        raise NotFound
    call, person, draft, submitted_at = found
    about = (
        await session.exec(
            select(Candidate.name, Interview.kind, Job.title)
            .join(Interview, col(Interview.candidate_id) == Candidate.id)
            .join(Job, col(Job.id) == Interview.job_id)
            .where(Interview.id == call.subject_id, Interview.company_id == user.company_id)
        )
    ).first()
    return TraceRecord(
        call, person, TracedInterview(*about) if about else None, draft, submitted_at is not None
    )
