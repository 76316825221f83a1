"""The most a call can cost: what admission reserves for it and the page quotes beforehand.

Providers answer under other names than were requested: `gpt-4o-mini` as `gpt-4o-mini-2024-07-18`, a
router as whatever it chose. A settled call costs the price of the name that answered. So the most
expensive of the models that may answer counts: those that recently answered for this model, and
dated ones for which the company has set a price.
"""

import re

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import LlmCall, PriceOverride
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.ledger.entries import Reservation
from feedback_app.llm.ledger.pricing import OFFLINE_PROVIDER, Cost, price_from

LATELY_CALLS = 200
"""The company's latest calls: enough to know its models, few enough to read at every start."""

_DATE = re.compile(r"-[\d-]+")


async def worst_case(session: AsyncSession, r: Reservation) -> Cost:
    """The cost of the whole prompt and the longest allowed answer, at the highest price in force.

    The prompt counts as wholly new, wholly cached or wholly written to the cache, whichever costs
    most. `None` if a name that may answer has no known price.
    """
    company_id, model, at = r.owner.company_id, r.requested_model, r.started_at
    if r.provider == OFFLINE_PROVIDER:
        return Cost(0, OFFLINE_PROVIDER)
    lately = await _answered_as(session, company_id, model)
    overrides = await session.exec(
        select(PriceOverride).where(
            PriceOverride.company_id == company_id,
            or_(
                col(PriceOverride.model).in_([model, *lately]),
                col(PriceOverride.model).startswith(f"{model}-", autoescape=True),
            ),
            col(PriceOverride.starts_at) <= at,
            col(PriceOverride.withdrawn_at).is_(None),
        )
    )
    in_force = overrides.all()
    dated = {o.model for o in in_force if _DATE.fullmatch(o.model[len(model) :])}
    unnamed = price_from(in_force, r.provider, model, at)
    prices = [
        price_from(in_force, r.provider, model, at, answered_by=name)
        for name in sorted({*lately, *dated})
    ]
    if unnamed is not None or not prices:
        prices.append(unnamed)
    costs: list[Cost] = []
    for price in prices:
        if price is None:
            return Cost(None, "")
        costs += (Cost(price.cost(most), price.source) for most in _at_most(r))
    return max(costs, key=lambda cost: cost.microusd or 0)


def _at_most(r: Reservation) -> tuple[Usage, ...]:
    prompt, output = r.most_prompt_tokens, r.max_output_tokens
    return (
        Usage(prompt, output),
        Usage(prompt, output, cached_tokens=prompt),
        Usage(prompt, output, cache_write_tokens=prompt),
    )


async def _answered_as(session: AsyncSession, company_id: str, model: str) -> list[str]:
    """The names under which this model answered in the company's latest calls."""
    latest = (
        select(col(LlmCall.requested_model), col(LlmCall.resolved_model))
        .where(LlmCall.company_id == company_id)
        .order_by(col(LlmCall.started_at).desc())
        .limit(LATELY_CALLS)
        .subquery()
    )
    names = await session.exec(
        select(latest.c.resolved_model)
        .where(latest.c.requested_model == model, latest.c.resolved_model.is_not(None))
        .distinct()
    )
    return list(names.all())
