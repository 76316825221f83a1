"""What an administrator sees of alerts and can do with them. Knows nothing of pages."""

from datetime import datetime

from feedback_app.admin.alerts import queries
from feedback_app.admin.alerts.queries import AlertRecord
from feedback_app.admin.alerts.schemas import AlertRow, AlertsView
from feedback_app.alerts.conditions import Condition
from feedback_app.alerts.outbox import MOST_ATTEMPTS
from feedback_app.alerts.raising import raise_alerts
from feedback_app.alerts.webhook import webhook_host
from feedback_app.alerts.wording import LEVELS, explanation, sentence
from feedback_app.auth.queries import unseen_alerts
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AppError, Forbidden
from feedback_app.core.settings import get_settings
from feedback_app.db.session import database
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel
from feedback_app.ui import wording

SHOWN = 100


class NoWebhook(AppError):
    code, status = "INVALID", 422
    sentence = "No webhook is set, so there is nothing to test."


class TestedJustNow(AppError):
    code, status = "RATE_LIMITED", 429
    sentence = "A test alert was sent within this minute. Wait for the next one."


async def view(user: CurrentUser) -> AlertsView:
    """The company's alerts, newest first.

    Raises:
        Forbidden: not an administrator.
    """
    _check(user)
    async with database().read() as session:
        records = await queries.newest(session, user, SHOWN + 1)
        unseen = await unseen_alerts(session, user.company_id)
    webhook = webhook_host(get_settings())
    return AlertsView(
        rows=[_row(record, webhook) for record in records[:SHOWN]],
        unseen=unseen,
        more=f"The newest {SHOWN} are shown." if len(records) > SHOWN else "",
        webhook=webhook,
    )


async def mark_seen(user: CurrentUser, alert_id: str | None = None) -> None:
    """Mark one alert as seen, or all, for every administrator of the company.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such alert, or another company's.
    """
    _check(user)
    async with database().write() as session:
        await queries.mark_seen(session, user, clock.now(), alert_id)


async def send_test(user: CurrentUser) -> None:
    """Raise an alert that says it is a test; at most one a minute.

    Raises:
        Forbidden: not an administrator.
        NoWebhook: nothing would be sent.
        TestedJustNow: one was sent within the last minute.
    """
    _check(user)
    if not webhook_host(get_settings()):
        raise NoWebhook
    minute = f"{clock.now():%Y-%m-%dT%H:%M}Z"
    test = Condition(user.company_id, AlertKind.TEST, "", minute, AlertLevel.INFO, measured=0)
    if not await raise_alerts(database(), [test], send=True):
        raise TestedJustNow


def _check(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden


def _row(record: AlertRecord, webhook: str) -> AlertRow:
    alert = record.alert
    label, href = explanation(alert)
    status, delivery, delivery_at = _delivery(alert, webhook)
    return AlertRow(
        alert_id=alert.id,
        level=alert.level,
        level_label=LEVELS[alert.level],
        text=sentence(alert, record.person or ""),
        at=wording.local_time(alert.raised_at),
        href=href,
        href_label=label,
        seen_by=record.seen_by or "",
        seen_at=wording.local_time(alert.seen_at),
        delivery=delivery,
        delivery_at=wording.local_time(delivery_at),
        delivery_status=status,
    )


def _delivery(alert: Alert, webhook: str) -> tuple[str, str, datetime | None]:
    """How far its delivery has got: a status, a sentence, and the time the sentence ends with."""
    if alert.delivered_at is not None:
        return "sent", "Sent", alert.delivered_at
    if alert.next_attempt_at is None:
        if not alert.attempts:
            return "", "", None
        tries = "1 try" if alert.attempts == 1 else f"{min(alert.attempts, MOST_ATTEMPTS)} tries"
        return "failed", f"Gave up after {tries}: {alert.delivery_error}", None
    if not webhook:
        return "waiting", "Not sent: no webhook is set any more", None
    if not alert.delivery_error:
        return "waiting", "Being sent", None
    words = f"Not sent yet: {alert.delivery_error}. It will be tried again"
    return "waiting", words, alert.next_attempt_at
