"""The SQL of interviews. Every query takes the acting user and sees only what they take part in."""

from typing import Any

import sqlalchemy
from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import (
    Candidate,
    Competency,
    CompetencyRating,
    Department,
    Interview,
    Job,
    Scorecard,
)
from feedback_app.interviews.schemas import InterviewStatus

ListedInterview = tuple[Interview, Scorecard, Candidate, Job, Department]


def _mine(user: CurrentUser) -> Any:
    return (
        sqlalchemy.select(Interview, Scorecard, Candidate, Job, Department)
        .join(Scorecard, col(Scorecard.interview_id) == Interview.id)
        .join(Candidate, col(Candidate.id) == Interview.candidate_id)
        .join(Job, col(Job.id) == Interview.job_id)
        .join(Department, col(Department.id) == Job.department_id)
        .where(col(Scorecard.user_id) == user.id, col(Interview.company_id) == user.company_id)
    )


async def list_interviews(
    session: AsyncSession, user: CurrentUser, search: str, status: InterviewStatus | None
) -> list[ListedInterview]:
    """The person's interviews, newest first; `search` looks in candidate, job and kind."""
    statement = _mine(user).order_by(col(Interview.held_at).desc(), col(Interview.id).desc())
    for word in search.split():
        pattern = f"%{_escaped(word.lower())}%"
        statement = statement.where(
            or_(
                *(
                    func.lower(column).like(pattern, escape="\\")
                    for column in (Candidate.name, Job.title, Interview.kind, Department.name)
                )
            )
        )
    match status:
        case "submitted":
            statement = statement.where(col(Scorecard.submitted_at).is_not(None))
        case "draft":
            statement = statement.where(
                col(Scorecard.submitted_at).is_(None), col(Scorecard.feedback) != ""
            )
        case "to_do":
            statement = statement.where(
                col(Scorecard.submitted_at).is_(None), col(Scorecard.feedback) == ""
            )
    return list((await session.exec(statement)).all())


async def interviews_after(
    session: AsyncSession, user: CurrentUser, older_than: Interview | None, limit: int
) -> list[ListedInterview]:
    """The person's newest interviews, or the next ones after `older_than`, newest first."""
    held_at, interview_id = col(Interview.held_at), col(Interview.id)
    statement = _mine(user).order_by(held_at.desc(), interview_id.desc()).limit(limit)
    if older_than is not None:
        statement = statement.where(
            or_(
                held_at < older_than.held_at,
                (held_at == older_than.held_at) & (interview_id < older_than.id),
            )
        )
    return list((await session.exec(statement)).all())


async def rated_interviews(session: AsyncSession, user: CurrentUser) -> set[str]:
    """The ids of the person's interviews with at least one rating or reason."""
    rows = await session.exec(
        select(Scorecard.interview_id)
        .join(CompetencyRating, col(CompetencyRating.scorecard_id) == Scorecard.id)
        .where(
            Scorecard.user_id == user.id,
            or_(col(CompetencyRating.rating).is_not(None), col(CompetencyRating.reason) != ""),
        )
        .distinct()
    )
    return set(rows.all())


async def interview_of(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> ListedInterview:
    """One of the person's interviews.

    Raises:
        NotFound: no such interview, another company's, or one the person takes no part in.
    """
    found = (await session.exec(_mine(user).where(Interview.id == interview_id))).first()
    if found is None:
        raise NotFound
    return found


async def own_interview(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Interview | None:
    """One of the person's interviews, `None` for anything else."""
    found = (await session.exec(_mine(user).where(Interview.id == interview_id))).first()
    return found[0] if found else None


async def rating_for(
    session: AsyncSession, scorecard: Scorecard, competency_id: str
) -> CompetencyRating:
    """The scorecard's rating of a competency of its job, a new empty one where there is none.

    Raises:
        NotFound: the competency is not one of the interview's job.
    """
    belongs = await session.exec(
        select(Competency.id)
        .join(Interview, col(Interview.job_id) == Competency.job_id)
        .where(Competency.id == competency_id, Interview.id == scorecard.interview_id)
    )
    if belongs.first() is None:
        raise NotFound
    existing = await session.get(CompetencyRating, (scorecard.id, competency_id))
    return existing or CompetencyRating(scorecard_id=scorecard.id, competency_id=competency_id)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
