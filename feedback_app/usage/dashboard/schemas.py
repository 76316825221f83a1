"""The figures of a dashboard: plain values, to be worded and drawn by the page.

Money is in whole micro-dollars; `None` is an unknown price, never 0. If only some prices are known,
an amount covers those, and `unpriced` says for how many calls the price is unknown.
"""

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from feedback_app.usage.filters import Span, UsageFilter


@dataclass(frozen=True, slots=True)
class Waste:
    """Money spent on calls that led to nothing. Amounts include only known prices."""

    calls: int = 0
    """The number of calls in the total."""
    unpriced: int = 0
    """Calls without a known price."""
    stopped_microusd: int = 0
    """Calls stopped by the person, unless the text became feedback all the same."""
    failed_microusd: int = 0
    """Calls ended by a fault; likewise."""
    interrupted_microusd: int = 0
    """Calls ended because the server went away; likewise."""
    never_saved_microusd: int = 0
    """Complete drafts of feedback that had not become feedback a day later."""
    not_yet_saved_microusd: int = 0
    """The same, less than a day old (to the full hour): not waste so far, and not in the total."""

    @property
    def total_microusd(self) -> int | None:
        """`None` if there are calls and no price is known."""
        if self.calls and self.unpriced >= self.calls:
            return None
        return (
            self.stopped_microusd
            + self.failed_microusd
            + self.interrupted_microusd
            + self.never_saved_microusd
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of the finished calls that began within a period."""

    calls: int = 0
    complete: int = 0
    stopped: int = 0
    failed: int = 0
    """Calls ended by a fault."""
    interrupted: int = 0
    """Calls ended because the server went away."""
    drafts: int = 0
    """Drafts of feedback, however they ended."""
    saved: int = 0
    """Calls that became feedback."""
    saved_unpriced: int = 0
    """Those of them without a known price."""
    estimated: int = 0
    """Calls with estimated tokens."""
    unpriced: int = 0
    """Calls without a known price."""
    drafts_unpriced: int = 0
    """Drafts of feedback without a known price."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    """A part of the prompt tokens."""
    cache_write_tokens: int = 0
    """A part of the prompt tokens, not including cached ones."""
    reasoning_tokens: int = 0
    """A part of the completion tokens."""
    cost_microusd: int | None = 0
    drafts_cost_microusd: int = 0
    """The cost of the drafts of feedback with a known price."""
    cost_per_saved_microusd: int | None = None
    """`drafts_cost_microusd` divided by the number of those drafts that became feedback.

    `None` if none did.
    """
    waste: Waste = field(default_factory=Waste)
    latency_p50_ms: float | None = None
    """Percentiles are within 4 % of the exact ones, and `None` without any calls."""
    latency_p95_ms: float | None = None
    ttft_p50_ms: float | None = None
    ttft_p95_ms: float | None = None
    tokens_per_second: float | None = None
    """Completion tokens divided by the time they streamed in."""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def failure_rate(self) -> float | None:
        """Failed calls divided by all, from 0 to 1; `None` without any calls."""
        return self.failed / self.calls if self.calls else None

    @property
    def stop_rate(self) -> float | None:
        """Stopped calls divided by all, from 0 to 1; `None` without any calls."""
        return self.stopped / self.calls if self.calls else None


def change(now: float | None, before: float | None) -> float | None:
    """The relative change from `before`, such as 0.25 or -0.25; `None` if `before` was 0."""
    return (now - before) / before if now is not None and before else None


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of the series: the days of the period, or the hours of a single day, in UTC."""

    unit: Literal["hour", "day"] = "day"
    starts: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSeries:
    """One model's share of each step."""

    model: str
    """Empty: all other models together."""
    calls: tuple[int, ...]
    cost_microusd: tuple[int | None, ...]
    unpriced: tuple[int, ...]
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutcomeSeries:
    """How many calls of each step ended in which way."""

    complete: tuple[int, ...] = ()
    stopped: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    interrupted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepFigures:
    """The page's main figures for each step."""

    cost_microusd: tuple[int, ...] = ()
    """The cost at known prices."""
    drafts: tuple[int, ...] = ()
    saved: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """Percentiles of each step in milliseconds; `None` for a step without calls."""

    latency_p50_ms: tuple[float | None, ...] = ()
    latency_p95_ms: tuple[float | None, ...] = ()
    ttft_p50_ms: tuple[float | None, ...] = ()
    ttft_p95_ms: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How many calls failed or were interrupted with a code, and what they cost."""

    code: str
    calls: int
    cost_microusd: int | None
    unpriced: int


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """The calls of one person or department in the period."""

    group_id: str
    """Empty: calls of no department."""
    name: str
    calls: int
    tokens: int
    cost_microusd: int | None
    unpriced: int
    saved: int


@dataclass(frozen=True, slots=True)
class BurnDown:
    """The cost of this calendar month in UTC: the company's, or the chosen person's.

    No other filter narrows it.
    """

    days: tuple[date, ...] = ()
    """Every day of the month."""
    spent_microusd: tuple[int, ...] = ()
    """From the first of the month to the end of each day, up to and including today."""
    unpriced: tuple[int, ...] = ()
    """How many calls that leaves out, day by day as well."""
    forecast_microusd: int | None = None
    """At the end of the month, at the present pace; `None` on the month's first day."""
    budget_microusd: int | None = None
    runs_out_on: date | None = None
    """The day of this month on which the budget is, or at this pace will be, used up."""

    @property
    def total_microusd(self) -> int:
        return self.spent_microusd[-1] if self.spent_microusd else 0

    @property
    def share_used(self) -> int | None:
        """How much of the budget is used, in whole percent; `None` without a budget, or for $0."""
        if not self.budget_microusd:
            return None
        return math.floor(100 * self.total_microusd / self.budget_microusd)

    @property
    def total_unpriced(self) -> int:
        return self.unpriced[-1] if self.unpriced else 0


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of the filters: id and name, or a plain value."""

    people: tuple[tuple[str, str], ...] = ()
    departments: tuple[tuple[str, str], ...] = ()
    operations: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the usage page shows above its list of calls."""

    wanted: UsageFilter
    span: Span
    before: Span
    """The previous period of the same length; if the period is not over, cut at the same hour."""
    made_at: datetime
    running: int
    """Calls that run now, whenever they began; they are in no other figure."""
    totals: Totals
    previous: Totals
    steps: Steps
    figures: StepFigures
    models: tuple[ModelSeries, ...]
    """At most six by cost, the most expensive first, then all others."""
    outcomes: OutcomeSeries
    times: TimeSeries
    errors: tuple[ErrorCount, ...]
    people: tuple[GroupTotal, ...]
    """At most ten, the most expensive first."""
    departments: tuple[GroupTotal, ...]
    """All with calls, the most expensive first; with calls of none they add up to the totals."""
    burn_down: BurnDown
    choices: Choices
