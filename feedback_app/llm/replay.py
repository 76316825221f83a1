"""Rebuilds a finished call's event log, once it is out of memory, from its row and its draft.

The draft keeps an outline of the log: one entry per event before the ending, without text. A
status is `[stage, progress]`, a chunk the number of its characters, and reasoning, whose text is
not kept, is 0. With it a replay has the same events under the same `seq` as the log had.
"""

from collections.abc import Sequence
from typing import Any, Literal, cast

from feedback_app.core.errors import Interrupted, error_named
from feedback_app.db.models import CallStatus, Draft, LlmCall
from feedback_app.llm.events import (
    STAGE_MESSAGES,
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    Event,
    ReasoningEvent,
    StatusEvent,
    usd,
)


def outline_of(events: Sequence[Event]) -> list[Any]:
    """What a draft keeps of the events before the ending."""
    outline: list[Any] = []
    for event in events:
        match event:
            case StatusEvent():
                outline.append([event.status, event.progress])
            case ChunkEvent():
                outline.append(len(event.content))
            case ReasoningEvent():
                outline.append(0)
            case CompleteEvent() | EndedEvent():
                break
    return outline


def replay(call: LlmCall, draft: Draft, after: int) -> list[Event]:
    """The events of a finished call.

    Without an outline, because the process died, the whole text follows `after` as one chunk that
    begins at offset 0 again, and then the ending.
    """
    whole = [len(draft.text)] if draft.text else []
    outline = draft.outline or [["streaming", 0.0]] * after + whole
    events: list[Event] = []
    told = 0
    for seq, entry in enumerate(outline, start=1):
        if isinstance(entry, list):
            stage, progress = entry
            events.append(StatusEvent(seq, call.id, stage, STAGE_MESSAGES[stage], progress))
        elif entry == 0:
            events.append(ReasoningEvent(seq, call.id, ""))
        else:
            events.append(ChunkEvent(seq, call.id, draft.text[told : told + entry], told))
            told += entry
    return [*events, ending_of(call, draft, len(outline) + 1)]


def ending_of(call: LlmCall, draft: Draft, seq: int) -> CompleteEvent | EndedEvent:
    """The last event of a finished call, as its row tells it."""
    tokens = call.prompt_tokens + call.completion_tokens
    if call.status == CallStatus.COMPLETE:
        return CompleteEvent(
            seq=seq,
            llm_call_id=call.id,
            feedback=draft.text,
            finish_reason=call.finish_reason or "stop",
            tokens_used=tokens,
            prompt_tokens=call.prompt_tokens,
            completion_tokens=call.completion_tokens,
            tokens_estimated=call.tokens_estimated,
            model=call.resolved_model or call.requested_model,
            cost_usd=usd(call.cost_microusd),
            latency_ms=call.latency_ms or 0,
            ttft_ms=call.ttft_ms,
        )
    error = error_named(call.error_code or Interrupted.code)
    return EndedEvent(
        seq=seq,
        llm_call_id=call.id,
        type=cast(Literal["cancelled", "error", "interrupted"], call.status),
        code=error.code,
        message=error.sentence,
        retryable=error.retryable,
        partial=draft.text,
        tokens_used=tokens,
        cost_usd=usd(call.cost_microusd),
        tokens_estimated=call.tokens_estimated,
    )
