"""Figures as people read them: tokens, money, durations, moments."""

from datetime import datetime

from feedback_app.core import clock, money


def tokens(count: int, *, estimated: bool = False) -> str:
    """`1,234 tokens`, or `about 1,234 tokens` where they were estimated."""
    noun = "token" if count == 1 else "tokens"
    return f"{'about ' if estimated else ''}{count:,} {noun}"


def cost(microusd: int | None) -> str:
    """`$0.0004`, `no cost`, or `cost unknown` where the price is not known."""
    if microusd is None:
        return "cost unknown"
    if microusd == 0:
        return "no cost"
    return money.dollars(microusd)


def quote(microusd: int | None, left_microusd: int | None) -> str:
    """`about $0.0004 · $3.20 left this month`; the second part only where there is a budget."""
    if microusd == 0:
        return "costs nothing here"
    price = "price not known" if microusd is None else f"about {money.dollars(microusd)}"
    if left_microusd is None:
        return price
    return f"{price} · {money.dollars(left_microusd, down=True)} left this month"


def duration(milliseconds: int | None) -> str:
    """`4.2 s` or `1 min 5 s`; empty where it is not known."""
    if milliseconds is None:
        return ""
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def moment(value: datetime | None) -> str:
    """`today 14:05 UTC`, `3 Nov 14:05 UTC`, or with the year where it is not this one."""
    if value is None:
        return ""
    today = clock.now().date()
    if value.date() == today:
        return f"today {value:%H:%M} UTC"
    year = f" {value.year}" if value.year != today.year else ""
    return f"{value.day} {value:%b}{year} {value:%H:%M} UTC"


def now() -> str:
    """This moment, as `moment` says it."""
    return moment(clock.now())
