"""The OpenAI client against a real server over loopback: answers, requests and closing."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from feedback_app.core.errors import LLMAuth, LLMBadResponse, LLMContentFilter
from feedback_app.llm.bodies import MAX_LIST_BYTES, MAX_REFUSAL_BYTES, bound
from feedback_app.llm.chunks import MOST_REFUSAL_CHARACTERS
from feedback_app.llm.client import OpenAIClient
from feedback_app.llm.completion import (
    Finished,
    ReasoningDelta,
    Reported,
    ResponseOpened,
    TextDelta,
    Usage,
)
from tests.integration.completing import (
    KEY,
    body_of,
    client_of,
    finished,
    kinds_of,
    play,
    play_to_fault,
    request,
    settings,
    text_of,
)
from tests.upstream import (
    FAULTS,
    FEEDBACK,
    MULTILINGUAL,
    REASONING,
    Scenario,
    Upstream,
    feedback_tokens,
    refusing,
    saying,
    tokens_of,
)


async def test_an_answer_arrives_whole_in_order_and_with_its_usage(upstream: Upstream) -> None:
    async with client_of(upstream.base_url) as client:
        events = await play(client)
    assert kinds_of(events) == [ResponseOpened, TextDelta, Finished]
    assert text_of(events) == FEEDBACK
    usage = Usage(prompt_tokens=900, completion_tokens=len(tokens_of(FEEDBACK)))
    assert finished(events) == Finished("stop", "gpt-4o-mini-2024-07-18", usage)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_comes_before_the_text_and_its_tokens_are_counted(
    upstream: Upstream, field: Any
) -> None:
    upstream.play(replace(FAULTS["reasoning"], reasoning_field=field))
    async with client_of(upstream.base_url) as client:
        events = await play(client)
    assert kinds_of(events) == [ResponseOpened, ReasoningDelta, TextDelta, Finished]
    reasoning = [e for e in events if isinstance(e, ReasoningDelta)]
    assert "".join(e.text for e in reasoning) == "".join(REASONING)
    assert sum(e.chunks for e in reasoning) == len(REASONING)
    usage = finished(events).usage
    assert usage is not None
    assert (usage.reasoning_tokens, usage.cached_tokens) == (31, 128)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        pytest.param(Scenario(usage="with_finish"), FEEDBACK, id="usage-with-the-finish-reason"),
        pytest.param(Scenario(group=40), FEEDBACK, id="many-tokens-a-chunk"),
        pytest.param(FAULTS["no-done"], FEEDBACK, id="no-done"),
        pytest.param(FAULTS["crlf"], FEEDBACK, id="crlf"),
        pytest.param(FAULTS["slow-drip"], MULTILINGUAL, id="slow-drip"),
        pytest.param(FAULTS["split-characters"], MULTILINGUAL, id="split-characters"),
        pytest.param(saying(MULTILINGUAL), MULTILINGUAL, id="unicode-line-separators"),
    ],
)
async def test_an_unusual_but_whole_stream_gives_the_same_answer(
    upstream: Upstream, scenario: Scenario, said: str
) -> None:
    upstream.play(scenario)
    async with client_of(upstream.base_url) as client:
        events = await play(client)
    assert kinds_of(events) == [ResponseOpened, TextDelta, Finished]
    assert text_of(events) == said
    usage = Usage(prompt_tokens=900, completion_tokens=len(scenario.tokens))
    assert finished(events) == Finished("stop", "gpt-4o-mini-2024-07-18", usage)


async def test_an_answer_cut_by_the_output_limit_is_finished_with_length(
    upstream: Upstream,
) -> None:
    async with client_of(upstream.base_url) as client:
        events = await play(client, "fault-length")
    assert finished(events).finish_reason == "length"
    assert text_of(events) == FEEDBACK


async def test_usage_and_model_stay_unknown_where_the_provider_tells_neither(
    upstream: Upstream,
) -> None:
    upstream.play(Scenario(usage="never", resolved_model=None))
    async with client_of(upstream.base_url) as client:
        assert finished(await play(client)) == Finished("stop", None, None)


async def test_the_model_that_answers_is_reported_before_its_first_word(
    upstream: Upstream,
) -> None:
    upstream.play(Scenario(hold_after=0))
    events = []
    async with client_of(upstream.base_url) as client:
        async for event in client.stream(request()):
            events.append(event)
            if isinstance(event, Reported):
                upstream.release()
    assert events[1] == Reported("gpt-4o-mini-2024-07-18", None)
    assert isinstance(events[2], TextDelta)


async def test_usage_told_with_each_chunk_is_reported_with_the_text_it_is_of(
    upstream: Upstream,
) -> None:
    upstream.play(Scenario(usage="with_each", hold_after=12))
    events = []
    async with client_of(upstream.base_url) as client:
        async for event in client.stream(request()):
            events.append(event)
            if sum(e.chunks for e in events if isinstance(e, TextDelta)) == 12:
                upstream.release()
    reports = [
        (sum(e.chunks for e in events[:place] if isinstance(e, TextDelta)), event.usage)
        for place, event in enumerate(events)
        if isinstance(event, Reported) and event.usage
    ]
    assert (12, Usage(900, 12)) in reports
    assert all(usage == Usage(900, written) for written, usage in reports)
    assert finished(events).usage == Usage(900, len(tokens_of(FEEDBACK)))


async def test_usage_told_before_the_answer_is_not_the_answers(upstream: Upstream) -> None:
    upstream.play(Scenario(usage="with_first"))
    async with client_of(upstream.base_url) as client:
        assert finished(await play(client)).usage is None


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(FAULTS["stall-first"], id="before-the-response"),
        pytest.param(FAULTS["stall-opened"], id="before-the-first-token"),
        pytest.param(FAULTS["stall-mid"], id="in-a-silence"),
        pytest.param(
            Scenario(tokens=feedback_tokens(2000), tokens_per_second=200), id="while-text-flows"
        ),
    ],
)
async def test_cancelling_the_reader_closes_the_request(
    upstream: Upstream, scenario: Scenario
) -> None:
    upstream.play(scenario)
    async with client_of(upstream.base_url) as client:
        reading = asyncio.create_task(play(client))
        await upstream.received(1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        (seen,) = (await upstream.idle()).requests
    assert seen.ending == "client_closed"


async def test_closing_the_iterator_closes_the_request(upstream: Upstream) -> None:
    upstream.play(Scenario(tokens=feedback_tokens(2000), tokens_per_second=200))
    async with client_of(upstream.base_url) as client:
        async with aclosing(client.stream(request())) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    break
        state = await upstream.idle()
    (seen,) = state.requests
    assert seen.ending == "client_closed"
    assert state.open_connections == 0


async def test_answers_one_after_another_share_a_connection(upstream: Upstream) -> None:
    upstream.play(Scenario(end_delay_s=0.03))
    async with client_of(upstream.base_url) as client:
        for _ in range(5):
            await play(client)
        assert upstream.state().connections_made == 1
    assert upstream.state().open_connections == 0


async def test_a_hundred_and_fifty_answers_stream_at_once(upstream: Upstream) -> None:
    upstream.play(Scenario(tokens=tokens_of("Fair."), hold_after=0))
    async with client_of(upstream.base_url) as client:
        streams = [asyncio.create_task(play(client)) for _ in range(150)]
        state = await upstream.received(150, timeout_s=15)
        assert len(state.open_requests) == 150
        upstream.release()
        answers = await asyncio.gather(*streams)
    assert {text_of(events) for events in answers} == {"Fair."}


async def test_the_request_carries_the_messages_the_limit_and_the_key(upstream: Upstream) -> None:
    async with client_of(upstream.base_url) as client:
        await play(client, "gpt-4o")
    assert body_of(upstream) == {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Draft feedback."},
            {"role": "user", "content": "Notes: a rate limiter."},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 1200,
    }
    assert upstream.requests[0].headers["Authorization"] == f"Bearer {KEY}"


async def test_a_server_without_a_key_is_asked_with_a_placeholder(upstream: Upstream) -> None:
    async with client_of(upstream.base_url, OPENAI_API_KEY=None) as client:
        await play(client)
    assert upstream.requests[0].headers["Authorization"] == "Bearer none"


async def test_a_user_and_password_in_the_address_are_sent_as_basic_authentication(
    upstream: Upstream,
) -> None:
    address = upstream.base_url.replace("http://", "http://user:p%40ss@")
    async with client_of(address) as client:
        await play(client)
    assert upstream.requests[0].headers["Authorization"] == "Basic dXNlcjpwQHNz"


async def test_openai_itself_is_asked_with_its_own_name_for_the_limit(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.client.OPENAI_URL", upstream.base_url)
    client = OpenAIClient(settings(None))
    await play(client)
    await client.aclose()
    assert body_of(upstream)["max_completion_tokens"] == 1200
    assert "max_tokens" not in body_of(upstream)


async def test_an_unknown_parameter_is_replaced_at_once_and_remembered(upstream: Upstream) -> None:
    upstream.play(Scenario(rejects=("stream_options", "max_tokens")))
    async with client_of(upstream.base_url) as client:
        first = await play(client)
        asked_first = len(upstream.requests)
        second = await play(client)
    assert kinds_of(first) == kinds_of(second) == [ResponseOpened, TextDelta, Finished]
    assert finished(first).usage is None
    assert (asked_first, len(upstream.requests)) == (3, 4)
    assert body_of(upstream, 3).keys() == {"model", "messages", "stream", "max_completion_tokens"}


@pytest.mark.parametrize(
    ("server", "asked", "sent"),
    [
        pytest.param(None, None, "none", id="openai itself"),
        pytest.param("other", None, None, id="another server"),
        pytest.param(None, "low", "low", id="openai itself, asked for"),
        pytest.param("other", "high", "high", id="another server, asked for"),
    ],
)
async def test_how_long_a_model_may_think_is_said_where_it_is_known_or_asked_for(
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    server: str | None,
    asked: str | None,
    sent: str | None,
) -> None:
    monkeypatch.setattr("feedback_app.llm.client.OPENAI_URL", upstream.base_url)
    address = upstream.base_url if server else None
    client = OpenAIClient(settings(address, LLM_REASONING_EFFORT=asked))
    await play(client)
    await client.aclose()
    assert body_of(upstream).get("reasoning_effort") == sent


async def test_a_server_that_knows_no_effort_is_asked_without_it(upstream: Upstream) -> None:
    upstream.play(Scenario(rejects=("reasoning_effort",)))
    async with client_of(upstream.base_url, LLM_REASONING_EFFORT="low") as client:
        first = await play(client)
        await play(client)
    assert text_of(first) == FEEDBACK
    sent = [body_of(upstream, number).get("reasoning_effort") for number in range(3)]
    assert sent == ["low", None, None]


async def test_a_model_that_declines_is_no_answer_and_its_reason_is_told(
    upstream: Upstream,
) -> None:
    said = "I can't help\nwith \u202ethat. " + "No. " * 200
    upstream.play(Scenario(tokens=tokens_of(said), text_field="refusal"))
    async with client_of(upstream.base_url) as client:
        events, error = await play_to_fault(client)
    assert text_of(events) == ""
    assert finished(events).finish_reason == "content_filter"
    assert type(error) is LLMContentFilter
    assert error.message.startswith(
        "The AI model declined to write this: “I can't help with that. No"
    )
    assert error.message.endswith("…” Rephrase the notes, then retry.")
    assert len(error.message) < MOST_REFUSAL_CHARACTERS + 100


async def test_a_server_that_knows_neither_limit_is_not_asked_for_ever(upstream: Upstream) -> None:
    upstream.play(Scenario(rejects=("max_tokens", "max_completion_tokens")))
    async with client_of(upstream.base_url) as client:
        _, error = await play_to_fault(client)
        assert len(upstream.requests) == 2
        await play_to_fault(client)
    assert type(error) is LLMBadResponse
    assert "max_tokens" in body_of(upstream, 2)


POST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
GET = httpx2.Request("GET", "http://127.0.0.1/v1/models")


async def test_of_a_body_that_is_read_as_a_whole_no_more_than_its_beginning_is_read() -> None:
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * 10_000

    for sent, status, most in (
        (POST, 500, MAX_REFUSAL_BYTES),
        (POST, 302, MAX_REFUSAL_BYTES),
        (GET, 404, MAX_REFUSAL_BYTES),
        (GET, 200, MAX_LIST_BYTES),
        (POST, 200, None),
    ):
        asked = 0
        response = httpx2.Response(status, content=endless(), request=sent)
        await bound(response)
        body, read = response.aiter_raw(), 0
        async for data in body:
            read += len(data)
            if read >= 3_000_000:
                break
        assert read == (most or 3_000_000)
    assert asked == 300


async def test_what_comes_compressed_is_not_unpacked() -> None:
    bomb = gzip.compress(b"x" * 10_000_000)
    for status in (500, 200):
        headers = {"Content-Encoding": "gzip"}
        response = httpx2.Response(status, headers=headers, content=_once(bomb), request=POST)
        await bound(response)
        assert len(await response.aread()) <= len(bomb)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def test_a_refusal_with_an_endless_reason_is_told_as_any_other(upstream: Upstream) -> None:
    upstream.play(refusing(401, "invalid_api_key", "x" * 5_000_000))
    async with client_of(upstream.base_url) as client:
        with pytest.raises(LLMAuth):
            await play(client)
