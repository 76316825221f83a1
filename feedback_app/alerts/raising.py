"""Raises alerts: each condition once for its period, on however many workers it is noticed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.alerts.conditions import Condition, Key, conditions_of, key_of
from feedback_app.core import clock
from feedback_app.core.ids import new_id
from feedback_app.core.settings import Settings
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import Company, UsageRollup
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import Alert, AlertLevel
from feedback_app.llm.admission.admission import month_of

_TABLE: Table = Alert.__table__  # pyright: ignore[reportAttributeAccessIssue]


async def active_companies(database: Database) -> Sequence[str]:
    """The companies with settled calls in this month."""
    since, until = month_of(clock.now())
    # Company by company, as the sums of all time are only ordered by hour within one.
    settled = select(UsageRollup.hour).where(
        UsageRollup.company_id == Company.id,
        UsageRollup.hour >= hour_of(since),
        UsageRollup.hour < hour_of(until),
    )
    async with database.read() as session:
        return (await session.exec(select(Company.id).where(settled.exists()))).all()


async def evaluate(database: Database, settings: Settings, company_id: str) -> int:
    """Raise every alert that is due for the company now; return how many."""
    async with database.read() as session:
        found = await conditions_of(session, settings, company_id, clock.now())
    return await raise_alerts(database, found, send=settings.ALERT_WEBHOOK_URL is not None)


async def raise_alerts(database: Database, found: Iterable[Condition], *, send: bool) -> int:
    """Insert those that do not exist yet; `send` says whether the webhook gets them."""
    wanted = list(found)
    if not wanted:
        return 0
    async with database.read() as session:
        told = await _keys(session, wanted)
    new = [c for c in wanted if not {c.key, replace(c, level=AlertLevel.CRITICAL).key} & told]
    if not new:
        return 0
    now = clock.now()
    raised = 0
    async with database.write() as session:
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        connection = await session.connection()
        for condition in sorted(new, key=lambda c: c.key):
            values = {
                **asdict(condition),
                "id": new_id(),
                "raised_at": now,
                "attempts": 0,
                "next_attempt_at": now if send else None,
                "delivery_error": "",
            }
            done = await connection.execute(
                insert(_TABLE).values(**values).on_conflict_do_nothing()
            )
            raised += done.rowcount
    return raised


async def _keys(session: AsyncSession, wanted: Sequence[Condition]) -> set[Key]:
    """The keys of alerts already raised for these companies, kinds and periods, possibly more."""
    asked = select(Alert).where(
        col(Alert.company_id).in_({c.company_id for c in wanted}),
        col(Alert.kind).in_({c.kind for c in wanted}),
        col(Alert.subject).in_({c.subject for c in wanted}),
        col(Alert.period).in_({c.period for c in wanted}),
    )
    return {key_of(alert) for alert in (await session.exec(asked)).all()}
