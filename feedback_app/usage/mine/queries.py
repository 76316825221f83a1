"""The SQL of a person's own usage: every query sees only calls of the acting user."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, case, func, or_
from sqlalchemy import select as select_values
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import CallStatus, Candidate, Interview, LlmCall

_started, _id = col(LlmCall.started_at), col(LlmCall.id)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over a person's calls; those of running calls are not known yet."""

    calls: int
    running: int
    prompt_tokens: int
    completion_tokens: int
    estimated: int
    """How many finished calls have estimated tokens."""
    cost_microusd: int
    """The cost of the finished calls whose price is known."""
    unpriced: int
    """How many finished calls have no known price."""
    saved: int
    """How many drafts were saved as feedback."""


@dataclass(frozen=True, slots=True)
class MyCallRecord:
    """A call and what it was about."""

    call: LlmCall
    candidate: str | None
    interview_kind: str | None


def _own(user: CurrentUser, since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(
        col(LlmCall.user_id) == user.id,
        col(LlmCall.company_id) == user.company_id,
        _started >= since,
        _started < until,
    )


async def figures(
    session: AsyncSession, user: CurrentUser, since: datetime, until: datetime
) -> Figures:
    """The sums of the calls that began from `since` up to but not including `until`."""
    finished = col(LlmCall.status) != CallStatus.RUNNING

    def count(condition: ColumnExpressionArgument[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    def total(column: Mapped[int] | ColumnElement[int]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((finished, column), else_=0)), 0)

    row = (
        await (await session.connection()).execute(
            select_values(
                func.count(),
                count(~finished),
                total(col(LlmCall.prompt_tokens)),
                total(col(LlmCall.completion_tokens)),
                count(finished & col(LlmCall.tokens_estimated)),
                total(func.coalesce(col(LlmCall.cost_microusd), 0)),
                count(finished & col(LlmCall.cost_microusd).is_(None)),
                count(col(LlmCall.saved_as_feedback)),
            ).where(_own(user, since, until))
        )
    ).one()
    return Figures(*(int(value) for value in row))


async def list_calls(
    session: AsyncSession,
    user: CurrentUser,
    since: datetime,
    until: datetime,
    *,
    older_than: LlmCall | None = None,
    newer_than: LlmCall | None = None,
    limit: int,
) -> list[MyCallRecord]:
    """Calls newest first: the newest, those right after `older_than`, or before `newer_than`."""
    query = (
        select(LlmCall, Candidate.name, Interview.kind)
        .join(Interview, col(Interview.id) == LlmCall.subject_id, isouter=True)
        .join(Candidate, col(Candidate.id) == Interview.candidate_id, isouter=True)
        .where(_own(user, since, until))
        .limit(limit)
    )
    if newer_than is not None:
        query = query.where(_newer(newer_than)).order_by(_started, _id)
    else:
        query = query.order_by(_started.desc(), _id.desc())
    if older_than is not None:
        query = query.where(
            or_(
                _started < older_than.started_at,
                and_(_started == older_than.started_at, _id < older_than.id),
            )
        )
    rows = [MyCallRecord(*row) for row in (await session.exec(query)).all()]
    return rows[::-1] if newer_than is not None else rows


async def count_newer(
    session: AsyncSession, user: CurrentUser, since: datetime, until: datetime, than: LlmCall
) -> int:
    """How many of the person's calls come before this one in the list."""
    return (
        await session.exec(select(func.count()).where(_own(user, since, until), _newer(than)))
    ).one()


async def call_by_id(session: AsyncSession, user: CurrentUser, call_id: str) -> LlmCall | None:
    """One of the person's own calls, `None` for anybody else's."""
    return (
        await session.exec(
            select(LlmCall).where(
                LlmCall.id == call_id,
                LlmCall.user_id == user.id,
                LlmCall.company_id == user.company_id,
            )
        )
    ).first()


def _newer(than: LlmCall) -> ColumnElement[bool]:
    return or_(_started > than.started_at, and_(_started == than.started_at, _id > than.id))
