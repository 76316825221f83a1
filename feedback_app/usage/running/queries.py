"""The SQL of running calls; the acting administrator sees only those of their company."""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import CallStatus, Candidate, Draft, Interview, LlmCall, User

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RunningRecord:
    """A running call, whom it concerns, and its text at the last checkpoint."""

    call: LlmCall
    person: str
    candidate: str | None
    interview_kind: str | None
    text: str


async def running(session: AsyncSession, user: CurrentUser) -> list[RunningRecord]:
    """The company's running calls, the longest running first, at most `MOST_SHOWN`."""
    query = (
        select(LlmCall, User.name, Candidate.name, Interview.kind)
        .join(User, col(User.id) == LlmCall.user_id)
        .join(Interview, col(Interview.id) == LlmCall.subject_id, isouter=True)
        .join(Candidate, col(Candidate.id) == Interview.candidate_id, isouter=True)
        .where(LlmCall.company_id == user.company_id, LlmCall.status == CallStatus.RUNNING)
        .order_by(col(LlmCall.started_at), col(LlmCall.id))
        .limit(MOST_SHOWN)
    )
    rows = (await session.exec(query)).all()
    if not rows:
        return []
    ids = [call.id for call, *_ in rows]
    drafts = await session.exec(
        select(Draft.llm_call_id, Draft.text).where(col(Draft.llm_call_id).in_(ids))
    )
    texts = dict(drafts.all())
    return [RunningRecord(*row, text=texts.get(row[0].id, "")) for row in rows]


async def require_call(session: AsyncSession, user: CurrentUser, call_id: str) -> None:
    """Check that the call is the company's.

    Raises:
        NotFound: no such call, or another company's.
    """
    found = await session.exec(
        select(LlmCall.id).where(LlmCall.id == call_id, LlmCall.company_id == user.company_id)
    )
    if found.first() is None:
        raise NotFound
