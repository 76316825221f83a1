"""The tables of companies and their people, and of their sign-ins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from feedback_app.core.zones import LONGEST_NAME as LONGEST_ZONE_NAME
from feedback_app.db.columns import UtcDateTime as UtcDateTime
from feedback_app.db.columns import id_, moment, optional_moment


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
    """The zone the browser reported last; `None` before it has."""
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
