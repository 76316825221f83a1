"""The SQL of feedback. Every query takes the acting user and sees only that person's part."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import AlreadySubmitted, NotFound
from feedback_app.db import rollups
from feedback_app.db.models import (
    FEEDBACK,
    CallStatus,
    Candidate,
    Competency,
    CompetencyRating,
    Department,
    Draft,
    Interview,
    Job,
    LlmCall,
    Scorecard,
    TextVersion,
    User,
    VersionKind,
)
from feedback_app.feedback.assessment import Assessment, CompetencyAssessment, Recommendation
from feedback_app.feedback.resting import Source

HISTORY_LENGTH = 20


async def scorecard_of(
    session: AsyncSession, user: CurrentUser, interview_id: str, *, lock: bool = False
) -> Scorecard:
    """The person's own scorecard for an interview of their company.

    With `lock`, nobody else changes it until the transaction ends.

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
    """The person's own scorecard, to be changed: nobody else does until the transaction ends.

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
    """The job's competencies in order, each with the scorecard's rating where there is one."""
    rows = await session.exec(
        select(Competency, CompetencyRating)
        .join(Interview, col(Interview.job_id) == Competency.job_id)
        .join(
            CompetencyRating,
            (col(CompetencyRating.competency_id) == Competency.id)
            & (col(CompetencyRating.scorecard_id) == scorecard.id),
            isouter=True,
        )
        .where(Interview.id == scorecard.interview_id)
        .order_by(col(Competency.position))
    )
    return [(competency, rating) for competency, rating in rows.all()]


async def load_assessment(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Assessment:
    """Everything the person recorded about the interview.

    Raises:
        NotFound: as `scorecard_of`.
    """
    scorecard = await scorecard_of(session, user, interview_id)
    interview, job, department, candidate = (
        await session.exec(
            select(Interview, Job, Department, Candidate)
            .join(Job, col(Job.id) == Interview.job_id)
            .join(Department, col(Department.id) == Job.department_id)
            .join(Candidate, col(Candidate.id) == Interview.candidate_id)
            .where(Interview.id == interview_id)
        )
    ).one()
    return Assessment(
        candidate=candidate.name,
        job=job.title,
        department=department.name,
        kind=interview.kind,
        held_on=interview.held_at.date(),
        interviewer=user.name,
        competencies=tuple(
            CompetencyAssessment(
                name=competency.name,
                description=competency.description,
                rating=rating.rating if rating else None,
                reason=rating.reason if rating else "",
                id=competency.id,
            )
            for competency, rating in await competencies_of(session, scorecard)
        ),
        notes=scorecard.notes,
        recommendation=(
            Recommendation(scorecard.recommendation) if scorecard.recommendation else None
        ),
        placements=scorecard.placements,
        answers=scorecard.answers,
        department_id=department.id,
    )


def _own_calls(user: CurrentUser) -> tuple[ColumnElement[bool], ...]:
    """The person's calls that draft feedback, of whatever interview."""
    return (
        col(LlmCall.user_id) == user.id,
        col(LlmCall.company_id) == user.company_id,
        col(LlmCall.operation) == FEEDBACK,
    )


async def drafts_of(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> list[tuple[LlmCall, Draft]]:
    """The person's drafts for an interview, newest first, at most `HISTORY_LENGTH`."""
    rows = await session.exec(
        select(LlmCall, Draft)
        .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
        .where(*_own_calls(user), LlmCall.subject_id == interview_id)
        .order_by(col(LlmCall.id).desc())
        .limit(HISTORY_LENGTH)
    )
    return [(call, draft) for call, draft in rows.all()]


async def draft_of(session: AsyncSession, user: CurrentUser, call_id: str) -> tuple[LlmCall, Draft]:
    """One of the person's own drafts of feedback.

    Raises:
        NotFound: no such draft, somebody else's, or another operation's.
    """
    found = (
        await session.exec(
            select(LlmCall, Draft)
            .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
            .where(*_own_calls(user), LlmCall.id == call_id)
        )
    ).first()
    if found is None:
        raise NotFound
    return found


async def latest_source(
    session: AsyncSession, user: CurrentUser, interview_id: str
) -> Source | None:
    """What the newest draft that was finished and is not discarded was asked from."""
    rows = await session.exec(
        select(Draft.notes, Draft.judgements, Draft.cites)
        .join(LlmCall, col(LlmCall.id) == Draft.llm_call_id)
        .where(
            *_own_calls(user),
            LlmCall.subject_id == interview_id,
            LlmCall.status == CallStatus.COMPLETE,
            col(Draft.discarded_at).is_(None),
        )
        .order_by(col(LlmCall.id).desc())
        .limit(1)
    )
    found = rows.first()
    return Source(found[0], found[1], cites=found[2] != "") if found else None


async def origin_of(session: AsyncSession, user: CurrentUser, scorecard: Scorecard) -> Draft | None:
    """The draft that the person's feedback began as; `None` where it is all their own."""
    if not scorecard.feedback_call_id:
        return None
    _, origin = await draft_of(session, user, scorecard.feedback_call_id)
    return origin


async def candidate_of(session: AsyncSession, user: CurrentUser, interview_id: str) -> str:
    """The name of the candidate of an interview of the company; empty where there is none."""
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


async def versions_of(
    session: AsyncSession, scorecard_id: str, field: str
) -> Sequence[TextVersion]:
    """The versions of one text, newest first."""
    rows = await session.exec(
        select(TextVersion)
        .where(TextVersion.scorecard_id == scorecard_id, TextVersion.field == field)
        .order_by(col(TextVersion.id).desc())
    )
    return rows.all()


async def last_version(session: AsyncSession, scorecard_id: str, field: str) -> TextVersion | None:
    """The newest version of one text."""
    rows = await session.exec(
        select(TextVersion)
        .where(TextVersion.scorecard_id == scorecard_id, TextVersion.field == field)
        .order_by(col(TextVersion.id).desc())
        .limit(1)
    )
    return rows.first()


async def undone_kind(session: AsyncSession, version: TextVersion) -> VersionKind:
    """The kind of the act that was undone when this version was kept."""
    rows = await session.exec(
        select(TextVersion.kind)
        .where(
            TextVersion.scorecard_id == version.scorecard_id,
            TextVersion.field == version.field,
            col(TextVersion.id) < version.id,
            col(TextVersion.kind).not_in(
                (VersionKind.UNDONE, VersionKind.TYPED, VersionKind.ELSEWHERE)
            ),
        )
        .order_by(col(TextVersion.id).desc())
        .limit(1)
    )
    return VersionKind(rows.first() or VersionKind.DRAFT)


async def has_version_of(session: AsyncSession, scorecard_id: str, call_id: str) -> bool:
    """Whether an earlier text of the feedback had begun as this draft."""
    rows = await session.exec(
        select(TextVersion.id)
        .where(TextVersion.scorecard_id == scorecard_id, TextVersion.call_id == call_id)
        .limit(1)
    )
    return rows.first() is not None


async def version_of_tab(
    session: AsyncSession, scorecard_id: str, field: str, writer: str, base: int
) -> TextVersion | None:
    """The newest text that was not saved of one tab, written over one revision."""
    rows = await session.exec(
        select(TextVersion)
        .where(
            TextVersion.scorecard_id == scorecard_id,
            TextVersion.field == field,
            TextVersion.kind == VersionKind.ELSEWHERE,
            TextVersion.writer == writer,
            TextVersion.base == base,
        )
        .order_by(col(TextVersion.id).desc())
        .limit(1)
    )
    return rows.first()


async def forget_versions(session: AsyncSession, scorecard_id: str, field: str, most: int) -> None:
    """Delete all but the newest `most` versions of one text."""
    of_it = (col(TextVersion.scorecard_id) == scorecard_id, col(TextVersion.field) == field)
    kept = select(TextVersion.id).where(*of_it).order_by(col(TextVersion.id).desc()).limit(most)
    await session.exec(
        delete(TextVersion)
        .where(*of_it, col(TextVersion.id).not_in(kept))
        .execution_options(synchronize_session=False)
    )


async def mark_saved_call(
    session: AsyncSession, user: CurrentUser, interview_id: str, call_id: str | None
) -> None:
    """Flag the one call whose draft the saved feedback began as; clear the flag on the others."""
    flag = col(LlmCall.saved_as_feedback)
    of_theirs = and_(
        col(LlmCall.subject_id) == interview_id,
        col(LlmCall.user_id) == user.id,
        col(LlmCall.operation) == FEEDBACK,
    )
    others = and_(of_theirs, flag, col(LlmCall.id) != (call_id or ""))
    this = and_(of_theirs, ~flag, col(LlmCall.id) == call_id)
    await rollups.move_saved(
        session,
        unsaved=await _flagged(session, others, False),
        saved=await _flagged(session, this, True) if call_id else [],
    )


async def _flagged(
    session: AsyncSession, which: ColumnElement[bool], saved: bool
) -> Sequence[LlmCall]:
    """Set the flag on these calls; they as they are now, locked until the transaction ends."""
    changed = await session.exec(
        update(LlmCall)
        .where(which)
        .values(saved_as_feedback=saved)
        .returning(LlmCall)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return changed.scalars().all()
