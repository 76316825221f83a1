"""The tables by which processes agree on removing things: the purge, and drafts to be stopped."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from feedback_app.db.columns import moment, optional_moment


class PurgeRun(SQLModel, table=True):
    """The one row that lets one process at a time purge, and one a day do so by itself."""

    __tablename__ = "purge_run"  # pyright: ignore[reportAssignmentType]

    id: int = Field(default=1, primary_key=True)
    claimed_at: datetime | None = optional_moment()
    """When the purging process last did a step; `None` while none is purging."""
    finished_at: datetime | None = optional_moment()
    log_since: datetime | None = optional_moment()
    """Rows of the system log from before this time have been removed, or are about to be."""


class StopRequest(SQLModel, table=True):
    """A request that whichever process runs this call stop it."""

    __tablename__ = "stop_request"  # pyright: ignore[reportAssignmentType]

    llm_call_id: str = Field(primary_key=True, max_length=36)
    asked_at: datetime = moment()
