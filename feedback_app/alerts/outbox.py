"""The alerts that the webhook has not accepted yet: claimed, sent, retried, given up.

The state is in the table, so it survives a restart, and a claim is one conditional update, so no
two workers send the same attempt. An attempt is counted before it is made; if the worker dies
during one, the alert is free again after `CLAIM`.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from feedback_app import routes
from feedback_app.alerts.webhook import Outcome, Webhook
from feedback_app.alerts.wording import explanation, sentence
from feedback_app.core import clock
from feedback_app.core.money import plain_dollars
from feedback_app.db.models import Company, User
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import Alert, AlertKind

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=10)
GROWTH = 4
"""The factor by which each pause grows: fifteen hours from the first attempt to the last."""
JITTER = 0.2
CLAIM = timedelta(seconds=60)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class _Message:
    alert: Alert
    company: str
    person: str


class Outbox:
    """Sends the alerts that are due; any number of these may work on one table."""

    def __init__(self, database: Database, webhook: Webhook, address: str) -> None:
        self._database = database
        self._webhook = webhook
        self._address = address
        """Where people open the app."""

    async def deliver_due(self) -> int:
        """Try everything that is due now, the oldest first; return how many attempts were made."""
        tries = 0
        for message in await self._due():
            if message.alert.attempts >= MOST_ATTEMPTS:
                await self._record(message.alert, Outcome("the last attempt was interrupted"))
            elif await self._claim(message.alert):
                body = _body(message, self._address)
                outcome = await self._webhook.send(message.alert.id, body, clock.now())
                await self._record(message.alert, outcome)
                tries += 1
        return tries

    async def next_due(self) -> datetime | None:
        """When the next attempt is due; `None` if nothing is waiting."""
        asked = (
            select(Alert.next_attempt_at)
            .where(col(Alert.next_attempt_at).is_not(None))
            .order_by(col(Alert.next_attempt_at))
            .limit(1)
        )
        async with self._database.read() as session:
            return (await session.exec(asked)).first()

    async def _due(self) -> list[_Message]:
        asked = (
            select(Alert, Company.name, User.name)
            .join(Company, col(Company.id) == Alert.company_id)
            .outerjoin(User, col(User.id) == Alert.subject)
            .where(col(Alert.next_attempt_at) <= clock.now())
            .order_by(col(Alert.next_attempt_at), col(Alert.id))
            .limit(_AT_ONCE)
        )
        async with self._database.read() as session:
            rows = (await session.exec(asked)).all()
        return [_Message(alert, company, person or "") for alert, company, person in rows]

    async def _claim(self, alert: Alert) -> bool:
        """Claim the next attempt for this worker; return whether it was still available."""
        now = clock.now()
        claimed = (
            update(Alert)
            .where(
                col(Alert.id) == alert.id,
                col(Alert.attempts) == alert.attempts,
                col(Alert.next_attempt_at) <= now,
            )
            .values(attempts=alert.attempts + 1, next_attempt_at=now + CLAIM)
        )
        async with self._database.write() as session:
            mine = (await session.exec(claimed)).rowcount == 1
        if mine:
            alert.attempts += 1
        return mine

    async def _record(self, alert: Alert, outcome: Outcome) -> None:
        """Record the outcome of an attempt, unless its claim expired and another is under way."""
        now = clock.now()
        values: dict[str, Any] = {"next_attempt_at": None, "delivery_error": outcome.error}
        if not outcome.error:
            values["delivered_at"] = now
        elif not outcome.is_final and alert.attempts < MOST_ATTEMPTS:
            values["next_attempt_at"] = now + pause_after(alert.attempts)
        done = (
            update(Alert)
            .where(col(Alert.id) == alert.id, col(Alert.attempts) == alert.attempts)
            .values(**values)
        )
        async with self._database.write() as session:
            await session.exec(done)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts, with a little jitter."""
    return FIRST_PAUSE * GROWTH ** (attempts - 1) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def _body(message: _Message, address: str) -> bytes:
    """The same for every attempt, as the receiver recognises repeats by the id."""
    alert = message.alert
    data: dict[str, Any] = {
        "id": alert.id,
        "kind": alert.kind,
        "level": alert.level,
        "message": sentence(alert, message.person),
        "company": {"id": alert.company_id, "name": message.company},
        "period": alert.period,
    }
    match alert.kind:
        case AlertKind.COMPANY_BUDGET | AlertKind.PERSON_BUDGET:
            data["used_usd"] = plain_dollars(alert.measured)
            data["budget_usd"] = plain_dollars(alert.bound)
            if alert.kind == AlertKind.PERSON_BUDGET:
                data["person"] = {"id": alert.subject, "name": message.person}
        case AlertKind.ERROR_RATE:
            data["failed"], data["calls"] = alert.measured, alert.calls
            data["threshold_percent"] = alert.bound / 10
        case AlertKind.UNPRICED_MODEL:
            data["model"], data["calls"] = alert.subject, alert.measured
        case AlertKind.CUT_PROMPT:
            data["model"], data["prompt_tokens_read"] = alert.subject, alert.measured
        case AlertKind.MODEL_SHUTDOWN:
            data["model"], data["shutdown_date"] = alert.subject, alert.period
    data["url"] = address + (explanation(alert)[1] or routes.ADMIN_ALERTS)
    moment = alert.raised_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    event = {"type": "alert.raised", "timestamp": moment, "data": data}
    return json.dumps(event, ensure_ascii=False).encode()
