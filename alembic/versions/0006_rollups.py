"""hourly and daily usage sums, and the department of a call.

Revision: 0006
After: 0005
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REST_OF_KEY = ("operation", "model", "status", "error_code")
_HOUR_KEY = ("company_id", "hour", "user_id", "department_id", *_REST_OF_KEY)
_DAY_KEY = ("company_id", "subject_id", "day", *_REST_OF_KEY)
_COUNTS = ("calls", "estimated", "unpriced", "saved")
_AMOUNTS = (
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
    hours = op.create_table(
        "usage_rollup",
        *_strings(company_id=36),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        *_strings(user_id=36, department_id=36),
        *_rest_of_key_and_sums(),
        sa.PrimaryKeyConstraint(*_HOUR_KEY),
        sqlite_with_rowid=False,
    )
    days = op.create_table(
        "usage_day",
        *_strings(company_id=36, subject_id=36),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *_rest_of_key_and_sums(),
        sa.PrimaryKeyConstraint(*_DAY_KEY),
        sqlite_with_rowid=False,
    )
    op.execute(
        "UPDATE llm_call SET department_id = (SELECT job.department_id FROM interview"
        " JOIN job ON job.id = interview.job_id WHERE interview.id = llm_call.interview_id)"
        " WHERE interview_id IS NOT NULL"
    )
    connection = op.get_bind()
    for of_hours, of_days in _sums_by_day(connection):
        connection.execute(hours.insert(), of_hours)
        connection.execute(days.insert(), of_days)


def downgrade() -> None:
    op.drop_table("usage_day")
    op.drop_table("usage_rollup")
    op.drop_index("ix_llm_call_company_status", "llm_call")
    # Not in a batch: that replaces the table, which drafts refer to.
    op.drop_column("llm_call", "department_id")


def _strings(**lengths: int) -> Iterator[sa.Column[str]]:
    for name, length in lengths.items():
        yield sa.Column(name, sa.String(length=length), nullable=False)


def _rest_of_key_and_sums() -> Iterator[sa.Column[Any]]:
    yield sa.Column("operation", sa.String(length=40), nullable=False)
    yield sa.Column("model", sa.String(), nullable=False)
    yield sa.Column("status", sa.String(length=20), nullable=False)
    yield sa.Column("error_code", sa.String(length=40), nullable=False)
    for name in _COUNTS:
        yield sa.Column(name, sa.Integer(), nullable=False)
    for name in _AMOUNTS:
        yield sa.Column(name, sa.BigInteger(), nullable=False)
    for name in ("latencies", "ttfts"):
        yield sa.Column(name, sa.Text(), server_default="", nullable=False)


_Rows = list[dict[str, Any]]


def _sums_by_day(connection: sa.Connection) -> Iterator[tuple[_Rows, _Rows]]:
    """The finished calls of each company and day as rows of sums, by hour and by day."""
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
        for _, part in groupby(result.yield_per(2_000), lambda row: _hour(row.started_at) // 24):
            yield _summed(part)


def _hour(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) // 3600


class _Sums:
    """One row in the making."""

    def __init__(self) -> None:
        self.sums = Counter[str]()
        self.latencies = Counter[int]()
        self.ttfts = Counter[int]()

    def add(self, call: Any) -> None:
        cost = call.cost_microusd or 0
        self.sums.update(
            calls=1,
            estimated=int(call.tokens_estimated),
            unpriced=int(call.cost_microusd is None),
            saved=int(call.saved_as_feedback),
            prompt_tokens=call.prompt_tokens,
            completion_tokens=call.completion_tokens,
            reasoning_tokens=call.reasoning_tokens,
            cached_tokens=call.cached_tokens,
            cost_microusd=cost,
            saved_cost_microusd=cost if call.saved_as_feedback else 0,
            stream_tokens=call.completion_tokens if call.stream_ms else 0,
            stream_ms=call.stream_ms or 0,
        )
        for counts, took in ((self.latencies, call.latency_ms), (self.ttfts, call.ttft_ms)):
            if took is not None:
                counts[_bucket(took)] += 1

    def values(self) -> dict[str, Any]:
        sums = {name: self.sums[name] for name in (*_COUNTS, *_AMOUNTS)}
        return sums | {"latencies": _text(self.latencies), "ttfts": _text(self.ttfts)}


def _summed(calls: Iterable[Any]) -> tuple[_Rows, _Rows]:
    hours: defaultdict[tuple[Any, ...], _Sums] = defaultdict(_Sums)
    days: defaultdict[tuple[Any, ...], _Sums] = defaultdict(_Sums)
    for c in calls:
        hour, department = _hour(c.started_at), c.department_id or ""
        model = c.resolved_model or c.requested_model
        rest = (c.operation, model, c.status, c.error_code or "")
        hours[(c.company_id, hour, c.user_id, department, *rest)].add(c)
        for subject in ("", c.user_id, department) if department else ("", c.user_id):
            days[(c.company_id, subject, hour // 24, *rest)].add(c)
    return _rows(_HOUR_KEY, hours), _rows(_DAY_KEY, days)


def _rows(names: Sequence[str], found: Mapping[tuple[Any, ...], _Sums]) -> _Rows:
    return [{**dict(zip(names, key, strict=True)), **found[key].values()} for key in sorted(found)]


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
