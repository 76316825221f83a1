"""What an administrator sees of the company's LLM usage at an address of its page.

It combines figures and calls and puts them into words; `dashboard` and `calls` compute them. Knows
nothing of pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.epoch import hour_of
from feedback_app.db.session import database
from feedback_app.ui import wording
from feedback_app.ui.choice import Choice
from feedback_app.usage import address, labels, queries
from feedback_app.usage.budget import budget_of
from feedback_app.usage.calls import rows
from feedback_app.usage.calls import service as calls
from feedback_app.usage.calls.schemas import cursor_from
from feedback_app.usage.dashboard import burn_down, charts, headlines, rankings
from feedback_app.usage.dashboard import queries as sums
from feedback_app.usage.dashboard.schemas import Choices, Dashboard
from feedback_app.usage.dashboard.service import dashboard
from feedback_app.usage.dashboard.tiles import tiles
from feedback_app.usage.filters import Period, Span, Tab, UsageFilter, filter_from, page_from
from feedback_app.usage.schemas import FilterView, HeadView, PeriodLink, TabLink, UsageView

_PERIOD_LABELS: dict[Period, str] = {
    Period.TODAY: "Today",
    Period.WEEK: "7 days",
    Period.MONTH: "30 days",
    Period.QUARTER: "90 days",
}
_TAB_LABELS: dict[Tab, str] = {
    Tab.CALLS: "Calls",
    Tab.RUNNING: "Running now",
    Tab.FIGURES: "More figures",
    Tab.TIME: "Over time",
    Tab.MODELS: "Models",
    Tab.PEOPLE: "People",
    Tab.ERRORS: "Errors",
}
"""In the order in which the page has them."""


async def view(user: CurrentUser, query: Mapping[str, str]) -> UsageView:
    """The usage of the administrator's company as the page's address asks for it.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    page = page_from(query)
    wanted, unknown = await _known(user, filter_from(query))
    d = await dashboard(user, wanted, budget_microusd=await budget_of(user, wanted.person))
    listed = await calls.page(
        user, wanted, after=cursor_from(page.older_than), before=cursor_from(page.newer_than)
    )
    return UsageView(
        problem=" ".join(filter(None, (address.problems(query, page), unknown))),
        updated=wording.local_time(d.made_at, wording.to_the_second(d.made_at)),
        tab=wanted.tab,
        tabs=[
            TabLink(tab, label, address.address(replace(wanted, tab=tab)), tab == wanted.tab)
            for tab, label in _TAB_LABELS.items()
        ],
        head=_head(d, is_empty=not (d.totals.calls or d.running)),
        filters=_filters(wanted, d.span, d.choices),
        headlines=headlines.headlines(d),
        counts=headlines.counts(d.totals, d.previous, d.running),
        tiles=tiles(d.totals, d.previous),
        cost=charts.cost(d),
        tokens=charts.tokens(d),
        outcomes=charts.outcomes(d),
        times=charts.times(d),
        errors=rankings.errors(d),
        people=rankings.people(d),
        departments=rankings.departments(d),
        budget=burn_down.burn_down(d.burn_down),
        calls=rows.view(listed, wanted),
    )


async def pulse(user: CurrentUser) -> tuple[int, ...]:
    """Figures that change whenever the page would: a call began or ended, a new hour has begun.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    now = clock.now()
    async with database().read() as session:
        running = await queries.running_now(session, user, UsageFilter())
        return (hour_of(now), running, *await sums.lately(session, user, now))


async def _known(user: CurrentUser, asked: UsageFilter) -> tuple[UsageFilter, str]:
    if not (asked.person or asked.department):
        return asked, ""
    async with database().read() as session:
        people = {user_id for user_id, _ in await queries.people(session, user)}
        departments = {key for key, _ in await sums.departments(session, user)}
    return address.known(asked, people, departments)


def _head(d: Dashboard, *, is_empty: bool) -> HeadView:
    query = replace(d.wanted, tab=Tab.CALLS).query()
    so_far = d.before.until != d.span.since
    return HeadView(
        span=_days(d.span),
        before=f"{_days(d.before)}{', up to the same hour' if so_far else ''}",
        is_empty=is_empty,
        csv_href=routes.admin_usage_export("csv", **query),
        jsonl_href=routes.admin_usage_export("jsonl", **query),
    )


def _filters(wanted: UsageFilter, span: Span, choices: Choices) -> FilterView:
    return FilterView(
        periods=_periods(wanted, span),
        is_custom=wanted.period == Period.CUSTOM,
        first_day=span.first_day.isoformat(),
        last_day=span.last_day.isoformat(),
        person=wanted.person,
        department=wanted.department,
        operation=wanted.operation,
        model=wanted.model,
        status=wanted.status,
        people=[Choice(*person) for person in choices.people],
        departments=[Choice(*department) for department in choices.departments],
        operations=[
            Choice(name, labels.operation_named(name))
            for name in _with(choices.operations, wanted.operation)
        ],
        models=[Choice(name, name) for name in _with(choices.models, wanted.model)],
        statuses=[Choice(status, label) for status, label in labels.STATUS_LABELS.items()],
        can_reset=wanted != UsageFilter(sort=wanted.sort, tab=wanted.tab),
        reset_href=address.address(UsageFilter(tab=wanted.tab)),
    )


def _periods(wanted: UsageFilter, span: Span) -> list[PeriodLink]:
    """The links; a custom period begins with the days now shown."""
    links = [
        PeriodLink(
            label,
            address.address(replace(wanted, period=period, first_day=None, last_day=None)),
            current=period == wanted.period,
        )
        for period, label in _PERIOD_LABELS.items()
    ]
    custom = replace(wanted, period=Period.CUSTOM, first_day=span.first_day, last_day=span.last_day)
    is_custom = wanted.period == Period.CUSTOM
    return [*links, PeriodLink("Custom", address.address(custom), current=is_custom)]


def _with(names: Sequence[str], chosen: str) -> list[str]:
    """The names with the chosen one, which stays visible even without calls in this period."""
    return sorted({*names, chosen} - {""})


def _days(span: Span) -> str:
    """`24 Oct to 22 Nov 2026`."""
    first, last = span.first_day, span.last_day
    if first == last:
        return labels.day(last)
    begin = labels.short_day(first) if first.year == last.year else labels.day(first)
    return f"{begin} to {labels.day(last)}"
