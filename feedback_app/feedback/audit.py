"""The ledger audit's checks of feedback: which call it says it started from."""

from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import INTERVIEW, Interview, LlmCall, Scorecard
from feedback_app.llm.audit.finding import Finding, fetch, of_company


class FeedbackCheck(StrEnum):
    """The names of the checks."""

    ORIGIN = "feedback_origin"
    SAVED_FLAG = "saved_flag"


async def origins(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Feedback that names a draft which is not one of that person's for that interview."""
    query = (
        select(col(Scorecard.feedback_call_id), col(LlmCall.id))
        .join(Interview, col(Interview.id) == col(Scorecard.interview_id))
        .outerjoin(LlmCall, col(LlmCall.id) == col(Scorecard.feedback_call_id))
        .where(
            col(Scorecard.feedback_call_id).is_not(None),
            or_(
                col(LlmCall.id).is_(None),
                col(LlmCall.user_id) != col(Scorecard.user_id),
                col(LlmCall.subject_id) != col(Scorecard.interview_id),
            ),
        )
    )
    if company_id is not None:
        query = query.where(col(Interview.company_id) == company_id)
    return [
        Finding(
            FeedbackCheck.ORIGIN,
            named,
            "Feedback says it started from this call's draft, but there is no such call."
            if existing is None
            else "Feedback says it started from this call's draft, which is of another person or "
            "interview.",
        )
        for named, existing in await fetch(session, query)
    ]


async def saved_flags(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Calls whose flag contradicts the scorecard about whether they became feedback.

    A call without an interview has no scorecard to agree with.
    """
    flagged = col(LlmCall.saved_as_feedback)
    names_it = (
        select(col(Scorecard.id))
        .where(
            col(Scorecard.interview_id) == col(LlmCall.subject_id),
            col(Scorecard.user_id) == col(LlmCall.user_id),
            col(Scorecard.feedback_call_id) == col(LlmCall.id),
            col(Scorecard.feedback_kept),
        )
        .exists()
    )
    query = select(col(LlmCall.id), flagged).where(
        of_company(company_id),
        col(LlmCall.subject_kind) == INTERVIEW,
        col(LlmCall.subject_id) != "",
        or_(and_(flagged, ~names_it), and_(~flagged, names_it)),
    )
    sentences = {
        True: "The call is marked as saved, but no feedback began as its draft.",
        False: "Feedback started from this call's draft, but the call is not marked as saved.",
    }
    return [
        Finding(FeedbackCheck.SAVED_FLAG, call_id, sentences[marked])
        for call_id, marked in await fetch(session, query)
    ]
