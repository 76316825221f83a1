"""Makes the rows of hiring: departments, jobs, candidates, interviews.

Each function writes in the caller's transaction and checks what it is given, but not who gives it:
guards are the caller's. Names of departments are unique in a company, whatever their case; the
company's row is locked while one is added or renamed, so that two people cannot both take a name.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core.errors import Invalid, NotFound
from feedback_app.db.models import (
    Candidate,
    Company,
    Competency,
    Department,
    Interview,
    Job,
    Scorecard,
    User,
)
from feedback_app.hiring.checks import MOST_NAME_CHARACTERS, one_line
from feedback_app.hiring.metadata import MOST_TITLE_CHARACTERS

DEFAULT_DEPARTMENT = "General"
"""The department of a job that was added by its title alone."""
DEFAULT_KIND = "Interview"
NO_DEPARTMENT_NAME = "Write the department's name."
NO_TITLE = "Write the job's title."
NO_CANDIDATE_NAME = "Write the candidate's name."
SHORTEST_MIN, LONGEST_MIN = 5, 600
"""How long an interview may last."""


async def lock_company(session: AsyncSession, company_id: str) -> None:
    """Let nobody else add or rename a department, nor start a draft, until the transaction ends."""
    row = select(Company.id).where(Company.id == company_id)
    await session.exec(row.with_for_update(key_share=True))


async def department_called(session: AsyncSession, company_id: str, name: str) -> Department | None:
    """The department of that name, whatever its case, archived ones included."""
    rows = await session.exec(select(Department).where(Department.company_id == company_id))
    return next((row for row in rows.all() if row.name.casefold() == name.casefold()), None)


async def department_named(session: AsyncSession, company_id: str, name: str) -> Department:
    """The company's department of that name, added if there is none, brought back if archived.

    Raises:
        Invalid: the name is empty, too long or unreadable.
    """
    name = one_line(name, MOST_NAME_CHARACTERS, NO_DEPARTMENT_NAME)
    await lock_company(session, company_id)
    found = await department_called(session, company_id, name)
    if found is None:
        found = Department(company_id=company_id, name=name)
    found.archived_at = None
    session.add(found)
    await session.flush()
    return found


async def add_job(
    session: AsyncSession, company_id: str, title: str, department: str | None = None
) -> Job:
    """Add a job by its title; `department` is a name, of one that exists or a new one.

    Raises:
        Invalid: the title is empty, or one of the two is too long or unreadable.
    """
    title = one_line(title, MOST_TITLE_CHARACTERS, NO_TITLE)
    unit = await department_named(session, company_id, department or DEFAULT_DEPARTMENT)
    job = Job(company_id=company_id, department_id=unit.id, title=title)
    session.add(job)
    await session.flush()
    return job


async def add_candidate(session: AsyncSession, company_id: str, name: str) -> Candidate:
    """Add a candidate by name; two may have the same.

    Raises:
        Invalid: the name is empty, too long or unreadable.
    """
    name = one_line(name, MOST_NAME_CHARACTERS, NO_CANDIDATE_NAME)
    candidate = Candidate(company_id=company_id, name=name)
    session.add(candidate)
    await session.flush()
    return candidate


async def add_interview(
    session: AsyncSession,
    company_id: str,
    *,
    candidate_id: str,
    job_id: str,
    interviewers: Collection[str],
    held_at: datetime,
    kind: str = DEFAULT_KIND,
    duration_min: int = 60,
    covers: Collection[str] = (),
    created_by: str | None = None,
) -> Interview:
    """Add an interview and the empty scorecard of each of its interviewers, given by id.

    `covers` are the job's competencies to be rated; none given means all of them.

    Raises:
        Invalid: the kind is empty, too long or unreadable, or the length is out of bounds.
        NotFound: the candidate, the job, an interviewer or a competency is not the company's.
    """
    kind = one_line(kind, MOST_NAME_CHARACTERS, "Write the kind of interview.")
    if not SHORTEST_MIN <= duration_min <= LONGEST_MIN:
        raise Invalid(f"An interview lasts from {SHORTEST_MIN} to {LONGEST_MIN} minutes.")
    await _require_own(session, company_id, candidate_id, job_id, interviewers, covers)
    interview = Interview(
        company_id=company_id,
        candidate_id=candidate_id,
        job_id=job_id,
        kind=kind,
        held_at=held_at,
        duration_min=duration_min,
        covers=sorted(covers),
        created_by=created_by,
    )
    session.add(interview)
    await session.flush()
    await add_scorecards(session, interview, interviewers)
    return interview


async def add_scorecards(
    session: AsyncSession, interview: Interview, interviewers: Collection[str]
) -> None:
    """Let these people take part; their scorecards are empty."""
    for user_id in sorted(set(interviewers)):
        session.add(Scorecard(interview_id=interview.id, user_id=user_id))
    await session.flush()


async def _require_own(
    session: AsyncSession,
    company_id: str,
    candidate_id: str,
    job_id: str,
    interviewers: Collection[str],
    covers: Collection[str],
) -> None:
    own_candidate = select(Candidate.id).where(
        Candidate.id == candidate_id, Candidate.company_id == company_id
    )
    own_job = select(Job.id).where(Job.id == job_id, Job.company_id == company_id)
    people = select(User.id).where(
        col(User.id).in_(interviewers), User.company_id == company_id, col(User.is_active)
    )
    asked = select(Competency.id).where(col(Competency.id).in_(covers), Competency.job_id == job_id)
    found = [
        len(set((await session.exec(statement)).all()))
        for statement in (own_candidate, own_job, people, asked)
    ]
    if found != [1, 1, len(set(interviewers)), len(set(covers))]:
        raise NotFound
