"""Micro-dollars as people read and write them: `$0.50`, `$0.0004`, `$1,250.50`."""

import re
from decimal import Decimal

_MICRO = 1_000_000
_WRITTEN = re.compile(
    r"(?:\$\s*+)?((?:\d{1,3}(?:,\d{3})++|\d++)(?:\.\d{1,6})?)\s*+(?:\$|USD)?", re.I | re.A
)


def dollars(microusd: int, *, down: bool = False) -> str:
    """`$0.50`, `$0.0004`, `$1.2345`: at most four decimals, from $100 on two; `under $0.0001`.

    `down` rounds down, for amounts left: they must not promise more than there is.
    """
    if 0 < microusd < 100:
        return "under $0.0001"
    step = 100 if microusd < 100 * _MICRO else 10_000
    return as_set((microusd + (0 if down else step // 2)) // step * step)


def as_set(microusd: int) -> str:
    """A budget or price, exactly: `$1,250.50`, `$0.105`."""
    whole, _, decimals = plain_dollars(microusd).partition(".")
    return f"${int(whole):,}.{decimals}"


def share_used(used: int, budget: int) -> str:
    """`230%` of a budget, rounded down, `under 1%`; empty for a budget of nothing."""
    if budget <= 0:
        return ""
    share = 100 * used // budget
    return "under 1%" if used > 0 and not share else f"{share}%"


def parse_dollars(text: str) -> int | None:
    """The micro-dollars of `25`, `$1,250.50` or `12 USD`; `None` if the text is not an amount."""
    found = _WRITTEN.fullmatch(text.strip())
    return int(Decimal(found[1].replace(",", "")) * _MICRO) if found else None


def plain_dollars(microusd: int) -> str:
    """The exact amount as `parse_dollars` reads it: `1250.50`, `0.002`."""
    exact = (Decimal(microusd) / _MICRO).normalize()
    return f"{exact:.2f}" if exact == exact.quantize(Decimal("0.01")) else f"{exact:f}"
