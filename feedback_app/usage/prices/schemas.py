"""What the page of prices asks for and shows: values for the page, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feedback_app.ui.wording import NO_TIME, LocalTime

_LONGEST_TEXT = 300


def _typed(form: Mapping[str, Any], name: str) -> str:
    """The text typed into a field, without surrounding spaces."""
    value = form.get(name)
    return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class PriceForm:
    """A price as it was typed, in US dollars per million tokens."""

    model: str = ""
    starts_on: str = ""
    input: str = ""
    cached: str = ""
    """Empty if cached input costs the same as other input."""
    output: str = ""
    cache_write: str = ""
    """Empty if tokens written to the cache cost the same as other input."""
    free: bool = False
    """Whether it costs nothing; then the prices do not count."""

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> "PriceForm":
        """The form from whatever the browser sent."""
        texts = {name: _typed(form, name) for name in ("model", "starts_on", "input", "output")}
        free = form.get("free") in (True, "on", "true")
        cached, cache_write = _typed(form, "cached"), _typed(form, "cache_write")
        return cls(**texts, cached=cached, cache_write=cache_write, free=free)


@dataclass(frozen=True, slots=True)
class PriceErrors:
    """What is wrong with each field, empty if nothing is."""

    model: str = ""
    starts_on: str = ""
    input: str = ""
    cached: str = ""
    output: str = ""
    cache_write: str = ""


@dataclass(frozen=True, slots=True)
class PeriodForm:
    """The calls to recalculate, as typed; the period includes both days."""

    model: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> "PeriodForm":
        """The form from whatever the browser sent."""
        return cls(_typed(form, "model"), _typed(form, "since"), _typed(form, "until"))


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model the company's calls went to, and its price in force."""

    model: str
    model_note: str
    calls: str
    unknown: str
    """How many of the calls have no known cost; empty for none."""
    is_known: bool
    input: str
    cached: str
    cache_write: str
    output: str
    source: str
    source_note: str
    can_set: bool


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One price that was set, withdrawn or not."""

    override_id: str = ""
    model: str = ""
    starts: str = ""
    prices: str = ""
    set_by: str = ""
    set_at: LocalTime = NO_TIME
    status: str = ""
    """`in_force`, `coming`, `past` or `withdrawn`."""
    status_label: str = ""
    withdrawn_by: str = ""
    withdrawn_at: LocalTime = NO_TIME
    can_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class RecalculationRow:
    """One recalculation that was made."""

    recalculation_id: str
    model: str
    period: str
    outcome: str
    made_by: str
    made_at: LocalTime


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What a recalculation would change, in words."""

    title: str = ""
    before: str = ""
    after: str = ""
    notes: list[str] = field(default_factory=list)
    can_apply: bool = False
    action: str = ""


@dataclass(frozen=True, slots=True)
class PricesView:
    """Everything on the page."""

    models: list[ModelRow] = field(default_factory=list)
    unknown: str = ""
    """Says that some calls have no known cost; empty if all have one."""
    overrides: list[OverrideRow] = field(default_factory=list)
    recalculations: list[RecalculationRow] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """The models that calls asked for or were answered by."""
