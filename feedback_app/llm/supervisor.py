"""Starts, stops and supervises the generations of this process.

Each runs in a task of its own, checkpointed every second, and is settled once however it ends: by
its own end, a fault, Stop, or the shutdown of the process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from feedback_app.core import clock
from feedback_app.core.errors import AppError, Cancelled, Internal, Interrupted
from feedback_app.core.ids import new_id
from feedback_app.core.settings import Settings
from feedback_app.db.session import Database
from feedback_app.llm.assessment import Assessment
from feedback_app.llm.completion import CompletionClient, CompletionRequest
from feedback_app.llm.events import (
    STAGE_MESSAGES,
    CompleteEvent,
    EndedEvent,
    Event,
    StatusEvent,
    usd,
)
from feedback_app.llm.generation import Generation, Progress, Timeline
from feedback_app.llm.ledger import Checkpoint, Ledger, Reservation, Settlement
from feedback_app.llm.limits import Admission
from feedback_app.llm.pacing import LoopLag
from feedback_app.llm.pricing import OFFLINE_PROVIDER
from feedback_app.llm.prompts import DEFAULT_TEMPLATE, PROMPT_VERSION, feedback_prompt
from feedback_app.llm.streams import EventLog, Owner, StreamHub

_log = logging.getLogger(__name__)

T = TypeVar("T")

CHECKPOINT_EVERY_S = 1.0
SWEEP_EVERY_S = 60.0
SETTLE_WITHIN_S = 5.0
"""How long a shutdown waits for its generations to settle."""
KEEP_LOG_S = 60.0
"""How long the log of an ended generation stays for followers that come late."""


class Generations:
    """Starts, stops and supervises the generations of this process."""

    def __init__(
        self, settings: Settings, database: Database, client: CompletionClient, hub: StreamHub
    ) -> None:
        self.hub = hub
        self.offline = client.provider == OFFLINE_PROVIDER
        self.model = OFFLINE_PROVIDER + "-drafter" if self.offline else settings.LLM_MODEL
        self._settings = settings
        self._client = client
        self._ledger = Ledger(database)
        self._admission = Admission(settings)
        self._lag = LoopLag()
        self._running: dict[str, tuple[Generation, asyncio.Task[None]]] = {}
        """Each with the task that reads from the model, the only one that is ever cancelled."""
        self._live: set[str] = set()
        """The calls from before their row is reserved until after it is settled."""
        self._stopped: set[str] = set()
        self._closing = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keepers: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Settle what an earlier process left running, then begin to checkpoint and sweep."""
        alone = self._settings.REDIS_URL is None
        swept = await self._ledger.sweep(**({"stale_after": timedelta(0)} if alone else {}))
        if swept:
            _log.warning("%d calls were left running and are interrupted now", swept)
        self._keepers = [
            self._spawn(self._every(CHECKPOINT_EVERY_S, self._checkpoint), "checkpoint"),
            self._spawn(self._every(SWEEP_EVERY_S, self._ledger.sweep), "sweep"),
        ]

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
        await self._client.aclose()

    async def start(self, owner: Owner, load: Callable[[], Awaitable[Assessment]]) -> str:
        """Begin a generation, or join the owner's running one; the call's id.

        `load` fetches what is to be assessed; it may raise any `AppError`. A refusal is told to
        the followers too, and leaves no row in the ledger.

        Raises:
            AppError: refused by a limit, by `load`, or because the process shuts down.
        """
        if running := self.hub.running(owner):
            return running.call_id
        if self._closing:
            raise Interrupted
        timeline = Timeline()
        timeline.mark("connecting")
        log = self.hub.open(new_id(), owner)
        self._live.add(log.call_id)
        stage = StatusEvent(1, log.call_id, "connecting", STAGE_MESSAGES["connecting"], 0.0)
        log.append(stage)
        # Shielded: who asked may go away, and a reserved call must run or be settled all the same.
        return await asyncio.shield(
            self._spawn(self._begin(log, load, timeline), f"start-{log.call_id}")
        )

    @property
    def live_calls(self) -> Collection[str] | None:
        """The calls that run, or are about to; it changes as they do.

        `None` where other processes run calls, too.
        """
        return self._live if self._settings.REDIS_URL is None else None

    def progress(self, call_id: str) -> Progress | None:
        """How far a call has come; `None` if it does not run here."""
        running = self._running.get(call_id)
        return running[0].progress if running else None

    def stop(self, call_id: str) -> bool:
        """Stop a generation that runs, or is about to, here; whether there was one."""
        log = self.hub.get(call_id)
        if log is None or log.ended:
            return False
        running = self._running.get(call_id)
        if running is not None and not _cancel(running[1]):
            return False
        self._stopped.add(call_id)
        return True

    async def _begin(
        self, log: EventLog, load: Callable[[], Awaitable[Assessment]], timeline: Timeline
    ) -> str:
        call_id = log.call_id
        try:
            return await self._admit_and_run(log, load, timeline)
        except AppError as error:
            self._refuse(log, error)
            raise
        except BaseException:
            self._refuse(log, Internal())
            raise
        finally:
            if call_id not in self._running:
                self._live.discard(call_id)

    async def _admit_and_run(
        self, log: EventLog, load: Callable[[], Awaitable[Assessment]], timeline: Timeline
    ) -> str:
        await self._admission.admit(log.owner)
        timeline.mark("analyzing")
        started_at = clock.now()
        log.append(
            StatusEvent(log.next_seq, log.call_id, "analyzing", STAGE_MESSAGES["analyzing"], 0.02)
        )
        assessment = await load()
        request = CompletionRequest(
            model=self.model,
            messages=feedback_prompt(assessment),
            max_output_tokens=self._settings.LLM_MAX_OUTPUT_TOKENS,
            assessment=assessment,
        )
        flush_s = self._settings.STREAM_FLUSH_MS / 1000
        generation = Generation(log, request, timeline, flush_s, self._lag)
        generation.started_at = started_at
        elsewhere = await self._ledger.reserve(
            Reservation(
                call_id=log.call_id,
                owner=log.owner,
                template_id=DEFAULT_TEMPLATE,
                prompt_version=PROMPT_VERSION,
                requested_model=request.model,
                provider=self._client.provider,
                streaming=True,
                prompt_tokens=generation.prompt_tokens,
                max_output_tokens=request.max_output_tokens,
                started_at=started_at,
                prompt=self._kept_prompt(request),
            )
        )
        if elsewhere is not None:
            self._refuse(log, Interrupted("This draft is being written in another window."))
            return elsewhere
        reading = self._spawn(generation.run(self._client), f"generation-{log.call_id}")
        self._running[log.call_id] = (generation, reading)
        if self._closing or log.call_id in self._stopped:
            reading.cancel()
        self._spawn(self._supervise(generation, reading), f"supervision-{log.call_id}")
        return log.call_id

    def _spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _kept_prompt(self, request: CompletionRequest) -> list[dict[str, str]] | None:
        if not self._settings.store_content:
            return None
        return [{"role": m.role, "content": m.content} for m in request.messages]

    def _refuse(self, log: EventLog, error: AppError) -> None:
        log.append(_ended(log, error, "", 0, None, estimated=False))
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
        except Exception:
            _log.exception("generation %s failed", log.call_id)
            error = Internal()
        settlement = generation.settlement(error)
        try:
            await self._settle_and_tell(generation, settlement, error)
        finally:
            del self._running[log.call_id]
            self._live.discard(log.call_id)
            self._stopped.discard(log.call_id)
            self._forget_later(log)

    async def _settle_and_tell(
        self, generation: Generation, settlement: Settlement, error: AppError | None
    ) -> None:
        log = generation.log
        try:
            row = await self._ledger.settle(log.call_id, settlement)
        except Exception:
            _log.exception("call %s could not be settled; the sweep will", log.call_id)
            row = None
        cost = row.cost_microusd if row else None
        tokens = settlement.usage.prompt_tokens + settlement.usage.completion_tokens
        estimated = settlement.tokens_estimated
        if error is not None:
            log.append(_ended(log, error, generation.text, tokens, cost, estimated=estimated))
            return
        log.append(
            CompleteEvent(
                seq=log.next_seq,
                llm_call_id=log.call_id,
                feedback=generation.text,
                finish_reason=settlement.finish_reason or "stop",
                tokens_used=tokens,
                prompt_tokens=settlement.usage.prompt_tokens,
                completion_tokens=settlement.usage.completion_tokens,
                tokens_estimated=estimated,
                model=settlement.resolved_model or generation.request.model,
                cost_usd=usd(cost),
                latency_ms=settlement.latency_ms,
                ttft_ms=settlement.ttft_ms,
            )
        )

    def _forget_later(self, log: EventLog) -> None:
        asyncio.get_running_loop().call_later(KEEP_LOG_S, self.hub.forget, log.call_id)

    async def _checkpoint(self) -> None:
        await self._ledger.checkpoint(
            [
                Checkpoint(call_id, generation.text, generation.deltas)
                for call_id, (generation, _) in self._running.items()
            ]
        )

    @staticmethod
    async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception:
                _log.exception("a periodic task of the ledger failed; it goes on")


def _cancel(reading: asyncio.Task[None]) -> bool:
    """Cancel once, so that what is being closed is closed; whether the task was still at work."""
    return not reading.done() and (bool(reading.cancelling()) or reading.cancel())


def _ended(
    log: EventLog, error: AppError, partial: str, tokens: int, cost: int | None, *, estimated: bool
) -> Event:
    kind = "error"
    if isinstance(error, Cancelled):
        kind = "cancelled"
    elif isinstance(error, Interrupted):
        kind = "interrupted"
    return EndedEvent(
        seq=log.next_seq,
        llm_call_id=log.call_id,
        type=kind,
        code=error.code,
        message=error.message,
        retryable=error.retryable,
        partial=partial,
        tokens_used=tokens,
        cost_usd=usd(cost),
        tokens_estimated=estimated,
    )


_current: Generations | None = None


def set_generations(value: Generations | None) -> None:
    """Make `value` the process's supervisor; the lifespan (or a test) opens and closes it."""
    global _current
    _current = value


def generations() -> Generations:
    """The process's supervisor.

    Raises:
        RuntimeError: before the lifespan has made it.
    """
    if _current is None:
        raise RuntimeError("generations are not open")
    return _current
