"""Alerts administrators before the provider shuts down the model that drafts ask for.

Every process asks the provider once a day for its list of models. However many ask, each alert is
raised once: its model, the day of the shutdown and how long before it make it unique.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import aclosing
from datetime import date

from sqlmodel import select

from feedback_app.alerts.conditions import Condition
from feedback_app.alerts.raising import raise_alerts
from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.db.models import Company
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import AlertKind, AlertLevel
from feedback_app.llm.client.openai_client import OpenAIClient

_log = logging.getLogger(__name__)

DAYS_BEFORE = {2: AlertLevel.CRITICAL, 14: AlertLevel.WARNING, 60: AlertLevel.INFO}
"""How many days before a shutdown alerts are raised; the nearest first."""
_FIRST_LOOK_S = 300.0
_LOOK_EVERY_S = 86_400.0


class DailyShutdownCheck:
    """Asks for the model's shutdown once a day, from `open` to `aclose`."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start checking, some minutes from now; do nothing if no model is configured."""
        if not self._settings.offline:
            self._task = asyncio.create_task(self._look_forever(), name="model-shutdown")

    async def aclose(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def look(self) -> int:
        """Check now and raise the alerts that are due; return how many."""
        model = self._settings.LLM_MODEL
        async with aclosing(OpenAIClient(self._settings)) as client:
            day = await client.shutdown_date(model)
        if day is None or (bound := _due(day)) is None:
            return 0
        async with self._database.read() as session:
            companies = (await session.exec(select(Company.id))).all()
        found = _conditions(companies, model, day, bound)
        send = self._settings.ALERT_WEBHOOK_URL is not None
        return await raise_alerts(self._database, found, send=send)

    async def _look_forever(self) -> None:
        await asyncio.sleep(_FIRST_LOOK_S)
        while True:
            try:
                await self.look()
            except Exception:
                _log.exception(
                    "the check for the model's shutdown failed; it will be repeated tomorrow"
                )
            await asyncio.sleep(_LOOK_EVERY_S)


def _due(shutdown: date) -> int | None:
    """Which of `DAYS_BEFORE` is reached (UTC); `None` before all of them and after the shutdown."""
    left = _days_until(shutdown)
    return next((days for days in DAYS_BEFORE if 0 <= left <= days), None)


def _days_until(day: date) -> int:
    return (day - clock.now().date()).days


def _conditions(
    companies: Iterable[str], model: str, shutdown: date, bound: int
) -> Iterable[Condition]:
    return (
        Condition(
            company_id,
            AlertKind.MODEL_SHUTDOWN,
            model,
            shutdown.isoformat(),
            DAYS_BEFORE[bound],
            measured=_days_until(shutdown),
            bound=bound,
        )
        for company_id in companies
    )
