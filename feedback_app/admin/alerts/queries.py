"""The SQL of the alerts page. Every query takes the acting administrator and sees that company."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import Alert, User


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert, the person it is about and who has seen it; both are `None` if there is nobody."""

    alert: Alert
    person: str | None
    seen_by: str | None


async def newest(session: AsyncSession, user: CurrentUser, limit: int) -> list[AlertRecord]:
    """The company's latest alerts, newest first."""
    person, reader = aliased(User), aliased(User)
    asked = (
        select(Alert, person.name, reader.name)
        .outerjoin(person, col(person.id) == Alert.subject)
        .outerjoin(reader, col(reader.id) == Alert.seen_by)
        .where(Alert.company_id == user.company_id)
        .order_by(col(Alert.raised_at).desc(), col(Alert.id).desc())
        .limit(limit)
    )
    return [AlertRecord(*row) for row in (await session.exec(asked)).all()]


async def mark_seen(
    session: AsyncSession, user: CurrentUser, now: datetime, alert_id: str | None = None
) -> None:
    """Mark one alert, or all, as seen by this administrator; those already seen do not change.

    Raises:
        NotFound: no such alert, or another company's.
    """
    unseen = update(Alert).where(
        col(Alert.company_id) == user.company_id, col(Alert.seen_at).is_(None)
    )
    if alert_id is not None:
        found = await session.get(Alert, alert_id)
        if found is None or found.company_id != user.company_id:
            raise NotFound
        unseen = unseen.where(col(Alert.id) == alert_id)
    await session.exec(unseen.values(seen_by=user.id, seen_at=now))
