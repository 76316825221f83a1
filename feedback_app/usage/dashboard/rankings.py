"""What a dashboard ranks: people by cost, errors by how often they came."""

from dataclasses import replace

from feedback_app.core.money import dollars
from feedback_app.usage import address, labels
from feedback_app.usage.dashboard.schemas import Dashboard, ErrorCount, PersonTotal
from feedback_app.usage.dashboard.views import Point, Ranked, RankingView, TableRow, TableView

ROW_HEIGHT = 42
"""Of one bar in pixels; the stylesheet gives the names beside it the same."""
NOTED_ROW_HEIGHT = 58
"""Likewise, where notes stand below the bars."""
MOST_ERRORS = 10
_UNNAMED = "No code"


def people(d: Dashboard) -> RankingView:
    """The dearest people, each leading to the page of their calls."""
    hrefs = [address.address(replace(d.wanted, person=p.user_id)) for p in d.people]
    is_noted = any(p.unpriced for p in d.people)
    return RankingView(
        rows=[
            Ranked(p.name, _cost(p), href, labels.left_out(p.cost_microusd, p.unpriced))
            for p, href in zip(d.people, hrefs, strict=True)
        ],
        points=[_point(p.name, (p.cost_microusd or 0) / 1_000_000) for p in d.people],
        height=(NOTED_ROW_HEIGHT if is_noted else ROW_HEIGHT) * len(d.people),
        is_noted=is_noted,
        table=TableView(
            ["Person", "Cost", "Of unknown cost", "Calls", "Tokens", "Saved"],
            [
                TableRow(
                    p.name,
                    [
                        labels.exact_dollars(p.cost_microusd),
                        f"{p.unpriced:,}",
                        f"{p.calls:,}",
                        f"{p.tokens:,}",
                        f"{p.saved:,}",
                    ],
                    href,
                )
                for p, href in zip(d.people, hrefs, strict=True)
            ],
        ),
    )


def errors(d: Dashboard) -> RankingView:
    """The codes of failed calls, each leading to the calls that ended with it."""
    shown = d.errors[:MOST_ERRORS]
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


def _cost(person: PersonTotal) -> str:
    return "Unknown" if person.cost_microusd is None else dollars(person.cost_microusd)


def _calls_of(d: Dashboard, error: ErrorCount) -> str:
    """The same view, its list searched for the code."""
    return address.list_address(replace(d.wanted, text=error.code)) if error.code else ""


def _cost_of_all(found: tuple[ErrorCount, ...]) -> str:
    known = [e.cost_microusd for e in found if e.cost_microusd is not None]
    cost = sum(known) if known or not found else None
    return labels.sum_of_costs(cost, sum(e.unpriced for e in found))


def _point(name: str, value: float) -> Point:
    return {"step": name, "s0": value}
