"""Words and figures that the pages of usage share."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from feedback_app.core import money
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.llm.ledger.pricing import FREE_SETTING, OFFLINE_PROVIDER
from feedback_app.ui import wording

NONE = "–"
NO_DEPARTMENT_NAME = "None"
"""For calls without a department, where departments are chosen or listed."""
MODEL_NAMES = (
    "A call counts under the name of the model that answered, such as gpt-4o-2024-08-06. A call "
    "that got no answer counts under the requested name, such as gpt-4o."
)
"""Why one model can have two names."""

STATUS_LABELS: dict[str, str] = {
    CallStatus.COMPLETE: "Complete",
    CallStatus.RUNNING: "Running",
    CallStatus.CANCELLED: "Stopped",
    CallStatus.ERROR: "Failed",
    CallStatus.INTERRUPTED: "Interrupted",
}


def status(call: LlmCall) -> str:
    return STATUS_LABELS.get(call.status, call.status)


def operation(call: LlmCall) -> str:
    return operation_named(call.operation)


def operation_named(name: str) -> str:
    """`CV parse` for `cv_parse`."""
    return name.replace("_", " ").capitalize().replace("Cv ", "CV ")


def model(call: LlmCall) -> str:
    """The model that answered, or the requested one if none did."""
    return call.resolved_model or call.requested_model


def cost(microusd: int | None) -> str:
    if microusd is None:
        return "Unknown"
    return money.dollars(microusd) if microusd else "no cost"


def milliseconds(value: float | None) -> str:
    """`410 ms`, from a second on `4.2 s`."""
    if value is None:
        return NONE
    whole = round(value)
    return f"{whole} ms" if whole < 1000 else wording.duration(whole)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def exact_dollars(microusd: int | None) -> str:
    """To the micro-dollar, so that columns add up: `$0.000335`; or `Unknown`."""
    return "Unknown" if microusd is None else f"${Decimal(microusd).scaleb(-6):,.6f}"


def unknown_costs(calls: int) -> str:
    """`3 calls of unknown cost`: shown next to a sum of money that leaves them out."""
    return f"{count(calls, 'call')} of unknown cost"


def left_out(known: int | None, unpriced: int) -> str:
    """`+ 3 calls of unknown cost`, for below the sum of known costs; empty if none is left out."""
    if not unpriced:
        return ""
    return f"{'' if known is None else '+ '}{unknown_costs(unpriced)}"


def sum_of_costs(
    microusd: int | None, unpriced: int, written: Callable[[int], str] = exact_dollars
) -> str:
    """`$1.20 + 3 of unknown cost`: the known sum, and how many calls it leaves out.

    Without the dollars if no cost is known (`None`).
    """
    parts = [] if microusd is None else [written(microusd)]
    if unpriced:
        parts.append(f"{unpriced:,} of unknown cost")
    return " + ".join(parts)


def short_day(value: date) -> str:
    """`3 Nov`."""
    return f"{value.day} {value:%b}"


def day(value: date) -> str:
    """`3 Nov 2026`."""
    return f"{short_day(value)} {value.year}"


def rate(usd: Decimal) -> str:
    """A price per million tokens: `$2.50`, `$0.0028`."""
    whole, _, digits = f"{usd:,.6f}".partition(".")
    return f"${whole}.{digits.rstrip('0'):0<2}"


def price_source(source: str) -> tuple[str, str]:
    """The source of a call's price, and a note on it."""
    if not source:
        return "Unknown", "no price is known for this model"
    if source == OFFLINE_PROVIDER:
        return "Free", "the offline drafter calls no model"
    if source == FREE_SETTING:
        return "Free", f"named in {FREE_SETTING}"
    kind, _, name = source.partition(":")
    if kind == "override":
        return "Set by an administrator", name
    return kind, name
