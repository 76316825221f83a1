"""Usage sums as they are stored, and counted from the calls: plainly, call by call."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from feedback_app.db import histogram
from feedback_app.db.models import CallStatus, LlmCall, UsageDay, UsageRollup
from feedback_app.db.session import Database

Sums = dict[tuple[Any, ...], dict[str, Any]]
"""What each row says, by what tells it apart; histograms as counts."""

_HISTOGRAMS = ("latencies", "ttfts")


def recounted(calls: Sequence[LlmCall]) -> tuple[Sums, Sums]:
    """The sums by hour and by day that these calls should have; running ones are in none."""
    hours: Any = defaultdict(Counter)
    days: Any = defaultdict(Counter)
    for call in calls:
        if call.status == CallStatus.RUNNING:
            continue
        hour = int(call.started_at.timestamp()) // 3600
        kind = (
            call.operation,
            call.resolved_model or call.requested_model,
            call.status,
            call.error_code or "",
        )
        department = call.department_id or ""
        counted = _counted(call)
        hours[call.company_id, hour, call.user_id, department, *kind].update(counted)
        days[call.company_id, "", hour // 24, *kind].update(counted)
        days[call.company_id, call.user_id, hour // 24, *kind].update(counted)
        if department:
            days[call.company_id, department, hour // 24, *kind].update(counted)
    return _without_zeros(hours), _without_zeros(days)


def answer_tokens(call: LlmCall) -> int:
    """What came while an answer streamed: not the reasoning before it."""
    return max(0, call.completion_tokens - call.reasoning_tokens)


def _counted(call: LlmCall) -> dict[Any, int]:
    counted: dict[Any, int] = {
        "calls": 1,
        "estimated": 1 if call.tokens_estimated else 0,
        "unpriced": 1 if call.cost_microusd is None else 0,
        "saved": 1 if call.saved_as_feedback else 0,
        "saved_unpriced": 1 if call.saved_as_feedback and call.cost_microusd is None else 0,
        "prompt_tokens": call.prompt_tokens,
        "completion_tokens": call.completion_tokens,
        "reasoning_tokens": call.reasoning_tokens,
        "cached_tokens": call.cached_tokens,
        "cache_write_tokens": call.cache_write_tokens,
        "cost_microusd": call.cost_microusd or 0,
        "saved_cost_microusd": (call.cost_microusd or 0) if call.saved_as_feedback else 0,
        "stream_tokens": answer_tokens(call) if call.stream_ms else 0,
        "stream_ms": call.stream_ms or 0,
    }
    if call.latency_ms is not None:
        counted["latencies", histogram.index_of(call.latency_ms)] = 1
    if call.ttft_ms is not None:
        counted["ttfts", histogram.index_of(call.ttft_ms)] = 1
    return counted


def _without_zeros(sums: dict[Any, Counter[Any]]) -> Sums:
    return {
        key: {name: value for name, value in counted.items() if value}
        for key, counted in sums.items()
    }


async def stored(database: Database) -> tuple[Sums, Sums]:
    """The sums by hour and by day as the tables have them."""
    async with database.read() as session:
        hours = (await session.exec(select(UsageRollup))).all()
        days = (await session.exec(select(UsageDay))).all()
    return _as_sums(hours), _as_sums(days)


def _as_sums(rows: Sequence[UsageRollup] | Sequence[UsageDay]) -> Sums:
    sums: Sums = {}
    for row in rows:
        values = row.model_dump()
        keys = tuple(values.pop(column.name) for column in row.__table__.primary_key)  # pyright: ignore[reportAttributeAccessIssue]
        for name in _HISTOGRAMS:
            buckets = histogram.merged([values.pop(name)])
            values |= {(name, bucket): count for bucket, count in buckets.items()}
        sums[keys] = {name: value for name, value in values.items() if value}
    return sums


async def assert_sums_are_those_of_the_calls(database: Database) -> None:
    """Every row of both tables is what its calls add up to, and none is missing or too many."""
    async with database.read() as session:
        calls = (await session.exec(select(LlmCall))).all()
    hours, days = recounted(calls)
    found_hours, found_days = await stored(database)
    assert found_hours == hours
    assert found_days == days
