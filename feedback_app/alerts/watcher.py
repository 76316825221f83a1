"""Watches the ledger in each process: checks after each event and sends what is due.

Both run in tasks of their own. A generation only leaves a note here, so no check and no receiver,
slow or dead, can hold it up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from feedback_app.alerts.conditions import Condition, condition_of
from feedback_app.alerts.outbox import Outbox
from feedback_app.alerts.raising import active_companies, evaluate, raise_alerts
from feedback_app.alerts.webhook import Webhook, webhook_of
from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.db.session import Database
from feedback_app.llm.ledger import watching
from feedback_app.llm.ledger.watching import Happening, Settled

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
"""How often all companies are checked, for what happened in other processes."""
REST_S = 3.0
"""The shortest time between two checks."""
SEND_EVERY_S = 5.0
"""How often the table is queried for alerts that are due."""


class Alerts:
    """Raises alerts and delivers them, from `open` to `aclose`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        webhook: Webhook | None = None,
        rest_s: float = REST_S,
    ) -> None:
        self._settings = settings
        self._database = database
        self._rest_s = rest_s
        webhook = webhook or webhook_of(settings)
        self._outbox = Outbox(database, webhook, settings.address) if webhook else None
        self._companies: set[str] = set()
        self._noted: dict[tuple[str, ...], Condition] = {}
        self._woken = asyncio.Event()
        self._sent_for = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Start watching, beginning with a check of the present state."""
        watching.set_watcher(self._note)
        self._tasks = [asyncio.create_task(self._look_forever(), name="alerts")]
        if self._outbox is not None:
            self._tasks.append(asyncio.create_task(self._send_forever(), name="alert-webhook"))

    async def aclose(self) -> None:
        """Stop at once; unsent alerts stay due in the table."""
        watching.set_watcher(None)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _note(self, happening: Happening) -> None:
        if isinstance(happening, Settled):
            self._companies.add(happening.company_id)
        else:
            condition = condition_of(happening)
            self._noted[condition.company_id, condition.kind, condition.subject] = condition
        self._woken.set()

    async def _look_forever(self) -> None:
        await self._safely(self._look_at_all)
        while True:
            try:
                # Not `asyncio.wait_for`, which loses a cancellation that arrives together with the
                # wake-up.
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()
                await self._safely(self._look_at_noted)
            except TimeoutError:
                await self._safely(self._look_at_all)
            await asyncio.sleep(self._rest_s)

    async def _look_at_all(self) -> None:
        self._companies.update(await active_companies(self._database))
        await self._look_at_noted()

    async def _look_at_noted(self) -> None:
        self._woken.clear()
        companies, self._companies = self._companies, set()
        noted, self._noted = self._noted, {}
        send = self._outbox is not None
        try:
            raised = await raise_alerts(self._database, noted.values(), send=send)
            for company_id in sorted(companies):
                raised += await evaluate(self._database, self._settings, company_id)
        except BaseException:
            self._companies |= companies
            self._noted = noted | self._noted
            raise
        if raised:
            _log.info("%d alerts were raised", raised)
            self._sent_for.set()

    async def _send_forever(self) -> None:
        while True:
            await self._safely(self._send)
            with suppress(TimeoutError):
                async with asyncio.timeout(SEND_EVERY_S):
                    await self._sent_for.wait()
            self._sent_for.clear()

    async def _send(self) -> None:
        assert self._outbox is not None
        due = await self._outbox.next_due()
        if due is not None and due <= clock.now():
            await self._outbox.deliver_due()

    @staticmethod
    async def _safely(work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception:
            _log.exception("checking or delivering alerts failed; it will be retried")
