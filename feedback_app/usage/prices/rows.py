"""Puts the facts about a company's prices into words for the page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from feedback_app.core import clock
from feedback_app.db.models import PriceOverride
from feedback_app.llm.ledger.pricing import (
    FREE,
    OFFLINE_PROVIDER,
    Price,
    TokenRates,
    price_from,
    rates_of,
)
from feedback_app.llm.ledger.recalculation import Effect, Scope
from feedback_app.ui import wording
from feedback_app.usage import labels
from feedback_app.usage.prices.queries import Kind, OverrideRecord, RecalculationRecord, UsedModel
from feedback_app.usage.prices.schemas import (
    ModelRow,
    OverrideRow,
    PreviewView,
    PriceForm,
    PricesView,
    RecalculationRow,
)

_STATUS_LABELS = {
    "in_force": "In force",
    "coming": "To come",
    "past": "Superseded",
    "withdrawn": "Withdrawn",
}


def page(
    used: Sequence[UsedModel],
    set_prices: Sequence[PriceOverride],
    history: Sequence[OverrideRecord],
    made: Sequence[RecalculationRecord],
    in_use: str | None,
) -> PricesView:
    """The whole page; `in_use` is the model that drafts use, whether called yet or not."""
    now = clock.now()
    shown = list(used)
    if in_use and all(model.name != in_use for model in used):
        shown.append(UsedModel(in_use, 0, 0, None, (Kind("", in_use, None),)))
    in_force = {model.name: _price_now(model.kinds[0], set_prices, now) for model in shown}
    shown.sort(
        key=lambda model: (
            in_force[model.name] is not None,
            not model.unpriced,
            -model.calls,
            model.name,
        )
    )
    setters = {record.override.id: record for record in history}
    unknown = sum(model.unpriced for model in used)
    paid = [kind for model in used for kind in model.kinds if kind.provider != OFFLINE_PROVIDER]
    return PricesView(
        models=[
            _model(model, in_force[model.name], setters, is_in_use=model.name == in_use)
            for model in shown
        ],
        unknown=f"{labels.unknown_costs(unknown)}, because no price was known." if unknown else "",
        overrides=[_override(record, set_prices, now) for record in history],
        recalculations=[_recalculation(record) for record in made],
        names=sorted({name for kind in paid for name in (kind.requested, kind.name)}),
    )


def effect_view(scope: Scope, effect: Effect, looked_at: int) -> PreviewView:
    """What a recalculation would change."""
    where = f"to {scope.model}, {_period(scope.since, scope.until)}"
    if not looked_at:
        return PreviewView(title=f"No settled call {where}.")
    if not effect.calls:
        count = labels.count(looked_at, "call")
        every = "costs" if looked_at == 1 else "cost"
        return PreviewView(
            title=f"Nothing would change: {count} {where}, {every} what today's prices say."
        )
    known_before = effect.calls - effect.became_known
    known_after = effect.calls - effect.became_unknown
    return PreviewView(
        title=f"{effect.calls:,} of {labels.count(looked_at, 'call')} {where}, would change.",
        before=_amount(effect.before_microusd, known_before),
        after=_amount(effect.after_microusd, known_after),
        notes=_moves(effect),
        can_apply=True,
        action=f"Recalculate {labels.count(effect.calls, 'call')}",
    )


def done(scope: Scope, effect: Effect) -> str:
    """What a recalculation has changed."""
    calls = labels.count(effect.calls, "call")
    return f"Recalculated {calls} to {scope.model}: {_outcome(effect)}."


def form_of(model: str, starts_on: date, rates: TokenRates | None) -> PriceForm:
    """The form that sets a price from that day on; it begins with `rates`, if any are known."""
    if rates is None or rates == FREE:
        return PriceForm(model, starts_on.isoformat())
    paid_in, cached, paid_out, written = (labels.rate(usd)[1:] for usd in _figures(rates))
    return PriceForm(
        model,
        starts_on.isoformat(),
        paid_in,
        "" if cached == paid_in else cached,
        paid_out,
        "" if written == paid_in else written,
    )


def prices(rates: TokenRates) -> str:
    """`$0.15 in, $0.075 cached, $0.60 out`, and cache writes if they cost other than input."""
    if rates == FREE:
        return "Costs nothing"
    paid_in, cached, paid_out, written = map(labels.rate, _figures(rates))
    parts = [f"{paid_in} in", f"{cached} cached", f"{paid_out} out"]
    if rates.cache_write_usd != rates.input_usd:
        parts.append(f"{written} cache writes")
    return ", ".join(parts)


def _figures(rates: TokenRates) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return rates.input_usd, rates.cached_usd, rates.output_usd, rates.cache_write_usd


def _price_now(kind: Kind, set_prices: Sequence[PriceOverride], now: datetime) -> Price | None:
    return price_from(set_prices, kind.provider, kind.requested, now, answered_by=kind.resolved)


def _model(
    model: UsedModel,
    price: Price | None,
    setters: dict[str, OverrideRecord],
    *,
    is_in_use: bool,
) -> ModelRow:
    source, note = _source(price, setters)
    figures = map(labels.rate, _figures(price.rates)) if price else [labels.NONE] * 4
    paid_in, cached, paid_out, written = figures
    return ModelRow(
        model=model.name,
        model_note="Drafts ask for this model" if is_in_use else "",
        calls=f"{model.calls:,}" if model.calls else labels.NONE,
        unknown=labels.unknown_costs(model.unpriced) if model.unpriced else "",
        is_known=price is not None,
        input=paid_in,
        cached=cached,
        cache_write=written,
        output=paid_out,
        source=source,
        source_note=note,
        can_set=any(kind.provider != OFFLINE_PROVIDER for kind in model.kinds),
    )


def _source(price: Price | None, setters: dict[str, OverrideRecord]) -> tuple[str, str]:
    if price is None:
        return "Unknown", ""
    kind, _, name = price.source.partition(":")
    if kind == "override":
        record = setters.get(name)
        if record is None:
            return "Set here", ""
        return (
            "Set here",
            f"from {labels.day(record.override.starts_at.date())}, by {record.set_by}",
        )
    if kind == "genai-prices":
        notes = [f"{name} in genai-prices"]
        notes += [
            f"above {t.above_prompt_tokens:,} prompt tokens {prices(t.rates)}" for t in price.tiers
        ]
        return "Published", "; ".join(notes)
    return labels.price_source(price.source)


def _override(
    record: OverrideRecord, set_prices: Sequence[PriceOverride], now: datetime
) -> OverrideRow:
    override = record.override
    status = _status(override, set_prices, now)
    return OverrideRow(
        override_id=override.id,
        model=override.model,
        starts=f"from {labels.day(override.starts_at.date())}",
        prices=prices(rates_of(override)),
        set_by=record.set_by,
        set_at=wording.local_time(override.set_at),
        status=status,
        status_label=_STATUS_LABELS[status],
        withdrawn_by=record.withdrawn_by or "",
        withdrawn_at=wording.local_time(override.withdrawn_at),
        can_withdraw=override.withdrawn_at is None,
    )


def _status(override: PriceOverride, set_prices: Sequence[PriceOverride], now: datetime) -> str:
    if override.withdrawn_at is not None:
        return "withdrawn"
    if override.starts_at > now:
        return "coming"
    price = price_from(set_prices, "", override.model, now)
    return "in_force" if price and price.source == f"override:{override.id}" else "past"


def _recalculation(record: RecalculationRecord) -> RecalculationRow:
    made = record.recalculation
    effect = Effect(
        made.calls,
        made.before_microusd,
        made.after_microusd,
        made.became_known,
        made.became_unknown,
    )
    return RecalculationRow(
        recalculation_id=made.id,
        model=made.model,
        period=_period(made.since, made.until),
        outcome=f"{labels.count(made.calls, 'call')}: {_outcome(effect)}",
        made_by=record.made_by,
        made_at=wording.local_time(made.at),
    )


def _outcome(effect: Effect) -> str:
    before = _amount(effect.before_microusd, effect.calls - effect.became_known)
    after = _amount(effect.after_microusd, effect.calls - effect.became_unknown)
    return "; ".join((f"{before} → {after}", *_moves(effect)))


def _moves(effect: Effect) -> list[str]:
    told = [(effect.became_known, "unknown → known"), (effect.became_unknown, "known → unknown")]
    return [f"{labels.count(calls, 'call')} {move}" for calls, move in told if calls]


def _amount(microusd: int, known: int) -> str:
    if not known:
        return "unknown"
    return labels.rate(Decimal(microusd) / 1_000_000)


def _period(since: datetime, until: datetime) -> str:
    first, last = since.date(), (until - timedelta(days=1)).date()
    if first == last:
        return labels.day(last)
    return f"{labels.day(first)} to {labels.day(last)}"
