"""Closes the row of a call: its tokens, cost and text, in one conditional update from `running`.

A second attempt (a sweep, a shutdown, a Stop that raced the end) changes nothing. If a process
died, or the answer cannot be stored as received, the tokens are our own estimate.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.errors import Interrupted
from feedback_app.core.text import storable
from feedback_app.core.threads import soon
from feedback_app.db.models import (
    CallStatus,
    Draft,
    LlmCall,
    LogComponent,
    SystemLog,
)
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.ledger.entries import Recording, Settlement
from feedback_app.llm.ledger.pricing import cost_of
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text.citations import marked, unpacked
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.llm.text.structured import drawn


def estimated(row: LlmCall, s: Settlement) -> Settlement:
    """The settlement without anything reported by somebody else, except the text."""
    text = storable(s.text)
    return replace(
        s,
        text=text,
        usage=_estimated_usage(row, text),
        tokens_estimated=True,
        sent_tokens_at_least=0,
        resolved_model=row.resolved_model,
        recording=Recording(),
    )


def _estimated_usage(row: LlmCall, text: str) -> Usage:
    """The least a running call has used, by its last checkpoint and the text received."""
    completion = row.reasoning_tokens + estimate_tokens(text)
    return Usage(row.prompt_tokens, completion, row.reasoning_tokens)


def as_stored(settlement: Settlement, row: LlmCall) -> Settlement:
    """The settlement with the counts in the form the ledger stores."""
    usage = Usage(
        row.prompt_tokens,
        row.completion_tokens,
        row.reasoning_tokens,
        row.cached_tokens,
        row.cache_write_tokens,
    )
    return replace(settlement, usage=usage, tokens_estimated=row.tokens_estimated)


def interruption(row: LlmCall, partial: str, cites: str) -> Settlement:
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
        cites=cites,
    )


async def settle_row(session: AsyncSession, row: LlmCall, s: Settlement) -> LlmCall | None:
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
            timings=s.recording.timings,
            outline=s.recording.outline,
            pace=s.recording.pace,
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
