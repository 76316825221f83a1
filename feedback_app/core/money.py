"""Micro-dollars as people read and write them.

A page of costs writes every one by `cost`, so that they can be compared and added up by eye, and
every budget by `as_set`, as somebody typed it. `dollars` is for a sentence of its own, such as the
quote beside a button.
"""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_MICRO = 1_000_000
_WRITTEN = re.compile(
    r"(?:\$\s*+)?((?:\d{1,3}(?:,\d{3})++|\d++)(?:\.\d{1,6})?)\s*+(?:\$|USD)?", re.I | re.A
)


def dollars(microusd: int, *, down: bool = False) -> str:
    """`$0.0004`, `$12.30`; below ten cents with four decimals.

    `down` rounds down, for what is left: it must not promise more than there is.
    """
    if microusd == 0:
        return "$0.00"
    if microusd < 100:
        return "less than $0.0001"
    exact = Decimal(microusd) / _MICRO
    step = Decimal("0.0001") if microusd < _MICRO // 10 else Decimal("0.01")
    return f"${exact.quantize(step, ROUND_DOWN if down else ROUND_HALF_UP):,}"


def cost(microusd: int, *, down: bool = False) -> str:
    """What calls cost: `$0.2462`, `$1.2000`, with four decimals; from $100 on with cents.

    `down` rounds down, for what is left.
    """
    if 0 < microusd < 100:
        return "< $0.0001"
    exact = Decimal(microusd) / _MICRO
    step = Decimal("0.0001") if exact < 100 else Decimal("0.01")
    return f"${exact.quantize(step, ROUND_DOWN if down else ROUND_HALF_UP):,}"


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
    """The micro-dollars of `25`, `$1,250.50` or `12 USD`; `None` for what is no such amount."""
    found = _WRITTEN.fullmatch(text.strip())
    return int(Decimal(found[1].replace(",", "")) * _MICRO) if found else None


def plain_dollars(microusd: int) -> str:
    """The exact amount as `parse_dollars` reads it: `1250.50`, `0.002`."""
    exact = (Decimal(microusd) / _MICRO).normalize()
    return f"{exact:.2f}" if exact == exact.quantize(Decimal("0.01")) else f"{exact:f}"
