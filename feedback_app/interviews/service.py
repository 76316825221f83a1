"""What a person sees of interviews and records in them."""

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import ChangedElsewhere, Forbidden, Invalid
from feedback_app.core.text import storable
from feedback_app.db.models import CompetencyRating
from feedback_app.db.session import database
from feedback_app.feedback.assessment import RATING_LABELS, Recommendation
from feedback_app.feedback.queries.scorecard_rows import competencies_of, open_scorecard_of
from feedback_app.feedback.versions import keep_notes_aside
from feedback_app.interviews import queries
from feedback_app.interviews.schemas import (
    NOT_ASSESSED,
    CompetencyRow,
    InterviewDetail,
    InterviewEntry,
    InterviewRecord,
    InterviewStatus,
    SavedNotes,
)
from feedback_app.ui import wording

MAX_NOTES_CHARACTERS = 100_000
MAX_REASON_CHARACTERS = 5_000


async def page_of_mine(
    user: CurrentUser, *, after: str | None, limit: int
) -> tuple[list[InterviewEntry], str | None]:
    """The person's interviews newest first, from `after` on, and the cursor of the next page.

    Raises:
        Invalid: `after` is not an interview of this person.
    """
    async with database().read() as session:
        older_than = await queries.own_interview(session, user, after) if after else None
        if after and older_than is None:
            raise Invalid("This cursor is not valid for the list.")
        rows = await queries.interviews_after(session, user, older_than, limit + 1)
    entries = [
        InterviewEntry(
            id=row.id,
            candidate=row.candidate,
            job=row.job,
            department=row.department,
            kind=row.kind,
            held_at=row.held_at,
            duration_min=row.duration_min,
            status=_status(row),
            can_generate=_can_generate(row),
        )
        for row in rows[:limit]
    ]
    return entries, entries[-1].id if len(rows) > limit else None


async def record(user: CurrentUser, interview_id: str) -> InterviewRecord:
    """One interview and what the person recorded in it.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        interview, scorecard, candidate, job, department = await queries.interview_of(
            session, user, interview_id
        )
        rated = await competencies_of(session, scorecard)
    shown = InterviewDetail(
        id=interview.id,
        candidate=candidate.name,
        initials=initials(candidate.name),
        headline=candidate.headline,
        job=job.title,
        job_summary=job.summary,
        department=department.name,
        kind=interview.kind,
        held=wording.local_time(interview.held_at, wording.meeting(interview.held_at)),
        duration=f"{interview.duration_min} min",
        cv=candidate.cv_text,
        notes_revision=scorecard.notes_revision,
        notes_saved=wording.local_time(scorecard.notes_saved_at),
        recommendation=scorecard.recommendation or "",
        submitted=wording.moment(scorecard.submitted_at),
        is_due=scorecard.submitted_at is None and interview.held_at <= clock.now(),
    )
    rows = [
        CompetencyRow(
            id=competency.id,
            name=competency.name,
            description=competency.description,
            rating=_step(rating),
            reason=rating.reason if rating else "",
            steps=list(competency.steps),
        )
        for competency, rating in rated
    ]
    return InterviewRecord(shown, scorecard.notes, rows)


async def heading(admin: CurrentUser, interview_id: str) -> InterviewDetail:
    """What an administrator sees of an interview, except the feedback submitted about it.

    Raises:
        Forbidden: the person is not an administrator.
        NotFound: no such interview, or another company's.
    """
    if not admin.is_admin:
        raise Forbidden
    async with database().read() as session:
        interview, candidate, job, department = await queries.interview_in_company(
            session, admin, interview_id
        )
    return InterviewDetail(
        id=interview.id,
        candidate=candidate.name,
        initials=initials(candidate.name),
        job=job.title,
        department=department.name,
        kind=interview.kind,
        held=wording.local_time(interview.held_at, wording.meeting(interview.held_at)),
        duration=f"{interview.duration_min} min",
    )


async def save_notes(
    user: CurrentUser, interview_id: str, notes: str, base: int, writer: str = ""
) -> SavedNotes:
    """Save the notes as they were typed over revision `base` in the tab `writer`.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        ChangedElsewhere: other notes were saved since; these are kept as a version.
        Invalid: longer than `MAX_NOTES_CHARACTERS`.
    """
    if len(notes) > MAX_NOTES_CHARACTERS:
        raise Invalid(
            f"Notes may have {MAX_NOTES_CHARACTERS:,} characters; these have {len(notes):,}. "
            "They are not saved: shorten them and they will be."
        )
    notes = storable(notes)
    async with database().write() as session:
        scorecard = await open_scorecard_of(session, user, interview_id)
        same_tab = writer != "" and scorecard.notes_writer == writer
        changed = scorecard.notes_revision != base and not same_tab and scorecard.notes != notes
        if changed:
            await keep_notes_aside(session, scorecard, notes, base, writer)
        elif scorecard.notes != notes:
            scorecard.notes, scorecard.notes_saved_at = notes, clock.now()
            scorecard.notes_revision += 1
            scorecard.notes_writer = writer
            session.add(scorecard)
    if changed:
        raise ChangedElsewhere
    return SavedNotes(scorecard.notes_revision, wording.local_time(scorecard.notes_saved_at))


async def revisions(user: CurrentUser, interview_id: str) -> tuple[int, int]:
    """How often the notes and the feedback have been saved; zeros for what is not the person's."""
    return await queries.revisions(database(), user, interview_id)


async def rate(
    user: CurrentUser,
    interview_id: str,
    competency_id: str,
    rating: int | None,
    *,
    not_assessed: bool = False,
) -> None:
    """Rate a competency from 1 to 4; `None` removes the rating, or marks it "not assessed".

    Raises:
        NotFound: not an interview of this person, or not a competency of its job.
        AlreadySubmitted: the feedback is final.
        Invalid: no such step on the scale.
    """
    if rating is not None and rating not in RATING_LABELS:
        raise Invalid("A rating is a whole number from 1 to 4.")
    async with database().write() as session:
        scorecard = await open_scorecard_of(session, user, interview_id)
        row = await queries.rating_for(session, scorecard, competency_id)
        row.rating, row.not_assessed = rating, not_assessed and rating is None
        session.add(row)


async def give_reason(
    user: CurrentUser, interview_id: str, competency_id: str, reason: str
) -> None:
    """Save the reason for a competency's rating.

    Raises:
        NotFound: not an interview of this person, or not a competency of its job.
        AlreadySubmitted: the feedback is final.
        Invalid: longer than `MAX_REASON_CHARACTERS`.
    """
    if len(reason) > MAX_REASON_CHARACTERS:
        raise Invalid(
            f"A reason may have {MAX_REASON_CHARACTERS:,} characters; this has {len(reason):,}. "
            "It is not saved: shorten it and it will be."
        )
    async with database().write() as session:
        scorecard = await open_scorecard_of(session, user, interview_id)
        row = await queries.rating_for(session, scorecard, competency_id)
        row.reason = storable(reason)
        session.add(row)


async def recommend(user: CurrentUser, interview_id: str, recommendation: str) -> None:
    """Save the person's own overall recommendation; empty removes it.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: no such recommendation.
    """
    if recommendation and recommendation not in list(Recommendation):
        raise Invalid("A recommendation is strong no, no, yes or strong yes.")
    async with database().write() as session:
        scorecard = await open_scorecard_of(session, user, interview_id)
        scorecard.recommendation = recommendation or None
        session.add(scorecard)


def _step(rating: CompetencyRating | None) -> str:
    """`1` to `4`, `na` for not assessed, empty for not rated yet."""
    if rating is None:
        return ""
    if rating.not_assessed:
        return NOT_ASSESSED
    return str(rating.rating) if rating.rating else ""


def _can_generate(row: queries.ListedInterview) -> bool:
    return row.has_evidence and row.submitted_at is None


def _status(row: queries.ListedInterview) -> InterviewStatus:
    if row.submitted_at:
        return "submitted"
    return "draft" if row.has_feedback else "to_do"


def initials(name: str) -> str:
    """The initials of the first two names."""
    return "".join(part[0] for part in name.split()[:2]).upper()
