"""A list of calls as plain values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A call, whom it concerned, what it used. `None` means absent or unknown."""

    call_id: str
    started_at: datetime
    finished_at: datetime | None
    operation: str
    user_id: str
    person: str
    department: str | None
    candidate: str | None
    subject_kind: str
    subject_id: str
    interview_kind: str | None
    requested_model: str
    resolved_model: str | None
    provider: str
    template_id: str
    prompt_version: str
    streaming: bool
    status: str
    finish_reason: str | None
    error_code: str | None
    prompt_tokens: int
    """For a running call, an estimate."""
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    sent_tokens_at_least: int
    """The fewest tokens of the prompt, if the server read only a part of it; else 0."""
    tokens_estimated: bool
    cost_microusd: int | None
    price_source: str
    latency_ms: int | None
    ttft_ms: int | None
    stream_ms: int | None
    chunk_count: int
    retries: int
    saved_as_feedback: bool
    request_id: str

    @property
    def model(self) -> str:
        """The model that answered, or the requested one if none did."""
        return self.resolved_model or self.requested_model


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of calls continues: a call, and how many were before it when it was shown."""

    call_id: str
    place: int

    def __str__(self) -> str:
        return f"{self.place}.{self.call_id}"


def cursor_from(text: str) -> Cursor | None:
    """The cursor in an address, `None` if there is none."""
    place, _, call_id = text.partition(".")
    is_place = place.isascii() and place.isdigit() and len(place) < 10
    return Cursor(call_id[:36], int(place)) if is_place and call_id else None


@dataclass(frozen=True, slots=True)
class CallsPage:
    """One page of a filter's calls, in its order."""

    rows: tuple[CallEntry, ...] = ()
    first: int = 0
    """The position of the first row, from 0; calls made in the meantime are not included."""
    total: int | None = 0
    """`None` for a text search, whose results are not counted."""
    before: Cursor | None = None
    """Where the page before ends, `None` on the first."""
    after: Cursor | None = None
    """Where the next page begins, `None` on the last."""
