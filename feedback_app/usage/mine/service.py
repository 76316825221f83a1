"""What a person sees of their own LLM usage. Knows nothing of pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock, money
from feedback_app.db.models import CallStatus
from feedback_app.db.session import database
from feedback_app.ui import wording
from feedback_app.usage import labels
from feedback_app.usage.filters import PERIOD_DAYS, Page, Period, filter_from, page_from
from feedback_app.usage.mine import limits, queries
from feedback_app.usage.mine.queries import Figures, MyCallRecord
from feedback_app.usage.mine.schemas import FiguresView, MyCallRow, MyCallsView, MyUsageView
from feedback_app.usage.schemas import PeriodLink

PAGE_LENGTH = 20
CALLS_ANCHOR = "my-calls-title"
"""The id of the list's heading."""

_PERIOD_LABELS: dict[Period, str] = {
    Period.TODAY: "Today",
    Period.WEEK: "7 days",
    Period.MONTH: "30 days",
    Period.QUARTER: "90 days",
}


@dataclass(frozen=True, slots=True)
class _Days:
    """Whole UTC days, from a midnight up to but not including another."""

    since: datetime
    until: datetime

    @property
    def label(self) -> str:
        """`16 to 22 Nov 2026`, with both months if they differ."""
        first, last = self.since.date(), (self.until - timedelta(days=1)).date()
        if first == last:
            return f"{labels.short_day(last)} {last.year}"
        return f"{_start_label(first, last)} to {labels.short_day(last)} {last.year}"


async def view(user: CurrentUser, query: Mapping[str, str]) -> MyUsageView:
    """The person's own usage, this month's and that of the period the address asks for."""
    asked = filter_from(query).period
    period = asked if asked in PERIOD_DAYS else Period.MONTH
    tomorrow = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    days = _Days(tomorrow - timedelta(days=PERIOD_DAYS[period]), tomorrow)
    month = _Days((tomorrow - timedelta(days=1)).replace(day=1), tomorrow)
    async with database().read() as session:
        of_month = await queries.figures(session, user, month.since, month.until)
        of_period = await queries.figures(session, user, days.since, days.until)
        calls = await _calls(session, user, period, days, page_from(query), of_period.calls)
    own, companys = await limits.lines_of(user)
    return MyUsageView(
        month=_figures(of_month, month),
        limits=own,
        company_limits=companys,
        periods=[
            PeriodLink(label, _address(value), current=value == period)
            for value, label in _PERIOD_LABELS.items()
        ],
        figures=_figures(of_period, days),
        calls=calls,
    )


async def _calls(
    session: AsyncSession, user: CurrentUser, period: Period, days: _Days, page: Page, total: int
) -> MyCallsView:
    """The page of the list; an unknown position, or one near its top, gives the beginning."""
    older_than = (
        await queries.call_by_id(session, user, page.older_than) if page.older_than else None
    )
    newer_than = (
        await queries.call_by_id(session, user, page.newer_than)
        if page.newer_than and older_than is None
        else None
    )
    span = (days.since, days.until)
    records = await queries.list_calls(
        session, user, *span, older_than=older_than, newer_than=newer_than, limit=PAGE_LENGTH
    )
    if newer_than is not None and len(records) < PAGE_LENGTH:
        records = await queries.list_calls(session, user, *span, limit=PAGE_LENGTH)
    if not records:
        return MyCallsView()
    before = await queries.count_newer(session, user, *span, records[0].call)
    last = before + len(records)
    return MyCallsView(
        rows=[_row(record) for record in records],
        position=f"{before + 1:,}–{last:,} of {labels.count(total, 'call')}",
        newer_href=_page_address(period, newer=records[0].call.id) if before else "",
        older_href=_page_address(period, older=records[-1].call.id) if last < total else "",
        has_estimates=any(record.call.tokens_estimated for record in records),
    )


def _row(record: MyCallRecord) -> MyCallRow:
    call = record.call
    running = call.status == CallStatus.RUNNING
    mark = "≈ " if call.tokens_estimated else ""
    return MyCallRow(
        call_id=call.id,
        href=routes.interview(call.subject_id) if record.candidate else "",
        started=wording.local_time(call.started_at),
        subject=record.candidate or labels.operation(call),
        subject_note=record.interview_kind or "",
        status=call.status,
        status_label=labels.status(call),
        saved=call.saved_as_feedback,
        tokens_in=f"{mark}{call.prompt_tokens:,}",
        tokens_out=labels.NONE if running else f"{mark}{call.completion_tokens:,}",
        cost=labels.NONE if running else labels.cost(call.cost_microusd),
    )


def _figures(sums: Figures, days: _Days) -> FiguresView:
    finished = sums.calls - sums.running
    estimated = f"≈ {labels.count(sums.estimated, 'call')} estimated" if sums.estimated else ""
    return FiguresView(
        span=days.label,
        calls=f"{sums.calls:,}",
        calls_note=f"{sums.running:,} running now" if sums.running else "",
        cost=_cost(sums, finished),
        cost_note=_cost_note(sums, finished),
        tokens_in=f"{sums.prompt_tokens:,}",
        tokens_in_note=estimated,
        tokens_out=f"{sums.completion_tokens:,}",
        tokens_out_note=estimated,
        saved=f"{sums.saved:,}",
        saved_note=f"{sums.saved / finished:.0%} of calls" if finished else "",
    )


def _cost(sums: Figures, finished: int) -> str:
    """The sum of the known prices in dollars, or that none is known."""
    if finished and sums.unpriced == finished:
        return "Unknown"
    return money.dollars(sums.cost_microusd)


def _cost_note(sums: Figures, finished: int) -> str:
    known = None if sums.unpriced == finished else sums.cost_microusd
    return labels.left_out(known, sums.unpriced) or ("All prices known" if finished else "")


def _address(period: Period, **page: str) -> str:
    return routes.my_usage(period="" if period == Period.MONTH else period, **page)


def _page_address(period: Period, **page: str) -> str:
    """The address of another page of the list, scrolled to the list."""
    return f"{_address(period, **page)}#{CALLS_ANCHOR}"


def _start_label(first: date, last: date) -> str:
    if first.year != last.year:
        return f"{labels.short_day(first)} {first.year}"
    return str(first.day) if first.month == last.month else labels.short_day(first)
