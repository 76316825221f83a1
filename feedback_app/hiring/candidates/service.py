"""The candidates of a company: who they are, and their CVs."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import ChangedElsewhere, Forbidden, NotFound
from feedback_app.db.models import Candidate, Interview, Job
from feedback_app.db.session import database
from feedback_app.hiring.checks import (
    CHANGED_SINCE,
    MOST_CV_CHARACTERS,
    MOST_HEADLINE_CHARACTERS,
    MOST_NAME_CHARACTERS,
    Fields,
)
from feedback_app.hiring.creating import NO_CANDIDATE_NAME, add_candidate
from feedback_app.hiring.schemas import Record, Related
from feedback_app.ui import wording

_FIELDS = ("name", "email", "headline", "cv_text")
MOST_RELATED = 50
"""The newest interviews listed on a candidate's page."""


async def candidate(user: CurrentUser, candidate_id: str) -> Record:
    """One candidate with their newest interviews, or the blank form of a new one.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such candidate, or another company's.
    """
    _require_admin(user)
    if candidate_id == routes.NEW:
        return Record(routes.NEW, values=dict.fromkeys(_FIELDS, ""))
    async with database().read() as session:
        row = await _row(session, user, candidate_id)
        return _record(row, await _interviews(session, row))


async def save(
    user: CurrentUser, candidate_id: str, form: Mapping[str, Any], base: Mapping[str, str]
) -> Record:
    """Add a candidate, or change the one that was `base` when they were loaded.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such candidate, or another company's.
        WrongFields: what was typed cannot be saved.
        ChangedElsewhere: somebody else has changed them since.
    """
    _require_admin(user)
    fields = Fields(form)
    name = fields.line("name", MOST_NAME_CHARACTERS, NO_CANDIDATE_NAME)
    email = fields.email("email")
    headline = fields.line("headline", MOST_HEADLINE_CHARACTERS)
    cv_text = fields.text("cv_text", MOST_CV_CHARACTERS)
    fields.finish()
    async with database().write() as session:
        if candidate_id == routes.NEW:
            row = await add_candidate(session, user.company_id, name)
        else:
            row = await _row(session, user, candidate_id, lock=True)
            if _record(row).values != base:
                raise ChangedElsewhere(CHANGED_SINCE)
        row.name, row.email, row.headline, row.cv_text = name, email, headline, cv_text
        session.add(row)
    return _record(row)


async def _row(
    session: AsyncSession, user: CurrentUser, candidate_id: str, *, lock: bool = False
) -> Candidate:
    own = select(Candidate).where(
        Candidate.id == candidate_id, Candidate.company_id == user.company_id
    )
    found = (await session.exec(own.with_for_update() if lock else own)).first()
    if found is None:
        raise NotFound
    return found


async def _interviews(session: AsyncSession, row: Candidate) -> list[Related]:
    rows = await session.exec(
        select(Interview.id, Interview.kind, Interview.held_at, Job.title)
        .join(Job, col(Job.id) == Interview.job_id)
        .where(Interview.candidate_id == row.id, col(Interview.archived_at).is_(None))
        .order_by(col(Interview.held_at).desc(), col(Interview.id).desc())
        .limit(MOST_RELATED)
    )
    return [
        Related(
            interview_id,
            routes.admin_interview(interview_id),
            f"{kind}, {title}",
            wording.moment(held_at),
        )
        for interview_id, kind, held_at, title in rows.all()
    ]


def _record(row: Candidate, related: list[Related] | None = None) -> Record:
    values = {
        "name": row.name,
        "email": row.email,
        "headline": row.headline,
        "cv_text": row.cv_text,
    }
    return Record(row.id, row.name, values, row.archived_at is not None, related or [])


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
