"""The SQL of lists of calls; the acting administrator sees only those of their company.

A list is found in two steps: the ids in their order, then the columns to show for one page of them.
"""

import string
from collections.abc import AsyncGenerator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select, true
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import CallStatus, Candidate, Department, Interview, LlmCall, User
from feedback_app.usage.calls.schemas import CallEntry
from feedback_app.usage.filters import SortBy, Span, UsageFilter
from feedback_app.usage.queries import answering_model, chosen, within

_ID_CHARACTERS = frozenset(string.hexdigits + "-")
_IDS_AT_A_TIME = 2_000

_VALUES: dict[SortBy, SQLColumnExpression[Any]] = {
    SortBy.STARTED: col(LlmCall.started_at),
    SortBy.COST: func.coalesce(col(LlmCall.cost_microusd), -1),
    SortBy.LATENCY: func.coalesce(col(LlmCall.latency_ms), -1),
    SortBy.TTFT: func.coalesce(col(LlmCall.ttft_ms), -1),
    SortBy.TOKENS: col(LlmCall.prompt_tokens) + col(LlmCall.completion_tokens),
    SortBy.PROMPT_TOKENS: col(LlmCall.prompt_tokens),
    SortBy.COMPLETION_TOKENS: col(LlmCall.completion_tokens),
}
_NAMED: dict[str, SQLColumnExpression[Any]] = {
    "call_id": col(LlmCall.id),
    "person": col(User.name),
    "department": col(Department.name),
    "candidate": col(Candidate.name),
    "interview_kind": col(Interview.kind),
}
_ENTRY = tuple(
    _NAMED[field.name] if field.name in _NAMED else col(getattr(LlmCall, field.name))
    for field in fields(CallEntry)
)


def _ordered(
    user: CurrentUser, wanted: UsageFilter, span: Span, *, backwards: bool = False
) -> Select[str]:
    """The ids of the filter's calls, in their order or in reverse."""
    value, call_id = _VALUES[wanted.sort.by], col(LlmCall.id)
    query = select(call_id).where(
        *chosen(user, wanted), within(span), _with_text(user, wanted.text)
    )
    if wanted.sort.descending != backwards:
        return query.order_by(value.desc(), call_id.desc())
    return query.order_by(value, call_id)


def _with_text(user: CurrentUser, text: str) -> ColumnElement[bool]:
    """Calls with the text in the person, the candidate, the model, the error code or the id."""
    if not text:
        return true()
    people = select(col(User.id)).where(
        col(User.company_id) == user.company_id, _contains(col(User.name), text)
    )
    interviews = (
        select(col(Interview.id))
        .join(Candidate, col(Candidate.id) == col(Interview.candidate_id))
        .where(col(Interview.company_id) == user.company_id, _contains(col(Candidate.name), text))
    )
    matches = [
        col(LlmCall.user_id).in_(people),
        col(LlmCall.subject_id).in_(interviews),
        answering_model.icontains(text, autoescape=True),
        col(LlmCall.error_code).icontains(text, autoescape=True),
    ]
    if _ID_CHARACTERS.issuperset(text):
        matches.append(col(LlmCall.id).contains(text.lower(), autoescape=True))
    return or_(*matches)


def _contains(name: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Case-insensitive; for non-ASCII letters, which SQLite cannot fold, the usual spellings."""
    spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
    return or_(*(name.icontains(spelling, autoescape=True) for spelling in spellings))


async def sort_value(
    session: AsyncSession, user: CurrentUser, by: SortBy, call_id: str
) -> datetime | int | None:
    """The value that a call of the company is ordered by, `None` for anybody else's."""
    query = select(_VALUES[by]).where(
        col(LlmCall.id) == call_id, col(LlmCall.company_id) == user.company_id
    )
    return (await (await session.connection()).execute(query)).scalar()


async def page_of_ids(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    *,
    beyond: tuple[datetime | int, str] | None = None,
    backwards: bool = False,
    limit: int,
) -> list[str]:
    """The first ids, or those right after (`backwards`: before) the sort value and id `beyond`.

    They are in the order of the list either way.
    """
    query = _ordered(user, wanted, span, backwards=backwards).limit(limit)
    if beyond is not None:
        value, call_id = _VALUES[wanted.sort.by], col(LlmCall.id)
        # The first condition is implied by the second, but an index can serve it.
        if wanted.sort.descending != backwards:
            behind = and_(value <= beyond[0], or_(value < beyond[0], call_id < beyond[1]))
        else:
            behind = and_(value >= beyond[0], or_(value > beyond[0], call_id > beyond[1]))
        query = query.where(behind)
    ids = list((await (await session.connection()).execute(query)).scalars())
    return ids[::-1] if backwards else ids


async def all_ids(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> AsyncGenerator[Sequence[str], None]:
    """Every id in the order of the list, as of the time of the query, a few thousand at a time."""
    result = await (await session.connection()).stream_scalars(_ordered(user, wanted, span))
    async for ids in result.partitions(_IDS_AT_A_TIME):
        yield ids


async def entries(
    session: AsyncSession, user: CurrentUser, ids: Sequence[str]
) -> tuple[CallEntry, ...]:
    """These calls of the company, in the order of the ids."""
    query = (
        select(*_ENTRY)
        .select_from(LlmCall)
        .join(User, col(User.id) == col(LlmCall.user_id))
        .outerjoin(Department, col(Department.id) == col(LlmCall.department_id))
        .outerjoin(Interview, col(Interview.id) == col(LlmCall.subject_id))
        .outerjoin(Candidate, col(Candidate.id) == col(Interview.candidate_id))
        # Concatenated, because SQLite would otherwise read all the company's calls instead of
        # these.
        .where(col(LlmCall.id).in_(ids), col(LlmCall.company_id).concat("") == user.company_id)
    )
    rows = await (await session.connection()).execute(query)
    found = {row[0]: CallEntry(*row) for row in rows}
    return tuple(found[call_id] for call_id in ids if call_id in found)


async def call_by_id(session: AsyncSession, user: CurrentUser, call_id: str) -> LlmCall | None:
    """A call of the company, `None` for anybody else's."""
    query = select_rows(LlmCall).where(LlmCall.id == call_id, LlmCall.company_id == user.company_id)
    return (await session.exec(query)).first()


async def ledger(
    session: AsyncSession, user: CurrentUser, *, older_than: LlmCall | None, limit: int
) -> Sequence[LlmCall]:
    """The company's calls of any period, newest first: the newest or those after one."""
    started, call_id = col(LlmCall.started_at), col(LlmCall.id)
    query = (
        select_rows(LlmCall)
        .where(LlmCall.company_id == user.company_id)
        .order_by(started.desc(), call_id.desc())
        .limit(limit)
    )
    if older_than is not None:
        at, known = older_than.started_at, older_than.id
        query = query.where(or_(started < at, and_(started == at, call_id < known)))
    return (await session.exec(query)).all()


async def count_running(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> int:
    """How many of the filter's calls are running."""
    query = (
        select(func.count())
        .select_from(LlmCall)
        .where(*chosen(user, wanted), within(span), col(LlmCall.status) == CallStatus.RUNNING)
    )
    return (await (await session.connection()).execute(query)).scalar_one()
