"""The figures the audit compares between calls and rows of sums: columns as numbers that add up.

Either each column separately, or all of them as one number, for which a database has less to sort
and to add up. For that each column is multiplied by a random weight, new for each audit: one wrong
column always shows, and several hardly ever cancel each other out, let alone twice.
"""

import operator
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import BigInteger, FromClause, SQLColumnExpression, case, func, literal
from sqlmodel import col

from feedback_app.db.histogram_sql import MOST_SHIFT, entries_of, entry_of
from feedback_app.db.models import LlmCall
from feedback_app.db.tally import HISTOGRAMS, SUMS

COLUMNS = (*SUMS, *HISTOGRAMS)
_MOST_WEIGHT = 1_000

_Values = dict[str, SQLColumnExpression[Any]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers by name, of a call or of a row of a table of sums."""

    names: tuple[str, ...]
    of_calls: _Values
    of_rows: Callable[[FromClause], _Values]


def each_column() -> Figures:
    """Every column of the sums, the histograms as the sums of their entries."""
    shift = _drawn(MOST_SHIFT)
    return Figures(COLUMNS, _of_calls(shift), lambda table: _of_rows(table, shift))


def one_number() -> Figures:
    """All of them combined into one number."""
    each, weights = each_column(), {name: _drawn(_MOST_WEIGHT) for name in COLUMNS}
    return Figures(
        ("all",),
        _together(each.of_calls, weights),
        lambda table: _together(each.of_rows(table), weights),
    )


def _drawn(most: int) -> int:
    return 1 + secrets.randbelow(most)


def _together(values: _Values, weights: Mapping[str, int]) -> _Values:
    weighed = (literal(weight, BigInteger) * values[name] for name, weight in weights.items())
    return {"all": reduce(operator.add, weighed)}


def _of_rows(table: FromClause, shift: int) -> _Values:
    values: _Values = {name: table.c[name] for name in SUMS}
    return values | {name: entries_of(table.c[name], shift) for name in HISTOGRAMS}


def _of_calls(shift: int) -> _Values:
    cost = func.coalesce(col(LlmCall.cost_microusd), 0)
    saved, unpriced = col(LlmCall.saved_as_feedback), col(LlmCall.cost_microusd).is_(None)
    completion, reasoning = col(LlmCall.completion_tokens), col(LlmCall.reasoning_tokens)
    streamed = func.coalesce(col(LlmCall.stream_ms), 0)
    return {
        "calls": literal(1),
        "estimated": case((col(LlmCall.tokens_estimated), 1), else_=0),
        "unpriced": case((unpriced, 1), else_=0),
        "saved": case((saved, 1), else_=0),
        "saved_unpriced": case((saved & unpriced, 1), else_=0),
        "prompt_tokens": col(LlmCall.prompt_tokens),
        "completion_tokens": completion,
        "reasoning_tokens": reasoning,
        "cached_tokens": col(LlmCall.cached_tokens),
        "cache_write_tokens": col(LlmCall.cache_write_tokens),
        "cost_microusd": cost,
        "saved_cost_microusd": case((saved, cost), else_=0),
        "stream_tokens": case(
            ((streamed > 0) & (completion > reasoning), completion - reasoning), else_=0
        ),
        "stream_ms": streamed,
        "latencies": entry_of(col(LlmCall.latency_ms), shift),
        "ttfts": entry_of(col(LlmCall.ttft_ms), shift),
    }
