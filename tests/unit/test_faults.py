"""What refusals mean, beyond what the upstream's presets show."""

from datetime import UTC, datetime
from typing import Any

import pytest

from feedback_app.core import clock
from feedback_app.core.errors import (
    LLMBadResponse,
    LLMContextTooLong,
    LLMError,
    LLMModelNotFound,
    LLMQuota,
    LLMRateLimited,
    LLMUnavailable,
)
from feedback_app.llm.client.faults import (
    provider_fault,
    redacted,
    rejects_parameter,
    retry_after_s,
)


@pytest.mark.parametrize(
    ("status", "error", "fault"),
    [
        (400, {"message": "Requested 9000 exceed context window of 4096"}, LLMContextTooLong),
        (400, {"type": "exceed_context_size_error", "code": 400}, LLMContextTooLong),
        (402, {"message": "Insufficient balance"}, LLMQuota),
        (403, {"code": "billing_not_active"}, LLMQuota),
        (404, "Not Found", LLMModelNotFound),
        (408, None, LLMUnavailable),
        (413, {"message": "Request too large"}, LLMContextTooLong),
        (418, "<html>", LLMBadResponse),
        (429, {"code": "1302", "type": "tokens"}, LLMRateLimited),
        (529, {"type": "overloaded_error"}, LLMUnavailable),
        (None, "something broke", LLMUnavailable),
        (None, {"code": "503"}, LLMUnavailable),
        (None, {"type": "rate_limit_error"}, LLMRateLimited),
    ],
)
def test_a_refusal_is_known_by_its_code_and_else_by_its_status(
    status: int | None, error: object, fault: type[LLMError]
) -> None:
    assert type(provider_fault(status, error)) is fault


@pytest.mark.parametrize(
    ("error", "rejected"),
    [
        (
            {
                "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                "param": "max_tokens",
                "code": "unsupported_parameter",
            },
            {"max_tokens"},
        ),
        ({"message": "Unknown field: stream_options.include_usage"}, {"stream_options"}),
        ({"message": "not permitted", "param": "stream_options.include_usage"}, {"stream_options"}),
        (
            "Unrecognized argument: max_completion_tokens",
            {"max_completion_tokens"},
        ),
        ({"message": "max_tokens is too large: 5000.", "param": "max_tokens"}, set()),
        ({"message": "maximum context length is 4096; reduce max_tokens"}, set()),
        ({"message": "Unsupported value", "param": "temperature"}, set()),
    ],
)
def test_only_a_parameter_the_server_does_not_know_is_rejected(
    error: Any, rejected: set[str]
) -> None:
    names = ("stream_options", "max_tokens", "max_completion_tokens")
    assert {name for name in names if rejects_parameter(400, error, name)} == rejected
    assert not any(rejects_parameter(500, error, name) for name in names)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Tue, 04 Mar 2025 10:00:05 GMT"}, 5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "nan", "retry-after": "1"}, 1),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(
    headers: dict[str, str], expected: float | None
) -> None:
    clock.set_now(lambda: datetime(2025, 3, 4, 10, tzinfo=UTC))
    try:
        assert retry_after_s(headers) == expected
    finally:
        clock.set_now(None)


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("Incorrect API key provided: sk-proj-ab**wxyz.", "Incorrect API key provided: ***"),
        ("the key s3cr3t is wrong", "the key *** is wrong"),
        ("http://user:pass@host/v1 failed", "http://***/v1 failed"),
        ("for url 'https://llm.internal.corp:8443/v1/chat'", "for url 'https://***/v1/chat'"),
        ("no model on gpu-7.internal.corp.", "no model on ***."),
        ("Cannot connect to host llm-7:8443 ssl:default", "Cannot connect to host *** ssl:default"),
        ("Connect call failed ('10.0.12.7', 8443)", "Connect call failed ('***', 8443)"),
        ("Connect call failed ('fd00::1:7', 8443)", "Connect call failed ('***', 8443)"),
        ("worker-3:8001 is away", "***:8001 is away"),
        ("The model `gpt-4.1-mini` does not exist", "The model `gpt-4.1-mini` does not exist"),
        ("stream_options.include_usage: 3 of 4.", "stream_options.include_usage: 3 of 4."),
        ("two\nlines", "two lines"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_a_providers_words_are_logged_without_keys_on_one_short_line(
    said: str, logged: str
) -> None:
    assert redacted(said, "s3cr3t", "") == logged


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (
            "Invalid input: 'Notes: She drew two tables, \\n\\nASKED about retries.' at 3",
            "Invalid input: '[…].' at 3",
        ),
        ("質問の前に要件をすべて自分の言葉で確認した、は長すぎます", "[…]、は長すぎます"),
        ("too long: she drew; she left", "too long: she drew; she left"),
    ],
)
def test_a_providers_words_are_logged_without_what_was_sent(said: str, logged: str) -> None:
    sent = (
        "Notes: She drew two tables,\n\nasked about retries.\n"
        "質問の前に要件をすべて自分の言葉で確認した"
    )
    assert redacted(said, sent=sent) == logged


@pytest.mark.parametrize("unit", ["a.", "://", "host ", "::", "1.", "a:", "sk-", "\\n", "x", "-"])
def test_of_words_of_any_length_the_beginning_is_looked_at(unit: str) -> None:
    words = unit * 100_000
    assert redacted(words) == redacted(words[:1000])
