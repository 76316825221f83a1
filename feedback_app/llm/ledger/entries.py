"""What a call records in the ledger: as it begins, each second while it runs, and as it ends."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from feedback_app.db.models import (
    CallStatus,
)
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.owner import Owner


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call asks of the ledger before it runs."""

    call_id: str
    owner: Owner
    template_id: str
    prompt_version: str
    requested_model: str
    provider: str
    streaming: bool
    prompt_tokens: int
    """Estimated; replaced at settlement by what was really used."""
    max_output_tokens: int
    """For all requests of the call."""
    started_at: datetime
    prompt: list[dict[str, str]] | None = None
    """The messages, if they may be kept."""
    notes: str = ""
    """The notes as they are sent: citations count their lines."""
    judgements: str = ""
    """A hash of what else is sent."""
    department_id: str | None = None
    repair_tokens: int = 0
    """Estimated, of the prompt of a second request, which may be needed."""

    @property
    def most_prompt_tokens(self) -> int:
        """For all requests that the call may need."""
        return self.prompt_tokens + self.repair_tokens


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a running call has got."""

    call_id: str
    text: str
    chunk_count: int
    reasoning_tokens: int
    """Estimated; the text's tokens are estimated from the text."""
    model: str | None
    """The model that answers, once the provider has named it."""
    cites: str = ""
    """The text's citations (`llm.text.citations.packed`)."""


@dataclass(frozen=True, slots=True)
class Recording:
    """How an answer was made, as its draft keeps it; empty if the process died."""

    timings: list[dict[str, Any]] = field(default_factory=list)
    """What happened (`event`) and when (`at_ms`, from the click), in order."""
    outline: list[Any] = field(default_factory=list)
    """The events that were sent, without their text, as `llm.stream.replay` reads them."""
    pace: list[int] = field(default_factory=list)
    """When each piece of the text was sent, as `llm.generation.pace` reads it."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a call ended and what it used."""

    status: CallStatus
    text: str
    usage: Usage
    tokens_estimated: bool
    resolved_model: str | None
    finish_reason: str | None
    error_code: str | None
    latency_ms: int
    ttft_ms: int | None
    stream_ms: int | None
    chunk_count: int
    retries: int
    recording: Recording = field(default_factory=Recording)
    cites: str = ""
    """The text's citations (`llm.text.citations.packed`)."""
    sent_tokens_at_least: int = 0
    """As in `LlmCall`: 0 unless the server read only a part of the prompt."""
    is_typed: bool = False
    """Whether the text is, or should be, JSON."""
    result: dict[str, Any] | None = None
    """The content of a typed answer, once it was found valid."""
