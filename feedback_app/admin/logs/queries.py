"""The SQL of the system log. Every query sees only rows of the acting administrator's company.

Nobody sees the rows without a company, which come from requests that were not signed in. Rows are
ordered by `(at, id)`. No query counts or sorts the log: each walks an index from the newest row it
may show, and stops when it has enough.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, false, func, or_, text, true
from sqlalchemy import select as select_values
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.admin.logs.schemas import FAILED, OK, LogFilter
from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import LOG_ROW_FAILED, SystemLog, User

_MOST_VALUES = 500
_REQUEST_ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
_CALL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_FAILED = text(f"NOT {LOG_ROW_FAILED.text}")
_at, _id = col(SystemLog.at), col(SystemLog.id)


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A row and who caused it."""

    row: SystemLog
    person: str | None


async def _chosen(
    session: AsyncSession, user: CurrentUser, wanted: LogFilter, since: datetime | None
) -> list[ColumnExpressionArgument[bool]]:
    conditions: list[ColumnExpressionArgument[bool]] = [
        col(SystemLog.company_id) == user.company_id
    ]
    if since is not None:
        conditions.append(_at >= since)
    for column, value in (
        (SystemLog.component, wanted.component),
        (SystemLog.action, wanted.action),
        (SystemLog.user_id, wanted.person),
    ):
        if value:
            conditions.append(col(column) == value)
    if wanted.status == FAILED:
        conditions.append(LOG_ROW_FAILED)
    elif wanted.status == OK:
        conditions.append(_NOT_FAILED)
    elif wanted.status:
        conditions.append(col(SystemLog.status) == wanted.status)
    if wanted.q:
        conditions.append(await _holds(session, user, wanted.q))
    return conditions


async def _holds(
    session: AsyncSession, user: CurrentUser, wanted: str
) -> ColumnExpressionArgument[bool]:
    """Whether a row has this id, or an action, path or model with this text in it.

    The text is compared with the few values there are, not with each row.
    """
    for ids, column in ((_REQUEST_ID, SystemLog.request_id), (_CALL_ID, SystemLog.llm_call_id)):
        if ids.fullmatch(wanted):
            # Queried first: the planner would otherwise walk the whole log in order.
            found = select(SystemLog.id).where(col(column) == wanted).limit(_MOST_VALUES)
            return _id.in_((await session.exec(found)).all())
    of_calls = col(SystemLog.llm_call_id).is_not(None)
    places: list[ColumnElement[bool]] = []
    for column, within in (
        (SystemLog.action, None),
        (SystemLog.path, None),
        (SystemLog.model, of_calls),
    ):
        values = await _values(session, user, col(column), within)
        if found := [value for value in values if wanted.lower() in value.lower()]:
            places.append(col(column).in_(found))
    return or_(false(), *places)


async def list_rows(
    session: AsyncSession,
    user: CurrentUser,
    wanted: LogFilter,
    *,
    since: datetime | None,
    older_than: SystemLog | None = None,
    newer_than: SystemLog | None = None,
    limit: int,
) -> list[LogRecord]:
    """Rows newest first: the newest, those right after `older_than`, or before `newer_than`."""
    query = (
        select(SystemLog, User.name)
        .join(
            User,
            and_(col(User.id) == SystemLog.user_id, col(User.company_id) == SystemLog.company_id),
            isouter=True,
        )
        .where(*await _chosen(session, user, wanted, since))
        .limit(limit)
    )
    if older_than is not None:
        query = query.where(_at <= older_than.at, or_(_at < older_than.at, _id < older_than.id))
    if newer_than is not None:
        query = query.where(
            _at >= newer_than.at, or_(_at > newer_than.at, _id > newer_than.id)
        ).order_by(_at, _id)
    else:
        query = query.order_by(_at.desc(), _id.desc())
    found = [LogRecord(*row) for row in (await session.exec(query)).all()]
    return found[::-1] if newer_than is not None else found


async def row_by_id(session: AsyncSession, user: CurrentUser, row_id: str) -> SystemLog | None:
    """A row of the company, `None` for anybody else's."""
    return (
        await session.exec(
            select(SystemLog).where(SystemLog.id == row_id, SystemLog.company_id == user.company_id)
        )
    ).first()


async def people(session: AsyncSession, user: CurrentUser) -> list[tuple[str, str]]:
    """Id and name of everybody in the company, by name."""
    rows = await session.exec(
        select(User.id, User.name)
        .where(User.company_id == user.company_id)
        .order_by(func.lower(User.name), col(User.id))
    )
    return [(user_id, name) for user_id, name in rows.all()]


async def actions(session: AsyncSession, user: CurrentUser) -> Sequence[str]:
    """Every action in the company's log, by name."""
    return await _values(session, user, col(SystemLog.action))


async def statuses(session: AsyncSession, user: CurrentUser) -> Sequence[str]:
    """Every status in the company's log, in order."""
    return await _values(session, user, col(SystemLog.status))


async def _values(
    session: AsyncSession,
    user: CurrentUser,
    column: Mapped[str] | Mapped[str | None],
    within: ColumnElement[bool] | None = None,
) -> Sequence[str]:
    """The distinct values of a column, found by one step through its index for each of them.

    `within` is the condition of an index of part of the rows.
    """
    own = and_(col(SystemLog.company_id) == user.company_id, true() if within is None else within)
    seen = select_values(func.min(column).label("value")).where(own).cte("seen", recursive=True)
    following = select_values(func.min(column)).where(own, column > seen.c.value)
    seen = seen.union_all(
        select_values(following.correlate(seen).scalar_subquery())
        .select_from(seen)
        .where(seen.c.value.is_not(None))
    )
    rows = await (await session.connection()).execute(
        select_values(seen.c.value).where(seen.c.value.is_not(None)).limit(_MOST_VALUES)
    )
    return rows.scalars().all()
