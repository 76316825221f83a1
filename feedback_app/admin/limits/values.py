"""Limits as people write and read them."""

from typing import Literal

from feedback_app.core.errors import Invalid
from feedback_app.core.money import as_set, parse_dollars, plain_dollars
from feedback_app.llm.admission.limits import LimitName

Value = int | None | Literal["default"]
"""`None` means no limit; `default` is whatever applies when nothing is set."""

UNLIMITED = "unlimited"
_NO_LIMIT = {UNLIMITED, "no limit", "none", "∞"}
_MOST_DRAFTS, _MOST_TOKENS, _MOST_DOLLARS = 100_000, 10**12, 10_000_000

LABELS: dict[LimitName, str] = {
    LimitName.COMPANY_COST_PER_MONTH: "Budget per month",
    LimitName.COMPANY_AT_ONCE: "Drafts at once",
    LimitName.COMPANY_PER_MINUTE: "Drafts started per minute",
    LimitName.PERSON_COST_PER_MONTH: "Budget per month",
    LimitName.PERSON_TOKENS_PER_DAY: "Tokens per day",
    LimitName.PERSON_AT_ONCE: "Drafts at once",
    LimitName.PERSON_PER_MINUTE: "Drafts started per minute",
}
"""In the order in which the page shows them."""


def parse(name: LimitName, text: str) -> Value:
    """Read what somebody typed into the field of that limit; empty is the default.

    Raises:
        Invalid: not a valid value; the message has an example of one.
    """
    written = text.strip()
    if not written:
        return "default"
    if written.lower() in _NO_LIMIT:
        return None
    if name.unit == "microusd":
        amount = parse_dollars(written)
        if amount is None or amount > _MOST_DOLLARS * 1_000_000:
            raise Invalid(
                f"Write an amount in dollars from 0 to {_MOST_DOLLARS:,}, such as 25 or 1,250.50."
            )
        return amount
    digits = written.replace(",", "").replace(" ", "")
    most = _MOST_TOKENS if name.unit == "tokens" else _MOST_DRAFTS
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits[:20]) <= most:
        raise Invalid(f"Write a whole number of {name.unit} from 1 to {most:,}, such as 1,000.")
    return int(digits)


def written(name: LimitName, value: int | None) -> str:
    """The value as `parse` reads it."""
    if value is None:
        return UNLIMITED
    return plain_dollars(value) if name.unit == "microusd" else f"{value:,}"


def in_words(name: LimitName, value: int | None) -> str:
    """`$25.00`, `1,000 tokens`, `1 draft` or `no limit`."""
    if value is None:
        return "no limit"
    if name.unit == "microusd":
        return as_set(value)
    return f"{value:,} {name.unit if value != 1 else name.unit.removesuffix('s')}"
