"""How a figure changed against the period before, as its tile shows it and as a sentence says it.

A change is shown in percent only if there were enough calls before: twice as many as 4 is 8, and
"100% more" would exaggerate it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from feedback_app.usage.dashboard.schemas import Totals, change
from feedback_app.usage.dashboard.views import Tile, Trend

Good = Literal["more", "less"] | None
"""The direction in which a figure should go; `None` if neither is better."""
Written = Callable[[float], str]
"""A function that formats a figure."""

LEAST_BASE = 20
"""Calls of the previous period from which a change is shown in percent."""
_LEAST_SHOWN = 0.0005
_TIMES_FROM = 1
"""From this increase on, a doubling, a change is shown as a multiple of the earlier value."""


def count(value: float) -> str:
    return f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Change:
    """The text shown, the same in words, and the direction."""

    shown: str
    words: str
    difference: float
    is_weak: bool = False
    """Whether too few calls are behind it to call it better or worse."""


_SAME = Change("=", "as before", 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares figures of a period with those of the one before."""

    before: Totals

    @property
    def _is_sound(self) -> bool:
        return self.before.calls >= LEAST_BASE

    def tile(
        self,
        tile: Tile,
        now: float | None,
        before: float | None,
        written: Written = count,
        *,
        good: Good = None,
    ) -> Tile:
        """The tile with the change of its figure, if there is anything to compare."""
        found = self.change(now, before, written)
        if found is None:
            return tile
        return replace(tile, change=found.shown, change_words=found.words, trend=trend(found, good))

    def note(self, tile: Tile, now: int, before: int) -> Tile:
        """The tile with the change of the figure in its note."""
        found = self.change(now, before)
        if found is None:
            return tile
        return replace(tile, note_change=f"({found.shown})", note_change_words=found.words)

    def share(self, tile: Tile, now: float | None, before: float | None) -> Tile:
        """The tile of a share, which changes by percentage points; less of it is better."""
        if now is None or before is None:
            return tile
        points = now - before
        if abs(points) < _LEAST_SHOWN:
            found = _SAME
        elif self._is_sound:
            found = Change(*_arrow(points, f"{abs(points) * 100:.1f} pts"), points)
        else:
            found = _from_to(before, now, lambda share: f"{share:.1%}")
        return replace(
            tile, change=found.shown, change_words=found.words, trend=trend(found, "less")
        )

    def change(
        self, now: float | None, before: float | None, written: Written = count
    ) -> Change | None:
        """How a figure changed; `None` if there is nothing to compare."""
        if now and before == 0:
            return Change("new", "none before", now)
        part = change(now, before)
        if part is None or now is None or before is None:
            return None
        if abs(part) < _LEAST_SHOWN:
            return _SAME
        if not self._is_sound:
            return _from_to(before, now, written)
        if part >= _TIMES_FROM:
            times = f"{part + 1:.1f}" if part < 9 else f"{part + 1:,.0f}"
            return Change(f"↑ × {times}", f"{times} times what it was", part)
        size = f"{abs(part):.1%}" if abs(part) < 0.1 else f"{abs(part):.0%}"
        return Change(*_arrow(part, size), part)

    def sentence(
        self, now: float | None, before: float | None, written: Written = count
    ) -> tuple[str, Change | None]:
        """How a figure changed, in a whole sentence; empty if there is nothing to compare."""
        found = self.change(now, before, written)
        if found is None or now is None or before is None:
            return "None now and none before." if now == before == 0 else "", None
        if found is _SAME:
            return f"As before: {written(before)}.", found
        if before == 0:
            return "None before.", found
        step = f"From {written(before)} to {written(now)}"
        return f"{step}." if found.is_weak else f"{step}: {found.words}.", found


def trend(found: Change, good: Good) -> Trend:
    """Whether a change is for the better or the worse; neither if it rests on too few calls."""
    if good is None or not found.difference or found.is_weak:
        return ""
    return "better" if (found.difference > 0) == (good == "more") else "worse"


def _from_to(before: float, now: float, written: Written) -> Change:
    words = f"from {written(before)} to {written(now)}"
    return Change(f"was {written(before)}", words, now - before, is_weak=True)


def _arrow(difference: float, size: str) -> tuple[str, str]:
    more = difference > 0
    return f"{'↑' if more else '↓'} {size}", f"{size} {'more' if more else 'less'} than before"
