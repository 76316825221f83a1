"""The way into `system_log`: a bounded queue, written in batches off the request path."""

import asyncio
import logging
from collections import deque

from sqlalchemy import insert

from feedback_app.db.faults import is_unavailable
from feedback_app.db.models import SystemLog
from feedback_app.db.session import Database

_log = logging.getLogger(__name__)


class SystemLogWriter:
    """Writes queued rows every `interval_s`, or at once when `batch_rows` wait.

    A full queue drops its oldest row and counts it in `dropped`. A database fault keeps the
    rows for the next round. Make it inside a running loop.
    """

    def __init__(
        self,
        database: Database,
        *,
        capacity: int = 10_000,
        batch_rows: int = 200,
        interval_s: float = 0.5,
    ) -> None:
        self.dropped = 0
        self._database = database
        self._rows: deque[SystemLog] = deque()
        self._capacity = capacity
        self._batch_rows = batch_rows
        self._interval_s = interval_s
        self._wake = asyncio.Event()
        self._closing = False
        self._waiting = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin writing in the background."""
        self._task = asyncio.create_task(self._run(), name="system-log")

    def enqueue(self, row: SystemLog) -> None:
        """Queue one row; never waits, never raises."""
        if len(self._rows) >= self._capacity:
            self._rows.popleft()
            self.dropped += 1
        self._rows.append(row)
        if len(self._rows) >= self._batch_rows:
            self._wake.set()

    async def flush(self) -> None:
        """Write everything queued now; raises what the database raises, keeping the rows."""
        while self._rows:
            batch = [self._rows.popleft() for _ in range(min(len(self._rows), self._batch_rows))]
            values = [row.model_dump() for row in batch]
            try:
                async with self._database.write() as session:
                    connection = await session.connection()
                    await connection.execute(insert(SystemLog), values)
            except BaseException:
                self._rows.extendleft(reversed(batch))
                while len(self._rows) > self._capacity:
                    self._rows.popleft()
                    self.dropped += 1
                raise

    async def aclose(self) -> None:
        """Write what is left and stop; rows a dead database refuses are counted as dropped."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        await self._flush_or_keep()
        if self._rows:
            self.dropped += len(self._rows)
            self._rows.clear()
        if self.dropped:
            _log.warning("%d system log rows were dropped", self.dropped)

    async def _run(self) -> None:
        while not self._closing:
            try:
                await asyncio.wait_for(self._wake.wait(), self._interval_s)
            except TimeoutError:
                pass
            else:
                self._wake.clear()
            if not await self._flush_or_keep():
                await asyncio.sleep(self._interval_s)

    async def _flush_or_keep(self) -> bool:
        try:
            await self.flush()
        except Exception as fault:
            if not self._waiting:
                unforeseen = None if is_unavailable(fault) else fault
                _log.warning("the system log waits: %s", type(fault).__name__, exc_info=unforeseen)
            self._waiting = True
            return False
        self._waiting = False
        return True


_current: SystemLogWriter | None = None


def set_writer(value: SystemLogWriter | None) -> None:
    """Make `value` the process's writer; the lifespan (or a test) owns its closing."""
    global _current
    _current = value


def enqueue(row: SystemLog) -> None:
    """Queue one row with the process's writer; without one (before the lifespan) it is lost."""
    if _current is not None:
        _current.enqueue(row)
