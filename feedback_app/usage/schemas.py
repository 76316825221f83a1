"""What the usage page shows: values for the page, no rows."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class PeriodLink:
    """One period, and the address of this view over it."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class FilterView:
    """The filters as they stand and what else could be chosen."""

    periods: list[PeriodLink] = field(default_factory=list)
    person: str = ""
    status: str = ""
    model: str = ""
    people: list[Choice] = field(default_factory=list)
    statuses: list[Choice] = field(default_factory=list)
    models: list[Choice] = field(default_factory=list)
    can_reset: bool = False


@dataclass(frozen=True, slots=True)
class TotalsView:
    """The figures of the period, each with what must be known to read it rightly."""

    calls: str = ""
    calls_note: str = ""
    tokens: str = ""
    tokens_note: str = ""
    cost: str = ""
    cost_note: str = ""
    failed: str = ""
    failed_note: str = ""
    latency: str = ""
    latency_note: str = ""
    ttft: str = ""
    ttft_note: str = ""


@dataclass(frozen=True, slots=True)
class DayBar:
    """The finished calls of one UTC day; `height` and `unfinished_share` are CSS percentages."""

    day: str
    """As on the axis: `3 Nov`."""
    tick: str
    """The same where the axis names this day, else empty."""
    calls: int
    complete: int
    unfinished: int
    """Stopped, failed or interrupted."""
    height: str
    """Of the axis."""
    unfinished_share: str
    """Of the bar."""
    is_late: bool
    """Whether the day is in the second half of the period."""


@dataclass(frozen=True, slots=True)
class AxisLine:
    """A line of the chart's grid; `bottom` is a CSS percentage."""

    label: str
    bottom: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """Calls per day."""

    summary: str = ""
    days: list[DayBar] = field(default_factory=list)
    axis: list[AxisLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in words."""

    call_id: str
    href: str
    """Of its trace."""
    when: str
    started_at: str
    """ISO 8601."""
    person: str
    subject: str
    """The candidate, or the operation where no interview belongs to the call."""
    subject_note: str
    model: str
    status: str
    status_label: str
    tokens_in: str
    tokens_out: str
    cost: str
    latency: str
    ttft: str
    error_code: str


@dataclass(frozen=True, slots=True)
class CallsView:
    """One page of the calls, newest first."""

    rows: list[CallRow] = field(default_factory=list)
    position: str = ""
    newer_href: str = ""
    older_href: str = ""
    has_estimates: bool = False


@dataclass(frozen=True, slots=True)
class UsageView:
    """Everything on the page."""

    span: str = ""
    """The days the period covers."""
    updated: str = ""
    is_empty: bool = False
    filters: FilterView = field(default_factory=FilterView)
    totals: TotalsView = field(default_factory=TotalsView)
    chart: ChartView = field(default_factory=ChartView)
    calls: CallsView = field(default_factory=CallsView)
