"""Every table. Ids are UUIDv7 text, moments are UTC, money is whole micro-dollars."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Index, Text, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import TextClause
from sqlmodel import Field, SQLModel, UniqueConstraint

from feedback_app.core import clock
from feedback_app.core.ids import new_id
from feedback_app.db.usage_rollup import UsageDay as UsageDay
from feedback_app.db.usage_rollup import UsageRollup as UsageRollup


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; SQLite itself would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Role(StrEnum):
    INTERVIEWER = "interviewer"
    ADMIN = "admin"


class CallStatus(StrEnum):
    """The life of an LLM call; every value but `RUNNING` is final."""

    RUNNING = "running"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    ERROR = "error"
    INTERRUPTED = "interrupted"


class SessionKind(StrEnum):
    """What a login session's token opens: the pages by cookie, or the API as a bearer."""

    BROWSER = "browser"
    API = "api"


class LogComponent(StrEnum):
    API = "api"
    UI = "ui"
    LLM = "llm"


def _id() -> Any:
    return Field(default_factory=new_id, primary_key=True, max_length=36)


def _moment(**options: Any) -> Any:
    return Field(default_factory=clock.now, sa_type=UtcDateTime, **options)  # pyright: ignore[reportArgumentType]


def _optional_moment(**options: Any) -> Any:
    return Field(default=None, sa_type=UtcDateTime, **options)  # pyright: ignore[reportArgumentType]


def _text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class Company(SQLModel, table=True):
    __tablename__ = "company"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    name: str
    created_at: datetime = _moment()


class Department(SQLModel, table=True):
    __tablename__ = "department"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    company_id: str = Field(foreign_key="company.id", index=True)
    name: str


class User(SQLModel, table=True):
    """A person who signs in. `email` is stored in lower case."""

    __tablename__ = "app_user"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    company_id: str = Field(foreign_key="company.id", index=True)
    email: str = Field(unique=True, max_length=254)
    name: str
    role: str = Field(default=Role.INTERVIEWER, max_length=20)
    password_hash: str
    is_active: bool = True
    created_at: datetime = _moment()


class LoginSession(SQLModel, table=True):
    """A signed-in browser or API client: the SHA-256 of its token, never the token."""

    __tablename__ = "login_session"  # pyright: ignore[reportAssignmentType]

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    kind: str = Field(
        default=SessionKind.BROWSER, max_length=10, sa_column_kwargs={"server_default": "browser"}
    )
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    revoked_at: datetime | None = _optional_moment()


class SignInAttempt(SQLModel, table=True):
    """The audit of sign-ins, and what their throttle counts."""

    __tablename__ = "sign_in_attempt"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_sign_in_attempt_email_at", "email", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )

    id: str = _id()
    email: str = Field(max_length=254)
    address: str = Field(max_length=64)
    succeeded: bool
    at: datetime = _moment()


class Job(SQLModel, table=True):
    __tablename__ = "job"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    company_id: str = Field(foreign_key="company.id", index=True)
    department_id: str = Field(foreign_key="department.id")
    title: str
    summary: str = _text()


class Competency(SQLModel, table=True):
    """What a job asks for; `position` orders them within the job."""

    __tablename__ = "competency"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    job_id: str = Field(foreign_key="job.id", index=True)
    name: str
    description: str = _text()
    position: int


class Candidate(SQLModel, table=True):
    __tablename__ = "candidate"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    company_id: str = Field(foreign_key="company.id", index=True)
    name: str
    email: str = ""
    headline: str = ""
    """One line: present role and years."""
    cv_text: str = _text()


class Interview(SQLModel, table=True):
    """One meeting with a candidate; `kind` is such as "Technical interview"."""

    __tablename__ = "interview"  # pyright: ignore[reportAssignmentType]

    id: str = _id()
    company_id: str = Field(foreign_key="company.id", index=True)
    job_id: str = Field(foreign_key="job.id")
    candidate_id: str = Field(foreign_key="candidate.id")
    kind: str
    held_at: datetime = _moment()
    duration_min: int = 60


class Scorecard(SQLModel, table=True):
    """One interviewer's part in one interview: notes, verdict, feedback.

    Having one is taking part.
    """

    __tablename__ = "scorecard"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("interview_id", "user_id"),)

    id: str = _id()
    interview_id: str = Field(foreign_key="interview.id", index=True)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    notes: str = _text()
    notes_saved_at: datetime | None = _optional_moment()
    recommendation: str | None = Field(default=None, max_length=20)
    feedback: str = _text()
    feedback_saved_at: datetime | None = _optional_moment()
    feedback_call_id: str | None = Field(default=None, max_length=36)
    """The LLM call whose draft the saved feedback began as."""
    submitted_at: datetime | None = _optional_moment()


class CompetencyRating(SQLModel, table=True):
    """One competency's rating, 1 to 4 or `None`, and its reason, on one scorecard."""

    __tablename__ = "competency_rating"  # pyright: ignore[reportAssignmentType]

    scorecard_id: str = Field(foreign_key="scorecard.id", primary_key=True)
    competency_id: str = Field(foreign_key="competency.id", primary_key=True)
    rating: int | None = None
    reason: str = _text()


_OF_A_COMPANY = text("user_id IS NULL")
_OF_A_PERSON = text("user_id IS NOT NULL")


class LimitValue(SQLModel, table=True):
    """A limit somebody set: a company's, or with `user_id` the exception for one person.

    `value` counts drafts, tokens or micro-dollars (`llm.limits`); `None` is no limit at all.
    Without a row the value above it holds: the company's, then the installation's default.
    """

    __tablename__ = "limit_value"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_limit_value_company",
            "company_id",
            "name",
            unique=True,
            sqlite_where=_OF_A_COMPANY,
            postgresql_where=_OF_A_COMPANY,
        ),
        Index(
            "uq_limit_value_person",
            "company_id",
            "user_id",
            "name",
            unique=True,
            sqlite_where=_OF_A_PERSON,
            postgresql_where=_OF_A_PERSON,
        ),
    )

    id: str = _id()
    company_id: str = Field(foreign_key="company.id")
    user_id: str | None = Field(default=None, foreign_key="app_user.id")
    name: str = Field(max_length=40)
    value: int | None = Field(default=None, sa_type=BigInteger)


class LimitChange(SQLModel, table=True):
    """The audit of limits: who set which value when. Never changed, never deleted.

    `before` and `after` are in words, as the page showed them.
    """

    __tablename__ = "limit_change"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_limit_change_company_at", "company_id", "at"),)

    id: str = _id()
    company_id: str = Field(foreign_key="company.id")
    user_id: str | None = Field(default=None, foreign_key="app_user.id")
    name: str = Field(max_length=40)
    before: str = Field(max_length=80)
    after: str = Field(max_length=80)
    changed_by: str = Field(foreign_key="app_user.id")
    at: datetime = _moment()


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
            "interview_id",
            "user_id",
            "operation",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("ix_llm_call_company_started", "company_id", "started_at"),
        Index("ix_llm_call_user_started", "user_id", "started_at"),
        Index("ix_llm_call_company_status", "company_id", "status", "started_at"),
        Index("ix_llm_call_status", "status", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_llm_call_interview", "interview_id", "user_id"),
    )

    id: str = _id()
    component: str = Field(default=LogComponent.LLM, max_length=10)
    operation: str = Field(max_length=40)
    company_id: str = Field(foreign_key="company.id")
    user_id: str = Field(foreign_key="app_user.id")
    interview_id: str | None = Field(default=None, foreign_key="interview.id")
    department_id: str | None = Field(default=None, max_length=36)
    """Of the interview's job when the call began."""
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
    started_at: datetime = _moment()
    finished_at: datetime | None = _optional_moment()
    heartbeat_at: datetime = _moment()


class PriceOverride(SQLModel, table=True):
    """A company's own price of a model from a moment on: only ever added, or withdrawn.

    Prices are whole micro-dollars per million tokens. `model` is spelled as calls name it.
    """

    __tablename__ = "price_override"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_price_override_company_model", "company_id", "model", "starts_at"),)

    id: str = _id()
    company_id: str = Field(foreign_key="company.id")
    model: str = Field(max_length=200)
    starts_at: datetime = _moment()
    input_microusd_per_mtok: int = Field(sa_type=BigInteger)
    cached_microusd_per_mtok: int = Field(sa_type=BigInteger)
    output_microusd_per_mtok: int = Field(sa_type=BigInteger)
    set_by: str = Field(foreign_key="app_user.id")
    set_at: datetime = _moment()
    withdrawn_by: str | None = Field(default=None, foreign_key="app_user.id")
    withdrawn_at: datetime | None = _optional_moment()


class PriceRecalculation(SQLModel, table=True):
    """That somebody had a model's settled calls of a period priced anew, and what it changed."""

    __tablename__ = "price_recalculation"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_price_recalculation_company_at", "company_id", "at"),)

    id: str = _id()
    company_id: str = Field(foreign_key="company.id")
    user_id: str = Field(foreign_key="app_user.id")
    at: datetime = _moment()
    model: str = Field(max_length=200)
    since: datetime = _moment()
    until: datetime = _moment()
    """The period's end, not in it."""
    calls: int
    """How many calls changed; the figures below are of these."""
    before_microusd: int = Field(sa_type=BigInteger)
    """Of those whose cost was known."""
    after_microusd: int = Field(sa_type=BigInteger)
    became_known: int
    became_unknown: int


class Draft(SQLModel, table=True):
    """The text of one call, checkpointed while it runs; discarded ones stay for the ledger."""

    __tablename__ = "draft"  # pyright: ignore[reportAssignmentType]

    llm_call_id: str = Field(foreign_key="llm_call.id", primary_key=True, max_length=36)
    interview_id: str = Field(foreign_key="interview.id", index=True)
    user_id: str = Field(foreign_key="app_user.id")
    text: str = _text()
    blocks: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """The text as blocks (`feedback.blocks`), written at settlement."""
    timings: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """What happened when, for the trace: `event` and `at_ms`, milliseconds from the click."""
    outline: list[Any] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """The shape of the call's event log without its text, for `llm.replay`."""
    pace: list[int] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """When the text left, for the replay (`llm.pace`); empty where nobody noted it."""
    prompt: list[dict[str, str]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    """The messages that were sent, where `LLM_STORE_CONTENT` keeps them."""
    created_at: datetime = _moment()
    discarded_at: datetime | None = _optional_moment()


_OF_A_CALL = text("llm_call_id IS NOT NULL")
_LOG_FILTERS = ("component", "action", "user_id", "status", "path")
LOG_ROW_FAILED = text("((status >= '4' AND status < '6') OR status IN ('error', 'interrupted'))")
"""An HTTP status of 400 or more, or a call that broke off; to be used as its index spells it."""


def _partial_index(name: str, *columns: str, where: TextClause) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class SystemLog(SQLModel, table=True):
    """The ordinary log: HTTP requests (`api`), UI events (`ui`), a summary per call (`llm`)."""

    __tablename__ = "system_log"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_system_log_company_at", "company_id", "at"),
        *(Index(f"ix_system_log_{name}_at", "company_id", name, "at") for name in _LOG_FILTERS),
        _partial_index("ix_system_log_failed_at", "company_id", "at", where=LOG_ROW_FAILED),
        _partial_index("ix_system_log_model_at", "company_id", "model", "at", where=_OF_A_CALL),
        _partial_index("ix_system_log_llm_call", "llm_call_id", where=_OF_A_CALL),
    )

    id: str = _id()
    at: datetime = _moment(index=True)
    component: str = Field(max_length=10)
    action: str = Field(max_length=120)
    """The route's template, the event's name, or the LLM operation."""
    method: str | None = Field(default=None, max_length=10)
    path: str | None = Field(default=None, max_length=200)
    status: str = Field(default="", max_length=20)
    duration_ms: int | None = None
    request_id: str = Field(default="", max_length=32, index=True)
    company_id: str | None = Field(default=None, max_length=36)
    user_id: str | None = Field(default=None, max_length=36)
    llm_call_id: str | None = Field(default=None, max_length=36)
    model: str | None = None
    tokens: int | None = None
    streaming: bool | None = None
