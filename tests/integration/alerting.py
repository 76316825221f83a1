"""What the tests of alerts share: settings with a webhook, limits, and the rows of alerts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from openai import AsyncOpenAI
from pydantic import SecretStr
from sqlmodel import col, select

from feedback_app.alerts.outbox import Outbox
from feedback_app.alerts.raising import evaluate
from feedback_app.alerts.webhook import Webhook
from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.db.models import LimitValue
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel
from feedback_app.llm.admission.limits import LimitName
from tests.factories import make_company, store
from tests.integration.completing import settings
from tests.receiver import SECRET, Delivery

NOVEMBER = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
WITH_WEBHOOK = {
    "ALERT_WEBHOOK_URL": SecretStr("http://127.0.0.1:9/hook"),
    "ALERT_WEBHOOK_SECRET": SecretStr(SECRET),
}


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The clock stands at that moment."""
    clock.set_now(lambda: moment)
    try:
        yield
    finally:
        clock.set_now(None)


def configured(**changes: Any) -> Settings:
    return settings(None, **changes)


async def look(database: Database, company_id: str, **changes: Any) -> int:
    """Look at the company once; how many alerts were raised."""
    return await evaluate(database, configured(**changes), company_id)


async def alerts(database: Database) -> list[Alert]:
    """Every alert, the oldest first."""
    async with database.read() as session:
        asked = select(Alert).order_by(col(Alert.raised_at), col(Alert.id))
        return list((await session.exec(asked)).all())


async def set_budget(
    database: Database, company_id: str, usd: float | None, user_id: str | None = None
) -> None:
    """The company's monthly budget, or one person's."""
    personal = user_id is not None
    name = LimitName.PERSON_COST_PER_MONTH if personal else LimitName.COMPANY_COST_PER_MONTH
    value = None if usd is None else round(usd * 1_000_000)
    await store(
        database, LimitValue(company_id=company_id, user_id=user_id, name=name, value=value)
    )


async def make_alert(database: Database, **values: Any) -> Alert:
    """An unseen warning of a company, due at the webhook now."""
    if "company_id" not in values:
        values["company_id"] = (await make_company(database)).id
    defaults = {
        "kind": AlertKind.COMPANY_BUDGET,
        "period": "2026-11",
        "level": AlertLevel.WARNING,
        "measured": 8_000_000,
        "bound": 10_000_000,
        "next_attempt_at": clock.now(),
    }
    alert = Alert(**defaults | values)
    await store(database, alert)
    return alert


def outbox(database: Database, url: str, *, timeout_s: float = 5) -> Outbox:
    """One worker's outbox to the receiver at `url`."""
    webhook = Webhook(SecretStr(url), SecretStr(SECRET), timeout_s=timeout_s)
    return Outbox(database, webhook, "https://debrief.example")


def verify(delivery: Delivery, secret: str = SECRET) -> None:
    """Hold with somebody else's verifier that the message is signed and of this moment."""
    verifier = AsyncOpenAI(api_key="none").webhooks
    verifier.verify_signature(delivery.body, delivery.headers, secret=secret)
