"""What an administrator sees of the system log. Knows nothing of pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from feedback_app import routes
from feedback_app.admin.logs import queries
from feedback_app.admin.logs.queries import LogRecord
from feedback_app.admin.logs.schemas import (
    FAILED,
    LONGEST_VALUE,
    OK,
    PERIOD_LENGTH,
    ComponentLink,
    FilterView,
    LogFilter,
    LogRow,
    LogView,
    Period,
    Place,
    filter_from,
    place_from,
)
from feedback_app.admin.logs.wording import NO_STATUS, row_in_words, status_label
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.db.models import LogComponent, SystemLog
from feedback_app.db.session import database
from feedback_app.ui.choice import Choice

PAGE_LENGTH = 50
MOST_FOLLOWED = 100
"""The most rows on a page that follows the log."""

LATE = timedelta(seconds=5)
"""How much later than its own time a row may arrive and still be followed: rows are written in
batches, and other processes have clocks of their own."""

_COMPONENTS: dict[str, str] = {
    "": "Everything",
    LogComponent.API: "Requests",
    LogComponent.UI: "Pages",
    LogComponent.LLM: "LLM",
}
_PERIODS: dict[Period, str] = {
    Period.HOUR: "Last hour",
    Period.DAY: "Last 24 hours",
    Period.WEEK: "Last 7 days",
    Period.MONTH: "Last 30 days",
    Period.ALL: "All time",
}


class BadAddress(Invalid):
    """The page's address asks for something that cannot exist; the message says what."""


async def view(user: CurrentUser, query: Mapping[str, str]) -> LogView:
    """The company's log as the page's address asks for it.

    Raises:
        Forbidden: not an administrator.
        BadAddress: the address names a filter or a place that does not exist.
    """
    if not user.is_admin:
        raise Forbidden
    wanted, place = filter_from(query), place_from(query)
    _require_sense(wanted, query)
    async with database().read() as session:
        people = await queries.people(session, user)
        if wanted.person and all(wanted.person != user_id for user_id, _ in people):
            raise BadAddress("Nobody in your company is the person this address asks for.")
        actions = await queries.actions(session, user)
        statuses = await queries.statuses(session, user)
        stands: dict[str, SystemLog | None] = {"older_than": None, "newer_than": None}
        for side, row_id in (("older_than", place.older_than), ("newer_than", place.newer_than)):
            if row_id:
                stands[side] = await queries.row_by_id(session, user, row_id)
                if stands[side] is None:
                    raise BadAddress("The row this address goes on from is not in the log.")
        since = _since(wanted)
        records = await queries.list_rows(
            session, user, wanted, since=since, **stands, limit=PAGE_LENGTH + 1
        )
        if place.newer_than and len(records) <= PAGE_LENGTH:
            place = Place()
            records = await queries.list_rows(
                session, user, wanted, since=since, limit=PAGE_LENGTH + 1
            )
    if place.newer_than:
        shown, has_newer, has_older = records[-PAGE_LENGTH:], True, True
    else:
        shown = records[:PAGE_LENGTH]
        has_newer, has_older = bool(place.older_than), len(records) > PAGE_LENGTH
    rows = [_row(record, wanted) for record in shown]
    return LogView(
        rows=rows,
        filters=_filters(wanted, actions, people, statuses),
        newer_href=_newer_address(wanted, rows) if has_newer else "",
        older_href=_address(wanted, older=rows[-1].row_id) if has_older and rows else "",
        tail_href=_address(wanted, tail="" if place.follow else "1"),
        is_newest=not has_newer,
        follows=place.follow,
    )


async def arrivals(
    user: CurrentUser, query: Mapping[str, str], after: datetime, known: Collection[str]
) -> list[LogRow]:
    """The rows added since `after`, the newest row's time, that are not `known`, newest first.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    wanted = filter_from(query)
    async with database().read() as session:
        records = await queries.list_rows(
            session, user, wanted, since=after - LATE, limit=MOST_FOLLOWED
        )
    return [
        replace(_row(record, wanted), is_new=True)
        for record in records
        if record.row.id not in known
    ]


def with_arrivals(rows: Sequence[LogRow], came: Sequence[LogRow]) -> list[LogRow]:
    """The page's rows with the new ones, in order, at most `MOST_FOLLOWED`."""
    if len(rows) >= PAGE_LENGTH:
        # Anything older than the page's last row belongs to the next page.
        came = [row for row in came if _order(row) > _order(rows[-1])]
    return sorted([*came, *rows], key=_order, reverse=True)[:MOST_FOLLOWED]


def older_address(query: Mapping[str, str], row_id: str) -> str:
    """The address of the rows older than this one."""
    return _address(filter_from(query), older=row_id)


def address_without_tail(query: Mapping[str, str]) -> str:
    """The address of the same view, from the newest row on, that follows nothing."""
    return _address(filter_from(query))


def address_with(query: Mapping[str, str], field: str, value: str) -> str:
    """The address of the same view with one filter changed, from the newest row on."""
    changed = filter_from({**query, field: value[:LONGEST_VALUE]})
    return _address(changed, tail="1" if place_from(query).follow else "")


def _order(row: LogRow) -> tuple[str, str]:
    return row.at, row.row_id


def _address(wanted: LogFilter, **place: str) -> str:
    asked = asdict(wanted)
    if wanted.period == Period.WEEK:
        del asked["period"]
    return routes.admin_logs(**asked, **place)


def _newer_address(wanted: LogFilter, rows: Sequence[LogRow]) -> str:
    return _address(wanted, newer=rows[0].row_id) if rows else _address(wanted)


def _require_sense(wanted: LogFilter, query: Mapping[str, str]) -> None:
    """Check that the address asks for something that can exist.

    Raises:
        BadAddress: it does not.
    """
    if any(len(value) > LONGEST_VALUE for value in (*asdict(wanted).values(), *query.values())):
        raise BadAddress("This address holds a filter that is too long.")
    if wanted.period not in set(Period):
        known = ", ".join(Period)
        raise BadAddress(f"There is no period “{wanted.period[:40]}”. There are: {known}.")
    if wanted.component not in _COMPONENTS:
        known = ", ".join(LogComponent)
        raise BadAddress(f"There is no component “{wanted.component[:40]}”. There are: {known}.")
    if query.get("older") and query.get("newer"):
        raise BadAddress("An address can lead to older rows or to newer ones, not both.")


def _since(wanted: LogFilter) -> datetime | None:
    length = PERIOD_LENGTH[Period(wanted.period)]
    return clock.now() - length if length else None


def _row(record: LogRecord, wanted: LogFilter) -> LogRow:
    """The row in words, with a link to everything the same request left in the log."""
    request = LogFilter(period=wanted.period, q=record.row.request_id)
    return row_in_words(record, request_href=_address(request) if record.row.request_id else "")


def _filters(
    wanted: LogFilter,
    actions: Sequence[str],
    people: Sequence[tuple[str, str]],
    statuses: Sequence[str],
) -> FilterView:
    # A value chosen earlier may no longer be in the log; it stays visible.
    named = sorted({*actions, wanted.action} - {""})
    codes = sorted(({*statuses} - {NO_STATUS} | {wanted.status}) - {"", OK, FAILED})
    return FilterView(
        period=wanted.period,
        action=wanted.action,
        person=wanted.person,
        status=wanted.status,
        q=wanted.q,
        components=[
            ComponentLink(
                label,
                _address(replace(wanted, component=component)),
                current=component == wanted.component,
            )
            for component, label in _COMPONENTS.items()
        ],
        periods=[Choice(period, label) for period, label in _PERIODS.items()],
        actions=[Choice(action, action) for action in named],
        people=[Choice(user_id, name) for user_id, name in people],
        statuses=[
            Choice(OK, "Went well"),
            Choice(FAILED, "Went wrong"),
            *(Choice(code, status_label(code)) for code in codes),
        ],
        can_reset=wanted != LogFilter(),
    )
