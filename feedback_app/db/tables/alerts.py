"""The table of alerts; `alerts` raises and delivers them, `admin.alerts` shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from feedback_app.core import clock
from feedback_app.core.ids import new_id
from feedback_app.db.columns import UtcDateTime


class AlertKind(StrEnum):
    """What an alert is about."""

    COMPANY_BUDGET = "company_budget"
    PERSON_BUDGET = "person_budget"
    ERROR_RATE = "error_rate"
    UNPRICED_MODEL = "unpriced_model"
    CUT_PROMPT = "cut_prompt"
    MODEL_SHUTDOWN = "model_shutdown"
    TEST = "test"


class AlertLevel(StrEnum):
    """How serious it is: for a budget, 80 % is a warning and 100 % is critical."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


def _optional_moment() -> Any:
    return Field(default=None, sa_type=UtcDateTime)  # pyright: ignore[reportArgumentType]


_UNSEEN = text("seen_at IS NULL")
_TO_SEND = text("next_attempt_at IS NOT NULL")


class Alert(SQLModel, table=True):
    """One condition that administrators should know about, once per period: facts, no words.

    The unique constraint makes it once, however many workers notice it.
    """

    __tablename__ = "alert"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint(
            "company_id", "kind", "subject", "period", "level", "bound", name="uq_alert_condition"
        ),
        Index("ix_alert_company_raised", "company_id", "raised_at"),
        Index("ix_alert_unseen", "company_id", sqlite_where=_UNSEEN, postgresql_where=_UNSEEN),
        Index(
            "ix_alert_to_send", "next_attempt_at", sqlite_where=_TO_SEND, postgresql_where=_TO_SEND
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    company_id: str = Field(foreign_key="company.id")
    kind: str = Field(max_length=20)
    subject: str = ""
    """The user's id or the model's name; empty if it is about the company."""
    period: str = Field(max_length=20)
    """`2026-11` for a month, `2027-01-14` for the day of a shutdown, else the time at which a
    shorter period began."""
    level: str = Field(max_length=10)
    measured: int = Field(default=0, sa_type=BigInteger)
    """Micro-dollars used of a budget, tokens read of a prompt that was cut, or days left until a
    shutdown; otherwise how many of the calls failed or have no price."""
    bound: int = Field(default=0, sa_type=BigInteger)
    """The budget in micro-dollars, the error rate's threshold in permille, or how many days before
    a shutdown an alert is due; otherwise 0."""
    calls: int = 0
    """The number of calls that an error rate is taken over."""
    raised_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)  # pyright: ignore[reportArgumentType]
    seen_by: str | None = Field(default=None, foreign_key="app_user.id")
    seen_at: datetime | None = _optional_moment()
    attempts: int = 0
    """How often the webhook was tried; counted before the try."""
    next_attempt_at: datetime | None = _optional_moment()
    """`None` if nothing is to be sent (any more)."""
    delivered_at: datetime | None = _optional_moment()
    delivery_error: str = Field(default="", max_length=200)
    """Why the last attempt failed, in words without an address."""
