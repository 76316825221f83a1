"""how many drafts that became feedback have no known price.

Revision: 0009
After: 0008
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = ("usage_rollup", "usage_day")
_REST_OF_KEY = ("operation", "model", "status", "error_code")
_HOUR_KEY = ("company_id", "hour", "user_id", "department_id", *_REST_OF_KEY)
_DAY_KEY = ("company_id", "subject_id", "day", *_REST_OF_KEY)


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(
            table, sa.Column("saved_unpriced", sa.Integer(), server_default="0", nullable=False)
        )
    connection = op.get_bind()
    hours, days = _counted(connection)
    for table, key, counts in (
        ("usage_rollup", _HOUR_KEY, hours),
        ("usage_day", _DAY_KEY, days),
    ):
        counted = [
            {**dict(zip(key, row, strict=True)), "counted": count} for row, count in counts.items()
        ]
        if counted:
            connection.execute(_update(table, key), counted)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "saved_unpriced")


def _counted(connection: sa.Connection) -> tuple[Counter[tuple[Any, ...]], ...]:
    """How many such calls each row by hour, and each by day, is of."""
    call = sa.table(
        "llm_call",
        *(sa.column(name) for name in ("company_id", "user_id", "department_id", "operation")),
        *(sa.column(name) for name in ("resolved_model", "requested_model", "status")),
        *(sa.column(name) for name in ("error_code", "cost_microusd")),
        sa.column("saved_as_feedback", sa.Boolean()),
        sa.column("started_at", sa.DateTime(timezone=True)),
    )
    meant = sa.select(call).where(
        call.c.saved_as_feedback, call.c.cost_microusd.is_(None), call.c.status != "running"
    )
    hours, days = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for c in connection.execute(meant).yield_per(2_000):
        hour, department = _hour(c.started_at), c.department_id or ""
        rest = (c.operation, c.resolved_model or c.requested_model, c.status, c.error_code or "")
        hours[(c.company_id, hour, c.user_id, department, *rest)] += 1
        for subject in ("", c.user_id, department) if department else ("", c.user_id):
            days[(c.company_id, subject, hour // 24, *rest)] += 1
    return hours, days


def _hour(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) // 3600


def _update(table: str, key: tuple[str, ...]) -> sa.TextClause:
    this = " AND ".join(f"{name} = :{name}" for name in key)
    return sa.text(f"UPDATE {table} SET saved_unpriced = :counted WHERE {this}")  # noqa: S608
