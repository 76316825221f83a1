"""What the usage page shows: values for the page, no rows."""

from dataclasses import dataclass, field

from feedback_app.ui.choice import Choice
from feedback_app.ui.wording import NO_TIME, LocalTime
from feedback_app.usage.calls.views import CallsView
from feedback_app.usage.dashboard.views import ChartView, Headline, RankingView, Tile


@dataclass(frozen=True, slots=True)
class PeriodLink:
    """One period, and the address of this view over it."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class TabLink:
    """One part of the page, and the address of this view with it."""

    name: str
    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class FilterView:
    """The current filters and the other values they offer."""

    periods: list[PeriodLink] = field(default_factory=list)
    is_custom: bool = False
    first_day: str = ""
    """ISO 8601, as is `last_day`; both are in the period."""
    last_day: str = ""
    person: str = ""
    department: str = ""
    operation: str = ""
    model: str = ""
    status: str = ""
    people: list[Choice] = field(default_factory=list)
    departments: list[Choice] = field(default_factory=list)
    operations: list[Choice] = field(default_factory=list)
    models: list[Choice] = field(default_factory=list)
    statuses: list[Choice] = field(default_factory=list)
    can_reset: bool = False
    reset_href: str = ""


@dataclass(frozen=True, slots=True)
class HeadView:
    """The page's own header text."""

    span: str = ""
    """The days the period covers."""
    before: str = ""
    """The period that the changes are compared with."""
    is_empty: bool = False
    """Whether the filter selects no call, not even a running one."""
    csv_href: str = ""
    jsonl_href: str = ""


@dataclass(frozen=True, slots=True)
class UsageView:
    """Everything on the page."""

    problem: str = ""
    """The parts of the address that could not be followed, in whole sentences."""
    updated: LocalTime = NO_TIME
    tab: str = ""
    """A `Tab`."""
    tabs: list[TabLink] = field(default_factory=list)
    head: HeadView = field(default_factory=HeadView)
    filters: FilterView = field(default_factory=FilterView)
    headlines: list[Headline] = field(default_factory=list)
    counts: list[Tile] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    cost: ChartView = field(default_factory=ChartView)
    tokens: ChartView = field(default_factory=ChartView)
    outcomes: ChartView = field(default_factory=ChartView)
    times: ChartView = field(default_factory=ChartView)
    errors: RankingView = field(default_factory=RankingView)
    people: RankingView = field(default_factory=RankingView)
    departments: RankingView = field(default_factory=RankingView)
    budget: ChartView = field(default_factory=ChartView)
    calls: CallsView = field(default_factory=CallsView)
