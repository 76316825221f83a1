"""The cost of a call, in whole micro-dollars; an unknown price is `None`, never 0.

The price in force when a call starts determines its cost: the company's own price, set by an
administrator, else nothing for the models that `LLM_FREE_MODELS` names, else the published price in
the `genai-prices` data set, which knows prices by date. The offline drafter costs nothing because
no model is called.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price
from genai_prices.types import ModelPrice, TieredPrices
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core.settings import get_settings
from feedback_app.db.models import PriceOverride
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.client.offline import OFFLINE_PROVIDER

FREE_SETTING = "LLM_FREE_MODELS"
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class TokenRates:
    """US dollars per million tokens, which is micro-dollars per token; none is negative."""

    input_usd: Decimal
    cached_usd: Decimal
    """For the part of the prompt that the provider had cached."""
    output_usd: Decimal
    """Reasoning is part of the output."""
    cache_write_usd: Decimal
    """For the part of the prompt that the provider writes to its cache."""


@dataclass(frozen=True, slots=True)
class Tier:
    """The rates of a whole call whose prompt is longer than so many tokens."""

    above_prompt_tokens: int
    rates: TokenRates


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model and its source.

    `source` is `override:<id>`, `LLM_FREE_MODELS`, `genai-prices:openai/gpt-4o-mini` or `offline`.
    """

    source: str
    rates: TokenRates
    tiers: tuple[Tier, ...] = ()
    """In ascending order."""

    def cost(self, usage: Usage) -> int:
        """Micro-dollars for the usage, exact, rounded once and half up.

        Tokens read from the cache, and those written to it, are parts of the prompt and are charged
        at their own rates instead of the input's.
        """
        reached = [t.rates for t in self.tiers if usage.prompt_tokens > t.above_prompt_tokens]
        rates = reached[-1] if reached else self.rates
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        written = min(usage.cache_write_tokens, usage.prompt_tokens - cached)
        exact = (
            (usage.prompt_tokens - cached - written) * rates.input_usd
            + cached * rates.cached_usd
            + written * rates.cache_write_usd
            + usage.completion_tokens * rates.output_usd
        )
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


FREE = TokenRates(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount and its price's source; `None` and an empty source if no price is known."""

    microusd: int | None
    source: str


async def price_for(
    session: AsyncSession,
    company_id: str,
    provider: str,
    model: str,
    at: datetime,
    *,
    answered_by: str | None = None,
) -> Price | None:
    """The price in force at that time, `None` if none is known; one indexed query.

    `answered_by` is the model that really answered, if the provider named it: its price takes
    precedence over that of the requested `model`.
    """
    if provider == OFFLINE_PROVIDER:
        return Price(OFFLINE_PROVIDER, FREE)
    overrides = await session.exec(
        select(PriceOverride).where(
            PriceOverride.company_id == company_id,
            col(PriceOverride.model).in_(_names(model, answered_by)),
            col(PriceOverride.starts_at) <= at,
            col(PriceOverride.withdrawn_at).is_(None),
        )
    )
    return price_from(overrides.all(), provider, model, at, answered_by=answered_by)


async def cost_of(
    session: AsyncSession,
    company_id: str,
    provider: str,
    model: str,
    usage: Usage,
    at: datetime,
    *,
    answered_by: str | None = None,
) -> Cost:
    """The cost of the usage at the price in force at that time; see `price_for`."""
    price = await price_for(session, company_id, provider, model, at, answered_by=answered_by)
    return Cost(price.cost(usage), price.source) if price else Cost(None, "")


def price_from(
    overrides: Sequence[PriceOverride],
    provider: str,
    model: str,
    at: datetime,
    *,
    answered_by: str | None = None,
) -> Price | None:
    """The same from a company's own prices that have already been read.

    Of those in force the one that started last counts, and of those that started together the one
    that was set last. A company's price for either name takes precedence over a published one.
    """
    if provider == OFFLINE_PROVIDER:
        return Price(OFFLINE_PROVIDER, FREE)
    names = _names(model, answered_by)
    for name in names:
        in_force = [
            override
            for override in overrides
            if override.model == name and override.withdrawn_at is None and override.starts_at <= at
        ]
        if in_force:
            last = max(in_force, key=lambda override: (override.starts_at, override.id))
            return Price(f"override:{last.id}", rates_of(last))
    if get_settings().free_models.intersection(names):
        return Price(FREE_SETTING, FREE)
    return next((price for name in names if (price := _published(name, at))), None)


def rates_of(override: PriceOverride) -> TokenRates:
    """The rates that an administrator set."""
    return TokenRates(
        Decimal(override.input_microusd_per_mtok) / _MICRO,
        Decimal(override.cached_microusd_per_mtok) / _MICRO,
        Decimal(override.output_microusd_per_mtok) / _MICRO,
        Decimal(override.cache_write_microusd_per_mtok) / _MICRO,
    )


def _names(model: str, answered_by: str | None) -> list[str]:
    return [answered_by, model] if answered_by and answered_by != model else [model]


def _published(model: str, at: datetime) -> Price | None:
    """The published price; `None` if it does not depend on input and output tokens alone."""
    try:
        listed = calc_price(PricedUsage(), model_ref=model, genai_request_timestamp=at)
    except LookupError:
        return None
    prices = listed.model_price
    if prices.requests_kcount is not None or prices.output_reasoning_mtok is not None:
        return None
    base = _rates_above(prices, -1)
    if base is None:
        return None
    starts = {
        tier.start
        for listed_price in (
            prices.input_mtok,
            prices.cache_read_mtok,
            prices.cache_write_mtok,
            prices.output_mtok,
        )
        if isinstance(listed_price, TieredPrices)
        for tier in listed_price.tiers
    }
    tiers = [
        Tier(start, rates) for start in sorted(starts) if (rates := _rates_above(prices, start))
    ]
    source = f"genai-prices:{listed.provider.id}/{listed.model.id}"
    return Price(source, base, tuple(tiers))


def _rates_above(prices: ModelPrice, prompt_tokens: int) -> TokenRates | None:
    paid_in, paid_out = prices.input_mtok, prices.output_mtok
    if paid_in is None or paid_out is None:
        return None
    cached, written = prices.cache_read_mtok, prices.cache_write_mtok
    return TokenRates(
        _rate_above(paid_in, prompt_tokens),
        _rate_above(paid_in if cached is None else cached, prompt_tokens),
        _rate_above(paid_out, prompt_tokens),
        _rate_above(paid_in if written is None else written, prompt_tokens),
    )


def _rate_above(price: Decimal | TieredPrices, prompt_tokens: int) -> Decimal:
    if not isinstance(price, TieredPrices):
        return price
    reached = [tier.price for tier in price.tiers if prompt_tokens >= tier.start]
    return reached[-1] if reached else price.base
