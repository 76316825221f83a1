"""What the tests of completions share: a client of the upstream, and views of what it yields."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.core.errors import AppError, LLMError, LLMFirstTokenTimeout, LLMStalled
from feedback_app.core.settings import Settings
from feedback_app.llm.client.completion import (
    CompletionEvent,
    CompletionRequest,
    Finished,
    Message,
    Reported,
    TextDelta,
)
from feedback_app.llm.client.openai_client import OpenAIClient
from feedback_app.llm.operation import Brief
from tests.upstream import FEEDBACK, Upstream, tokens_of

KEY = "local-51c0ffee"
TWELVE_TOKENS = "".join(tokens_of(FEEDBACK)[:12])


def settings(base_url: str | None, **changes: Any) -> Settings:
    values = {
        "OPENAI_API_KEY": SecretStr(KEY),
        "OPENAI_BASE_URL": base_url,
        "LLM_MODEL": "gpt-4o-mini",
        "LLM_CONNECT_TIMEOUT_S": 20,
        "LLM_FIRST_TOKEN_TIMEOUT_S": 20,
        "LLM_IDLE_TIMEOUT_S": 20,
        "LLM_TOTAL_TIMEOUT_S": 30,
    }
    return Settings(_env_file=None, **{**values, **changes})  # pyright: ignore[reportCallIssue]


def met_by(error: type[AppError] | None) -> dict[str, Any]:
    """A short limit for the fault that is waited for; on a slow machine no other is met first."""
    limits = {LLMFirstTokenTimeout: "LLM_FIRST_TOKEN_TIMEOUT_S", LLMStalled: "LLM_IDLE_TIMEOUT_S"}
    return {limits[error]: 1} if error in limits else {}


MESSAGES = (Message("system", "Draft feedback."), Message("user", "Notes: a rate limiter."))


def request(model: str = "gpt-4o-mini") -> CompletionRequest:
    return CompletionRequest(model, MESSAGES, 1200)


def brief() -> Brief:
    """What a call of these messages is made from."""
    return Brief(MESSAGES, None)


@asynccontextmanager
async def client_of(base_url: str, **changes: Any) -> AsyncIterator[OpenAIClient]:
    client = OpenAIClient(settings(base_url, **changes))
    try:
        yield client
    finally:
        await client.aclose()


async def play(client: OpenAIClient, model: str = "gpt-4o-mini") -> list[CompletionEvent]:
    return [event async for event in client.stream(request(model))]


async def play_to_fault(
    client: OpenAIClient, model: str = "gpt-4o-mini"
) -> tuple[list[CompletionEvent], LLMError]:
    """What came before the fault, and the fault."""
    events: list[CompletionEvent] = []
    try:
        async for event in client.stream(request(model)):
            events.append(event)  # noqa: PERF401 - the fault must leave what came before
    except LLMError as fault:
        return events, fault
    pytest.fail(f"no fault, but {events[-1]}")


def text_of(events: list[CompletionEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def kinds_of(events: list[CompletionEvent]) -> list[type]:
    """The kinds of events in order but for reports, runs of one kind told once."""
    kinds = [type(event) for event in events if not isinstance(event, Reported)]
    return [kind for before, kind in zip([None, *kinds], kinds, strict=False) if kind != before]


def finished(events: list[CompletionEvent]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def body_of(upstream: Upstream, index: int = 0) -> dict[str, Any]:
    return upstream.requests[index].body
