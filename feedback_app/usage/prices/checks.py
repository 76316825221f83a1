"""Parses what an administrator typed as a price, and questions what is probably a slip."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from feedback_app.core import clock
from feedback_app.core.errors import Invalid
from feedback_app.llm.ledger.pricing import FREE, Price, TokenRates
from feedback_app.usage import labels
from feedback_app.usage.prices.schemas import PeriodForm, PriceErrors, PriceForm

MAX_MODEL_CHARACTERS = 200
MAX_USD = 100_000
_FIRST_DAY = date(2020, 1, 1)
_AHEAD = timedelta(days=730)
_LONGEST_PERIOD = timedelta(days=366)
_DECIMALS = 6
_NUMBER = re.compile(r"(?:\$\s*+)?(\d++)(?:\.(\d++))?", re.ASCII)

_SUSPICIOUS = 10
"""A price this many times the one in force, or this small a fraction of it, must be confirmed."""
_PER_1K = 500
"""From this factor on, two prices differ about as per 1,000 and per 1 million tokens."""
_USUAL = (Decimal("0.01"), Decimal(200))
"""Nearly every published price lies between these."""


class WrongPrice(Invalid):
    """Fields that cannot be used; `errors` says which and why."""

    def __init__(self, errors: PriceErrors) -> None:
        self.errors = errors
        super().__init__("The price was not set: see the fields marked below.")


class NeedsConfirmation(Invalid):
    """A price that is probably a slip; `doubts` says why, and is what must be confirmed."""

    sentence = "Please confirm this price."

    def __init__(self, doubts: tuple[str, ...]) -> None:
        self.doubts = doubts
        super().__init__()


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price that can be stored."""

    model: str
    starts_at: datetime
    rates: TokenRates


def parse_price(form: PriceForm) -> NewPrice:
    """The price that was typed.

    Raises:
        WrongPrice: a field cannot be used.
    """
    starts_on = _day(form.starts_on)
    cached, written = form.cached or form.input, form.cache_write or form.input
    errors = PriceErrors(
        model=_model_error(form.model),
        starts_on=_start_error(starts_on),
        input="" if form.free else _price_error(form.input),
        cached="" if form.free or not form.cached else _price_error(form.cached),
        output="" if form.free else _price_error(form.output),
        cache_write="" if form.free or not form.cache_write else _price_error(form.cache_write),
    )
    wrong = errors.input, errors.cached, errors.output, errors.cache_write
    if not form.free and not any(wrong):
        rates = TokenRates(_usd(form.input), _usd(cached), _usd(form.output), _usd(written))
        if rates == FREE:
            errors = PriceErrors(
                errors.model,
                errors.starts_on,
                input="All prices are zero. If it costs nothing, say so below.",
            )
    else:
        rates = FREE
    if starts_on is None or any(getattr(errors, f.name) for f in fields(errors)):
        raise WrongPrice(errors)
    return NewPrice(form.model, _midnight(starts_on), rates)


def parse_period(form: PeriodForm) -> tuple[datetime, datetime]:
    """The period's beginning, and its end, which is exclusive.

    Raises:
        Invalid: it is not a valid period.
    """
    since, until = _day(form.since), _day(form.until)
    if not form.model:
        raise Invalid("Choose the model whose calls to recalculate.")
    if since is None or until is None:
        raise Invalid("Enter the first and the last day of the period, as in 2026-03-16.")
    if until < since:
        raise Invalid("The period ends before it begins. Swap the two days.")
    if since > clock.now().date():
        raise Invalid("The period lies in the future, where there are no calls yet.")
    if until - since >= _LONGEST_PERIOD:
        raise Invalid("Choose a period of at most 366 days; longer ones can be done in parts.")
    if since < _FIRST_DAY:
        raise Invalid(f"Choose a period from {labels.day(_FIRST_DAY)} on.")
    return _midnight(since), _midnight(until) + timedelta(days=1)


def doubts(rates: TokenRates, in_force: Price | None) -> tuple[str, ...]:
    """Why these prices are probably a slip, given the price in force when they start."""
    if in_force is None:
        told = [_unusual("Input", rates.input_usd), _unusual("Output", rates.output_usd)]
    else:
        before = in_force.rates
        told = [
            _leap("Input", rates.input_usd, before.input_usd),
            _leap("Cached input", rates.cached_usd, before.cached_usd),
            _leap("Cache writes", rates.cache_write_usd, before.cache_write_usd),
            _leap("Output", rates.output_usd, before.output_usd),
        ]
    found = [doubt for doubt in told if doubt]
    if rates.cached_usd > rates.input_usd:
        found.append("Cached input would cost more than other input.")
    return (*found, *_confusion(rates, in_force)) if found else ()


def _leap(name: str, price: Decimal, before: Decimal) -> str:
    if price == before:
        return ""
    told = f"{name}: {labels.rate(price)} instead of {labels.rate(before)} per 1M tokens"
    if price == 0:
        return f"{told}: it would cost nothing."
    if before == 0:
        return f"{told}: until now it costs nothing."
    if price >= before * _SUSPICIOUS:
        return f"{told}: this is {_times(price / before)} × the previous price."
    if price * _SUSPICIOUS <= before:
        return f"{told}: this is 1/{_times(before / price)} of the previous price."
    return ""


def _unusual(name: str, price: Decimal) -> str:
    low, high = _USUAL
    if 0 < price < low:
        return f"{name}: {labels.rate(price)} per 1M tokens is unusually cheap."
    if price > high:
        return f"{name}: {labels.rate(price)} per 1M tokens is unusually expensive."
    return ""


def _confusion(rates: TokenRates, in_force: Price | None) -> Sequence[str]:
    """Names the two units if the prices differ about as much as one from the other."""
    price = rates.output_usd or rates.input_usd
    if in_force is None:
        dear, cheap = rates.output_usd > _USUAL[1], 0 < rates.input_usd < _USUAL[0]
    else:
        pairs = [
            (rates.input_usd, in_force.rates.input_usd),
            (rates.output_usd, in_force.rates.output_usd),
        ]
        dear = any(0 < before * _PER_1K <= new for new, before in pairs)
        cheap = any(0 < new * _PER_1K <= before for new, before in pairs)
    if cheap:
        return (
            "Is this a price per 1,000 tokens (1K)? Here it is per 1 million: "
            f"{labels.rate(price)} per 1K is {labels.rate(price * 1000)} per 1M.",
        )
    if dear:
        return (
            "Was it multiplied by 1,000 once too often? Here it is per 1 million tokens, not per "
            f"billion: {labels.rate(price)} per 1M is {labels.rate(price / 1000)} per 1,000.",
        )
    return ()


def _times(ratio: Decimal) -> str:
    return f"{ratio:,.0f}" if ratio >= _SUSPICIOUS * 10 else f"{ratio:,.1f}".removesuffix(".0")


def _model_error(model: str) -> str:
    if not model:
        return "Enter the model's name as its calls spell it."
    if len(model) > MAX_MODEL_CHARACTERS:
        return f"A model's name has at most {MAX_MODEL_CHARACTERS} characters."
    return "" if model.isprintable() else "A model's name has no control characters."


def _start_error(starts_on: date | None) -> str:
    last = clock.now().date() + _AHEAD
    if starts_on is None:
        return "Enter the day from which the price counts, as in 2026-03-16."
    if not _FIRST_DAY <= starts_on <= last:
        return f"Choose a day between {labels.day(_FIRST_DAY)} and {labels.day(last)}."
    return ""


def _price_error(typed: str) -> str:
    if not typed:
        return "Enter a price in US dollars per 1 million tokens."
    if typed.startswith(("-", "−")):
        return "A price cannot be negative."
    if "," in typed:
        return "Write it with a point and without commas, as in 1250.50."
    match = _NUMBER.fullmatch(typed)
    if match is None:
        return "Write a number of US dollars, as in 0.15."
    if len((match[2] or "").rstrip("0")) > _DECIMALS:
        return f"At most {_DECIMALS} digits can follow the point."
    if _usd(typed) > MAX_USD:
        return f"A price is at most ${MAX_USD:,} per 1 million tokens."
    return ""


def _usd(typed: str) -> Decimal:
    return Decimal(typed.removeprefix("$").strip())


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
