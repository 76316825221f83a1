"""The rankings of a dashboard: people and departments by cost, errors by frequency."""

from collections.abc import Sequence
from dataclasses import replace

from feedback_app.core import money
from feedback_app.usage import address, labels
from feedback_app.usage.dashboard.schemas import Dashboard, ErrorCount, GroupTotal
from feedback_app.usage.dashboard.views import Point, Ranked, RankingView, TableRow, TableView
from feedback_app.usage.filters import NO_DEPARTMENT, Tab, UsageFilter

ROW_HEIGHT = 42
"""The height of one bar in pixels; the stylesheet gives the names next to it the same."""
NOTED_ROW_HEIGHT = 58
"""Likewise, if notes are shown below the bars."""
MOST_SHOWN = 10
"""The most bars shown; the tables have all rows."""
_UNNAMED = "No code"


def people(d: Dashboard) -> RankingView:
    """The people who spent most, each leading to their calls."""
    return _groups(
        "Person",
        d.people,
        [_calls_with(replace(d.wanted, person=p.group_id)) for p in d.people],
    )


def departments(d: Dashboard) -> RankingView:
    """The departments, including that of calls without one, so that they add up to the totals."""
    hrefs = [
        _calls_with(replace(d.wanted, department=each.group_id or NO_DEPARTMENT))
        for each in d.departments
    ]
    view = _groups("Department", d.departments, hrefs)
    t = d.totals
    total = [
        labels.exact_dollars(t.cost_microusd),
        *(f"{number:,}" for number in (t.unpriced, t.calls, t.tokens, t.saved)),
    ]
    return replace(view, table=replace(view.table, total=total))


def _groups(heading: str, found: Sequence[GroupTotal], hrefs: Sequence[str]) -> RankingView:
    shown = found[:MOST_SHOWN]
    is_noted = any(g.unpriced for g in shown)
    return RankingView(
        rows=[
            Ranked(g.name, _cost(g), href, labels.left_out(g.cost_microusd, g.unpriced))
            for g, href in zip(shown, hrefs, strict=False)
        ],
        points=[_point(g.name, (g.cost_microusd or 0) / 1_000_000) for g in shown],
        height=(NOTED_ROW_HEIGHT if is_noted else ROW_HEIGHT) * len(shown),
        is_noted=is_noted,
        table=TableView(
            [heading, "Cost", "Of unknown cost", "Calls", "Tokens", "Saved"],
            [
                TableRow(
                    g.name,
                    [
                        labels.exact_dollars(g.cost_microusd),
                        f"{g.unpriced:,}",
                        f"{g.calls:,}",
                        f"{g.tokens:,}",
                        f"{g.saved:,}",
                    ],
                    href,
                )
                for g, href in zip(found, hrefs, strict=True)
            ],
        ),
    )


def _calls_with(wanted: UsageFilter) -> str:
    """The list of calls of the same view with one more filter."""
    return address.address(replace(wanted, tab=Tab.CALLS))


def errors(d: Dashboard) -> RankingView:
    """The codes of failed and interrupted calls, each leading to those that ended with it."""
    shown = d.errors[:MOST_SHOWN]
    return RankingView(
        rows=[Ranked(e.code or _UNNAMED, f"{e.calls:,}", _calls_of(d, e)) for e in shown],
        points=[_point(e.code, e.calls) for e in shown],
        height=ROW_HEIGHT * len(shown),
        table=TableView(
            ["Error", "Calls", "Cost"],
            [
                TableRow(
                    e.code or _UNNAMED,
                    [f"{e.calls:,}", labels.sum_of_costs(e.cost_microusd, e.unpriced)],
                    _calls_of(d, e),
                )
                for e in d.errors
            ],
            [f"{sum(e.calls for e in d.errors):,}", _cost_of_all(d.errors)],
        ),
    )


def _cost(group: GroupTotal) -> str:
    return "Unknown" if group.cost_microusd is None else money.dollars(group.cost_microusd)


def _calls_of(d: Dashboard, error: ErrorCount) -> str:
    """The same view, its list searched for the code."""
    return (
        address.list_address(replace(d.wanted, text=error.code, tab=Tab.CALLS))
        if error.code
        else ""
    )


def _cost_of_all(found: tuple[ErrorCount, ...]) -> str:
    known = [e.cost_microusd for e in found if e.cost_microusd is not None]
    cost = sum(known) if known or not found else None
    return labels.sum_of_costs(cost, sum(e.unpriced for e in found))


def _point(name: str, value: float) -> Point:
    return {"step": name, "s0": value}
