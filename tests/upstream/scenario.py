"""What the upstream does with one request, and a named scenario for every fault."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from tests.upstream.texts import FEEDBACK, MULTILINGUAL, REASONING, tokens_of

Cut = Literal["close", "reset"]
KeepAlive = Literal["comment", "empty_delta"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scripted answer. The default is a whole, correct one, sent as fast as it goes."""

    tokens: tuple[str, ...] = tokens_of(FEEDBACK)
    tokens_per_second: float | None = None
    """Pace of text and reasoning tokens; `None` is as fast as the socket takes them."""
    group: int = 1
    """Tokens per chunk."""
    first_delay_s: float = 0
    """From the opened response to the first delta."""
    reasoning: tuple[str, ...] = ()
    reasoning_field: Literal["reasoning_content", "reasoning"] = "reasoning_content"
    text_field: Literal["content", "refusal"] = "content"
    usage: Literal["separate", "with_finish", "with_each", "with_first", "zeros", "never"] = (
        "separate"
    )
    """`separate` as OpenAI does: a last chunk without choices, only where the request asks.
    `with_each` as vLLM can: each chunk has the usage up to it. `with_first`: the first chunk alone
    has one, in which nothing is written yet; `zeros`: each chunk has that."""
    prompt_tokens: int = 900
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    """These three go out as details; what is `None` is left out, as are details without any."""
    claimed: dict[str, Any] | None = None
    """Sent as the usage, whatever was used."""
    resolved_model: str | None = "gpt-4o-mini-2024-07-18"
    finish_reason: str | None = "stop"
    """`None`: the stream ends without one."""
    done: bool = True
    """Whether `[DONE]` is sent."""
    end_delay_s: float = 0
    """From the last event, or a fault told in the stream, to the end of the response."""

    status: int = 200
    error: dict[str, Any] | None = None
    """The `error` object: the body of a status other than 200, else sent after `fault_after`."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    """Sent instead of events, with `content_type`."""
    content_type: str = "text/event-stream; charset=utf-8"
    shutdown_date: Any = None
    """Of the models it is played for, in the list of models."""
    rejects: tuple[str, ...] = ()
    """Parameters the server does not know: a request with one is answered 400."""

    stall_before_headers: bool = False
    cut_before_headers: bool = False
    stall_after: int | None = None
    """Silence for ever after this many text tokens."""
    hold_after: int | None = None
    """Silence after this many text tokens, until `Upstream.release()`."""
    keep_alive: KeepAlive | None = None
    """What goes out every 20 ms during a stall or a hold."""
    silent_after_finish: bool = False
    """Silence for ever between the finish reason and what should follow it."""
    cut_after: int | None = None
    """Drop the connection in the middle of the chunk after this many text tokens."""
    cut: Cut = "reset"
    fault_after: int | None = None
    """Send `error`, or malformed JSON where there is none, after this many text tokens."""
    write_bytes: int | None = None
    """Split everything into writes of this many bytes, in the middle of characters too."""
    write_pause_s: float = 0
    """Between such writes."""
    crlf: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(fields: dict[str, Any]) -> "Scenario":
        pairs = tuple((name, value) for name, value in fields.get("headers", ()))
        lists = {n: tuple(fields.get(n, ())) for n in ("tokens", "reasoning", "rejects")}
        return Scenario(**{**fields, **lists, "headers": pairs})


def saying(text: str, **changes: Any) -> Scenario:
    """A scenario that answers this text."""
    return replace(Scenario(tokens=tokens_of(text)), **changes)


def refusing(
    status: int,
    code: str | None,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    retry_after: str | None = None,
) -> Scenario:
    """A scenario that answers a status with an error body as OpenAI writes it."""
    return Scenario(
        status=status,
        error={"message": message, "type": kind, "param": param, "code": code},
        headers=(("Retry-After", retry_after),) if retry_after is not None else (),
    )


FAULTS: dict[str, Scenario] = {
    "unauthorized": refusing(
        401, "invalid_api_key", "Incorrect API key provided: sk-test-****9999."
    ),
    "forbidden": refusing(403, "unsupported_country_region_territory", "Region not supported"),
    "model-not-found": refusing(404, "model_not_found", "The model `x` does not exist"),
    "context-too-long": refusing(
        400,
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens. However, you requested 140000.",
        param="messages",
    ),
    "content-filter-status": refusing(
        400, "content_filter", "The response was filtered due to the prompt triggering a policy"
    ),
    "bad-request": refusing(400, "invalid_value", "Invalid value for 'temperature'"),
    "conflict": refusing(409, None, "The resource is locked"),
    "rate-limited": refusing(
        429, "rate_limit_exceeded", "Rate limit reached", kind="requests", retry_after="30"
    ),
    "rate-limited-briefly": refusing(
        429, "rate_limit_exceeded", "Rate limit reached", kind="requests", retry_after="0.05"
    ),
    "quota": refusing(
        429, "insufficient_quota", "You exceeded your current quota", kind="insufficient_quota"
    ),
    "server-error": refusing(500, None, "The server had an error", kind="server_error"),
    "overloaded": refusing(503, None, "The engine is overloaded", kind="server_error"),
    "stall-first": Scenario(stall_before_headers=True),
    "stall-opened": Scenario(stall_after=0),
    "stall-mid": Scenario(stall_after=12),
    "keep-alive-only": Scenario(stall_after=0, keep_alive="comment"),
    "keep-alive-mid": Scenario(stall_after=12, keep_alive="comment"),
    "empty-deltas-mid": Scenario(stall_after=12, keep_alive="empty_delta"),
    "hang-up": Scenario(cut_before_headers=True),
    "cut-first": Scenario(cut_after=0),
    "cut-mid": Scenario(cut_after=12),
    "closed-mid": Scenario(cut_after=12, cut="close"),
    "no-finish": Scenario(finish_reason=None, done=False),
    "malformed": Scenario(fault_after=12),
    "error-in-stream": Scenario(
        fault_after=12, error={"message": "The server had an error", "type": "server_error"}
    ),
    "html": Scenario(
        body="<!doctype html><title>Sign in to the hotel network</title>", content_type="text/html"
    ),
    "empty": Scenario(tokens=()),
    "length": Scenario(finish_reason="length"),
    "content-filter": Scenario(tokens=tokens_of(FEEDBACK)[:12], finish_reason="content_filter"),
    "no-usage": Scenario(usage="never"),
    "no-done": Scenario(done=False),
    "crlf": Scenario(crlf=True),
    "slow-drip": saying(MULTILINGUAL, group=8, write_bytes=5, write_pause_s=0.0005),
    "split-characters": saying(MULTILINGUAL, write_bytes=1),
    "reasoning": Scenario(reasoning=REASONING, reasoning_tokens=31, cached_tokens=128),
    "cut-prompt": Scenario(prompt_tokens=4_096),
    "cache-writes": Scenario(cached_tokens=128, cache_write_tokens=512),
}
"""Chosen by `Upstream.play(FAULTS[name])` or, without a call, by the model `fault-<name>`."""
