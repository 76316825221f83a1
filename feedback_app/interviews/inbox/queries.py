"""The SQL of the list of interviews: one statement, built once for each number of search words."""

import functools
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, true
from sqlmodel import col

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.covering import STILL_LISTED, covered
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
)
from feedback_app.db.session import Database
from feedback_app.interviews.queries import HAS_NOTES

MOST_LISTED = 1000
"""The most interviews listed: all open ones first, then the newest submitted ones."""


class InboxRecord(NamedTuple):
    """An interview, and how far the person's own feedback on it has got."""

    id: str
    kind: str
    held_at: datetime
    duration_min: int
    candidate: str
    job: str
    submitted_at: datetime | None
    has_recommendation: bool
    has_notes: bool
    has_feedback: bool
    is_kept: bool
    """Whether the feedback is the person's own, not an untouched draft."""
    competencies: int
    """That it covers; like the following, not read once the feedback is submitted."""
    rated: int
    is_running: bool
    """Whether a draft is being written."""
    has_draft: bool
    """Whether there is a complete draft that was not discarded."""
    matches: bool
    """Whether it matches the search."""


_OPEN = col(Scorecard.submitted_at).is_(None)
_CALL_OF_CARD = and_(
    col(LlmCall.subject_id) == Interview.id,
    col(LlmCall.user_id) == Scorecard.user_id,
    col(LlmCall.operation) == FEEDBACK,
)
_RUNNING = exists().where(_CALL_OF_CARD, col(LlmCall.status) == CallStatus.RUNNING)
_DRAFTED = exists().where(
    _CALL_OF_CARD,
    col(LlmCall.status) == CallStatus.COMPLETE,
    col(Draft.llm_call_id) == LlmCall.id,
    col(Draft.discarded_at).is_(None),
)
_COMPETENCIES = (
    sqlalchemy.select(func.count())
    .where(col(Competency.job_id) == Interview.job_id, covered(col(Competency.id)))
    .scalar_subquery()
)
_RATED = (
    sqlalchemy.select(func.count())
    .where(
        col(CompetencyRating.scorecard_id) == Scorecard.id,
        or_(col(CompetencyRating.rating).is_not(None), col(CompetencyRating.not_assessed)),
        covered(col(CompetencyRating.competency_id)),
    )
    .scalar_subquery()
)


def _while_open(column: Any) -> ColumnElement[Any]:
    """The column, not computed for submitted interviews, which are most of a long list."""
    return case((_OPEN, column), else_=None)


_LISTED = (
    sqlalchemy.select(
        col(Interview.id),
        col(Interview.kind),
        col(Interview.held_at),
        col(Interview.duration_min),
        col(Candidate.name),
        col(Job.title),
        col(Scorecard.submitted_at),
        col(Scorecard.recommendation).is_not(None),
        _while_open(HAS_NOTES),
        _while_open(col(Scorecard.feedback) != ""),
        _while_open(col(Scorecard.feedback_kept)),
        _while_open(_COMPETENCIES),
        _while_open(_RATED),
        _while_open(_RUNNING),
        _while_open(_DRAFTED),
    )
    .join(Scorecard, col(Scorecard.interview_id) == Interview.id)
    .join(Candidate, col(Candidate.id) == Interview.candidate_id)
    .join(Job, col(Job.id) == Interview.job_id)
    .join(Department, col(Department.id) == Job.department_id)
    .where(
        col(Scorecard.user_id) == bindparam("user"),
        col(Interview.company_id) == bindparam("company"),
        STILL_LISTED,
    )
    .order_by(
        col(Scorecard.submitted_at).is_not(None),
        col(Interview.held_at).desc(),
        col(Interview.id).desc(),
    )
    .limit(MOST_LISTED)
)

_SEARCHED = func.lower(
    col(Candidate.name)
    + "\n"
    + col(Job.title)
    + "\n"
    + col(Interview.kind)
    + "\n"
    + col(Department.name)
)
"""The text that a list is searched in; no search word contains a newline."""


async def inbox(database: Database, user: CurrentUser, search: str) -> list[InboxRecord]:
    """The person's open interviews and the submitted ones that match, newest first.

    Open ones are included whether or not they match, so that those due can always be counted.
    `search` looks for each of its words in candidate, job, kind and department.
    """
    words = search.lower().split()
    values = {f"word{number}": f"%{_escaped(word)}%" for number, word in enumerate(words)}
    return await _records(database, user, _statement(len(words)), values)


async def open_interviews(database: Database, user: CurrentUser) -> list[InboxRecord]:
    """The person's interviews without submitted feedback, newest first."""
    return await _records(database, user, _open_only(), {})


async def _records(
    database: Database, user: CurrentUser, statement: Any, values: dict[str, str]
) -> list[InboxRecord]:
    whose = {"user": user.id, "company": user.company_id}
    return [InboxRecord(*row) for row in await database.rows(statement, whose | values)]


@functools.lru_cache(maxsize=64)
def _statement(words: int) -> Any:
    """The statement for this number of search words."""
    matches = and_(
        true(),
        *(_SEARCHED.like(bindparam(f"word{number}"), escape="\\") for number in range(words)),
    )
    return _LISTED.add_columns(matches).where(or_(_OPEN, matches))


@functools.cache
def _open_only() -> Any:
    return _LISTED.add_columns(true()).where(_OPEN)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
