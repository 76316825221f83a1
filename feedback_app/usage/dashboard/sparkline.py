"""A few bars that show the course of a figure, as the path of an SVG."""

from collections.abc import Sequence

SPARK_WIDTH, SPARK_HEIGHT = 120, 28
MOST_BARS = 60
_LEAST_HEIGHT = 1.5
"""The height of any value other than 0, however small it is."""


def path(values: Sequence[int]) -> str:
    """Bars from left to right; steps are joined if there are more than `MOST_BARS`.

    A step of 0 has no bar, so the path of only zeros is empty.
    """
    joined = _joined(values)
    highest = max(joined, default=0)
    if not highest:
        return ""
    pitch = SPARK_WIDTH / len(joined)
    width = min(6.0, pitch * 0.7)
    bars = []
    for place, value in enumerate(joined):
        if value:
            height = max(_LEAST_HEIGHT, SPARK_HEIGHT * value / highest)
            left = place * pitch + (pitch - width) / 2
            bars.append(f"M{left:.1f} {SPARK_HEIGHT}v-{height:.1f}h{width:.1f}v{height:.1f}z")
    return "".join(bars)


def _joined(values: Sequence[int]) -> list[int]:
    size = -(-len(values) // MOST_BARS) or 1
    return [sum(values[start : start + size]) for start in range(0, len(values), size)]
