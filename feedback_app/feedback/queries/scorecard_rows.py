"""The SQL of feedback. Every query takes the acting user and sees only that person's part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as select_values
from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import AlreadySubmitted, NotFound
from feedback_app.db.covering import STILL_LISTED, covered
from feedback_app.db.models import (
    Candidate,
    Competency,
    CompetencyRating,
    Department,
    Interview,
    Job,
    Scorecard,
    User,
)
from feedback_app.feedback.assessment import Assessment, CompetencyAssessment, Recommendation


async def scorecard_of(
    session: AsyncSession, user: CurrentUser, interview_id: str, *, lock: bool = False
) -> Scorecard:
    """The person's own scorecard for an interview of their company.

    With `lock`, nobody else can change it until the transaction ends.

    Raises:
        NotFound: no such interview, another company's, or one the person takes no part in.
    """
    statement = (
        select(Scorecard)
        .join(Interview, col(Interview.id) == Scorecard.interview_id)
        .where(
            Scorecard.interview_id == interview_id,
            Scorecard.user_id == user.id,
            Interview.company_id == user.company_id,
        )
    )
    if lock:
        statement = statement.with_for_update(of=Scorecard)
    found = (await session.exec(statement)).first()
    if found is None:
        raise NotFound
    return found


async def open_scorecard_of(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Scorecard:
    """The person's own scorecard, locked for changes until the transaction ends.

    Raises:
        NotFound: no such interview, another company's, or one the person takes no part in.
        AlreadySubmitted: the feedback is final.
    """
    scorecard = await scorecard_of(session, user, interview_id, lock=True)
    if scorecard.submitted_at:
        raise AlreadySubmitted
    return scorecard


async def competencies_of(
    session: AsyncSession, scorecard: Scorecard
) -> list[tuple[Competency, CompetencyRating | None]]:
    """The competencies to rate in order, each with the scorecard's rating if there is one."""
    rows = await session.exec(
        select(Competency, CompetencyRating)
        .join(Interview, col(Interview.job_id) == Competency.job_id)
        .join(
            CompetencyRating,
            (col(CompetencyRating.competency_id) == Competency.id)
            & (col(CompetencyRating.scorecard_id) == scorecard.id),
            isouter=True,
        )
        .where(Interview.id == scorecard.interview_id, covered(col(Competency.id)))
        .order_by(col(Competency.position))
    )
    return [(competency, rating) for competency, rating in rows.all()]


@dataclass(frozen=True, slots=True)
class Record:
    """A person's scorecard, and everything recorded on it."""

    scorecard: Scorecard
    assessment: Assessment
    not_assessed: frozenset[str]
    """The ids of the competencies they chose not to assess."""

    @property
    def put_back(self) -> frozenset[str]:
        """The keys of the remarks about the candidate's person that drafts may use."""
        return frozenset(self.scorecard.put_back)


async def record_of(session: AsyncSession, user: CurrentUser, interview_id: str) -> Record:
    """Everything the person recorded about the interview, in three queries.

    Raises:
        NotFound: as `scorecard_of`.
    """
    scorecard = await scorecard_of(session, user, interview_id)
    rated = await competencies_of(session, scorecard)
    return Record(
        scorecard,
        await _assessment(session, user, scorecard, rated),
        frozenset(c.id for c, rating in rated if rating is not None and rating.not_assessed),
    )


async def load_assessment(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Assessment:
    """The part of the record that a draft may use.

    Raises:
        NotFound: as `scorecard_of`.
    """
    return (await record_of(session, user, interview_id)).assessment


async def _assessment(
    session: AsyncSession,
    user: CurrentUser,
    scorecard: Scorecard,
    rated: Sequence[tuple[Competency, CompetencyRating | None]],
) -> Assessment:
    # Only the columns that are used: candidates have CVs, jobs descriptions.
    about = (
        select_values(
            col(Interview.kind),
            col(Interview.held_at),
            col(Job.title),
            col(Department.name),
            col(Department.id),
            col(Candidate.name),
        )
        .join(Job, col(Job.id) == Interview.job_id)
        .join(Department, col(Department.id) == Job.department_id)
        .join(Candidate, col(Candidate.id) == Interview.candidate_id)
        .where(col(Interview.id) == scorecard.interview_id)
    )
    found = (await (await session.connection()).execute(about)).one()
    kind, held_at, job, department, department_id, candidate = found
    return Assessment(
        candidate=candidate,
        job=job,
        department=department,
        kind=kind,
        held_on=held_at.date(),
        interviewer=user.name,
        competencies=tuple(
            CompetencyAssessment(
                name=competency.name,
                description=competency.description,
                rating=rating.rating if rating else None,
                reason=rating.reason if rating else "",
                id=competency.id,
            )
            for competency, rating in rated
        ),
        notes=scorecard.notes,
        recommendation=(
            Recommendation(scorecard.recommendation) if scorecard.recommendation else None
        ),
        placements=scorecard.placements,
        answers=scorecard.answers,
        department_id=department_id,
    )


async def candidate_of(session: AsyncSession, user: CurrentUser, interview_id: str) -> str:
    """The name of the candidate of an interview of the company; empty if there is none."""
    rows = await session.exec(
        select(Candidate.name)
        .join(Interview, col(Interview.candidate_id) == Candidate.id)
        .where(Interview.id == interview_id, Interview.company_id == user.company_id)
    )
    return rows.first() or ""


async def left_to_write(
    session: AsyncSession, user: CurrentUser, now: datetime, but: str
) -> Sequence[str]:
    """The interviews already held that the person has still to write about, longest ago first."""
    rows = await session.exec(
        select(Interview.id)
        .join(Scorecard, col(Scorecard.interview_id) == Interview.id)
        .where(
            Scorecard.user_id == user.id,
            Interview.company_id == user.company_id,
            col(Scorecard.submitted_at).is_(None),
            Interview.held_at <= now,
            STILL_LISTED,
            Interview.id != but,
        )
        .order_by(col(Interview.held_at), col(Interview.id))
    )
    return rows.all()


async def colleagues_of(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Sequence[tuple[Scorecard, str, str]]:
    """Everybody else's scorecards on the same candidate and job, with name and kind of interview.

    The interview must be one of the person's.
    """
    this = select(Interview.candidate_id, Interview.job_id).where(Interview.id == interview_id)
    rows = await session.exec(
        select(Scorecard, User.name, Interview.kind)
        .join(Interview, col(Interview.id) == Scorecard.interview_id)
        .join(User, col(User.id) == Scorecard.user_id)
        .where(
            Interview.company_id == user.company_id,
            tuple_(col(Interview.candidate_id), col(Interview.job_id)).in_(this),
            Scorecard.user_id != user.id,
        )
        .order_by(col(Interview.held_at), col(Scorecard.id))
    )
    return [(card, name, kind) for card, name, kind in rows.all()]


async def scorecards_on(
    session: AsyncSession, admin: CurrentUser, interview_id: str
) -> Sequence[tuple[Scorecard, str, str]]:
    """All scorecards of an interview of the administrator's company."""
    rows = await session.exec(
        select(Scorecard, User.name, Interview.kind)
        .join(Interview, col(Interview.id) == Scorecard.interview_id)
        .join(User, col(User.id) == Scorecard.user_id)
        .where(Interview.company_id == admin.company_id, Interview.id == interview_id)
        .order_by(col(Scorecard.id))
    )
    return [(card, name, kind) for card, name, kind in rows.all()]
