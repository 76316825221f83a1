"""The SQL that the parts of usage share: which calls a filter selects, and who made any.

Every query takes the acting administrator and sees only that company's calls.
"""

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import CallStatus, LlmCall, User
from feedback_app.usage.filters import NO_DEPARTMENT, Span, UsageFilter

answering_model = func.coalesce(col(LlmCall.resolved_model), col(LlmCall.requested_model))


def chosen(user: CurrentUser, wanted: UsageFilter) -> list[ColumnElement[bool]]:
    """The conditions for the company's calls that the filter selects, of any time and text."""
    conditions = [col(LlmCall.company_id) == user.company_id]
    if wanted.person:
        conditions.append(col(LlmCall.user_id) == wanted.person)
    if wanted.status:
        conditions.append(col(LlmCall.status) == wanted.status)
    if wanted.model:
        conditions.append(answering_model == wanted.model)
    if wanted.department == NO_DEPARTMENT:
        conditions.append(col(LlmCall.department_id).is_(None))
    elif wanted.department:
        conditions.append(col(LlmCall.department_id) == wanted.department)
    if wanted.operation:
        conditions.append(col(LlmCall.operation) == wanted.operation)
    return conditions


def within(span: Span) -> ColumnElement[bool]:
    return and_(col(LlmCall.started_at) >= span.since, col(LlmCall.started_at) < span.until)


async def running_now(session: AsyncSession, user: CurrentUser, wanted: UsageFilter) -> int:
    """How many of the chosen calls are running, whenever they began."""
    return (
        await session.exec(
            select(func.count()).where(*chosen(user, wanted), LlmCall.status == CallStatus.RUNNING)
        )
    ).one()


async def people(session: AsyncSession, user: CurrentUser) -> list[tuple[str, str]]:
    """Id and name of everybody in the company who has ever made a call, by name."""
    made_one = (
        select(LlmCall.id)
        .where(LlmCall.user_id == User.id, LlmCall.company_id == user.company_id)
        .exists()
    )
    rows = await session.exec(
        select(User.id, User.name)
        .where(User.company_id == user.company_id, made_one)
        .order_by(func.lower(User.name), col(User.id))
    )
    return [(user_id, name) for user_id, name in rows.all()]
