"""The events that a generation sends its followers. The WebSocket API sends exactly these, as JSON.

Every event carries `seq`, counting from 1 within its call, and the call's id.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

Stage = Literal["connecting", "analyzing", "thinking", "generating", "streaming"]
"""A phase under way."""

Ending = Literal["complete", "cancelled", "error", "interrupted"]
"""A phase that is final."""

STAGE_MESSAGES: dict[Stage, str] = {
    "connecting": "Connecting…",
    "analyzing": "Reading…",
    "thinking": "Thinking…",
    "generating": "Starting to write…",
    "streaming": "Writing…",
}
"""The words for each stage, unless an operation has its own."""


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """The generation entered `status`, or got further in it; `progress` runs from 0 to below 1."""

    type: ClassVar[str] = "status"
    seq: int
    llm_call_id: str
    status: Stage
    message: str
    progress: float


@dataclass(frozen=True, slots=True)
class ReasoningEvent:
    """New reasoning text."""

    type: ClassVar[str] = "reasoning"
    seq: int
    llm_call_id: str
    content: str


@dataclass(frozen=True, slots=True)
class ChunkEvent:
    """New answer text; `offset` is the number of characters before it."""

    type: ClassVar[str] = "chunk"
    seq: int
    llm_call_id: str
    content: str
    offset: int
    cites: str = ""
    """The citations it contained (`llm.text.citations.packed`). Not sent to API clients."""


@dataclass(frozen=True, slots=True)
class CompleteEvent:
    """The whole answer and what it took. `cost_usd` is `None` where the price is unknown."""

    type: ClassVar[str] = "complete"
    seq: int
    llm_call_id: str
    text: str
    finish_reason: str
    tokens_used: int
    prompt_tokens: int
    completion_tokens: int
    tokens_estimated: bool
    model: str
    cost_usd: str | None
    latency_ms: int
    ttft_ms: int | None
    cites: str = ""
    """All citations of the answer. Not sent."""


@dataclass(frozen=True, slots=True)
class EndedEvent:
    """The generation ended without completing; `partial` is the text it leaves behind."""

    seq: int
    llm_call_id: str
    type: Literal["cancelled", "error", "interrupted"]
    code: str
    message: str
    retryable: bool
    partial: str
    tokens_used: int
    cost_usd: str | None
    tokens_estimated: bool
    retry_after_s: float | None = None
    """When trying again may help, in seconds from the ending; `None` if nobody knows. Not sent:
    HTTP has a header for it."""
    cites: str = ""
    """All citations of the partial text. Not sent."""


Event = StatusEvent | ReasoningEvent | ChunkEvent | CompleteEvent | EndedEvent


def is_terminal(event: Event) -> bool:
    """Whether nothing follows this event."""
    return isinstance(event, CompleteEvent | EndedEvent)


def as_dict(event: Event, answer_field: str = "answer") -> dict[str, Any]:
    """The event as the API sends it, the answer of a complete call under that name."""
    body = asdict(event)
    body.pop("cites", None)
    if isinstance(event, CompleteEvent):
        body = {answer_field if name == "text" else name: value for name, value in body.items()}
    if isinstance(event, EndedEvent):
        del body["tokens_estimated"], body["retry_after_s"]
        return body
    return {
        "seq": body.pop("seq"),
        "llm_call_id": body.pop("llm_call_id"),
        "type": event.type,
    } | body


def to_record(event: Event) -> dict[str, Any]:
    """The event with everything in it, for `from_record`."""
    return {"type": event.type, **asdict(event)}


def from_record(record: dict[str, Any]) -> Event:
    """The event that `to_record` was given.

    Raises:
        TypeError: the value is not such a record.
    """
    kind = _KINDS.get(record["type"])
    if kind is None:
        return EndedEvent(**record)
    return kind(**{name: value for name, value in record.items() if name != "type"})


_KINDS: dict[str, type[StatusEvent | ReasoningEvent | ChunkEvent | CompleteEvent]] = {
    kind.type: kind for kind in (StatusEvent, ReasoningEvent, ChunkEvent, CompleteEvent)
}


def usd(microusd: int | None) -> str | None:
    """Whole micro-dollars as plain decimal dollars, such as `0.000335`; `None` stays `None`."""
    return None if microusd is None else f"{Decimal(microusd).scaleb(-6):f}"
