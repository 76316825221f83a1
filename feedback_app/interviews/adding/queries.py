"""The SQL of adding an interview of one's own."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import Candidate, Company, Interview, Job

MOST_JOBS = 500
"""The most job titles that are offered."""


async def interviewers_add(session: AsyncSession, user: CurrentUser) -> bool:
    """Whether the person's company lets interviewers add interviews."""
    allowed = select(Company.interviewers_add).where(Company.id == user.company_id)
    return (await session.exec(allowed)).one()


async def job_titles(session: AsyncSession, user: CurrentUser) -> Sequence[str]:
    """The titles of the company's jobs that are not archived, in alphabetical order."""
    rows = await session.exec(
        select(Job.title)
        .where(Job.company_id == user.company_id, col(Job.archived_at).is_(None))
        .group_by(Job.title)
        .order_by(func.lower(col(Job.title)))
        .limit(MOST_JOBS)
    )
    return rows.all()


async def job_titled(session: AsyncSession, user: CurrentUser, title: str) -> Job | None:
    """The company's newest job of that title, whatever its case, that is not archived."""
    rows = await session.exec(
        select(Job)
        .where(
            Job.company_id == user.company_id,
            func.lower(col(Job.title)) == title.lower(),
            col(Job.archived_at).is_(None),
        )
        .order_by(col(Job.id).desc())
        .limit(1)
    )
    return rows.first()


async def candidate_for(
    session: AsyncSession, user: CurrentUser, name: str, job: Job
) -> Candidate | None:
    """The company's candidate of that name, whatever its case, who is interviewed for the job.

    `None` also if there are two of them.
    """
    rows = await session.exec(
        select(Candidate)
        .join(Interview, col(Interview.candidate_id) == Candidate.id)
        .where(
            Candidate.company_id == user.company_id,
            func.lower(col(Candidate.name)) == name.lower(),
            col(Candidate.archived_at).is_(None),
            Interview.job_id == job.id,
        )
        .distinct()
        .limit(2)
    )
    found = rows.all()
    return found[0] if len(found) == 1 else None
