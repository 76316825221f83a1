"""What the columns of several tables have in common."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlmodel import Field

from feedback_app.core import clock
from feedback_app.core.ids import new_id


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


def id_() -> Any:
    """A UUIDv7, created with the row."""
    return Field(default_factory=new_id, primary_key=True, max_length=36)


def moment(**options: Any) -> Any:
    """A time column; now, unless set otherwise."""
    return Field(default_factory=clock.now, sa_type=UtcDateTime, **options)  # pyright: ignore[reportArgumentType]


def optional_moment(**options: Any) -> Any:
    """A time column; `None`, unless set otherwise."""
    return Field(default=None, sa_type=UtcDateTime, **options)  # pyright: ignore[reportArgumentType]


def long_text() -> Any:
    """Text of any length, empty unless set otherwise."""
    return Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


def json_list() -> Any:
    """A list as JSON, empty unless set otherwise."""
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))


def json_dict() -> Any:
    """An object as JSON, empty unless set otherwise."""
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
