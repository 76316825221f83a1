"""The wire shape of every event, as the WebSocket API sends it."""

import json
from dataclasses import replace

import pytest

from feedback_app.llm.events import (
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    Event,
    ReasoningEvent,
    StatusEvent,
    as_dict,
    from_record,
    is_terminal,
    to_record,
    usd,
)

COMPLETE = CompleteEvent(
    90, "id", "whole text", "stop", 1234, 900, 334, False, "gpt-4o-mini", "0.000335", 5210, 410
)

SHAPES: list[tuple[Event, str]] = [
    (
        StatusEvent(1, "id", "connecting", "for people", 0.4),
        '{"seq": 1, "llm_call_id": "id", "type": "status", "status": "connecting",'
        ' "message": "for people", "progress": 0.4}',
    ),
    (
        ReasoningEvent(5, "id", "hm"),
        '{"seq": 5, "llm_call_id": "id", "type": "reasoning", "content": "hm"}',
    ),
    (
        ChunkEvent(7, "id", "new text", 132),
        '{"seq": 7, "llm_call_id": "id", "type": "chunk", "content": "new text", "offset": 132}',
    ),
    (
        COMPLETE,
        '{"seq": 90, "llm_call_id": "id", "type": "complete", "feedback": "whole text",'
        ' "finish_reason": "stop", "tokens_used": 1234, "prompt_tokens": 900,'
        ' "completion_tokens": 334, "tokens_estimated": false, "model": "gpt-4o-mini",'
        ' "cost_usd": "0.000335", "latency_ms": 5210, "ttft_ms": 410}',
    ),
    *(
        (
            EndedEvent(
                90, "id", kind, "LLM_STALLED", "why", True, "so far", 980, "0.000200", True, 60.0
            ),
            f'{{"seq": 90, "llm_call_id": "id", "type": "{kind}", "code": "LLM_STALLED",'
            ' "message": "why", "retryable": true, "partial": "so far", "tokens_used": 980,'
            ' "cost_usd": "0.000200"}',
        )
        for kind in ("error", "cancelled", "interrupted")
    ),
]


@pytest.mark.parametrize(("event", "wire"), SHAPES, ids=[event.type for event, _ in SHAPES])
def test_an_event_is_sent_in_exactly_this_shape_and_order(event: Event, wire: str) -> None:
    assert json.dumps(as_dict(event, "feedback")) == wire


CITED: list[Event] = [
    ChunkEvent(7, "id", "Drew it.", 0, cites="8:3,7"),
    replace(COMPLETE, cites="8:3,7"),
    EndedEvent(9, "id", "error", "X", "why", True, "so far", 1, None, True, cites="8:3,7"),
]


@pytest.mark.parametrize("event", CITED, ids=lambda event: event.type)
def test_what_a_text_rests_on_is_for_our_own_pages_and_never_sent(event: Event) -> None:
    assert "cites" not in as_dict(event, "feedback")
    assert "8:3,7" not in json.dumps(as_dict(event, "feedback"))
    assert from_record(json.loads(json.dumps(to_record(event)))) == event


def test_only_the_four_endings_are_terminal() -> None:
    assert [is_terminal(event) for event, _ in SHAPES] == [False] * 3 + [True] * 4


@pytest.mark.parametrize(
    ("microusd", "dollars"),
    [
        (None, None),
        (0, "0.000000"),
        (1, "0.000001"),
        (335, "0.000335"),
        (1_500_000, "1.500000"),
        (123_456_789_012, "123456.789012"),
    ],
)
def test_dollars_are_plain_decimals_and_an_unknown_cost_stays_unknown(
    microusd: int | None, dollars: str | None
) -> None:
    assert usd(microusd) == dollars
