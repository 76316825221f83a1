"""The table of hourly usage sums; `db.rollups` writes it."""

from typing import Any

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel


def _key(max_length: int) -> Any:
    return Field(primary_key=True, max_length=max_length)


def _sum() -> Any:
    return Field(default=0, sa_type=BigInteger)


def _histogram() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class UsageRollup(SQLModel, table=True):
    """The finished calls of one hour that agree in everything a dashboard asks for, summed.

    A call belongs to the hour it began in. What a call has none of (a department, an error) is
    an empty string here.
    """

    __tablename__ = "usage_rollup"  # pyright: ignore[reportAssignmentType]
    __table_args__ = ({"sqlite_with_rowid": False},)

    company_id: str = _key(36)
    hour: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """Whole hours since 1970 in UTC."""
    user_id: str = _key(36)
    department_id: str = _key(36)
    operation: str = _key(40)
    model: str = Field(primary_key=True)
    """The one that answered, or the one that was asked."""
    status: str = _key(20)
    error_code: str = _key(40)
    calls: int = 0
    estimated: int = 0
    """How many of the calls have estimated tokens."""
    unpriced: int = 0
    """How many have no known price."""
    saved: int = 0
    """How many became feedback."""
    prompt_tokens: int = _sum()
    completion_tokens: int = _sum()
    reasoning_tokens: int = _sum()
    cached_tokens: int = _sum()
    cost_microusd: int = _sum()
    """Of the calls whose price is known."""
    saved_cost_microusd: int = _sum()
    """Of those that became feedback."""
    stream_tokens: int = _sum()
    """Completion tokens of the calls that `stream_ms` is the time of."""
    stream_ms: int = _sum()
    latencies: str = _histogram()
    """Of the calls that have one, as `db.histogram` writes it."""
    ttfts: str = _histogram()
