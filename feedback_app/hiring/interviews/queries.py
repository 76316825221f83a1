"""The SQL of the form of an interview. Every query takes the acting administrator's company."""

from collections.abc import Collection, Sequence

from sqlalchemy import exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import (
    INTERVIEW,
    Candidate,
    Competency,
    CompetencyRating,
    Department,
    Interview,
    Job,
    LlmCall,
    Scorecard,
    ScorecardEvent,
    TextVersion,
    User,
)
from feedback_app.hiring.lists.queries import holds

MOST_OFFERED = 1_000
"""Jobs and people that the form offers."""
MOST_KINDS = 20

_RATED = or_(
    col(CompetencyRating.rating).is_not(None),
    col(CompetencyRating.not_assessed),
    col(CompetencyRating.reason) != "",
)
_WRITTEN = or_(
    col(Scorecard.notes) != "",
    col(Scorecard.notes_revision) > 0,
    col(Scorecard.feedback) != "",
    col(Scorecard.feedback_revision) > 0,
    col(Scorecard.recommendation).is_not(None),
    col(Scorecard.submitted_at).is_not(None),
    exists().where(col(CompetencyRating.scorecard_id) == Scorecard.id, _RATED),
    exists().where(col(TextVersion.scorecard_id) == Scorecard.id),
    exists().where(col(ScorecardEvent.scorecard_id) == Scorecard.id),
    exists().where(
        col(LlmCall.subject_kind) == INTERVIEW,
        col(LlmCall.subject_id) == Scorecard.interview_id,
        col(LlmCall.user_id) == Scorecard.user_id,
    ),
)
"""Whether anything was written on a scorecard, or by a model for it, even if it was erased."""


async def interview_of(
    session: AsyncSession, admin: CurrentUser, interview_id: str, *, lock: bool = False
) -> Interview:
    """One interview; with `lock`, nobody else can change it until the transaction ends.

    Raises:
        NotFound: no such interview, or another company's.
    """
    own = select(Interview).where(
        Interview.id == interview_id, Interview.company_id == admin.company_id
    )
    found = (await session.exec(own.with_for_update() if lock else own)).first()
    if found is None:
        raise NotFound
    return found


async def interviewers_of(session: AsyncSession, interview: Interview) -> set[str]:
    """The ids of those who take part."""
    rows = await session.exec(
        select(Scorecard.user_id).where(Scorecard.interview_id == interview.id)
    )
    return set(rows.all())


async def writers_of(session: AsyncSession, interview: Interview) -> dict[str, str]:
    """Id and name of those who have written anything about the interview."""
    rows = await session.exec(
        select(User.id, User.name)
        .join(Scorecard, col(Scorecard.user_id) == User.id)
        .where(Scorecard.interview_id == interview.id, _WRITTEN)
        .order_by(func.lower(col(User.name)), col(User.id))
    )
    return dict(rows.all())


async def rated_in(session: AsyncSession, interview: Interview) -> set[str]:
    """The ids of the competencies that any of its interviewers has rated."""
    rows = await session.exec(
        select(CompetencyRating.competency_id)
        .join(Scorecard, col(Scorecard.id) == CompetencyRating.scorecard_id)
        .where(Scorecard.interview_id == interview.id, _RATED)
        .distinct()
    )
    return set(rows.all())


async def lock_scorecards(session: AsyncSession, interview: Interview) -> None:
    """Let nobody write about the interview until the transaction ends."""
    cards = select(Scorecard.id).where(Scorecard.interview_id == interview.id)
    await session.exec(cards.with_for_update())


async def remove_scorecards(
    session: AsyncSession, interview: Interview, user_ids: Collection[str]
) -> None:
    """Delete the scorecards of people who have written nothing."""
    cards = await session.exec(
        select(Scorecard).where(
            Scorecard.interview_id == interview.id, col(Scorecard.user_id).in_(user_ids)
        )
    )
    for card in cards.all():
        empty = await session.exec(
            select(CompetencyRating).where(CompetencyRating.scorecard_id == card.id)
        )
        for rating in empty.all():
            await session.delete(rating)
        await session.flush()
        await session.delete(card)
    await session.flush()


async def candidates(
    session: AsyncSession, admin: CurrentUser, words: Sequence[str], limit: int
) -> list[tuple[str, str, str]]:
    """Id, name and headline of the candidates in use that hold all words, by name."""
    searched = func.lower(
        col(Candidate.name) + "\n" + col(Candidate.email) + "\n" + col(Candidate.headline)
    )
    rows = await session.exec(
        select(Candidate.id, Candidate.name, Candidate.headline)
        .where(
            Candidate.company_id == admin.company_id,
            col(Candidate.archived_at).is_(None),
            *(holds(searched, word) for word in words),
        )
        .order_by(func.lower(col(Candidate.name)), col(Candidate.id))
        .limit(limit)
    )
    return [(candidate_id, name, headline) for candidate_id, name, headline in rows.all()]


async def candidate_of(
    session: AsyncSession, admin: CurrentUser, candidate_id: str
) -> Candidate | None:
    """One candidate, archived or not; `None` for another company's."""
    own = select(Candidate).where(
        Candidate.id == candidate_id, Candidate.company_id == admin.company_id
    )
    return (await session.exec(own)).first()


async def jobs(session: AsyncSession, admin: CurrentUser, also: str) -> list[tuple[str, str, str]]:
    """Id, title and department of the jobs in use, and of the one with the id `also`."""
    rows = await session.exec(
        select(Job.id, Job.title, Department.name)
        .join(Department, col(Department.id) == Job.department_id)
        .where(
            Job.company_id == admin.company_id,
            or_(col(Job.archived_at).is_(None), col(Job.id) == also),
        )
        .order_by(func.lower(col(Job.title)), col(Job.id))
        .limit(MOST_OFFERED)
    )
    return [(job_id, title, department) for job_id, title, department in rows.all()]


async def competencies(
    session: AsyncSession, admin: CurrentUser, job_id: str
) -> list[tuple[str, str]]:
    """Id and name of the job's competencies in order; none for another company's job."""
    rows = await session.exec(
        select(Competency.id, Competency.name)
        .join(Job, col(Job.id) == Competency.job_id)
        .where(Competency.job_id == job_id, Job.company_id == admin.company_id)
        .order_by(col(Competency.position), col(Competency.id))
    )
    return [(competency_id, name) for competency_id, name in rows.all()]


async def people(
    session: AsyncSession, admin: CurrentUser, also: Collection[str]
) -> list[tuple[str, str, str]]:
    """Id, name and email of the company's active people, and of those with the ids `also`."""
    rows = await session.exec(
        select(User.id, User.name, User.email)
        .where(
            User.company_id == admin.company_id,
            or_(col(User.is_active), col(User.id).in_(also)),
        )
        .order_by(func.lower(col(User.name)), col(User.id))
        .limit(MOST_OFFERED)
    )
    return [(user_id, name, email) for user_id, name, email in rows.all()]


async def kinds(session: AsyncSession, admin: CurrentUser) -> list[str]:
    """The kinds of interview that the company has had most often."""
    rows = await session.exec(
        select(Interview.kind)
        .where(Interview.company_id == admin.company_id)
        .group_by(Interview.kind)
        .order_by(func.count().desc(), Interview.kind)
        .limit(MOST_KINDS)
    )
    return list(rows.all())
