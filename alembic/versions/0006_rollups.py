"""hourly usage sums, and the department of a call.

Revision: 0006
After: 0005
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = (
    "company_id",
    "hour",
    "user_id",
    "department_id",
    "operation",
    "model",
    "status",
    "error_code",
)
_SUMS = (
    "calls",
    "estimated",
    "unpriced",
    "saved",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "cost_microusd",
    "saved_cost_microusd",
    "stream_tokens",
    "stream_ms",
)


def upgrade() -> None:
    op.add_column("llm_call", sa.Column("department_id", sa.String(length=36), nullable=True))
    op.create_index(
        "ix_llm_call_company_status", "llm_call", ["company_id", "status", "started_at"]
    )
    rollup = op.create_table(
        "usage_rollup",
        sa.Column("company_id", sa.String(length=36), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("department_id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Integer(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("saved_cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("stream_tokens", sa.BigInteger(), nullable=False),
        sa.Column("stream_ms", sa.BigInteger(), nullable=False),
        sa.Column("latencies", sa.Text(), server_default="", nullable=False),
        sa.Column("ttfts", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(*_KEY),
        sqlite_with_rowid=False,
    )
    op.execute(
        "UPDATE llm_call SET department_id = (SELECT job.department_id FROM interview"
        " JOIN job ON job.id = interview.job_id WHERE interview.id = llm_call.interview_id)"
        " WHERE interview_id IS NOT NULL"
    )
    connection = op.get_bind()
    for rows in _sums_by_day(connection):
        connection.execute(rollup.insert(), rows)


def downgrade() -> None:
    op.drop_table("usage_rollup")
    op.drop_index("ix_llm_call_company_status", "llm_call")
    with op.batch_alter_table("llm_call", schema=None) as batch_op:
        batch_op.drop_column("department_id")


def _sums_by_day(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """The finished calls of each company and day as rows of sums."""
    call = sa.table(
        "llm_call",
        *(sa.column(name) for name in ("company_id", "user_id", "department_id", "operation")),
        *(sa.column(name) for name in ("resolved_model", "requested_model", "status")),
        *(sa.column(name) for name in ("error_code", "cost_microusd", "prompt_tokens")),
        *(sa.column(name) for name in ("completion_tokens", "reasoning_tokens", "cached_tokens")),
        *(sa.column(name) for name in ("latency_ms", "ttft_ms", "stream_ms")),
        sa.column("tokens_estimated", sa.Boolean()),
        sa.column("saved_as_feedback", sa.Boolean()),
        sa.column("started_at", sa.DateTime(timezone=True)),
    )
    finished = sa.select(call).where(call.c.status != "running")
    companies = connection.execute(sa.text("SELECT id FROM company")).scalars().all()
    for company in companies:
        of_company = finished.where(call.c.company_id == company)
        result = connection.execute(of_company.order_by(call.c.started_at))
        day, part = None, []
        for row in result.yield_per(2_000):
            hour = _hour(row.started_at)
            if part and hour // 24 != day:
                yield _summed(part)
                part = []
            day = hour // 24
            part.append((hour, row))
        if part:
            yield _summed(part)


def _hour(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) // 3600


def _summed(calls: Sequence[tuple[int, Any]]) -> list[dict[str, Any]]:
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    latencies: dict[tuple[Any, ...], Counter[int]] = {}
    ttfts: dict[tuple[Any, ...], Counter[int]] = {}
    for hour, c in calls:
        key = (
            c.company_id,
            hour,
            c.user_id,
            c.department_id or "",
            c.operation,
            c.resolved_model or c.requested_model,
            c.status,
            c.error_code or "",
        )
        cost = c.cost_microusd or 0
        one = {
            "calls": 1,
            "estimated": int(c.tokens_estimated),
            "unpriced": int(c.cost_microusd is None),
            "saved": int(c.saved_as_feedback),
            "prompt_tokens": c.prompt_tokens,
            "completion_tokens": c.completion_tokens,
            "reasoning_tokens": c.reasoning_tokens,
            "cached_tokens": c.cached_tokens,
            "cost_microusd": cost,
            "saved_cost_microusd": cost if c.saved_as_feedback else 0,
            "stream_tokens": c.completion_tokens if c.stream_ms else 0,
            "stream_ms": c.stream_ms or 0,
        }
        sums.setdefault(key, Counter()).update(one)
        for counts, duration in ((latencies, c.latency_ms), (ttfts, c.ttft_ms)):
            if duration is not None:
                counts.setdefault(key, Counter())[_bucket(duration)] += 1
    return [
        {
            **dict(zip(_KEY, key, strict=True)),
            **{name: found[name] for name in _SUMS},
            "latencies": _text(latencies.get(key, Counter())),
            "ttfts": _text(ttfts.get(key, Counter())),
        }
        for key, found in sorted(sums.items())
    ]


def _bounds() -> list[int]:
    """Where the buckets of a histogram begin, in milliseconds."""
    bounds = [0]
    while bounds[-1] < 1_000_000_000:
        bounds.append(max(bounds[-1] + 1, math.ceil(bounds[-1] * 1.08)))
    return bounds


_BOUNDS = _bounds()


def _bucket(duration_ms: int) -> int:
    return bisect_right(_BOUNDS, max(0, duration_ms)) - 1


def _text(counts: Counter[int]) -> str:
    return "".join(
        f"{index} " if count == 1 else f"{index}*{count} "
        for index, count in sorted(counts.items())
    )
