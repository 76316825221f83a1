"""Every fault of a model or of the way to it: its error, its retries, the text that stays."""

import asyncio
import logging
import socket
from typing import Any

import pytest

from feedback_app.core.errors import (
    LLMAuth,
    LLMBadResponse,
    LLMConnectTimeout,
    LLMContentFilter,
    LLMContextTooLong,
    LLMDisconnected,
    LLMEmpty,
    LLMError,
    LLMFirstTokenTimeout,
    LLMForbidden,
    LLMModelNotFound,
    LLMQuota,
    LLMRateLimited,
    LLMStalled,
    LLMTotalTimeout,
    LLMUnavailable,
)
from feedback_app.llm.client.completion import (
    CompletionEvent,
    Finished,
    ResponseOpened,
    Retrying,
    TextDelta,
)
from tests.integration.completing import (
    KEY,
    TWELVE_TOKENS,
    client_of,
    finished,
    kinds_of,
    met_by,
    play,
    play_to_fault,
    request,
    text_of,
)
from tests.upstream import FAULTS, FEEDBACK, Scenario, Upstream, feedback_tokens, refusing


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.llm.client.openai_client.RETRY_DELAYS_S", (0.01, 0.02))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("unauthorized", LLMAuth),
        ("forbidden", LLMForbidden),
        ("model-not-found", LLMModelNotFound),
        ("context-too-long", LLMContextTooLong),
        ("content-filter-status", LLMContentFilter),
        ("bad-request", LLMBadResponse),
        ("rate-limited", LLMRateLimited),
        ("quota", LLMQuota),
        ("stall-first", LLMFirstTokenTimeout),
    ],
)
async def test_a_refusal_that_time_will_not_mend_is_told_at_once(
    upstream: Upstream, name: str, fault: type[LLMError]
) -> None:
    async with client_of(upstream.base_url, **met_by(fault)) as client:
        events, error = await play_to_fault(client, f"fault-{name}")
    assert type(error) is fault
    assert events == []
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("server-error", LLMUnavailable),
        ("overloaded", LLMUnavailable),
        ("conflict", LLMUnavailable),
        ("rate-limited-briefly", LLMRateLimited),
    ],
)
@pytest.mark.usefixtures("quick_retries")
async def test_a_refusal_that_may_pass_is_tried_twice_more_and_then_told(
    upstream: Upstream, name: str, fault: type[LLMError]
) -> None:
    async with client_of(upstream.base_url) as client:
        events, error = await play_to_fault(client, f"fault-{name}")
    assert type(error) is fault
    assert [(type(e), e.attempt, e.code) for e in events if isinstance(e, Retrying)] == [
        (Retrying, 1, fault.code),
        (Retrying, 2, fault.code),
    ]
    assert len(events) == 2
    assert len(upstream.requests) == 3


@pytest.mark.usefixtures("quick_retries")
async def test_an_answer_after_two_failures_is_whole(upstream: Upstream) -> None:
    upstream.queue(FAULTS["server-error"], FAULTS["rate-limited-briefly"])
    async with client_of(upstream.base_url) as client:
        events = await play(client)
    assert kinds_of(events) == [Retrying, ResponseOpened, TextDelta, Finished]
    assert text_of(events) == FEEDBACK


async def test_retries_wait_half_a_second_and_then_a_second(upstream: Upstream) -> None:
    upstream.queue(FAULTS["server-error"], FAULTS["server-error"])
    async with client_of(upstream.base_url) as client:
        events = await play(client)
    told = [event.delay_s for event in events if isinstance(event, Retrying)]
    assert told == [pytest.approx(0.525, abs=0.026), pytest.approx(1.05, abs=0.051)]
    first, second, third = (seen.received_at for seen in upstream.requests)
    assert second - first >= 0.5
    assert third - second >= 1


async def test_a_short_retry_after_is_honoured_and_a_long_one_is_told_at_once(
    upstream: Upstream,
) -> None:
    upstream.queue(FAULTS["rate-limited-briefly"])
    async with client_of(upstream.base_url) as client:
        retrying = (await play(client))[0]
        assert isinstance(retrying, Retrying)
        assert retrying.delay_s == pytest.approx(0.0525, abs=0.0026)
        upstream.play(refusing(429, "rate_limit_exceeded", "Slow down", retry_after="11"))
        events, error = await play_to_fault(client)
    assert events == []
    assert type(error) is LLMRateLimited
    assert error.retry_after_s == 11


async def test_a_retry_that_would_outlast_the_total_limit_is_not_begun(upstream: Upstream) -> None:
    async with client_of(upstream.base_url, LLM_TOTAL_TIMEOUT_S=0.2) as client:
        events, error = await play_to_fault(client, "fault-overloaded")
    assert events == []
    assert type(error) is LLMUnavailable


@pytest.mark.parametrize(
    ("name", "fault", "said"),
    [
        ("stall-opened", LLMFirstTokenTimeout, ""),
        ("keep-alive-only", LLMFirstTokenTimeout, ""),
        ("stall-mid", LLMStalled, TWELVE_TOKENS),
        ("keep-alive-mid", LLMStalled, TWELVE_TOKENS),
        ("empty-deltas-mid", LLMStalled, TWELVE_TOKENS),
        ("cut-first", LLMDisconnected, ""),
        ("cut-mid", LLMDisconnected, TWELVE_TOKENS),
        ("closed-mid", LLMDisconnected, TWELVE_TOKENS),
        ("no-finish", LLMDisconnected, FEEDBACK),
        ("malformed", LLMBadResponse, TWELVE_TOKENS),
        ("error-in-stream", LLMUnavailable, TWELVE_TOKENS),
        ("empty", LLMEmpty, ""),
        ("content-filter", LLMContentFilter, TWELVE_TOKENS),
    ],
)
async def test_a_fault_after_the_opening_keeps_the_text_and_is_not_retried(
    upstream: Upstream, name: str, fault: type[LLMError], said: str
) -> None:
    async with client_of(upstream.base_url, **met_by(fault)) as client:
        events, error = await play_to_fault(client, f"fault-{name}")
    assert type(error) is fault
    assert events[0] == ResponseOpened()
    assert text_of(events) == said
    assert len(upstream.requests) == 1


async def test_a_page_in_place_of_a_stream_is_a_bad_response(upstream: Upstream) -> None:
    async with client_of(upstream.base_url) as client:
        _, error = await play_to_fault(client, "fault-html")
    assert type(error) is LLMBadResponse


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        ({"code": "rate_limit_exceeded", "type": "requests"}, LLMRateLimited),
        ({"code": "insufficient_quota", "type": "insufficient_quota"}, LLMQuota),
        ({"code": 429, "message": "slow down"}, LLMRateLimited),
        ({"code": "context_length_exceeded"}, LLMContextTooLong),
        ({"code": "content_filter"}, LLMContentFilter),
        ({"code": "invalid_api_key", "type": "invalid_request_error"}, LLMAuth),
        ({"code": None, "type": "invalid_request_error"}, LLMBadResponse),
        ({"code": None, "type": "overloaded_error"}, LLMUnavailable),
    ],
)
async def test_an_error_inside_the_stream_is_told_by_its_code(
    upstream: Upstream, error: dict[str, Any], fault: type[LLMError]
) -> None:
    upstream.play(Scenario(fault_after=0, error=error))
    async with client_of(upstream.base_url) as client:
        _, told = await play_to_fault(client)
    assert type(told) is fault


async def test_the_total_limit_holds_while_text_still_flows(upstream: Upstream) -> None:
    upstream.play(Scenario(tokens=feedback_tokens(500), tokens_per_second=50))
    async with client_of(upstream.base_url, LLM_TOTAL_TIMEOUT_S=1.5) as client:
        events, error = await play_to_fault(client)
    assert type(error) is LLMTotalTimeout
    assert text_of(events)


async def test_a_slow_consumer_is_not_taken_for_a_stalled_model(upstream: Upstream) -> None:
    """A limit armed across the yields would cancel the consumer's own await."""
    upstream.play(Scenario(hold_after=12))
    said: list[CompletionEvent] = []
    async with client_of(upstream.base_url, LLM_IDLE_TIMEOUT_S=0.5) as client:
        async for event in client.stream(request()):
            said.append(event)
            if text_of(said) == TWELVE_TOKENS:
                await asyncio.sleep(0.7)
                upstream.release()
    assert text_of(said) == FEEDBACK


async def test_a_whole_answer_does_not_fail_for_lack_of_its_usage(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.client.answer.USAGE_GRACE_S", 0.05)
    upstream.play(Scenario(silent_after_finish=True))
    async with client_of(upstream.base_url) as client, asyncio.timeout(5):
        events = await play(client)
    assert text_of(events) == FEEDBACK
    assert finished(events).usage is None


@pytest.mark.usefixtures("quick_retries")
async def test_a_refused_connection_is_retried_and_then_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with client_of(f"http://127.0.0.1:{port}/v1") as client:
        events, error = await play_to_fault(client)
    assert type(error) is LLMUnavailable
    assert [type(event) for event in events] == [Retrying, Retrying]


@pytest.mark.usefixtures("quick_retries")
async def test_a_server_that_hangs_up_without_an_answer_is_retried_and_then_unavailable(
    upstream: Upstream,
) -> None:
    async with client_of(upstream.base_url) as client:
        events, error = await play_to_fault(client, "fault-hang-up")
    assert type(error) is LLMUnavailable
    assert [type(event) for event in events] == [Retrying, Retrying]


@pytest.mark.usefixtures("quick_retries")
async def test_a_connection_that_never_completes_is_retried_and_then_a_connect_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        url = f"https://127.0.0.1:{port}/v1"
        async with client_of(url, LLM_CONNECT_TIMEOUT_S=0.1) as client:
            events, error = await play_to_fault(client)
    assert type(error) is LLMConnectTimeout
    assert [e.code for e in events if isinstance(e, Retrying)] == ["LLM_CONNECT_TIMEOUT"] * 2


async def test_the_log_repeats_no_prompt_and_names_no_host(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    words = "gpu-7.internal.corp cannot read 'Notes: a rate limiter.' via http://10.0.0.7:8000/v1"
    upstream.play(refusing(400, "x" * 5_000, words))
    async with client_of(upstream.base_url) as client:
        with caplog.at_level(logging.WARNING, logger="feedback_app.llm.client.openai_client"):
            await play_to_fault(client)
    upstream.play(Scenario(fault_after=1, error={"message": words}))
    async with client_of(upstream.base_url) as client:
        with caplog.at_level(logging.WARNING, logger="feedback_app.llm.client.openai_client"):
            await play_to_fault(client)
    lines = [
        r.getMessage() for r in caplog.records if r.name == "feedback_app.llm.client.openai_client"
    ]
    assert len(lines) == 2
    for line in lines:
        assert len(line) < 400
        assert not any(said in line for said in ("internal", "limiter", "10.0.0.7", "127.0.0.1"))
    assert "cannot read '[…].' via http://***/v1" in lines[1]


async def test_the_log_names_the_cause_but_neither_the_key_nor_credentials(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    words = f"Bad key {KEY} at https://user:hunter2@host/v1,\nBearer abc.def"
    upstream.play(refusing(401, "invalid_api_key", words))
    async with client_of(upstream.base_url) as client:
        with caplog.at_level(logging.WARNING, logger="feedback_app.llm.client.openai_client"):
            _, error = await play_to_fault(client)
    (record,) = (r for r in caplog.records if r.name == "feedback_app.llm.client.openai_client")
    line = record.getMessage()
    assert line.startswith("LLM_AUTH: AuthenticationError, status 401, code invalid_api_key, req_")
    assert not any(secret in line for secret in (KEY, "hunter2", "abc.def", "\n"))
    assert error.__cause__ is None
    assert KEY not in str(error)
