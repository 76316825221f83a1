"""Decides what an administrator sees of the company's LLM usage. Knows nothing of pages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.db.session import database
from feedback_app.ui import wording
from feedback_app.usage import chart, labels, queries
from feedback_app.usage.filters import Page, Period, Span, UsageFilter, filter_from, page_from
from feedback_app.usage.queries import CallRecord, DayFigures, Median
from feedback_app.usage.schemas import (
    CallRow,
    CallsView,
    Choice,
    FilterView,
    PeriodLink,
    TotalsView,
    UsageView,
)

PAGE_LENGTH = 25
CALLS_ANCHOR = "usage-calls"
"""The id of the list's heading."""

_PERIOD_LABELS: dict[Period, str] = {
    Period.TODAY: "Today",
    Period.WEEK: "7 days",
    Period.MONTH: "30 days",
    Period.QUARTER: "90 days",
}
_FAILED = {CallStatus.ERROR, CallStatus.INTERRUPTED}
_EVER = Span(datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


async def view(user: CurrentUser, query: Mapping[str, str]) -> UsageView:
    """The usage of the administrator's company as the page's address asks for it.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    now = clock.now()
    asked = filter_from(query)
    span = asked.span(now)
    async with database().read() as session:
        people = await queries.people(session, user)
        models = await queries.models(session, user, span)
        wanted = _known(asked, people)
        figures = await queries.figures_by_day(session, user, wanted, span)
        running = await queries.running_now(session, user, wanted)
        latency = await queries.median_latency_ms(session, user, wanted, span)
        ttft = await queries.median_ttft_ms(session, user, wanted, span)
        total = await queries.count_calls(session, user, wanted, span)
        calls = await _calls(session, user, wanted, span, page_from(query), total)
    return UsageView(
        span=_span_label(span.first_day, span.last_day),
        updated=f"{now:%H:%M:%S} UTC",
        is_empty=total == 0,
        filters=_filters(wanted, people, models),
        totals=_totals(figures, running, latency, ttft),
        chart=chart.draw(figures, span.first_day, span.days),
        calls=calls,
    )


async def calls(
    user: CurrentUser, *, after: str | None, limit: int
) -> tuple[list[LlmCall], str | None]:
    """The company's ledger newest first, from `after` on, and the cursor of what follows.

    Raises:
        Forbidden: not an administrator.
        Invalid: `after` is not a call of the company.
    """
    if not user.is_admin:
        raise Forbidden
    async with database().read() as session:
        older_than = await queries.call_by_id(session, user, after) if after else None
        if after and older_than is None:
            raise Invalid("The list has no such cursor.")
        records = await queries.list_calls(
            session, user, UsageFilter(), _EVER, older_than=older_than, limit=limit + 1
        )
    found = [record.call for record in records[:limit]]
    return found, found[-1].id if len(records) > limit else None


def address_with(query: Mapping[str, str], field: str, value: str) -> str:
    """The address of the same view with one filter changed, from the first page on."""
    return _address(filter_from({**query, field: value}))


def _address(wanted: UsageFilter, **page: str) -> str:
    return routes.admin_usage(**wanted.query(), **page)


def _page_address(wanted: UsageFilter, **page: str) -> str:
    """The address of another page of the list; it keeps the list in sight."""
    return f"{_address(wanted, **page)}#{CALLS_ANCHOR}"


def _known(asked: UsageFilter, people: Sequence[tuple[str, str]]) -> UsageFilter:
    """The filter without a person or a status that does not exist here."""
    return replace(
        asked,
        person=asked.person if any(asked.person == user_id for user_id, _ in people) else "",
        status=asked.status if asked.status in labels.STATUS_LABELS else "",
    )


def _filters(
    wanted: UsageFilter, people: Sequence[tuple[str, str]], models: Sequence[str]
) -> FilterView:
    # A model chosen earlier may have answered nothing in this period; it stays visible.
    named = sorted({*models, wanted.model} - {""})
    return FilterView(
        periods=[
            PeriodLink(
                label,
                _address(replace(wanted, period=period, first_day=None, last_day=None)),
                current=period == wanted.period,
            )
            for period, label in _PERIOD_LABELS.items()
        ],
        person=wanted.person,
        status=wanted.status,
        model=wanted.model,
        people=[Choice(user_id, name) for user_id, name in people],
        statuses=[Choice(status, label) for status, label in labels.STATUS_LABELS.items()],
        models=[Choice(model, model) for model in named],
        can_reset=wanted != UsageFilter(),
    )


def _totals(
    figures: Sequence[DayFigures], running: int, latency: Median, ttft: Median
) -> TotalsView:
    calls = sum(row.calls for row in figures)
    prompt = sum(row.prompt_tokens for row in figures)
    completion = sum(row.completion_tokens for row in figures)
    estimated = sum(row.estimated for row in figures)
    failed = sum(row.calls for row in figures if row.status in _FAILED)
    stopped = sum(row.calls for row in figures if row.status == CallStatus.CANCELLED)
    unpriced = sum(row.unpriced for row in figures)
    tokens_note = f"{prompt:,} in, {completion:,} out"
    if estimated:
        tokens_note += f"; ≈ {labels.count(estimated, 'call')} estimated"
    share = f", {(failed + stopped) / calls:.1%} of calls" if failed + stopped else ""
    return TotalsView(
        calls=f"{calls:,}",
        calls_note=f"+ {running:,} running now" if running else "None running now",
        tokens=f"{prompt + completion:,}",
        tokens_note=tokens_note,
        cost=_total_cost(sum(row.cost_microusd for row in figures), calls, unpriced),
        cost_note=_cost_note(calls, unpriced),
        failed=f"{failed + stopped:,}",
        failed_note=f"{failed:,} failed, {stopped:,} stopped{share}",
        latency=labels.milliseconds(latency.value),
        latency_note=f"Over {labels.count(latency.count, 'call')}",
        ttft=labels.milliseconds(ttft.value),
        ttft_note=f"Over {labels.count(ttft.count, 'call')}",
    )


def _total_cost(microusd: int, calls: int, unpriced: int) -> str:
    """The sum of the known prices in dollars, or that none is known."""
    if calls and unpriced == calls:
        return "Unknown"
    if 0 < microusd < 100:
        return "< $0.0001"
    dollars = Decimal(microusd) / 1_000_000
    return f"${dollars:,.4f}" if 0 < dollars < 100 else f"${dollars:,.2f}"


def _cost_note(calls: int, unpriced: int) -> str:
    if unpriced:
        plus = "" if unpriced == calls else "+ "
        return f"{plus}{labels.count(unpriced, 'call')} with unknown price"
    return "All prices known" if calls else ""


async def _calls(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    page: Page,
    total: int,
) -> CallsView:
    """The page of the list; an unknown place in it, or one near its top, is its beginning."""
    older_than = (
        await queries.call_by_id(session, user, page.older_than) if page.older_than else None
    )
    newer_than = (
        await queries.call_by_id(session, user, page.newer_than) if page.newer_than else None
    )
    records = await queries.list_calls(
        session,
        user,
        wanted,
        span,
        older_than=older_than,
        newer_than=newer_than if older_than is None else None,
        limit=PAGE_LENGTH,
    )
    if newer_than is not None and len(records) < PAGE_LENGTH:
        records = await queries.list_calls(session, user, wanted, span, limit=PAGE_LENGTH)
    if not records:
        return CallsView()
    before = await queries.count_newer(session, user, wanted, span, records[0].call)
    last = before + len(records)
    return CallsView(
        rows=[_row(record) for record in records],
        position=f"{before + 1:,}–{last:,} of {labels.count(total, 'call')}",
        newer_href=_page_address(wanted, newer=records[0].call.id) if before else "",
        older_href=_page_address(wanted, older=records[-1].call.id) if last < total else "",
        has_estimates=any(_is_estimated(record) for record in records),
    )


def _row(record: CallRecord) -> CallRow:
    call = record.call
    running = call.status == CallStatus.RUNNING
    mark = "≈ " if _is_estimated(record) else ""
    return CallRow(
        call_id=call.id,
        href=routes.admin_call(call.id),
        when=wording.moment(call.started_at).removesuffix(" UTC"),
        started_at=call.started_at.isoformat(timespec="seconds"),
        person=record.person,
        subject=record.candidate or labels.operation(call),
        subject_note=record.interview_kind or "",
        model=labels.model(call),
        status=call.status,
        status_label=labels.status(call),
        tokens_in=f"{mark}{call.prompt_tokens:,}",
        tokens_out=labels.NONE if running else f"{mark}{call.completion_tokens:,}",
        cost=labels.NONE if running else labels.cost(call.cost_microusd),
        latency=labels.milliseconds(call.latency_ms),
        ttft=labels.milliseconds(call.ttft_ms),
        error_code=call.error_code or "",
    )


def _is_estimated(record: CallRecord) -> bool:
    return record.call.tokens_estimated


def _span_label(first: date, last: date) -> str:
    """`24 Oct to 22 Nov 2026, days in UTC`."""
    if first == last:
        return f"{chart.day_label(last)} {last.year}, the day in UTC"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{chart.day_label(first)}{year} to {chart.day_label(last)} {last.year}, days in UTC"
