"""Where an axis of values has its ticks."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from feedback_app.usage.dashboard.views import Point

_MOST_STEPS = 4


def ticks(highest: float, *, whole: bool = False) -> list[float]:
    """From 0 in equal steps of 1, 2, 2.5 or 5 times a power of ten to at least `highest`.

    `whole` is for values that are always whole numbers.
    """
    exact = Decimal(repr(highest))
    if highest <= 0:
        return [0, 1]
    scale = Decimal(10) ** (exact.adjusted() - 1)
    if whole:
        scale = max(scale, Decimal(1))
    while True:
        for factor in ("1", "2", "2.5", "5"):
            step = Decimal(factor) * scale
            steps = math.ceil(exact / step)
            if steps <= _MOST_STEPS and not (whole and step % 1):
                return [float(step * number) for number in range(steps + 1)]
        scale *= 10


def decades(points: Iterable[Point]) -> list[float]:
    """Powers of ten from below the lowest of all values to above the highest, at least two.

    Zero has no place on such an axis.
    """
    found = [value for point in points for value in _values(point) if value > 0]
    first = math.floor(math.log10(min(found, default=1)))
    last = max(first + 1, math.ceil(math.log10(max(found, default=1))))
    return [float(Decimal(10) ** power) for power in range(first, last + 1)]


def stacked(points: Iterable[Point]) -> float:
    """The highest sum of any step's values."""
    return max((sum(_values(point)) for point in points), default=0)


def single(points: Iterable[Point]) -> float:
    """The highest of all values."""
    return max((value for point in points for value in _values(point)), default=0)


def _values(point: Point) -> Sequence[float]:
    return [value for value in point.values() if isinstance(value, int | float)]
