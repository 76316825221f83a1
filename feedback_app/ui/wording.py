"""Figures in the form in which people read them: tokens, money, durations, times."""

from dataclasses import dataclass
from datetime import UTC, datetime

from feedback_app.core import clock, money, zones


def tokens(count: int, *, estimated: bool = False) -> str:
    """`1,234 tokens`, or `about 1,234 tokens` if they were estimated."""
    noun = "token" if count == 1 else "tokens"
    return f"{'about ' if estimated else ''}{count:,} {noun}"


def cost(microusd: int | None) -> str:
    """`$0.0004`, `no cost`, or `cost unknown` if the price is not known."""
    if microusd is None:
        return "cost unknown"
    if microusd == 0:
        return "no cost"
    return money.dollars(microusd)


def quote(microusd: int | None, left_microusd: int | None) -> str:
    """`about $0.0004 · $3.20 left this month`; the second part only if there is a budget."""
    if microusd == 0:
        return "costs nothing here"
    price = "price not known" if microusd is None else _about(microusd)
    if left_microusd is None:
        return price
    return f"{price} · {money.dollars(left_microusd, down=True)} left this month"


def _about(microusd: int) -> str:
    return money.dollars(microusd) if microusd < 100 else f"about {money.dollars(microusd)}"


def duration(milliseconds: int | None) -> str:
    """`4.2 s` or `1 min 5 s`; empty if it is not known."""
    if milliseconds is None:
        return ""
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time as an element of its own: the text, UTC for people who want it, and for machines."""

    text: str = ""
    utc: str = ""
    """`27 Nov 2026, 08:00:12 UTC`."""
    iso: str = ""
    """ISO 8601 in UTC."""


NO_TIME = LocalTime()
"""For something that has not happened."""


def local_time(value: datetime | None, text: str = "") -> LocalTime:
    """A time on the viewer's clock, worded by `moment` unless `text` gives the words."""
    if value is None:
        return NO_TIME
    at = value.astimezone(UTC)
    return LocalTime(
        text or moment(value),
        f"{at.day} {at:%b %Y}, {at:%H:%M:%S} UTC",
        at.isoformat(timespec="seconds"),
    )


def moment(value: datetime | None) -> str:
    """`today 14:05`, `yesterday 09:30`, `3 Nov 14:05`, or with the year if it is not this one.

    On the viewer's clock (`core.zones`); empty for `None`.
    """
    if value is None:
        return ""
    at = zones.local(value)
    return f"{_near_day(at) or _day(at)} {at:%H:%M}"


def meeting(value: datetime) -> str:
    """`today, 14:05`, else `Fri 27 Nov, 14:05`, on the viewer's clock."""
    at = zones.local(value)
    return f"{_near_day(at) or f'{at:%a} {_day(at)}'}, {at:%H:%M}"


def ago(value: datetime) -> str:
    """`2 h ago`, and from 24 hours on `3 days ago` by the viewer's calendar."""
    minutes = int((clock.now() - value).total_seconds()) // 60
    days = (zones.local(clock.now()).date() - zones.local(value).date()).days
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    if days < 2:
        return "1 day ago"
    if days < 14:
        return f"{days} days ago"
    return f"{days // 7} weeks ago" if days < 60 else f"{days // 30} months ago"


def to_the_second(value: datetime) -> str:
    """`14:05:09` on the viewer's clock."""
    return f"{zones.local(value):%H:%M:%S}"


def _near_day(at: datetime) -> str:
    days = (at.date() - zones.local(clock.now()).date()).days
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days, "")


def _day(at: datetime) -> str:
    year = f" {at.year}" if at.year != zones.local(clock.now()).year else ""
    return f"{at.day} {at:%b}{year}"


def now() -> LocalTime:
    """The current time, on the viewer's clock."""
    return local_time(clock.now())
