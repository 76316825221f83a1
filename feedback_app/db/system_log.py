"""The way into `system_log`: a bounded queue, written in batches off the request path."""

import asyncio
import logging
from collections import defaultdict, deque

from sqlalchemy import insert

from feedback_app.core import clock
from feedback_app.db.faults import is_unavailable
from feedback_app.db.models import LogComponent, SystemLog
from feedback_app.db.session import Database

_log = logging.getLogger(__name__)


_ANONYMOUS = ""
_ANONYMOUS_WAITING = 200
_ANONYMOUS_PER_MINUTE = 60
_MINUTE_S = 60.0


class SystemLogWriter:
    """Writes queued rows every `interval_s`, or at once when `batch_rows` are waiting.

    Rows are queued by component. When a queue is full, its oldest row is dropped and counted in
    `dropped`. Rows of people not signed in have a queue of their own, so that no number of them
    displaces one that names a person: only so many are written a minute, the newest are left out,
    and one row a minute says how many. After a database fault the rows are kept for the next round.
    Make it inside a running loop.
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
        self._queues: defaultdict[str, deque[SystemLog]] = defaultdict(deque)
        self._capacity = capacity
        self._most_anonymous = min(capacity, _ANONYMOUS_WAITING)
        self._batch_rows = batch_rows
        self._interval_s = interval_s
        self._minute = clock.monotonic()
        self._anonymous_rows = 0
        self._anonymous_left_out = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._waiting = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin writing in the background."""
        self._task = asyncio.create_task(self._run(), name="system-log")

    def enqueue(self, row: SystemLog) -> None:
        """Queue one row; never waits, never raises."""
        queue = self._queue_of(row)
        if row.company_id is None:
            self._look_at_the_minute()
            if self._anonymous_rows >= _ANONYMOUS_PER_MINUTE or len(queue) >= self._most_anonymous:
                self._anonymous_left_out += 1
                return
            self._anonymous_rows += 1
        queue.append(row)
        self._drop_oldest(queue)
        if self._waiting_rows() >= self._batch_rows:
            self._wake.set()

    def count_anonymous(self) -> None:
        """Count a request of somebody not signed in, for the row that reports their number."""
        self._look_at_the_minute()
        self._anonymous_left_out += 1

    async def flush(self) -> None:
        """Write everything queued now; raises what the database raises, keeping the rows."""
        self._look_at_the_minute()
        while batch := self._take_batch():
            values = [row.model_dump() for row in batch]
            try:
                async with self._database.write() as session:
                    connection = await session.connection()
                    await connection.execute(insert(SystemLog), values)
            except BaseException:
                for row in reversed(batch):
                    self._queue_of(row).appendleft(row)
                for queue in self._queues.values():
                    self._drop_oldest(queue)
                raise

    def _queue_of(self, row: SystemLog) -> deque[SystemLog]:
        return self._queues[_ANONYMOUS if row.company_id is None else row.component]

    def _waiting_rows(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def _drop_oldest(self, queue: deque[SystemLog]) -> None:
        while len(queue) > self._capacity:
            queue.popleft()
            self.dropped += 1

    def _take_batch(self) -> list[SystemLog]:
        batch: list[SystemLog] = []
        for queue in self._queues.values():
            while queue and len(batch) < self._batch_rows:
                batch.append(queue.popleft())
        return batch

    def _look_at_the_minute(self) -> None:
        """Begin a new minute when one is over, and report what was left out of the last."""
        now = clock.monotonic()
        if now - self._minute < _MINUTE_S:
            return
        self._minute, self._anonymous_rows = now, 0
        self._tell_left_out()

    def _tell_left_out(self) -> None:
        if self._anonymous_left_out:
            action = f"{self._anonymous_left_out:,} requests of nobody signed in"
            row = SystemLog(component=LogComponent.API, action=action)
            self._queues[_ANONYMOUS].append(row)
        self._anonymous_left_out = 0

    async def aclose(self) -> None:
        """Write what is left and stop; rows a dead database refuses are counted as dropped."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._tell_left_out()
        await self._flush_or_keep()
        self.dropped += self._waiting_rows()
        self._queues.clear()
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
    """Make `value` the process's writer; the lifespan (or a test) must close it."""
    global _current
    _current = value


def enqueue(row: SystemLog) -> None:
    """Queue one row with the process's writer; without one (before the lifespan) it is lost."""
    if _current is not None:
        _current.enqueue(row)


def count_anonymous() -> None:
    """Count a request of somebody not signed in with the process's writer."""
    if _current is not None:
        _current.count_anonymous()
