"""The SQL of interviews. Every query takes the acting user and sees only what they take part in."""

import sys
from datetime import datetime
from typing import Any, NamedTuple, cast

import sqlalchemy
from sqlalchemy import bindparam, exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.covering import STILL_LISTED, covered
from feedback_app.db.models import (
    Candidate,
    Competency,
    CompetencyRating,
    Department,
    Interview,
    Job,
    Scorecard,
)
from feedback_app.db.session import Database

InterviewParts = tuple[Interview, Scorecard, Candidate, Job, Department]


class ListedInterview(NamedTuple):
    """One interview in a list, with the facts of the person's own scorecard."""

    id: str
    kind: str
    held_at: datetime
    duration_min: int
    candidate: str
    headline: str
    job: str
    department: str
    submitted_at: datetime | None
    has_feedback: bool
    has_evidence: bool
    """Whether there are notes, or a rating or reason of any competency."""


_BLANKS = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace())
"""The characters that `str.strip` removes; SQL's `trim` only knows the space."""

HAS_NOTES = func.trim(col(Scorecard.notes), _BLANKS) != ""

_LISTED = (
    sqlalchemy.select(
        col(Interview.id),
        col(Interview.kind),
        col(Interview.held_at),
        col(Interview.duration_min),
        col(Candidate.name),
        col(Candidate.headline),
        col(Job.title),
        col(Department.name),
        col(Scorecard.submitted_at),
        col(Scorecard.feedback) != "",
        or_(
            HAS_NOTES,
            exists().where(
                col(CompetencyRating.scorecard_id) == Scorecard.id,
                or_(col(CompetencyRating.rating).is_not(None), col(CompetencyRating.reason) != ""),
            ),
        ),
    )
    .join(Scorecard, col(Scorecard.interview_id) == Interview.id)
    .join(Candidate, col(Candidate.id) == Interview.candidate_id)
    .join(Job, col(Job.id) == Interview.job_id)
    .join(Department, col(Department.id) == Job.department_id)
    .order_by(col(Interview.held_at).desc(), col(Interview.id).desc())
)
"""Built once: building the statement takes longer than running it."""


def _mine(statement: Any, user: CurrentUser) -> Any:
    return statement.where(
        col(Scorecard.user_id) == user.id, col(Interview.company_id) == user.company_id
    )


_REVISIONS = (
    sqlalchemy.select(col(Scorecard.notes_revision), col(Scorecard.feedback_revision))
    .join(Interview, col(Interview.id) == Scorecard.interview_id)
    .where(
        col(Scorecard.interview_id) == bindparam("interview"),
        col(Scorecard.user_id) == bindparam("user"),
        col(Interview.company_id) == bindparam("company"),
    )
)


async def revisions(database: Database, user: CurrentUser, interview_id: str) -> tuple[int, int]:
    """How often the person's notes and feedback have been saved."""
    values = {"interview": interview_id, "user": user.id, "company": user.company_id}
    rows = await database.rows(_REVISIONS, values)
    found = [tuple(row) for row in rows]
    return found[0] if found else (0, 0)


async def interviews_after(
    session: AsyncSession, user: CurrentUser, older_than: Interview | None, limit: int
) -> list[ListedInterview]:
    """The person's newest interviews, or the next ones after `older_than`, newest first."""
    held_at, interview_id = col(Interview.held_at), col(Interview.id)
    statement = _mine(_LISTED, user).where(STILL_LISTED).limit(limit)
    if older_than is not None:
        statement = statement.where(
            or_(
                held_at < older_than.held_at,
                (held_at == older_than.held_at) & (interview_id < older_than.id),
            )
        )
    rows = await session.exec(cast(Any, statement))
    return [ListedInterview(*row) for row in rows]


async def interview_of(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> InterviewParts:
    """One of the person's interviews.

    Raises:
        NotFound: no such interview, another company's, or one the person takes no part in.
    """
    found = (await session.exec(_parts_of(user, interview_id))).first()
    if found is None:
        raise NotFound
    return found


async def interview_in_company(
    session: AsyncSession, admin: CurrentUser, interview_id: str
) -> tuple[Interview, Candidate, Job, Department]:
    """An interview of the administrator's company, regardless of who takes part in it.

    Raises:
        NotFound: no such interview, or another company's.
    """
    found = (
        await session.exec(
            select(Interview, Candidate, Job, Department)
            .join(Candidate, col(Candidate.id) == Interview.candidate_id)
            .join(Job, col(Job.id) == Interview.job_id)
            .join(Department, col(Department.id) == Job.department_id)
            .where(Interview.id == interview_id, Interview.company_id == admin.company_id)
        )
    ).first()
    if found is None:
        raise NotFound
    return found


async def own_interview(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Interview | None:
    """One of the person's interviews, `None` for anything else."""
    found = (await session.exec(_parts_of(user, interview_id))).first()
    return found[0] if found else None


def _parts_of(user: CurrentUser, interview_id: str) -> Any:
    statement = (
        sqlalchemy.select(Interview, Scorecard, Candidate, Job, Department)
        .join(Scorecard, col(Scorecard.interview_id) == Interview.id)
        .join(Candidate, col(Candidate.id) == Interview.candidate_id)
        .join(Job, col(Job.id) == Interview.job_id)
        .join(Department, col(Department.id) == Job.department_id)
        .where(col(Interview.id) == interview_id)
    )
    return _mine(statement, user)


async def rating_for(
    session: AsyncSession, scorecard: Scorecard, competency_id: str
) -> CompetencyRating:
    """The scorecard's rating of a competency of its job, or a new empty one.

    Raises:
        NotFound: the competency is not one that the interview covers.
    """
    belongs = await session.exec(
        select(Competency.id)
        .join(Interview, col(Interview.job_id) == Competency.job_id)
        .where(
            Competency.id == competency_id,
            Interview.id == scorecard.interview_id,
            covered(col(Competency.id)),
        )
    )
    if belongs.first() is None:
        raise NotFound
    existing = await session.get(CompetencyRating, (scorecard.id, competency_id))
    return existing or CompetencyRating(scorecard_id=scorecard.id, competency_id=competency_id)
