"""The upstream is an honest stand-in: the official client reads it as it reads OpenAI."""

from collections.abc import Callable
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.integration.completing import KEY
from tests.upstream import FEEDBACK, MULTILINGUAL, Upstream


async def typed_answer(upstream: Upstream, model: str) -> tuple[str, Any]:
    """What the official client's own iterator makes of a scenario."""
    text, last = "", None
    async with AsyncOpenAI(api_key=KEY, base_url=upstream.base_url, max_retries=0) as official:
        stream = await official.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "Notes"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        async for last in stream:
            text += last.choices[0].delta.content or "" if last.choices else ""
    return text, last


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-4o-mini", FEEDBACK),
        ("fault-crlf", FEEDBACK),
        ("fault-reasoning", FEEDBACK),
        ("fault-slow-drip", MULTILINGUAL),
        ("fault-split-characters", MULTILINGUAL),
    ],
)
async def test_the_official_iterator_reads_the_upstream_as_it_reads_openai(
    upstream: Upstream, model: str, said: str
) -> None:
    text, last = await typed_answer(upstream, model)
    assert text == said
    assert last.object == "chat.completion.chunk"
    assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens


@pytest.mark.parametrize(
    ("model", "is_expected"),
    [
        ("fault-rate-limited", lambda error: error.status_code == 429),
        ("fault-unauthorized", lambda error: error.code == "invalid_api_key"),
        ("fault-error-in-stream", lambda error: error.type == "server_error"),
        ("fault-cut-mid", lambda error: type(error).__name__ == "APIConnectionError"),
        ("fault-malformed", lambda error: type(error).__name__ == "JSONDecodeError"),
    ],
)
async def test_the_official_client_raises_its_own_error_for_the_upstreams_faults(
    upstream: Upstream, model: str, is_expected: Callable[[Any], bool]
) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the kind is what is checked below
        await typed_answer(upstream, model)
    assert is_expected(caught.value)


async def test_the_upstream_lists_its_models(upstream: Upstream) -> None:
    async with AsyncOpenAI(api_key=KEY, base_url=upstream.base_url) as official:
        names = [model.id async for model in official.models.list()]
    assert {"gpt-4o-mini", "fault-stall-mid"} <= set(names)
