"""Keeps the hourly usage sums in step with the ledger, within the transaction that changes it.

A writer changes its `llm_call` rows first and the sums last, several sums in the order of their
keys: so no two transactions can wait for each other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Table, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db import histogram
from feedback_app.db.models import CallStatus, LlmCall, UsageRollup

_TABLE: Table = UsageRollup.__table__  # pyright: ignore[reportAttributeAccessIssue]
_KEY = tuple(column.name for column in _TABLE.primary_key)
_HISTOGRAMS = ("latencies", "ttfts")
SUMS = tuple(c.name for c in _TABLE.columns if c.name not in {*_KEY, *_HISTOGRAMS})
"""The columns that add up."""

_LONGEST_HISTOGRAM = 2_000
"""Characters; a longer one is rewritten with one entry for each bucket, at most about 1,200."""
_PER_INSERT = 500
"""Rows; SQLite allows 32,766 values in a statement."""

_FIELDS = (
    "company_id",
    "started_at",
    "user_id",
    "department_id",
    "operation",
    "resolved_model",
    "requested_model",
    "status",
    "error_code",
    "tokens_estimated",
    "cost_microusd",
    "saved_as_feedback",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "stream_ms",
    "latency_ms",
    "ttft_ms",
)
FIELDS = tuple(LlmCall.__table__.columns[name] for name in _FIELDS)  # pyright: ignore[reportAttributeAccessIssue]
"""The columns of a call that its sums are made of, in the order `tally` wants them."""
_fields_of = attrgetter(*_FIELDS)

Key = tuple[Any, ...]


def hour_of(moment: datetime) -> int:
    """Whole hours since 1970 in UTC."""
    return int(moment.timestamp()) // 3600


def start_of(hour: int) -> datetime:
    """The moment an hour begins."""
    return datetime.fromtimestamp(hour * 3600, UTC)


class _Sums:
    """One row in the making."""

    __slots__ = ("latencies", "sums", "ttfts")

    def __init__(self) -> None:
        self.sums = [0] * len(SUMS)
        self.latencies = Counter[int]()
        self.ttfts = Counter[int]()

    def values(self) -> dict[str, Any]:
        return {
            **dict(zip(SUMS, self.sums, strict=True)),
            "latencies": histogram.as_text(self.latencies),
            "ttfts": histogram.as_text(self.ttfts),
        }


def tally(calls: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """The sums of these finished calls as rows, in the order of their keys."""
    found: dict[Key, _Sums] = {}
    for call in calls:
        (company, started, user, department, operation, resolved, requested, status, code) = call[
            :9
        ]
        (estimated, cost, saved, prompt, completion, reasoning, cached, stream, latency, ttft) = (
            call[9:]
        )
        model = resolved or requested
        key = (
            company,
            hour_of(started),
            user,
            department or "",
            operation,
            model,
            status,
            code or "",
        )
        made = found.get(key)
        if made is None:
            made = found[key] = _Sums()
        known = cost or 0
        one = (
            1,
            int(estimated),
            int(cost is None),
            int(saved),
            prompt,
            completion,
            reasoning,
            cached,
            known,
            known if saved else 0,
            completion if stream else 0,
            stream or 0,
        )
        made.sums = [total + value for total, value in zip(made.sums, one, strict=True)]
        if latency is not None:
            made.latencies[histogram.index_of(latency)] += 1
        if ttft is not None:
            made.ttfts[histogram.index_of(ttft)] += 1
    return [{**dict(zip(_KEY, key, strict=True)), **found[key].values()} for key in sorted(found)]


async def add_calls(session: AsyncSession, calls: Iterable[LlmCall]) -> None:
    """Count calls that have just been settled."""
    await _add(session, tally(_fields_of(call) for call in calls))


async def move_saved(
    session: AsyncSession, *, saved: Iterable[LlmCall], unsaved: Iterable[LlmCall]
) -> None:
    """Count calls that have just become feedback, and those that are it no longer.

    Running ones are left out: settlement counts them as they are then.
    """
    changes = Counter[tuple[Key, str]]()
    for sign, calls in ((1, saved), (-1, unsaved)):
        for call in calls:
            if call.status != CallStatus.RUNNING:
                (row,) = tally([_fields_of(call)])
                key = tuple(row[name] for name in _KEY)
                changes[key, "saved"] += sign
                changes[key, "saved_cost_microusd"] += sign * (call.cost_microusd or 0)
    nothing = _Sums().values()
    rows = [
        {
            **dict(zip(_KEY, key, strict=True)),
            **nothing,
            "saved": changes[key, "saved"],
            "saved_cost_microusd": changes[key, "saved_cost_microusd"],
        }
        for key in sorted({key for key, _ in changes})
    ]
    await _add(session, rows)


async def _add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add to the rows there are, one statement for each, so that they are locked in order."""
    connection = await session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = insert(_TABLE)
    added = added.on_conflict_do_update(
        index_elements=_KEY,
        set_={
            **{name: _TABLE.c[name] + added.excluded[name] for name in SUMS},
            **{name: _TABLE.c[name].concat(added.excluded[name]) for name in _HISTOGRAMS},
        },
    ).returning(*(func.length(_TABLE.c[name]) for name in _HISTOGRAMS))
    for row in rows:
        lengths = (await connection.execute(added, row)).one()
        if max(lengths) > _LONGEST_HISTOGRAM:
            await _shorten(session, row)


async def _shorten(session: AsyncSession, row: dict[str, Any]) -> None:
    """Rewrite a row's histograms with one entry for each bucket; this transaction holds the row."""
    connection = await session.connection()
    this = [_TABLE.c[name] == row[name] for name in _KEY]
    columns = [_TABLE.c[name] for name in _HISTOGRAMS]
    long = (await connection.execute(select(*columns).where(*this))).one()
    short = {
        name: histogram.as_text(histogram.merged([value]))
        for name, value in zip(_HISTOGRAMS, long, strict=True)
    }
    await connection.execute(update(_TABLE).where(*this).values(**short))


async def rebuild(session: AsyncSession, company_id: str, since: datetime, until: datetime) -> None:
    """Make the company's sums anew from its calls: of every hour that `[since, until)` touches.

    For whoever changed finished calls, after that and in the same transaction. On PostgreSQL no
    other transaction writes sums until this one ends, so do not ask for years at once where calls
    are being made; give `session` to a month's rebuild at a time.
    """
    first, end = hour_of(since), hour_of(until - timedelta(microseconds=1)) + 1
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        # A settlement that has added its sums is waited for, and its call is then seen below; one
        # that has not waits, and adds to what is made here.
        await connection.execute(text("LOCK TABLE usage_rollup IN SHARE ROW EXCLUSIVE MODE"))
    await connection.execute(
        delete(UsageRollup).where(
            col(UsageRollup.company_id) == company_id,
            col(UsageRollup.hour) >= first,
            col(UsageRollup.hour) < end,
        )
    )
    calls = select(*FIELDS).where(
        col(LlmCall.company_id) == company_id, col(LlmCall.status) != CallStatus.RUNNING
    )
    began = col(LlmCall.started_at)
    bounds = (
        await connection.execute(
            select(func.min(began), func.max(began)).where(
                col(LlmCall.company_id) == company_id,
                began >= start_of(first),
                began < start_of(end),
            )
        )
    ).one()
    if bounds[0] is None:
        return
    first, end = hour_of(bounds[0]), min(end, hour_of(bounds[1]) + 1)
    for since_hour, until_hour in _days(first, end):
        within = calls.where(began >= start_of(since_hour), began < start_of(until_hour))
        rows = tally(await connection.execute(within))
        for place in range(0, len(rows), _PER_INSERT):
            await connection.execute(_TABLE.insert(), rows[place : place + _PER_INSERT])


def _days(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The hours from `first` to before `end` in parts of a day."""
    for hour in range(first, end, 24):
        yield hour, min(end, hour + 24)
