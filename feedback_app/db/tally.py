"""Adds up finished calls into rows of usage sums, by hour and by day; knows no database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Table

from feedback_app.db import histogram
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import LlmCall, UsageDay, UsageRollup
from feedback_app.db.usage_rollup import UsageSums

HOURS: Table = UsageRollup.__table__  # pyright: ignore[reportAttributeAccessIssue]
DAYS: Table = UsageDay.__table__  # pyright: ignore[reportAttributeAccessIssue]
HISTOGRAMS = ("latencies", "ttfts")
SUMS = tuple(name for name in UsageSums.model_fields if name not in HISTOGRAMS)
"""The columns that add up."""
KEYS = {table: tuple(column.name for column in table.primary_key) for table in (HOURS, DAYS)}
"""What the rows of each table are told apart by."""

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
fields_of = attrgetter(*_FIELDS)
"""Their values, of one call."""
_SAVED, _SAVED_COST = SUMS.index("saved"), SUMS.index("saved_cost_microusd")

_Key = tuple[Any, ...]


class _Sums:
    """One row in the making."""

    __slots__ = ("latencies", "sums", "ttfts")

    def __init__(self) -> None:
        self.sums = [0] * len(SUMS)
        self.latencies = Counter[int]()
        self.ttfts = Counter[int]()

    def add(self, other: "_Sums") -> None:
        self.sums = [total + value for total, value in zip(self.sums, other.sums, strict=True)]
        for counts, more in ((self.latencies, other.latencies), (self.ttfts, other.ttfts)):
            for bucket, count in more.items():
                counts[bucket] += count

    def values(self) -> dict[str, Any]:
        return {
            **dict(zip(SUMS, self.sums, strict=True)),
            "latencies": histogram.as_text(self.latencies),
            "ttfts": histogram.as_text(self.ttfts),
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows to be added to what the tables have, each table's in the order of their keys."""

    hours: list[dict[str, Any]]
    days: list[dict[str, Any]]


def tally(calls: Iterable[Sequence[Any]]) -> Tally:
    """The sums of these finished calls, each given as the values of `FIELDS`."""
    hours: dict[_Key, _Sums] = {}
    for call in calls:
        (estimated, cost, saved, prompt, completion, reasoning, cached, stream, latency, ttft) = (
            call[9:]
        )
        key = _hour_key(call)
        made = hours.get(key)
        if made is None:
            made = hours[key] = _Sums()
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
    return _as_rows(hours)


def tally_saved(saved: Iterable[Sequence[Any]], unsaved: Iterable[Sequence[Any]]) -> Tally:
    """What changes as finished calls become feedback, and as others are it no longer."""
    hours: dict[_Key, _Sums] = {}
    for sign, calls in ((1, saved), (-1, unsaved)):
        for call in calls:
            made = hours.setdefault(_hour_key(call), _Sums())
            made.sums[_SAVED] += sign
            made.sums[_SAVED_COST] += sign * (call[10] or 0)
    return _as_rows(hours)


def _hour_key(call: Sequence[Any]) -> _Key:
    company, started, user, department, operation, resolved, requested, status, code = call[:9]
    model = resolved or requested
    hour = hour_of(started)
    return (company, hour, user, department or "", operation, model, status, code or "")


def _as_rows(hours: dict[_Key, _Sums]) -> Tally:
    days: dict[_Key, _Sums] = {}
    for (company, hour, user, department, *rest), made in hours.items():
        for subject in ("", user, department) if department else ("", user):
            key = (company, subject, hour // 24, *rest)
            whole = days.get(key)
            if whole is None:
                whole = days[key] = _Sums()
            whole.add(made)
    return Tally(_rows(HOURS, hours), _rows(DAYS, days))


def _rows(table: Table, found: dict[_Key, _Sums]) -> list[dict[str, Any]]:
    return [
        {**dict(zip(KEYS[table], key, strict=True)), **found[key].values()} for key in sorted(found)
    ]
