"""Every table. Ids are UUIDv7 text, moments are UTC, money is whole micro-dollars.

The tables of LLM calls, of their sums, of limits and of the log stand in modules of their own, and
are imported from here like the others.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, false, true
from sqlmodel import Field, SQLModel, UniqueConstraint

from feedback_app.core.zones import LONGEST_NAME as LONGEST_ZONE_NAME
from feedback_app.db.alert import Alert as Alert
from feedback_app.db.columns import UtcDateTime as UtcDateTime
from feedback_app.db.columns import id_, json_dict, json_list, long_text, moment, optional_moment
from feedback_app.db.ledger_tables import DISCARDED_TEXT_FOR as DISCARDED_TEXT_FOR
from feedback_app.db.ledger_tables import FEEDBACK as FEEDBACK
from feedback_app.db.ledger_tables import INTERVIEW as INTERVIEW
from feedback_app.db.ledger_tables import CallStatus as CallStatus
from feedback_app.db.ledger_tables import Draft as Draft
from feedback_app.db.ledger_tables import LlmCall as LlmCall
from feedback_app.db.ledger_tables import PriceOverride as PriceOverride
from feedback_app.db.ledger_tables import PriceRecalculation as PriceRecalculation
from feedback_app.db.limit_tables import LimitChange as LimitChange
from feedback_app.db.limit_tables import LimitValue as LimitValue
from feedback_app.db.log_table import LOG_ROW_FAILED as LOG_ROW_FAILED
from feedback_app.db.log_table import LogComponent as LogComponent
from feedback_app.db.log_table import SystemLog as SystemLog
from feedback_app.db.retention_tables import PurgeRun as PurgeRun
from feedback_app.db.retention_tables import StopRequest as StopRequest
from feedback_app.db.usage_tables import UsageDay as UsageDay
from feedback_app.db.usage_tables import UsageRollup as UsageRollup


class Role(StrEnum):
    INTERVIEWER = "interviewer"
    ADMIN = "admin"


class SessionKind(StrEnum):
    """What a login session's token opens: the pages by cookie, or the API as a bearer."""

    BROWSER = "browser"
    API = "api"


class Company(SQLModel, table=True):
    __tablename__ = "company"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    name: str
    created_at: datetime = moment()


class Department(SQLModel, table=True):
    __tablename__ = "department"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    name: str


class User(SQLModel, table=True):
    """A person who signs in. `email` is stored in lower case."""

    __tablename__ = "app_user"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    email: str = Field(unique=True, max_length=254)
    name: str
    role: str = Field(default=Role.INTERVIEWER, max_length=20)
    password_hash: str
    is_active: bool = True
    created_at: datetime = moment()
    access_ended_at: datetime | None = optional_moment()
    """When every session was last ended at once; drafts begun before are stopped."""


class LoginSession(SQLModel, table=True):
    """A signed-in browser or API client: the SHA-256 of its token, never the token."""

    __tablename__ = "login_session"  # pyright: ignore[reportAssignmentType]

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    kind: str = Field(
        default=SessionKind.BROWSER, max_length=10, sa_column_kwargs={"server_default": "browser"}
    )
    created_at: datetime = moment()
    expires_at: datetime = moment()
    time_zone: str | None = Field(default=None, max_length=LONGEST_ZONE_NAME)
    """What the browser last said its zone is; `None` before it has."""
    revoked_at: datetime | None = optional_moment()


class KnownDevice(SQLModel, table=True):
    """A browser that somebody has signed in from: the SHA-256 of its token."""

    __tablename__ = "known_device"  # pyright: ignore[reportAssignmentType]

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()


class SignInAttempt(SQLModel, table=True):
    """The audit of sign-ins, and what their throttle counts."""

    __tablename__ = "sign_in_attempt"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_sign_in_attempt_email_at", "email", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
        Index("ix_sign_in_attempt_at", "at"),
    )

    id: str = id_()
    email: str = Field(max_length=254)
    address: str = Field(max_length=64)
    """An IPv4 address, or the network of an IPv6 address."""
    device: str | None = Field(default=None, max_length=64)
    """The known browser it came from, by the hash of its token."""
    succeeded: bool
    at: datetime = moment()


class Job(SQLModel, table=True):
    __tablename__ = "job"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    department_id: str = Field(foreign_key="department.id")
    title: str
    summary: str = long_text()
    level: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    must_haves: list[str] = json_list()
    description: str = long_text()
    """The job description as somebody pasted it."""
    description_saved_at: datetime | None = optional_moment()
    description_revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    description_writer: str = Field(
        default="", max_length=32, sa_column_kwargs={"server_default": ""}
    )
    """Both as `Scorecard.notes_revision` and `notes_writer`."""
    metadata_call_id: str | None = Field(default=None, max_length=36)
    """The LLM call whose reading of the description was confirmed."""


class Competency(SQLModel, table=True):
    """What a job asks for; `position` orders them within the job."""

    __tablename__ = "competency"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    job_id: str = Field(foreign_key="job.id", index=True)
    name: str
    description: str = long_text()
    position: int


class Candidate(SQLModel, table=True):
    __tablename__ = "candidate"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    name: str
    email: str = ""
    headline: str = ""
    """One line: present role and years."""
    cv_text: str = long_text()


class Interview(SQLModel, table=True):
    """One meeting with a candidate; `kind` is such as "Technical interview"."""

    __tablename__ = "interview"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    job_id: str = Field(foreign_key="job.id")
    candidate_id: str = Field(foreign_key="candidate.id")
    kind: str
    held_at: datetime = moment()
    duration_min: int = 60


class Scorecard(SQLModel, table=True):
    """One interviewer's part in one interview: notes, verdict, feedback.

    Having one is taking part.
    """

    __tablename__ = "scorecard"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("interview_id", "user_id"),)

    id: str = id_()
    interview_id: str = Field(foreign_key="interview.id", index=True)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    notes: str = long_text()
    notes_saved_at: datetime | None = optional_moment()
    notes_revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Counts the saves, so that an older text cannot overwrite a newer one unseen."""
    notes_writer: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    """The tab that saved them last, hashed: its own later text is always the newer one."""
    recommendation: str | None = Field(default=None, max_length=20)
    feedback: str = long_text()
    """Markdown, without citations: what is submitted, copied and exported."""
    feedback_blocks: list[dict[str, Any]] = json_list()
    """The same text as blocks, with the lines of the notes that its statements rest on; empty
    where the text was written by a program."""
    feedback_saved_at: datetime | None = optional_moment()
    feedback_revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    feedback_writer: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    feedback_call_id: str | None = Field(default=None, max_length=36)
    """The LLM call whose draft the saved feedback began as."""
    feedback_kept: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether the person has made it theirs: not while a draft stands there as it came."""
    undo_id: str | None = Field(default=None, max_length=36)
    """The version of the feedback that Undo brings back."""
    put_back: list[str] = json_list()
    """Keys of remarks about the person that the writer wants in drafts all the same."""
    placements: dict[str, str] = json_dict()
    """By key of a line of the notes, the competency the writer put it under; empty: left out."""
    answers: dict[str, str] = json_dict()
    """By key of a contradiction, how the writer settled it."""
    submitted_at: datetime | None = optional_moment()


class CompetencyRating(SQLModel, table=True):
    """One competency's rating, 1 to 4 or `None`, and its reason, on one scorecard."""

    __tablename__ = "competency_rating"  # pyright: ignore[reportAssignmentType]

    scorecard_id: str = Field(foreign_key="scorecard.id", primary_key=True)
    competency_id: str = Field(foreign_key="competency.id", primary_key=True)
    rating: int | None = None
    not_assessed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Said on purpose; a competency without rating is just not rated yet."""
    reason: str = long_text()


class VersionKind(StrEnum):
    """What the text of a version was about to be replaced by, or why it was kept."""

    DRAFT = "draft"
    REPLACED = "replaced"
    APPENDED = "appended"
    REWRITTEN = "rewritten"
    DISCARDED = "discarded"
    RESTORED = "restored"
    UNDONE = "undone"
    TYPED = "typed"
    ELSEWHERE = "elsewhere"


class TextVersion(SQLModel, table=True):
    """An earlier text of somebody's notes or feedback, kept so that nothing is ever lost."""

    __tablename__ = "text_version"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_text_version_scorecard", "scorecard_id", "field", "id"),)

    id: str = id_()
    scorecard_id: str = Field(foreign_key="scorecard.id")
    field: str = Field(max_length=10)
    """`notes` or `feedback`."""
    kind: str = Field(max_length=20)
    text: str = long_text()
    blocks: list[dict[str, Any]] = json_list()
    call_id: str | None = Field(default=None, max_length=36)
    """The draft the text had begun as."""
    placements: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    """Where the writer had put which lines then, as `Scorecard.placements`; `None` for notes."""
    writer: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    """The tab of a text that was not saved, as `Scorecard.feedback_writer`."""
    base: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The revision that such a text was written over."""
    at: datetime = moment()


class ScorecardEvent(SQLModel, table=True):
    """That a scorecard was submitted, or opened again and why."""

    __tablename__ = "scorecard_event"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    scorecard_id: str = Field(foreign_key="scorecard.id", index=True)
    user_id: str = Field(foreign_key="app_user.id")
    kind: str = Field(max_length=20)
    """`submitted` or `reopened`."""
    reason: str = long_text()
    at: datetime = moment()
