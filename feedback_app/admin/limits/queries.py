"""The SQL of limits. Every query takes the acting administrator and sees that company only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import Company, LimitChange, LimitValue, UsageDay, User


async def people(session: AsyncSession, user: CurrentUser) -> Sequence[User]:
    """Everybody who may sign in, by name."""
    rows = await session.exec(
        select(User)
        .where(User.company_id == user.company_id, col(User.is_active))
        .order_by(col(User.name), col(User.email))
    )
    return rows.all()


async def person(session: AsyncSession, user: CurrentUser, user_id: str) -> User:
    """One person of the company.

    Raises:
        NotFound: nobody, or somebody of another company.
    """
    found = await session.get(User, user_id)
    if found is None or found.company_id != user.company_id:
        raise NotFound
    return found


async def values(session: AsyncSession, user: CurrentUser) -> Sequence[LimitValue]:
    """Every limit set in the company, those of single people included."""
    rows = await session.exec(select(LimitValue).where(LimitValue.company_id == user.company_id))
    return rows.all()


async def spent_by_person(
    session: AsyncSession, user: CurrentUser, since: datetime, until: datetime
) -> list[tuple[str, str, int]]:
    """Id, name and cost in micro-dollars of everybody whose calls cost anything, by name.

    The period consists of whole UTC days.
    """
    cost = cast(func.sum(col(UsageDay.cost_microusd)), BigInteger)
    found = await session.exec(
        select(User.id, User.name, cost)
        .join(UsageDay, col(UsageDay.subject_id) == User.id)
        .where(
            UsageDay.company_id == user.company_id,
            User.company_id == user.company_id,
            UsageDay.day >= hour_of(since) // 24,
            UsageDay.day < hour_of(until) // 24,
        )
        .group_by(col(User.id), col(User.name))
        .having(cost > 0)
        .order_by(func.lower(User.name), col(User.id))
    )
    return [(user_id, name, microusd) for user_id, name, microusd in found.all()]


async def take_turn(session: AsyncSession, user: CurrentUser) -> None:
    """Make administrators of one company change its limits one at a time."""
    row = select(Company.id).where(Company.id == user.company_id)
    await session.exec(row.with_for_update(key_share=True))


async def changes(
    session: AsyncSession, user: CurrentUser, limit: int
) -> list[tuple[LimitChange, str, str | None]]:
    """The newest changes, each with who made it and, if it is for one person, for whom."""
    found = await session.exec(
        select(LimitChange)
        .where(LimitChange.company_id == user.company_id)
        .order_by(col(LimitChange.at).desc(), col(LimitChange.id).desc())
        .limit(limit)
    )
    made = found.all()
    ids = {change.changed_by for change in made} | {c.user_id for c in made if c.user_id}
    named = await session.exec(select(User.id, User.name).where(col(User.id).in_(ids)))
    names = dict(named.all())
    return [
        (change, names[change.changed_by], names[change.user_id] if change.user_id else None)
        for change in made
    ]
