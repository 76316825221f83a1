"""How a figure changed against the period before, as its tile shows and says it."""

from dataclasses import dataclass, replace
from typing import Literal

from feedback_app.usage.dashboard.schemas import change
from feedback_app.usage.dashboard.views import Tile, Trend

Good = Literal["more", "less"] | None
"""Which way a figure should go; `None` where neither way is better."""

_LEAST_SHOWN = 0.0005
_TIMES_FROM = 10


@dataclass(frozen=True, slots=True)
class _Change:
    """What is shown, the same for those who hear it, and in which direction."""

    shown: str
    words: str
    difference: float


_SAME = _Change("=", "as before", 0)


def compared(tile: Tile, now: float | None, before: float | None, *, good: Good = None) -> Tile:
    """The tile with how its figure changed, where there is anything to compare."""
    return _changed(tile, _change(now, before), good)


def note_compared(tile: Tile, now: int, before: int) -> Tile:
    """The tile with how the figure of its note changed."""
    found = _change(now, before)
    if found is None:
        return tile
    return replace(tile, note_change=f"({found.shown})", note_change_words=found.words)


def share_compared(tile: Tile, now: float | None, before: float | None) -> Tile:
    """A share changes by points of a hundred; less of it is better."""
    if now is None or before is None:
        return tile
    points = now - before
    if abs(points) < _LEAST_SHOWN:
        return _changed(tile, _SAME, "less")
    size = f"{abs(points) * 100:.1f} pts"
    return _changed(tile, _Change(*_arrow(points, size), points), "less")


def _change(now: float | None, before: float | None) -> _Change | None:
    if now and before == 0:
        return _Change("new", "none before", now)
    part = change(now, before)
    if part is None:
        return None
    if abs(part) < _LEAST_SHOWN:
        return _SAME
    if part >= _TIMES_FROM:
        return _Change(f"↑ × {part + 1:,.0f}", f"{part + 1:,.0f} times as much", part)
    size = f"{abs(part):.1%}" if abs(part) < 0.1 else f"{abs(part):.0%}"
    return _Change(*_arrow(part, size), part)


def _arrow(difference: float, size: str) -> tuple[str, str]:
    more = difference > 0
    return f"{'↑' if more else '↓'} {size}", f"{size} {'more' if more else 'less'} than before"


def _changed(tile: Tile, found: _Change | None, good: Good) -> Tile:
    if found is None:
        return tile
    trend = _trend(found.difference, good)
    return replace(tile, change=found.shown, change_words=found.words, trend=trend)


def _trend(difference: float, good: Good) -> Trend:
    if good is None or not difference:
        return ""
    return "better" if (difference > 0) == (good == "more") else "worse"
