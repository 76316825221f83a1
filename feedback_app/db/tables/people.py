"""The tables of companies and their people, and of their sign-ins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, false, true
from sqlmodel import Field, SQLModel

from feedback_app.core.zones import LONGEST_NAME as LONGEST_ZONE_NAME
from feedback_app.core.zones import UTC_NAME
from feedback_app.db.columns import UtcDateTime as UtcDateTime
from feedback_app.db.columns import id_, json_list, moment, optional_moment


class Role(StrEnum):
    INTERVIEWER = "interviewer"
    ADMIN = "admin"


class SessionKind(StrEnum):
    """What a login session's token gives access to: the pages by cookie, or the API as a bearer."""

    BROWSER = "browser"
    API = "api"


class Company(SQLModel, table=True):
    __tablename__ = "company"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    name: str
    created_at: datetime = moment()
    is_demo: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it came with the demo."""
    time_zone: str = Field(
        default=UTC_NAME,
        max_length=LONGEST_ZONE_NAME,
        sa_column_kwargs={"server_default": UTC_NAME},
    )
    interviewers_add: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether interviewers may add interviews of their own."""


class Department(SQLModel, table=True):
    __tablename__ = "department"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    name: str
    archived_at: datetime | None = optional_moment()


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
    time_zone: str | None = Field(default=None, max_length=LONGEST_ZONE_NAME)
    """The zone they chose; `None` means that of the browser they use."""
    calendar_hash: str | None = Field(default=None, max_length=64, unique=True)
    """The SHA-256 of the token in the address of their calendar; `None` if they have none."""
    last_seen_at: datetime | None = optional_moment()
    """When they last signed in, or were seen signed in: exact to some minutes."""


class LinkKind(StrEnum):
    """What an account link lets whoever holds it do, once."""

    SETUP = "setup"
    """Make a company and its first administrator."""
    INVITE = "invite"
    """Join a company with a role."""
    RESET = "reset"
    """Choose another password."""


class AccountLink(SQLModel, table=True):
    """A single-use address that leads to an account: the SHA-256 of its token, never the token."""

    __tablename__ = "account_link"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    token_hash: str = Field(unique=True, max_length=64)
    kind: str = Field(max_length=10)
    company_id: str | None = Field(default=None, foreign_key="company.id", index=True)
    """`None` for a set-up link, whose company does not exist yet."""
    email: str = Field(default="", max_length=254, sa_column_kwargs={"server_default": ""})
    """Of the person invited, in lower case."""
    role: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    """The role of the person invited."""
    user_id: str | None = Field(default=None, foreign_key="app_user.id", index=True)
    """Whose password it resets, or who came by it once it is used."""
    made_by: str | None = Field(default=None, foreign_key="app_user.id")
    """The administrator who made it; `None` if an operator did."""
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()
    revoked_at: datetime | None = optional_moment()


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
    """The zone the browser reported last; `None` before it has."""
    browser: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    """What it calls itself, in short: `Firefox on Linux`; empty if it is not known."""
    revoked_at: datetime | None = optional_moment()


class ApiKey(SQLModel, table=True):
    """A key to the API for another system, on behalf of a person: its SHA-256, never the key."""

    __tablename__ = "api_key"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    user_id: str = Field(foreign_key="app_user.id", index=True)
    name: str = Field(max_length=80)
    beginning: str = Field(max_length=16)
    """Its first characters, by which its owner recognises it."""
    key_hash: str = Field(unique=True, max_length=64)
    scopes: list[str] = json_list()
    created_at: datetime = moment()
    expires_at: datetime = moment()
    last_used_at: datetime | None = optional_moment()
    """Exact to some minutes."""
    revoked_at: datetime | None = optional_moment()


class KnownDevice(SQLModel, table=True):
    """A browser that somebody has signed in from: the SHA-256 of its token."""

    __tablename__ = "known_device"  # pyright: ignore[reportAssignmentType]

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()


class SignInAttempt(SQLModel, table=True):
    """The audit of sign-ins, which the throttle counts."""

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
