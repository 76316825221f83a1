"""The last event of a generation, made from an error or from what the ledger says."""

from typing import Literal

from feedback_app.core.errors import AppError, Cancelled, Interrupted, error_named
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.llm.events import CompleteEvent, EndedEvent, usd
from feedback_app.llm.ledger.entries import Settlement


def ended_event(
    seq: int,
    call_id: str,
    error: AppError,
    partial: str,
    tokens: int = 0,
    cost_microusd: int | None = None,
    *,
    estimated: bool = False,
    cites: str = "",
) -> EndedEvent:
    """The end of a call that `error` ended, leaving `partial` behind."""
    kind: Literal["cancelled", "error", "interrupted"] = "error"
    if isinstance(error, Cancelled):
        kind = "cancelled"
    elif isinstance(error, Interrupted):
        kind = "interrupted"
    return EndedEvent(
        seq=seq,
        llm_call_id=call_id,
        type=kind,
        code=error.code,
        message=error.message,
        retryable=error.retryable,
        partial=partial,
        tokens_used=tokens,
        cost_usd=usd(cost_microusd),
        tokens_estimated=estimated,
        retry_after_s=error.retry_after_s,
        cites=cites,
    )


def event_of(
    ended: Settlement,
    seq: int,
    call_id: str,
    error: AppError | None,
    asked_model: str,
    cost_microusd: int | None,
) -> CompleteEvent | EndedEvent:
    """The end of a call of this process, ended early by `error` or complete without one."""
    tokens = ended.usage.prompt_tokens + ended.usage.completion_tokens
    estimated = ended.tokens_estimated
    if error is not None:
        return ended_event(
            seq,
            call_id,
            error,
            ended.text,
            tokens,
            cost_microusd,
            estimated=estimated,
            cites=ended.cites,
        )
    return CompleteEvent(
        seq=seq,
        llm_call_id=call_id,
        text=ended.text,
        finish_reason=ended.finish_reason or "stop",
        tokens_used=tokens,
        prompt_tokens=ended.usage.prompt_tokens,
        completion_tokens=ended.usage.completion_tokens,
        tokens_estimated=estimated,
        model=ended.resolved_model or asked_model,
        cost_usd=usd(cost_microusd),
        latency_ms=ended.latency_ms,
        ttft_ms=ended.ttft_ms,
        cites=ended.cites,
    )


def ending_of(call: LlmCall, text: str, seq: int, cites: str = "") -> CompleteEvent | EndedEvent:
    """The end of a call that the ledger has settled, with the text of its draft."""
    tokens = call.prompt_tokens + call.completion_tokens
    if call.status == CallStatus.COMPLETE:
        return CompleteEvent(
            seq=seq,
            llm_call_id=call.id,
            text=text,
            finish_reason=call.finish_reason or "stop",
            tokens_used=tokens,
            prompt_tokens=call.prompt_tokens,
            completion_tokens=call.completion_tokens,
            tokens_estimated=call.tokens_estimated,
            model=call.resolved_model or call.requested_model,
            cost_usd=usd(call.cost_microusd),
            latency_ms=call.latency_ms or 0,
            ttft_ms=call.ttft_ms,
            cites=cites,
        )
    error = error_named(call.error_code or "")()
    return ended_event(
        seq,
        call.id,
        error,
        text,
        tokens,
        call.cost_microusd,
        estimated=call.tokens_estimated,
        cites=cites,
    )
