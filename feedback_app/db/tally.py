"""Adds up finished calls into rows of usage sums, by hour and by day; knows no database."""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from feedback_app.db import histogram
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import LlmCall, UsageDay, UsageRollup
from feedback_app.db.tables.usage import UsageSums

HOURS: Table = UsageRollup.__table__  # pyright: ignore[reportAttributeAccessIssue]
DAYS: Table = UsageDay.__table__  # pyright: ignore[reportAttributeAccessIssue]
HISTOGRAMS = ("latencies", "ttfts")
SUMS = tuple(name for name in UsageSums.model_fields if name not in HISTOGRAMS)
"""The columns that add up."""
COSTS = ("unpriced", "saved_unpriced", "cost_microusd", "saved_cost_microusd")
"""The sums that depend on what calls cost."""
KEYS = {table: tuple(column.name for column in table.primary_key) for table in (HOURS, DAYS)}
"""The key columns of each table's rows."""

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
    "cache_write_tokens",
    "stream_ms",
    "latency_ms",
    "ttft_ms",
)
FIELDS = tuple(LlmCall.__table__.columns[name] for name in _FIELDS)  # pyright: ignore[reportAttributeAccessIssue]
"""Return those values of one call."""
fields_of = operator.attrgetter(*_FIELDS)
"""Their values, of one call."""
_NOTHING = (0,) * len(SUMS)

_Key = tuple[Any, ...]


class _Sums:
    """One row being built: its sums, and how many durations each bucket has."""

    __slots__ = ("latencies", "sums", "ttfts")

    def __init__(self) -> None:
        self.sums: Sequence[int] = _NOTHING
        self.latencies: dict[int, int] = {}
        self.ttfts: dict[int, int] = {}

    def add(self, values: Sequence[int]) -> None:
        self.sums = values if self.sums is _NOTHING else tuple(map(operator.add, self.sums, values))

    def add_all(self, other: "_Sums") -> None:
        self.add(other.sums)
        for counts, more in ((self.latencies, other.latencies), (self.ttfts, other.ttfts)):
            for bucket, count in more.items():
                counts[bucket] = counts.get(bucket, 0) + count


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows to be added to what the tables have, each table's in the order of their keys."""

    hours: list[dict[str, Any]]
    days: list[dict[str, Any]]


def tally(calls: Iterable[Sequence[Any]]) -> Tally:
    """The sums of these finished calls, each given as the values of `FIELDS`."""
    hours: dict[_Key, _Sums] = {}
    for call in calls:
        estimated, cost, saved, *tokens, stream, latency, ttft = call[9:]
        prompt, completion, reasoning, cached, written = tokens
        key = _hour_key(call)
        made = hours.get(key)
        if made is None:
            made = hours[key] = _Sums()
        known = cost or 0
        # In the order of `SUMS`.
        one = (
            1,
            int(estimated),
            int(cost is None),
            int(saved),
            int(saved and cost is None),
            prompt,
            completion,
            reasoning,
            cached,
            written,
            known,
            known if saved else 0,
            max(0, completion - reasoning) if stream else 0,
            stream or 0,
        )
        made.add(one)
        for counts, duration in ((made.latencies, latency), (made.ttfts, ttft)):
            if duration is not None:
                bucket = histogram.index_of(duration)
                counts[bucket] = counts.get(bucket, 0) + 1
    return _as_rows(hours)


def tally_saved(saved: Iterable[Sequence[Any]], unsaved: Iterable[Sequence[Any]]) -> Tally:
    """The changes when some finished calls become feedback, and others no longer are."""
    hours: dict[_Key, _Sums] = {}
    for sign, calls in ((1, saved), (-1, unsaved)):
        for call in calls:
            cost = call[10]
            change = {
                "saved": sign,
                "saved_unpriced": sign * int(cost is None),
                "saved_cost_microusd": sign * (cost or 0),
            }
            made = hours.setdefault(_hour_key(call), _Sums())
            made.add([change.get(name, 0) for name in SUMS])
    return _as_rows(hours)


def tally_costs(changed: Iterable[tuple[Sequence[Any], int | None]]) -> Tally:
    """The changes when the cost of finished calls changes: each as it was, and its new cost.

    Only the sums that `COSTS` names are other than 0.
    """
    hours: dict[_Key, _Sums] = {}
    for call, cost in changed:
        before, is_saved = call[10:12]
        more = (cost or 0) - (before or 0)
        unpriced = int(cost is None) - int(before is None)
        change = {
            "unpriced": unpriced,
            "saved_unpriced": unpriced if is_saved else 0,
            "cost_microusd": more,
            "saved_cost_microusd": more if is_saved else 0,
        }
        made = hours.setdefault(_hour_key(call), _Sums())
        made.add([change.get(name, 0) for name in SUMS])
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
            whole.add_all(made)
    return Tally(_rows(HOURS, hours), _rows(DAYS, days))


def _rows(table: Table, found: dict[_Key, _Sums]) -> list[dict[str, Any]]:
    names = (*KEYS[table], *SUMS, *HISTOGRAMS)
    rows = []
    for key in sorted(found):
        made = found[key]
        texts = histogram.as_text(made.latencies), histogram.as_text(made.ttfts)
        rows.append(dict(zip(names, (*key, *made.sums, *texts), strict=True)))
    return rows
