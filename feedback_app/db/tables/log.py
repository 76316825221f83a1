"""The table of the ordinary log."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.sql.expression import TextClause
from sqlmodel import Field, SQLModel

from feedback_app.db.columns import id_, moment


class LogComponent(StrEnum):
    API = "api"
    UI = "ui"
    LLM = "llm"


_OF_A_CALL = text("llm_call_id IS NOT NULL")
_LOG_FILTERS = ("component", "action", "user_id", "status", "path")
LOG_ROW_FAILED = text("((status >= '4' AND status < '6') OR status IN ('error', 'interrupted'))")
"""An HTTP status of 400 or more, or a call that broke off; write it exactly as its index does."""


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

    id: str = id_()
    at: datetime = moment(index=True)
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
