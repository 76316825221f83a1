"""Interviews that an interviewer adds: somebody they have just talked to, and raw notes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import Scorecard
from feedback_app.db.session import database
from feedback_app.hiring import creating
from feedback_app.hiring.checks import MOST_NAME_CHARACTERS, Fields
from feedback_app.hiring.metadata import MOST_TITLE_CHARACTERS
from feedback_app.interviews.adding import queries
from feedback_app.interviews.service import MAX_NOTES_CHARACTERS

KINDS = ("Interview", "Phone screen", "Technical interview", "Hiring manager", "Final interview")
"""Offered; anything else can be typed."""


@dataclass(frozen=True, slots=True)
class AddingView:
    """What the form offers."""

    is_allowed: bool = False
    jobs: list[str] = field(default_factory=list)


async def view(user: CurrentUser) -> AddingView:
    """What the form offers the person; nothing if they may not add interviews."""
    async with database().read() as session:
        if not (user.is_admin or await queries.interviewers_add(session, user)):
            return AddingView()
        return AddingView(True, list(await queries.job_titles(session, user)))


async def add(user: CurrentUser, form: Mapping[str, Any]) -> str:
    """Add an interview that the person has just held, with their notes; return its id.

    A job of the title that was typed is taken, else added; so is a candidate of that name who is
    already interviewed for the job.

    Raises:
        Forbidden: the company leaves this to its administrators.
        WrongFields: a field cannot be used; nothing was added.
    """
    fields = Fields(form)
    candidate_name = fields.line("candidate", MOST_NAME_CHARACTERS, "Write the candidate's name.")
    title = fields.line("job", MOST_TITLE_CHARACTERS, "Choose a job, or type its title.")
    kind = fields.line("kind", MOST_NAME_CHARACTERS) or KINDS[0]
    notes = fields.text("notes", MAX_NOTES_CHARACTERS)
    fields.finish()
    now = clock.now()
    async with database().write() as session:
        if not (user.is_admin or await queries.interviewers_add(session, user)):
            raise Forbidden("Interviews are added by the administrators of your company.")
        job = await queries.job_titled(session, user, title)
        if job is None:
            job = await creating.add_job(session, user.company_id, title)
        candidate = await queries.candidate_for(session, user, candidate_name, job)
        if candidate is None:
            candidate = await creating.add_candidate(session, user.company_id, candidate_name)
        interview = await creating.add_interview(
            session,
            user.company_id,
            candidate_id=candidate.id,
            job_id=job.id,
            interviewers=[user.id],
            held_at=now,
            kind=kind,
            created_by=user.id,
        )
        if notes:
            own = select(Scorecard).where(Scorecard.interview_id == interview.id)
            scorecard = (await session.exec(own)).one()
            scorecard.notes, scorecard.notes_saved_at, scorecard.notes_revision = notes, now, 1
            session.add(scorecard)
    return interview.id
