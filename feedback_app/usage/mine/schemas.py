"""What a person's own usage shows: values for the page, no rows."""

from dataclasses import dataclass, field

from feedback_app.ui.wording import LocalTime
from feedback_app.usage.schemas import PeriodLink


@dataclass(frozen=True, slots=True)
class FiguresView:
    """Sums over a period, each with the note needed to read it correctly."""

    span: str = ""
    """The days they cover."""
    calls: str = ""
    calls_note: str = ""
    cost: str = ""
    cost_note: str = ""
    tokens_in: str = ""
    tokens_in_note: str = ""
    tokens_out: str = ""
    tokens_out_note: str = ""
    saved: str = ""
    saved_note: str = ""


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit: what is left of it, how much it allows, what is used, when it resets."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class MyCallRow:
    """One of the person's own calls in words."""

    call_id: str
    href: str
    """The address of the interview it was about, else empty."""
    started: LocalTime
    subject: str
    """The candidate, or the operation if no interview belongs to the call."""
    subject_note: str
    status: str
    status_label: str
    saved: bool
    tokens_in: str
    tokens_out: str
    cost: str


@dataclass(frozen=True, slots=True)
class MyCallsView:
    """One page of the person's calls, newest first."""

    rows: list[MyCallRow] = field(default_factory=list)
    position: str = ""
    newer_href: str = ""
    older_href: str = ""
    has_estimates: bool = False


@dataclass(frozen=True, slots=True)
class MyUsageView:
    """Everything on the page."""

    month: FiguresView = field(default_factory=FiguresView)
    limits: list[LimitLine] = field(default_factory=list)
    """The person's own."""
    company_limits: list[LimitLine] = field(default_factory=list)
    """The company's, shared by everybody in it."""
    periods: list[PeriodLink] = field(default_factory=list)
    figures: FiguresView = field(default_factory=FiguresView)
    calls: MyCallsView = field(default_factory=MyCallsView)
