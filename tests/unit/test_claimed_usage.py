"""Whatever a provider claims to have counted, no sum sinks by it and no budget is far exceeded."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import astuple
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.feedback.operation import OPERATION
from feedback_app.llm.client.chunks import ChunkReader
from feedback_app.llm.client.completion import CompletionEvent, CompletionRequest, ResponseOpened
from feedback_app.llm.generation.allowance import PREAMBLE_TOKENS, SLACK
from feedback_app.llm.generation.coalescing import LoopLag
from feedback_app.llm.generation.generation import Generation
from feedback_app.llm.generation.recorder import Recorder
from feedback_app.llm.ledger.entries import Settlement
from feedback_app.llm.ledger.pricing import Price, TokenRates
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens
from feedback_app.llm.stream.event_log import EventLog
from tests.factories import call_owner
from tests.integration.completing import brief, request

PRICE = Price("test", TokenRates(Decimal(3), Decimal(1), Decimal(15), Decimal(4)))
ANSWER = "She drew before coding. " * 20
OWNER = call_owner("company", "person", "interview")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
count = st.one_of(
    st.integers(-(10**3), 10**4), st.integers(-(10**9), 10**9), st.integers(), anything
)
claims = st.fixed_dictionaries(
    {},
    optional={
        "prompt_tokens": count,
        "completion_tokens": count,
        "total_tokens": count,
        "prompt_tokens_details": anything
        | st.fixed_dictionaries({}, optional={"cached_tokens": count, "cache_write_tokens": count}),
        "completion_tokens_details": anything
        | st.fixed_dictionaries({}, optional={"reasoning_tokens": count}),
    },
)


class Claiming:
    """Answers one text and claims a usage."""

    provider = "openai"

    def __init__(self, usage: Any) -> None:
        said = {"choices": [{"index": 0, "delta": {"content": ANSWER}}]}
        done = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage}
        self._chunks = [json.dumps(chunk).encode() for chunk in (said, done)]

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        yield ResponseOpened()
        reader = ChunkReader()
        deltas, fault = reader.read_all(self._chunks)
        assert fault is None
        for delta in deltas:
            yield delta
        yield reader.report
        yield reader.finish()

    async def aclose(self) -> None:
        """There is nothing to release."""


async def settled(usage: Any) -> Settlement:
    """How an answer with that claim is settled."""
    log = EventLog("call", OWNER)
    generation = Generation(log, OPERATION, brief(), request(), Recorder(), 100, 0.0, LoopLag())
    await generation.run(Claiming(usage))
    return generation.settlement(None)


@settings(max_examples=1_000, deadline=None)
@given(claims | anything)
def test_a_claim_lowers_no_sum_and_exceeds_no_reservation_by_more_than_the_bound(
    claim: Any,
) -> None:
    ended = asyncio.run(settled(claim))
    used, asked = ended.usage, request()
    assert all(type(part) is int and part >= 0 for part in astuple(used))
    assert used.cached_tokens + used.cache_write_tokens <= used.prompt_tokens
    assert used.reasoning_tokens <= used.completion_tokens
    assert used.prompt_tokens <= 4 * estimate_prompt_tokens(asked.messages) + PREAMBLE_TOKENS
    assert used.completion_tokens <= 4 * SLACK * asked.max_output_tokens
    assert PRICE.cost(used) >= 0
    assert ended.text == ANSWER.rstrip() or ended.text == ANSWER


def test_a_claim_that_can_be_is_believed() -> None:
    claim = {"prompt_tokens": 12, "completion_tokens": 90}
    ended = asyncio.run(settled(claim))
    assert (ended.usage.prompt_tokens, ended.usage.completion_tokens) == (12, 90)
    assert not ended.tokens_estimated
