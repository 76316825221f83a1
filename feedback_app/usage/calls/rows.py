"""A page of calls in words, and the orders it can be in."""

from dataclasses import replace

from feedback_app import routes
from feedback_app.db.models import FEEDBACK, CallStatus
from feedback_app.ui import wording
from feedback_app.usage import labels
from feedback_app.usage.address import list_address
from feedback_app.usage.calls.schemas import CallEntry, CallsPage
from feedback_app.usage.calls.views import CallRow, CallsView, Column, Order
from feedback_app.usage.filters import NEWEST_FIRST, Sort, SortBy, UsageFilter

COLUMNS: tuple[tuple[str, str, SortBy | None], ...] = (
    ("When", "", SortBy.STARTED),
    ("Who", "", None),
    ("About", "", None),
    ("Model", "", None),
    ("Status", "", None),
    ("Tokens in", "number", SortBy.PROMPT_TOKENS),
    ("Tokens out", "number", SortBy.COMPLETION_TOKENS),
    ("Cost", "number", SortBy.COST),
    ("Latency", "number", SortBy.LATENCY),
    ("First token", "number", SortBy.TTFT),
)
_ORDERS = (
    (Sort(SortBy.STARTED), "Newest first"),
    (Sort(SortBy.STARTED, descending=False), "Oldest first"),
    (Sort(SortBy.COST), "Most expensive first"),
    (Sort(SortBy.COST, descending=False), "Cheapest first"),
    (Sort(SortBy.TOKENS), "Most tokens first"),
    (Sort(SortBy.PROMPT_TOKENS), "Most tokens in first"),
    (Sort(SortBy.COMPLETION_TOKENS), "Most tokens out first"),
    (Sort(SortBy.LATENCY), "Slowest first"),
    (Sort(SortBy.LATENCY, descending=False), "Fastest first"),
    (Sort(SortBy.TTFT), "Longest wait for a token first"),
)


def view(page: CallsPage, wanted: UsageFilter) -> CallsView:
    """The list with the links to its other pages and orders."""
    return CallsView(
        columns=[_column(*column, wanted) for column in COLUMNS],
        orders=_orders(wanted.sort),
        order="" if wanted.sort == NEWEST_FIRST else str(wanted.sort),
        text=wanted.text,
        rows=[_row(entry) for entry in page.rows],
        position=_position(page),
        newer_href=list_address(wanted, newer=str(page.before)) if page.before else "",
        older_href=list_address(wanted, older=str(page.after)) if page.after else "",
        has_estimates=any(entry.tokens_estimated for entry in page.rows),
    )


def _column(label: str, kind: str, by: SortBy | None, wanted: UsageFilter) -> Column:
    if by is None:
        return Column(label, kind)
    here = wanted.sort.by == by
    descending = not (here and wanted.sort.descending)
    href = list_address(replace(wanted, sort=Sort(by, descending)))
    if not here:
        return Column(label, kind, href)
    return Column(label, kind, href, "descending" if wanted.sort.descending else "ascending")


def _orders(current: Sort) -> list[Order]:
    """The usual orders, and the one the address asks for if it is another."""
    usual = [Order("" if sort == NEWEST_FIRST else str(sort), label) for sort, label in _ORDERS]
    if any(sort == current for sort, _ in _ORDERS):
        return usual
    return [*usual, Order(str(current), f"By {current.by.replace('_', ' ')}, rising")]


def _position(page: CallsPage) -> str:
    """Which of how many, if they were counted."""
    if not page.rows:
        return ""
    places = f"{page.first + 1:,}–{page.first + len(page.rows):,}"
    return places if page.total is None else f"{places} of {labels.count(page.total, 'call')}"


def _row(entry: CallEntry) -> CallRow:
    running = entry.status == CallStatus.RUNNING
    mark = "≈ " if entry.tokens_estimated else ""
    return CallRow(
        call_id=entry.call_id,
        href=routes.admin_call(entry.call_id),
        started=wording.local_time(entry.started_at),
        person=entry.person,
        department=entry.department or "",
        subject=entry.candidate or labels.operation_named(entry.operation),
        subject_note=_note(entry),
        model=entry.model,
        status=entry.status,
        status_label=labels.STATUS_LABELS.get(entry.status, entry.status),
        tokens_in=f"{mark}{entry.prompt_tokens:,}",
        tokens_out=labels.NONE if running else f"{mark}{entry.completion_tokens:,}",
        cost=labels.NONE if running else labels.cost(entry.cost_microusd),
        latency=labels.milliseconds(entry.latency_ms),
        ttft=labels.milliseconds(entry.ttft_ms),
        error_code=entry.error_code or "",
    )


def _note(entry: CallEntry) -> str:
    """The kind of interview, and the operation if it is not a draft of feedback."""
    is_draft = entry.operation == FEEDBACK
    done = "" if is_draft or not entry.candidate else labels.operation_named(entry.operation)
    return " · ".join(filter(None, (done, entry.interview_kind)))
