"""The rows of LLM calls: inserted as running, checkpointed each second, settled exactly once.

Nothing here writes per token. Settling is one conditional update from `running`, so whoever comes
second (a sweep, a shutdown, a Stop that raced the end) changes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.context import current_request_id
from feedback_app.core.errors import Interrupted
from feedback_app.core.text import storable
from feedback_app.core.threads import soon
from feedback_app.db import rollups
from feedback_app.db.faults import is_unavailable
from feedback_app.db.models import (
    CallStatus,
    Draft,
    LlmCall,
    LogComponent,
    SystemLog,
    User,
)
from feedback_app.db.session import Database
from feedback_app.llm.blocks import parse_blocks
from feedback_app.llm.citations import marked, unpacked
from feedback_app.llm.completion import Usage
from feedback_app.llm.owner import Owner
from feedback_app.llm.pricing import Cost, cost_of, estimate_tokens
from feedback_app.llm.structured import drawn
from feedback_app.llm.watching import PromptCut, Settled, tell

_log = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=30)
"""A running call without a heartbeat for this long has lost its process."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call asks of the ledger before it runs."""

    call_id: str
    owner: Owner
    template_id: str
    prompt_version: str
    requested_model: str
    provider: str
    streaming: bool
    prompt_tokens: int
    """Estimated; replaced at settlement by what was really used."""
    max_output_tokens: int
    """Of all requests of the call."""
    started_at: datetime
    prompt: list[dict[str, str]] | None = None
    """The messages, where they may be kept."""
    notes: str = ""
    """The notes as they are sent: citations count their lines."""
    judgements: str = ""
    """A mark of what else is sent."""
    department_id: str | None = None
    repair_tokens: int = 0
    """Estimated, of the prompt of a second request, which may be needed."""

    @property
    def most_prompt_tokens(self) -> int:
        """Of all requests that the call may need."""
        return self.prompt_tokens + self.repair_tokens


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a running call has come."""

    call_id: str
    text: str
    chunk_count: int
    reasoning_tokens: int
    """Estimated; the text's are estimated from the text."""
    model: str | None
    """The model that answers, once the provider has named it."""
    cites: str = ""
    """The text's citations (`llm.citations.packed`)."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a call ended and what it used."""

    status: CallStatus
    text: str
    usage: Usage
    tokens_estimated: bool
    resolved_model: str | None
    finish_reason: str | None
    error_code: str | None
    latency_ms: int
    ttft_ms: int | None
    stream_ms: int | None
    chunk_count: int
    retries: int
    timings: list[dict[str, Any]]
    outline: list[Any]
    """As `llm.replay` makes it; empty where the process died."""
    pace: Sequence[int] = ()
    cites: str = ""
    """The text's citations (`llm.citations.packed`)."""
    sent_tokens_at_least: int = 0
    """As in `LlmCall`: 0 unless the server read only a part of the prompt."""
    is_typed: bool = False
    """Whether the text is, or should be, JSON."""
    result: dict[str, Any] | None = None
    """What a typed answer says, once it was found right."""


class Ledger:
    """The one writer of `llm_call` and `draft` rows while calls run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_running(self, call_id: str) -> bool:
        """Whether the call runs, on whichever worker."""
        async with self._database.read() as session:
            running = select(LlmCall.id).where(
                LlmCall.id == call_id, LlmCall.status == CallStatus.RUNNING
            )
            return (await session.exec(running)).first() is not None

    async def no_longer_allowed(self, call_ids: Sequence[str]) -> list[str]:
        """Those of these calls whose person was disabled, or lost all access since they began."""
        if not call_ids:
            return []
        ended = (
            select(LlmCall.id)
            .join(User, col(User.id) == LlmCall.user_id)
            .where(
                col(LlmCall.id).in_(call_ids),
                or_(
                    col(User.is_active).is_(False),
                    col(User.access_ended_at) >= col(LlmCall.started_at),
                ),
            )
        )
        async with self._database.read() as session:
            return list((await session.exec(ended)).all())

    async def checkpoint(self, running: Sequence[Checkpoint]) -> None:
        """Write the text and heartbeat of every call still running, in one transaction."""
        if not running:
            return
        now = clock.now()
        beat = (
            update(LlmCall)
            .where(col(LlmCall.id) == bindparam("call"), col(LlmCall.status) == "running")
            .values(
                heartbeat_at=now,
                chunk_count=bindparam("chunks"),
                reasoning_tokens=bindparam("reasoning"),
                resolved_model=bindparam("model"),
            )
        )
        # The beats come first: they wait for a settlement under way, which the texts then see.
        running_now = select(LlmCall.id).where(LlmCall.status == CallStatus.RUNNING)
        texts = (
            update(Draft)
            .where(
                col(Draft.llm_call_id) == bindparam("call"),
                col(Draft.llm_call_id).in_(running_now),
            )
            .values(text=bindparam("content"), cites=bindparam("citations"))
        )
        async with self._database.write() as session:
            connection = await session.connection()
            await connection.execute(
                beat,
                [
                    {
                        "call": c.call_id,
                        "chunks": c.chunk_count,
                        "reasoning": c.reasoning_tokens,
                        "model": c.model,
                    }
                    for c in running
                ],
            )
            await connection.execute(
                texts,
                [{"call": c.call_id, "content": c.text, "citations": c.cites} for c in running],
            )

    async def settle(self, call_id: str, settlement: Settlement) -> LlmCall | None:
        """Close a running call with its text, tokens and cost; `None` if it was not running.

        What cannot be stored is replaced by our own estimate at once: it would fail for ever.
        """
        try:
            return await self._close(call_id, settlement)
        except Exception as fault:
            if is_unavailable(fault):
                raise
            _log.exception("call %s could not be settled as it ended; it is estimated", call_id)
            return await self._close(call_id, settlement, by_estimate=True)

    async def _close(
        self, call_id: str, settlement: Settlement, *, by_estimate: bool = False
    ) -> LlmCall | None:
        async with self._database.write() as session:
            row = await session.get(LlmCall, call_id)
            if row is None:
                return None
            if by_estimate:
                settlement = _estimated(row, settlement)
            settled = await _settle(session, row, settlement)
            if settled is not None:
                await rollups.add_calls(session, [settled])
        if settled is not None:
            tell(Settled(settled.company_id))
            if settled.sent_tokens_at_least:
                model = settled.resolved_model or settled.requested_model
                tell(PromptCut(settled.company_id, model, settled.prompt_tokens, clock.now()))
        return settled

    async def calls_and_texts(self, call_ids: Sequence[str]) -> list[tuple[LlmCall, str]]:
        """These calls, as far as they exist, each with the text of its draft."""
        if not call_ids:
            return []
        async with self._database.read() as session:
            rows = await session.exec(
                select(LlmCall, Draft.text)
                .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
                .where(col(LlmCall.id).in_(call_ids))
            )
            return [(call, text) for call, text in rows.all()]

    async def stale(self, stale_after: timedelta = STALE_AFTER) -> list[str]:
        """The ids of running calls without a heartbeat for so long."""
        async with self._database.read() as session:
            return list((await session.exec(select(LlmCall.id).where(*_lost(stale_after)))).all())

    async def sweep(
        self, *, stale_after: timedelta = STALE_AFTER, streamed: Mapping[str, str] | None = None
    ) -> list[str]:
        """Turn running calls that lost their process into interrupted ones; their ids.

        Their text is the last checkpoint, or what `streamed` has by call where that is more;
        their tokens are estimated from it.
        """
        async with self._database.write() as session:
            rows = await session.exec(
                select(LlmCall, Draft)
                .outerjoin(Draft, col(Draft.llm_call_id) == LlmCall.id)
                .where(*_lost(stale_after))
            )
            swept: list[LlmCall] = []
            for row, draft in rows.all():
                kept, cites = (draft.text, draft.cites) if draft else ("", "")
                partial = max(kept, (streamed or {}).get(row.id, ""), key=len)
                if await _settle(session, row, _interruption(row, partial, cites)):
                    swept.append(row)
            await rollups.add_calls(session, swept)
        for company_id in {row.company_id for row in swept}:
            tell(Settled(company_id))
        return [row.id for row in swept]


async def insert_running(session: AsyncSession, r: Reservation, worst: Cost) -> None:
    """Insert the call as running, with the most it may cost; `Admission` calls this."""
    session.add(
        LlmCall(
            id=r.call_id,
            operation=r.owner.operation,
            company_id=r.owner.company_id,
            user_id=r.owner.user_id,
            subject_kind=r.owner.subject.kind,
            subject_id=r.owner.subject.id,
            run_key=r.owner.run_key,
            department_id=r.department_id,
            template_id=r.template_id,
            prompt_version=r.prompt_version,
            requested_model=r.requested_model,
            provider=r.provider,
            streaming=r.streaming,
            prompt_tokens=r.prompt_tokens,
            tokens_estimated=True,
            reserved_microusd=worst.microusd,
            reserved_tokens=r.most_prompt_tokens + r.max_output_tokens,
            price_source=worst.source,
            request_id=current_request_id(),
            started_at=r.started_at,
            heartbeat_at=clock.now(),
        )
    )
    await session.flush()
    session.add(
        Draft(
            llm_call_id=r.call_id,
            user_id=r.owner.user_id,
            prompt=r.prompt,
            notes=r.notes,
            judgements=r.judgements,
        )
    )
    await session.flush()


def _lost(stale_after: timedelta) -> tuple[ColumnElement[bool], ...]:
    return (
        col(LlmCall.status) == CallStatus.RUNNING,
        col(LlmCall.heartbeat_at) <= clock.now() - stale_after,
    )


def _estimated(row: LlmCall, s: Settlement) -> Settlement:
    """The settlement with nothing in it that somebody else has said but the text."""
    text = storable(s.text)
    return replace(
        s,
        text=text,
        usage=_estimated_usage(row, text),
        tokens_estimated=True,
        sent_tokens_at_least=0,
        resolved_model=row.resolved_model,
        timings=[],
        outline=[],
        pace=(),
    )


def _estimated_usage(row: LlmCall, text: str) -> Usage:
    """What a running call has used at least, by its last checkpoint and the text that came."""
    completion = row.reasoning_tokens + estimate_tokens(text)
    return Usage(row.prompt_tokens, completion, row.reasoning_tokens)


def as_stored(settlement: Settlement, row: LlmCall) -> Settlement:
    """The settlement with the counts that the ledger has."""
    usage = Usage(
        row.prompt_tokens,
        row.completion_tokens,
        row.reasoning_tokens,
        row.cached_tokens,
        row.cache_write_tokens,
    )
    return replace(settlement, usage=usage, tokens_estimated=row.tokens_estimated)


def _interruption(row: LlmCall, partial: str, cites: str) -> Settlement:
    ran = row.heartbeat_at - row.started_at
    return Settlement(
        status=CallStatus.INTERRUPTED,
        text=partial,
        usage=_estimated_usage(row, partial),
        tokens_estimated=True,
        resolved_model=row.resolved_model,
        finish_reason=None,
        error_code=Interrupted.code,
        latency_ms=max(0, round(ran.total_seconds() * 1000)),
        ttft_ms=row.ttft_ms,
        stream_ms=row.stream_ms,
        chunk_count=row.chunk_count,
        retries=row.retries,
        timings=[],
        outline=[],
        cites=cites,
    )


async def _settle(session: AsyncSession, row: LlmCall, s: Settlement) -> LlmCall | None:
    cost = await cost_of(
        session,
        row.company_id,
        row.provider,
        row.requested_model,
        s.usage,
        row.started_at,
        answered_by=s.resolved_model,
    )
    values: dict[str, Any] = {
        "status": s.status,
        "finish_reason": s.finish_reason,
        "resolved_model": s.resolved_model,
        "prompt_tokens": s.usage.prompt_tokens,
        "completion_tokens": s.usage.completion_tokens,
        "reasoning_tokens": s.usage.reasoning_tokens,
        "cached_tokens": s.usage.cached_tokens,
        "cache_write_tokens": s.usage.cache_write_tokens,
        "sent_tokens_at_least": s.sent_tokens_at_least,
        "tokens_estimated": s.tokens_estimated,
        "cost_microusd": cost.microusd,
        "price_source": cost.source,
        "latency_ms": s.latency_ms,
        "ttft_ms": s.ttft_ms,
        "stream_ms": s.stream_ms,
        "chunk_count": s.chunk_count,
        "retries": s.retries,
        "error_code": s.error_code,
        "finished_at": clock.now(),
    }
    closed = await session.exec(
        update(LlmCall)
        .where(col(LlmCall.id) == row.id, col(LlmCall.status) == CallStatus.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if closed.rowcount != 1:
        return None
    await session.exec(
        update(Draft)
        .where(col(Draft.llm_call_id) == row.id)
        .values(
            text=s.text,
            cites=s.cites,
            blocks=await soon(_blocks, drawn(s.text) if s.is_typed else s.text, s.cites),
            result=s.result,
            timings=s.timings,
            outline=s.outline,
            pace=list(s.pace),
        )
        .execution_options(synchronize_session=False)
    )
    await session.refresh(row)
    session.add(_summary(row))
    return row


def _blocks(text: str, cites: str) -> list[dict[str, Any]]:
    """The blocks of an answer as they are stored."""
    return [block.as_dict() for block in parse_blocks(marked(text, unpacked(cites)))]


def _summary(row: LlmCall) -> SystemLog:
    """The one ordinary log row an LLM operation leaves."""
    return SystemLog(
        component=LogComponent.LLM,
        action=row.operation,
        status=row.status,
        duration_ms=row.latency_ms,
        request_id=row.request_id,
        company_id=row.company_id,
        user_id=row.user_id,
        llm_call_id=row.id,
        model=row.resolved_model or row.requested_model,
        tokens=row.prompt_tokens + row.completion_tokens,
        streaming=row.streaming,
    )
