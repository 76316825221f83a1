"""The SQL of jobs. Every query takes the acting administrator and sees only their company."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import (
    CallStatus,
    Competency,
    CompetencyRating,
    Department,
    Draft,
    Interview,
    Job,
    LlmCall,
)
from feedback_app.hiring.operation import OPERATION


async def job_of(
    session: AsyncSession, admin: CurrentUser, job_id: str, *, lock: bool = False
) -> Job:
    """One job; with `lock`, nobody else can change it until the transaction ends.

    Raises:
        NotFound: no such job, or another company's.
    """
    statement = select(Job).where(Job.id == job_id, Job.company_id == admin.company_id)
    found = (await session.exec(statement.with_for_update() if lock else statement)).first()
    if found is None:
        raise NotFound
    return found


async def department_of(session: AsyncSession, job: Job) -> str:
    """The name of the job's department."""
    return (await session.get_one(Department, job.department_id)).name


async def competencies_of(session: AsyncSession, job: Job) -> Sequence[Competency]:
    """The job's competencies in order."""
    rows = await session.exec(
        select(Competency)
        .where(Competency.job_id == job.id)
        .order_by(col(Competency.position), col(Competency.id))
    )
    return rows.all()


async def rated_among(session: AsyncSession, competencies: Sequence[Competency]) -> set[str]:
    """The ids of those that some scorecard says anything about."""
    ids = [competency.id for competency in competencies]
    rows = await session.exec(
        select(CompetencyRating.competency_id)
        .where(
            col(CompetencyRating.competency_id).in_(ids),
            or_(
                col(CompetencyRating.rating).is_not(None),
                col(CompetencyRating.not_assessed),
                col(CompetencyRating.reason) != "",
            ),
        )
        .distinct()
    )
    return set(rows.all())


async def remove_competencies(
    session: AsyncSession, job: Job, competencies: Sequence[Competency]
) -> None:
    """Delete competencies that nobody has rated, also from what the job's interviews cover."""
    if not competencies:
        return
    gone = {competency.id for competency in competencies}
    rows = await session.exec(
        select(CompetencyRating).where(col(CompetencyRating.competency_id).in_(gone))
    )
    for rating in rows.all():
        await session.delete(rating)
    interviews = await session.exec(select(Interview).where(Interview.job_id == job.id))
    for interview in interviews.all():
        if gone & set(interview.covers):
            interview.covers = [kept for kept in interview.covers if kept not in gone]
            session.add(interview)
    await session.flush()
    for competency in competencies:
        await session.delete(competency)
    await session.flush()


async def proposal_of(
    session: AsyncSession, admin: CurrentUser, call_id: str
) -> tuple[LlmCall, Draft]:
    """One of the company's calls that read a job description.

    Raises:
        NotFound: no such call, another company's, or another operation's.
    """
    rows = await session.exec(
        select(LlmCall, Draft)
        .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
        .where(
            LlmCall.id == call_id,
            LlmCall.company_id == admin.company_id,
            LlmCall.operation == OPERATION.name,
        )
    )
    found = rows.first()
    if found is None:
        raise NotFound
    return found


async def latest_of(session: AsyncSession, job: Job) -> tuple[LlmCall, Draft] | None:
    """The newest call that read the job's description and has ended, unless it was discarded."""
    rows = await session.exec(
        select(LlmCall, Draft)
        .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
        .where(
            LlmCall.company_id == job.company_id,
            LlmCall.operation == OPERATION.name,
            LlmCall.subject_id == job.id,
            LlmCall.status != CallStatus.RUNNING,
        )
        .order_by(col(LlmCall.id).desc())
        .limit(1)
    )
    found = rows.first()
    return found if found and found[1].discarded_at is None else None
