"""Reads the deltas, the usage and the end of an opened answer, within its time limits."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import cast

import httpx2

from feedback_app.core.errors import (
    LLMBadResponse,
    LLMDisconnected,
    LLMError,
    LLMFirstTokenTimeout,
    LLMStalled,
    LLMTotalTimeout,
)
from feedback_app.llm.client.chunks import ChunkReader
from feedback_app.llm.client.completion import CompletionEvent, Reported
from feedback_app.llm.client.sse import SSEDecoder

USAGE_GRACE_S = 2.0
"""How long a whole answer waits for the usage and the end mark that should follow it."""
DRAIN_S = 0.1
"""How long to wait for the end of a response, so that its connection can serve the next."""


def loop_time() -> float:
    """The running loop's clock, which its timeouts go by."""
    return asyncio.get_running_loop().time()


def overdue(fault: type[LLMError], give_up_at: float) -> LLMError:
    """The error of a wait that took too long: `fault`, unless the whole call did."""
    return LLMTotalTimeout() if loop_time() >= give_up_at else fault()


async def read_answer(
    response: httpx2.Response,
    gather: Callable[[], Awaitable[None]] | None,
    *,
    first_token_by: float,
    give_up_at: float,
    idle_s: float,
) -> AsyncGenerator[CompletionEvent, None]:
    """The deltas and the end of an opened answer.

    `first_token_by` and `give_up_at` are times of `loop_time`; `idle_s` is the longest pause
    between two deltas, in seconds. `gather` is as in `CompletionRequest`.

    Each read has its own time limit: one around the loop would stay armed across the yields
    and cancel whatever the consumer is doing there.

    Raises:
        LLMError: the answer is faulty or late.
        httpx2.TransportError: the connection failed.
    """
    content_type = response.headers.get("content-type", "text/event-stream")
    if not content_type.startswith("text/event-stream"):
        raise LLMBadResponse from ValueError(f"a stream of {content_type}")
    decoder, chunks = SSEDecoder(), ChunkReader()
    reported = chunks.report
    late: type[LLMError] = LLMFirstTokenTimeout
    due_at = min(first_token_by, give_up_at)
    body = cast("AsyncGenerator[bytes, None]", response.aiter_bytes())
    async with aclosing(body):
        while not chunks.ended:
            was_whole = chunks.is_whole
            try:
                async with asyncio.timeout_at(due_at):
                    data = await anext(body, b"")
            except (TimeoutError, httpx2.TransportError) as error:
                if was_whole:
                    break
                if isinstance(error, TimeoutError):
                    raise overdue(late, give_up_at) from None
                raise
            events = decoder.feed(data) if data else decoder.close()
            deltas, fault = chunks.read_all(events)
            if chunks.report.model != reported.model:
                reported = Reported(chunks.report.model, None)
                yield reported
            for delta in deltas:
                late = LLMStalled
                yield delta
            if chunks.report != reported:
                reported = chunks.report
                yield reported
            if isinstance(fault, LLMError):
                raise fault
            if fault is not None:
                raise (LLMBadResponse if data else LLMDisconnected) from fault
            if deltas or chunks.is_declining:
                due_at = min(loop_time() + idle_s, give_up_at)
            if not data:
                break
            if late is LLMStalled and gather and not chunks.is_whole:
                await gather()
            if chunks.is_whole and not was_whole:
                due_at = min(loop_time() + USAGE_GRACE_S, give_up_at)
        yield chunks.finish()
        chunks.judge()
        with suppress(TimeoutError, httpx2.TransportError):
            async with asyncio.timeout(DRAIN_S):
                async for _ in body:
                    pass
