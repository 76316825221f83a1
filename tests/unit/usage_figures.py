"""A dashboard's figures made up for tests, and how they read what becomes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from feedback_app.usage.dashboard.headlines import counts, headlines
from feedback_app.usage.dashboard.schemas import (
    BurnDown,
    Choices,
    Dashboard,
    OutcomeSeries,
    StepFigures,
    Steps,
    TimeSeries,
    Totals,
)
from feedback_app.usage.dashboard.tiles import tiles
from feedback_app.usage.dashboard.views import Headline, Tile
from feedback_app.usage.filters import Span, UsageFilter


def two_days(**series: Any) -> Dashboard:
    """A dashboard of 9 and 10 March with these series and nothing else."""
    first = datetime(2026, 3, 9, tzinfo=UTC)
    days = (first, first + timedelta(days=1))
    span = Span(first, first + timedelta(days=2))
    return Dashboard(
        **{
            "wanted": UsageFilter(),
            "span": span,
            "before": span,
            "made_at": first,
            "running": 0,
            "totals": Totals(),
            "previous": Totals(),
            "steps": Steps("day", days),
            "models": (),
            "figures": StepFigures(),
            "outcomes": OutcomeSeries((0, 0), (0, 0), (0, 0), (0, 0)),
            "times": TimeSeries(*[(None, None)] * 4),
            "errors": (),
            "people": (),
            "departments": (),
            "burn_down": BurnDown(),
            "choices": Choices(),
            **series,
        }
    )


def tile(name: str, now: Totals, before: Totals | None = None) -> Tile:
    before = before or Totals()
    found = [*counts(now, before, 0), *tiles(now, before)]
    return next(t for t in found if t.tile_id == f"usage-{name}")


def headline(name: str, now: Totals, before: Totals | None = None, **series: Any) -> Headline:
    d = two_days(totals=now, previous=before or Totals(), **series)
    return next(h for h in headlines(d) if h.tile_id == f"usage-{name}")


def notes(shown: Headline) -> list[str]:
    return [note.text for note in shown.notes]
