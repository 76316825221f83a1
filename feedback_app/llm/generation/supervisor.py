"""Starts, stops and supervises the generations of this process.

Each runs in a task of its own, is checkpointed every second, and is settled once however it ends:
by completion, a fault, Stop, or the shutdown of the process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from feedback_app.core.errors import AppError, Cancelled, Internal, Interrupted
from feedback_app.core.ids import new_id
from feedback_app.core.settings import Settings
from feedback_app.db.faults import NotOpen
from feedback_app.db.session import Database
from feedback_app.llm.admission.admission import Admission
from feedback_app.llm.admission.limit_use import LimitUse
from feedback_app.llm.admission.quote import Quote
from feedback_app.llm.client.completion import CompletionClient
from feedback_app.llm.events import StatusEvent
from feedback_app.llm.generation import stop_requests
from feedback_app.llm.generation.coalescing import LoopLag
from feedback_app.llm.generation.generation import Generation
from feedback_app.llm.generation.progress import Progress
from feedback_app.llm.generation.recorder import Recorder
from feedback_app.llm.generation.settlements import Settlements
from feedback_app.llm.generation.starting import Starter
from feedback_app.llm.generation.sweeper import Sweeper
from feedback_app.llm.ledger.endings import ended_event, event_of
from feedback_app.llm.ledger.entries import Settlement
from feedback_app.llm.ledger.ledger import STALE_AFTER, Ledger
from feedback_app.llm.ledger.pricing import OFFLINE_PROVIDER
from feedback_app.llm.ledger.settling import as_stored
from feedback_app.llm.operation import Run
from feedback_app.llm.stream.event_log import KEEP_LOG_S, EventLog, StreamHub

_log = logging.getLogger(__name__)

T = TypeVar("T")

CHECKPOINT_EVERY_S = 0.8
"""With the time that writing takes, a process that is killed loses less than a second of text."""
ACCESS_EVERY_S = 2.0
"""How often to check whether the people whose drafts run here still have access."""
SWEEP_EVERY_S = 60.0
SWEEP_LATER_S = STALE_AFTER.total_seconds() + 1
"""After the start: a process that died just before was too recent for the first sweep."""
WATCH_EVERY_S = 5.0
"""How often to check the calls of other processes that are followed here."""
SETTLE_WITHIN_S = 5.0
"""How long a shutdown waits for its generations to settle."""
TELL_AFTER_S = 2.0
"""How long an ending waits for its settlement before it is sent without a cost."""
RESETTLE_EVERY_S = 1.0
"""How often a settlement that failed is tried again, for as long as the process lives."""


class Generations:
    """Starts, stops and supervises the generations of this process."""

    def __init__(
        self, settings: Settings, database: Database, client: CompletionClient, hub: StreamHub
    ) -> None:
        self.hub = hub
        self.offline = client.provider == OFFLINE_PROVIDER
        self._settings = settings
        self._client = client
        self._database = database
        self._ledger = Ledger(database)
        self._settlements = Settlements(self._ledger)
        self._sweeper = Sweeper(self._ledger, hub)
        self._lag = LoopLag()
        self._admission = Admission(settings, database)
        self._starter = Starter(settings, database, client.provider, self._admission, self._lag)
        self._running: dict[str, tuple[Generation, asyncio.Task[None]]] = {}
        """Each with the task that reads from the model, the only one that is ever cancelled."""
        self._starting: set[str] = set()
        """Calls that are being admitted."""
        self._live: set[str] = set()
        """The calls from before their row is reserved until after it is settled."""
        self._stopped: set[str] = set()
        self._closing = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keepers: list[asyncio.Task[None]] = []
        hub.on_stop = self._stop_here

    async def open(self) -> None:
        """Settle what an earlier process left running, then begin to checkpoint and sweep."""
        alone = self._settings.REDIS_URL is None
        await self._sweeper.sweep(timedelta(0) if alone else STALE_AFTER)
        self._keepers = [
            self._spawn(self._every(CHECKPOINT_EVERY_S, self._checkpoint), "checkpoint"),
            self._spawn(
                self._every(RESETTLE_EVERY_S, self._settlements.settle_again), "settle-again"
            ),
            self._spawn(self._every(ACCESS_EVERY_S, self._stop_those_without_access), "access"),
            self._spawn(self._every(SWEEP_EVERY_S, self._sweep), "sweep"),
            self._spawn(self._every(WATCH_EVERY_S, self._sweeper.watch), "watch"),
            self._spawn(self._every(stop_requests.LOOK_EVERY_S, self._stop_asked_for), "stop"),
        ]
        if not alone:
            self._keepers.append(self._spawn(self._sweep_later(), "sweep-later"))

    async def aclose(self) -> None:
        """Interrupt and settle everything that runs; at most `SETTLE_WITHIN_S`."""
        self._closing = True
        for reading in [task for _, task in self._running.values()]:
            _cancel(reading)
        for keeper in self._keepers:
            keeper.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_WITHIN_S):
                while self._tasks:
                    await asyncio.wait(self._tasks)
                await self._settlements.settle_again()
        await self._client.aclose()

    async def start(self, run: Run) -> str:
        """Begin a generation, or join the owner's running one; return the call's id.

        If another process runs it, `hub.find` has its log. A refusal is sent to the followers too,
        and leaves no row in the ledger.

        Raises:
            AppError: refused by a limit, by `run.load`, or because the process is shutting down.
        """
        owner = run.owner
        # The second check is for calls begun here during the first, which may wait for Redis.
        if running := await self.hub.running(owner) or self.hub.running_here(owner):
            return running.call_id
        if self._closing:
            raise Interrupted
        recorder = Recorder()
        recorder.mark("connecting")
        log = self.hub.open(new_id(), owner)
        self._starting.add(log.call_id)
        self._live.add(log.call_id)
        message = run.operation.message("connecting")
        log.append(StatusEvent(1, log.call_id, "connecting", message, 0.0))
        # Shielded: the caller may be gone, and a reserved call must run or be settled all the same.
        return await asyncio.shield(
            self._spawn(self._begin(log, run, recorder), f"start-{log.call_id}")
        )

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._starter.model

    async def quote(self, run: Run) -> Quote:
        """The most a call would cost and the state of each limit, as a start would find them."""
        return await self._starter.quote(run)

    async def limit_uses(self, company_id: str, user_id: str) -> tuple[LimitUse, ...]:
        """Every limit that holds for the person's drafts, as a start would find it now."""
        return await self._admission.limit_uses(company_id, user_id)

    @property
    def live_calls(self) -> Collection[str] | None:
        """The calls that are running or starting; the collection changes as they do.

        `None` if other processes run calls, too.
        """
        return self._live if self._settings.REDIS_URL is None else None

    def progress(self, call_id: str) -> Progress | None:
        """How far a call has got; `None` if it does not run here."""
        running = self._running.get(call_id)
        return running[0].progress if running else None

    async def stop(self, call_id: str) -> bool:
        """Stop a running or starting generation, in whichever process; return whether there is one.

        Another process is asked, not waited for: the log shows how the call ended.
        """
        if self._stop_here(call_id):
            return True
        log = self.hub.get(call_id)
        runs = call_id in self.hub.followed() if log else await self._ledger.is_running(call_id)
        return runs and self.hub.ask_stop(call_id)

    def _stop_here(self, call_id: str) -> bool:
        if running := self._running.get(call_id):
            if not _cancel(running[1]):
                return False
        elif call_id not in self._starting:
            return False
        self._stopped.add(call_id)
        return True

    async def _stop_asked_for(self) -> None:
        for call_id in await stop_requests.asked_to_stop(self._database, list(self._running)):
            self._stop_here(call_id)

    async def _begin(self, log: EventLog, run: Run, recorder: Recorder) -> str:
        call_id = log.call_id
        try:
            return await self._admit_and_run(log, run, recorder)
        except AppError as error:
            self._refuse(log, error)
            raise
        except BaseException:
            self._refuse(log, Internal())
            raise
        finally:
            self._starting.discard(call_id)
            if call_id not in self._running:
                self._live.discard(call_id)

    async def _admit_and_run(self, log: EventLog, run: Run, recorder: Recorder) -> str:
        generation = await self._starter.prepare(log, run, recorder)
        if isinstance(generation, str):
            return self._join(log, generation)
        self.hub.share(log)
        reading = self._spawn(generation.run(self._client), f"generation-{log.call_id}")
        self._running[log.call_id] = (generation, reading)
        self._lag.streams = len(self._running)
        if self._closing or log.call_id in self._stopped:
            reading.cancel()
        self._spawn(self._supervise(generation, reading), f"supervision-{log.call_id}")
        return log.call_id

    def _join(self, log: EventLog, elsewhere: str) -> str:
        """Follow another process's call by a log that was opened for one of our own."""
        stopped = log.call_id in self._stopped
        self._stopped.discard(log.call_id)
        if not self.hub.adopt(log, elsewhere):
            self._refuse(log, Interrupted("This draft is being written in another window."))
        elif stopped:
            self.hub.ask_stop(elsewhere)
        return elsewhere

    def _spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _refuse(self, log: EventLog, error: AppError) -> None:
        log.append(ended_event(log.next_seq, log.call_id, error, ""))
        self._stopped.discard(log.call_id)
        self._forget_later(log)

    async def _supervise(self, generation: Generation, reading: asyncio.Task[None]) -> None:
        """Settle the call when its reading has ended, however it did; nothing cancels this."""
        log, error = generation.log, None
        try:
            await reading
        except asyncio.CancelledError:
            error = Cancelled() if log.call_id in self._stopped else Interrupted()
        except AppError as fault:
            error = fault
        except Exception:  # a fault of our own must not leave the call running either
            _log.exception("generation %s failed", log.call_id)
            error = Internal()
        settlement = generation.settlement(error)
        try:
            await self._settle_and_tell(generation, settlement, error)
        finally:
            del self._running[log.call_id]
            self._lag.streams = len(self._running)
            self._live.discard(log.call_id)
            self._stopped.discard(log.call_id)
            self._forget_later(log)

    async def _settle_and_tell(
        self, generation: Generation, settlement: Settlement, error: AppError | None
    ) -> None:
        log = generation.log
        settling = self._spawn(
            self._settlements.settle(log.call_id, settlement), f"settlement-{log.call_id}"
        )
        settled, _ = await asyncio.wait({settling}, timeout=TELL_AFTER_S)
        row = settling.result() if settled else None
        cost = row.cost_microusd if row else None
        if row:
            settlement = as_stored(settlement, row)
        asked = generation.request.model
        log.append(event_of(settlement, log.next_seq, log.call_id, error, asked, cost))

    async def _sweep_later(self) -> None:
        await asyncio.sleep(SWEEP_LATER_S)
        await self._sweep()

    async def _sweep(self) -> None:
        """Sweep, but let known facts about a call take precedence over the sweep's guesses."""
        await self._settlements.settle_again()
        await self._sweeper.sweep()

    def _forget_later(self, log: EventLog) -> None:
        asyncio.get_running_loop().call_later(KEEP_LOG_S, self.hub.forget, log.call_id)

    async def _checkpoint(self) -> None:
        await self._ledger.checkpoint(
            [generation.checkpoint() for generation, _ in self._running.values()]
        )

    async def _stop_those_without_access(self) -> None:
        for call_id in await self._ledger.no_longer_allowed(list(self._running)):
            self._stop_here(call_id)

    @staticmethod
    async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception:  # the process needs its checkpoints and sweeps to its end
                _log.exception("a periodic task of the ledger failed; it goes on")


def _cancel(reading: asyncio.Task[None]) -> bool:
    """Cancel once, so that clean-up can finish; return whether the task was still running."""
    return not reading.done() and (bool(reading.cancelling()) or reading.cancel())


_current: Generations | None = None


def set_generations(value: Generations | None) -> None:
    """Make `value` the process's supervisor; the lifespan (or a test) opens and closes it."""
    global _current
    _current = value


def generations() -> Generations:
    """The process's supervisor.

    Raises:
        NotOpen: before the lifespan has opened it, or after it was closed.
    """
    if _current is None:
        raise NotOpen("generations are not open")
    return _current
