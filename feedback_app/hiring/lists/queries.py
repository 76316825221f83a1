"""The SQL of the lists of hiring. Every query takes the acting administrator's company.

A list is one statement with its search and its orders; a page of it is found by limit and offset.
Search looks for each word in the row's searched text. SQLite knows upper and lower case of ASCII
letters only, so a word with others is looked for in the ways it is usually written.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import (
    Candidate,
    Competency,
    Department,
    Interview,
    Job,
    Scorecard,
    User,
)
from feedback_app.hiring.lists.schemas import Kind, ListFilter

PAGE_LENGTH = 50
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Listing:
    """How the rows of one kind are selected, searched and ordered."""

    statement: Any
    id: Any
    company: Any
    archived_at: Any
    searched: ColumnElement[str]
    """The row's own text; `_elsewhere` finds a word in the rows it refers to."""
    orders: Mapping[str, Any]
    """What each name of an order sorts by."""
    first: str
    """The order of an address that names none."""


def _number(of: Any, *conditions: Any) -> Any:
    return sqlalchemy.select(func.count()).select_from(of).where(*conditions).scalar_subquery()


_COMPETENCIES = _number(Competency, col(Competency.job_id) == Job.id)
_OF_JOB = _number(Interview, col(Interview.job_id) == Job.id, col(Interview.archived_at).is_(None))
_OF_CANDIDATE = _number(
    Interview, col(Interview.candidate_id) == Candidate.id, col(Interview.archived_at).is_(None)
)
_LATEST = (
    sqlalchemy.select(func.max(col(Interview.held_at)))
    .where(col(Interview.candidate_id) == Candidate.id, col(Interview.archived_at).is_(None))
    .scalar_subquery()
)
_OF_DEPARTMENT = _number(
    Job, col(Job.department_id) == Department.id, col(Job.archived_at).is_(None)
)

LISTINGS: Mapping[Kind, Listing] = {
    "jobs": Listing(
        sqlalchemy.select(
            col(Job.id),
            col(Job.title),
            col(Department.name),
            col(Job.level),
            _COMPETENCIES,
            _OF_JOB,
        ).join(Department, col(Department.id) == Job.department_id),
        id=col(Job.id),
        company=col(Job.company_id),
        archived_at=col(Job.archived_at),
        searched=func.lower(col(Job.title) + "\n" + col(Department.name)),
        orders={
            "title": func.lower(col(Job.title)),
            "department": func.lower(col(Department.name)),
            "competencies": _COMPETENCIES,
            "interviews": _OF_JOB,
        },
        first="title",
    ),
    "candidates": Listing(
        sqlalchemy.select(
            col(Candidate.id),
            col(Candidate.name),
            col(Candidate.headline),
            col(Candidate.email),
            _OF_CANDIDATE,
            _LATEST,
        ),
        id=col(Candidate.id),
        company=col(Candidate.company_id),
        archived_at=col(Candidate.archived_at),
        searched=func.lower(
            col(Candidate.name) + "\n" + col(Candidate.email) + "\n" + col(Candidate.headline)
        ),
        orders={
            "name": func.lower(col(Candidate.name)),
            "interviews": _OF_CANDIDATE,
            "latest": _LATEST,
        },
        first="name",
    ),
    "interviews": Listing(
        sqlalchemy.select(
            col(Interview.id),
            col(Interview.held_at),
            col(Candidate.name),
            col(Job.title),
            col(Interview.kind),
            col(Interview.duration_min),
        )
        .join(Candidate, col(Candidate.id) == Interview.candidate_id)
        .join(Job, col(Job.id) == Interview.job_id),
        id=col(Interview.id),
        company=col(Interview.company_id),
        archived_at=col(Interview.archived_at),
        searched=func.lower(col(Interview.kind)),
        orders={
            "when": col(Interview.held_at),
            "candidate": func.lower(col(Candidate.name)),
            "job": func.lower(col(Job.title)),
        },
        first="-when",
    ),
    "departments": Listing(
        sqlalchemy.select(col(Department.id), col(Department.name), _OF_DEPARTMENT),
        id=col(Department.id),
        company=col(Department.company_id),
        archived_at=col(Department.archived_at),
        searched=func.lower(col(Department.name)),
        orders={"name": func.lower(col(Department.name)), "jobs": _OF_DEPARTMENT},
        first="name",
    ),
}


async def page(
    session: AsyncSession, admin: CurrentUser, kind: Kind, wanted: ListFilter
) -> tuple[list[Any], int]:
    """The rows of one page of a list, and how many rows the whole list has."""
    listing = LISTINGS[kind]
    statement = listing.statement.where(*_conditions(listing, admin, kind, wanted))
    ordered = (
        statement.order_by(*_order(listing, wanted.sort or listing.first))
        .limit(PAGE_LENGTH)
        .offset((wanted.page - 1) * PAGE_LENGTH)
    )
    connection = await session.connection()
    if wanted.q:
        # Rows are counted while they are searched, which would otherwise be done twice.
        rows = (await connection.execute(ordered.add_columns(func.count().over()))).all()
        return [row[:-1] for row in rows], rows[0][-1] if rows else 0
    number = sqlalchemy.select(func.count()).select_from(
        statement.with_only_columns(listing.id).subquery()
    )
    rows = (await connection.execute(ordered)).all()
    return list(rows), (await connection.execute(number)).scalar_one()


def _conditions(
    listing: Listing, admin: CurrentUser, kind: Kind, wanted: ListFilter
) -> list[ColumnElement[bool]]:
    is_archived = listing.archived_at.is_not(None)
    conditions = [
        listing.company == admin.company_id,
        is_archived if wanted.archived else ~is_archived,
    ]
    for word in wanted.q.split():
        elsewhere = _elsewhere(admin, word) if kind == "interviews" else ()
        conditions.append(or_(holds(listing.searched, word), *elsewhere))
    return conditions


def _elsewhere(admin: CurrentUser, word: str) -> Iterator[ColumnElement[bool]]:
    """The interviews whose candidate, job or one of whose interviewers has the word.

    Those are looked for first, as there are far fewer of them than interviews.
    """
    for key, table, name in (
        (col(Interview.candidate_id), Candidate, col(Candidate.name)),
        (col(Interview.job_id), Job, col(Job.title)),
    ):
        named = select(table.id).where(
            col(table.company_id) == admin.company_id, holds(func.lower(name), word)
        )
        yield key.in_(named)
    people = select(User.id).where(
        User.company_id == admin.company_id, holds(func.lower(col(User.name)), word)
    )
    # An expression, so that SQLite looks through the interview's few scorecards, and not once for
    # each person found.
    theirs = col(Scorecard.user_id).concat("").in_(people)
    yield exists().where(col(Scorecard.interview_id) == Interview.id, theirs)


def holds(searched: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether a text that is in lower case holds a word, however that is written."""
    ways = {word.lower()}
    if not word.isascii():
        ways |= {way.translate(_ASCII_LOWER) for way in (word.upper(), word.capitalize())}
    return or_(*(searched.contains(way, autoescape=True) for way in sorted(ways)))


def _order(listing: Listing, sort: str) -> tuple[Any, Any]:
    """The column asked for, then the id, so that rows that are equal in it stay in place."""
    by = listing.orders[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return by, listing.id
    # Those without a value last; nothing is said about it where there always is one, as an index
    # in descending order would not be used.
    return by.desc().nulls_last() if by is _LATEST else by.desc(), listing.id.desc()


async def interviewers(
    session: AsyncSession, interview_ids: Sequence[str]
) -> list[tuple[str, str, bool]]:
    """Interview, name, and whether the feedback is submitted, of all who take part in these."""
    rows = await session.exec(
        select(Scorecard.interview_id, User.name, col(Scorecard.submitted_at).is_not(None))
        .join(User, col(User.id) == Scorecard.user_id)
        .where(col(Scorecard.interview_id).in_(interview_ids))
        .order_by(func.lower(col(User.name)), col(User.id))
    )
    return [(interview_id, name, bool(done)) for interview_id, name, done in rows.all()]
