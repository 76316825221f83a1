"""Calls per day as bars: every day of the period, an axis of round numbers, where labels go."""

from collections.abc import Sequence
from datetime import date, timedelta

from feedback_app.db.models import CallStatus
from feedback_app.usage.queries import DayFigures
from feedback_app.usage.schemas import AxisLine, ChartView, DayBar

_MOST_STEPS = 4
_LABEL_EVERY = {1: 1, 7: 1, 30: 7, 90: 21}


def day_label(day: date) -> str:
    """`3 Nov`."""
    return f"{day.day} {day:%b}"


def draw(figures: Sequence[DayFigures], first: date, days: int) -> ChartView:
    """The chart of `days` days from `first` on; a day without calls is a bar of no height."""
    complete, unfinished = [0] * days, [0] * days
    for row in figures:
        counts = complete if row.status == CallStatus.COMPLETE else unfinished
        counts[(date.fromisoformat(row.day) - first).days] += row.calls
    totals = [done + other for done, other in zip(complete, unfinished, strict=True)]
    step, top = _axis(max(totals))
    every = _LABEL_EVERY.get(days, -(-days // _MOST_STEPS))
    bars = []
    for index in range(days):
        day = day_label(first + timedelta(days=index))
        bars.append(
            DayBar(
                day=day,
                tick=day if (days - 1 - index) % every == 0 else "",
                calls=totals[index],
                complete=complete[index],
                unfinished=unfinished[index],
                height=_percent(totals[index], top),
                unfinished_share=_percent(unfinished[index], totals[index] or 1),
                is_late=2 * index >= days,
            )
        )
    return ChartView(
        summary=_summary(totals, bars),
        days=bars,
        axis=[AxisLine(f"{n:,}", _percent(n, top)) for n in range(0, top + 1, step)],
    )


def _axis(highest: int) -> tuple[int, int]:
    """The step between grid lines, 1, 2 or 5 times a power of ten, and the axis's end."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * scale
            steps = -(-highest // step)
            if steps <= _MOST_STEPS:
                return step, step * max(1, steps)
        scale *= 10


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}"


def _summary(totals: Sequence[int], bars: Sequence[DayBar]) -> str:
    """The chart in a sentence, for those who do not see it."""
    calls, highest = sum(totals), max(totals)
    if not calls:
        return "No finished calls."
    busiest = bars[totals.index(highest)].day
    span = f"{bars[0].day} to {bars[-1].day}" if len(bars) > 1 else bars[0].day
    return (
        f"Finished calls per day, {span}: {calls:,} in all; the busiest day was {busiest} "
        f"with {highest:,}. The table below has every day."
    )
