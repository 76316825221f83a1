"""The tables of usage sums, by hour and by day; `db.rollups` writes them."""

from typing import Any

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel


def _key(max_length: int | None = None) -> Any:
    return Field(primary_key=True, max_length=max_length)


def _time() -> Any:
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


def _sum() -> Any:
    return Field(default=0, sa_type=BigInteger)


def _histogram() -> Any:
    return Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class UsageSums(SQLModel):
    """The sums of several finished calls."""

    calls: int = 0
    estimated: int = 0
    """How many of the calls have estimated tokens."""
    unpriced: int = 0
    """How many have no known price."""
    saved: int = 0
    """How many became feedback."""
    saved_unpriced: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many of those have no known price."""
    prompt_tokens: int = _sum()
    completion_tokens: int = _sum()
    reasoning_tokens: int = _sum()
    cached_tokens: int = _sum()
    cache_write_tokens: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )
    cost_microusd: int = _sum()
    """The cost of the calls whose price is known."""
    saved_cost_microusd: int = _sum()
    """The cost of the calls that became feedback."""
    stream_tokens: int = _sum()
    """Tokens of the answers that `stream_ms` is the time of: completion without reasoning."""
    stream_ms: int = _sum()
    latencies: str = _histogram()
    """Of the calls that have one, in the format of `db.histogram`."""
    ttfts: str = _histogram()


class UsageRollup(UsageSums, table=True):
    """The sums of one hour's finished calls that agree in everything a dashboard asks for.

    A call belongs to the hour it began in. A missing attribute (a department, an error) is an empty
    string here.
    """

    __tablename__ = "usage_rollup"  # pyright: ignore[reportAssignmentType]
    __table_args__ = ({"sqlite_with_rowid": False},)

    company_id: str = _key(36)
    hour: int = _time()
    """Whole hours since 1970 in UTC."""
    user_id: str = _key(36)
    department_id: str = _key(36)
    operation: str = _key(40)
    model: str = _key()
    """The model that answered, or the requested one if none did."""
    status: str = _key(20)
    error_code: str = _key(40)


class UsageDay(UsageSums, table=True):
    """The same sums by UTC day, of the whole company, of each person and of each department.

    So a finished call is in up to three of these rows: its company's, its person's and, if it has
    one, its department's.
    """

    __tablename__ = "usage_day"  # pyright: ignore[reportAssignmentType]
    __table_args__ = ({"sqlite_with_rowid": False},)

    company_id: str = _key(36)
    subject_id: str = _key(36)
    """The id of a person or a department; empty for the whole company."""
    day: int = _time()
    """Whole days since 1970 in UTC."""
    operation: str = _key(40)
    model: str = _key()
    status: str = _key(20)
    error_code: str = _key(40)
