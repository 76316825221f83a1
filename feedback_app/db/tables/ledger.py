"""The tables of LLM calls: the calls, their drafts, and their prices."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from feedback_app.db.columns import id_, long_text, moment, optional_moment
from feedback_app.db.tables.log import LogComponent

DISCARDED_TEXT_FOR = timedelta(days=1)
"""How long a discarded draft keeps its text, so that it can be restored."""


FEEDBACK = "feedback"
"""The operation whose results can be saved as feedback (`LlmCall.saved_as_feedback`)."""
INTERVIEW = "interview"
"""The kind of its subject."""


class CallStatus(StrEnum):
    """The life of an LLM call; every value but `RUNNING` is final."""

    RUNNING = "running"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    ERROR = "error"
    INTERRUPTED = "interrupted"


_RUNNING = text("status = 'running'")


class LlmCall(SQLModel, table=True):
    """The ledger: one row per LLM operation, no content in it.

    Inserted as `running` at admission, settled exactly once. `cost_microusd` is `None` where the
    price is unknown; it is never 0 for want of a price.
    """

    __tablename__ = "llm_call"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_llm_call_running",
            "run_key",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("ix_llm_call_company_started", "company_id", "started_at"),
        Index("ix_llm_call_user_started", "user_id", "started_at"),
        Index("ix_llm_call_company_status", "company_id", "status", "started_at"),
        Index("ix_llm_call_status", "status", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_llm_call_subject", "subject_id", "user_id"),
    )

    id: str = id_()
    component: str = Field(default=LogComponent.LLM, max_length=10)
    operation: str = Field(max_length=40)
    company_id: str = Field(foreign_key="company.id")
    user_id: str = Field(foreign_key="app_user.id")
    subject_kind: str = Field(default="", max_length=20)
    subject_id: str = Field(default="", max_length=36)
    """What the call is about; empty once that has been forgotten."""
    run_key: str = Field(default="", max_length=240)
    """At most one call runs for each (`llm.owner.Owner.run_key`)."""
    department_id: str | None = Field(default=None, max_length=36)
    """The subject's department when the call began."""
    template_id: str = ""
    prompt_version: str = ""
    requested_model: str
    resolved_model: str | None = None
    provider: str
    streaming: bool = True
    status: str = Field(default=CallStatus.RUNNING, max_length=20)
    finish_reason: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    """The part of the prompt that the provider read from its cache."""
    cache_write_tokens: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The part of the prompt that the provider wrote to its cache; excludes cached tokens."""
    sent_tokens_at_least: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The fewest tokens the prompt can have had, if the server read only a part of it and reported
    that part's tokens as `prompt_tokens`. Otherwise 0."""
    tokens_estimated: bool = False
    cost_microusd: int | None = Field(default=None, sa_type=BigInteger)
    reserved_microusd: int | None = Field(default=None, sa_type=BigInteger)
    reserved_tokens: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The most tokens the call may use, in and out; 0 for calls from before there were limits."""
    price_source: str = ""
    latency_ms: int | None = None
    ttft_ms: int | None = None
    stream_ms: int | None = None
    chunk_count: int = 0
    retries: int = 0
    error_code: str | None = Field(default=None, max_length=40)
    saved_as_feedback: bool = False
    request_id: str = ""
    started_at: datetime = moment()
    finished_at: datetime | None = optional_moment()
    heartbeat_at: datetime = moment()


class Draft(SQLModel, table=True):
    """The text of one call, checkpointed while it runs.

    A discarded one stays for the ledger, but is emptied after `DISCARDED_TEXT_FOR`.
    """

    __tablename__ = "draft"  # pyright: ignore[reportAssignmentType]

    llm_call_id: str = Field(foreign_key="llm_call.id", primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="app_user.id")
    text: str = long_text()
    notes: str = long_text()
    """The notes as they were sent, so that later edits do not shift citations."""
    judgements: str = Field(default="", max_length=16, sa_column_kwargs={"server_default": ""})
    """A hash of the ratings and the rest as they were sent (`Assessment.judgements`)."""
    cites: str = long_text()
    """Which parts of the text rest on which lines of the notes (`llm.text.citations.packed`)."""
    blocks: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """The text as blocks (`feedback.blocks`), written at settlement."""
    timings: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """What happened when, for the trace: `event` and `at_ms`, milliseconds since the click."""
    outline: list[Any] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """The shape of the call's event log without its text, for `llm.stream.replay`."""
    pace: list[int] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """When each piece of the text left, for the replay (`llm.generation.pace`); may be empty."""
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """The validated content of the text if the operation's result is typed; otherwise `None`."""
    prompt: list[dict[str, str]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    """The messages that were sent, if `LLM_STORE_CONTENT` keeps them."""
    created_at: datetime = moment()
    discarded_at: datetime | None = optional_moment()


class PriceOverride(SQLModel, table=True):
    """A company's own price of a model from some time on: only ever added, or withdrawn.

    Prices are whole micro-dollars per million tokens. `model` is spelled as in the calls.
    """

    __tablename__ = "price_override"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_price_override_company_model", "company_id", "model", "starts_at"),)

    id: str = id_()
    company_id: str = Field(foreign_key="company.id")
    model: str = Field(max_length=200)
    starts_at: datetime = moment()
    input_microusd_per_mtok: int = Field(sa_type=BigInteger)
    cached_microusd_per_mtok: int = Field(sa_type=BigInteger)
    output_microusd_per_mtok: int = Field(sa_type=BigInteger)
    cache_write_microusd_per_mtok: int = Field(sa_type=BigInteger)
    set_by: str = Field(foreign_key="app_user.id")
    set_at: datetime = moment()
    withdrawn_by: str | None = Field(default=None, foreign_key="app_user.id")
    withdrawn_at: datetime | None = optional_moment()


class PriceRecalculation(SQLModel, table=True):
    """A recalculation of a model's settled calls of a period: who asked for it, what it changed."""

    __tablename__ = "price_recalculation"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_price_recalculation_company_at", "company_id", "at"),)

    id: str = id_()
    company_id: str = Field(foreign_key="company.id")
    user_id: str = Field(foreign_key="app_user.id")
    at: datetime = moment()
    model: str = Field(max_length=200)
    since: datetime = moment()
    until: datetime = moment()
    """The period's end, exclusive."""
    calls: int
    """How many calls changed; the figures below cover only these."""
    before_microusd: int = Field(sa_type=BigInteger)
    """The sum over those whose cost was known."""
    after_microusd: int = Field(sa_type=BigInteger)
    became_known: int
    became_unknown: int
