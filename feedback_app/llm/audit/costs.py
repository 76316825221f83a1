"""The audit's checks of tokens and money."""

from sqlalchemy import and_, func, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import CallStatus, LlmCall, PriceOverride
from feedback_app.llm.audit.finding import (
    SETTLED,
    TOKENS,
    Check,
    Finding,
    calls_where,
    fetch,
    of_company,
)
from feedback_app.llm.ledger.pricing import price_for


async def without_cost(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Calls that used tokens and have no cost, one finding for each company, model and reason."""
    overridden = (
        select(col(PriceOverride.id))
        .where(
            col(PriceOverride.company_id) == col(LlmCall.company_id),
            col(PriceOverride.model).in_(
                [col(LlmCall.requested_model), col(LlmCall.resolved_model)]
            ),
            col(PriceOverride.starts_at) <= col(LlmCall.started_at),
            col(PriceOverride.withdrawn_at).is_(None),
        )
        .exists()
    )
    unpriced = (
        select(
            col(LlmCall.id),
            col(LlmCall.company_id),
            col(LlmCall.provider),
            col(LlmCall.requested_model),
            col(LlmCall.resolved_model),
            col(LlmCall.started_at),
            overridden.label("overridden"),
        )
        .where(of_company(company_id), SETTLED, TOKENS > 0, col(LlmCall.cost_microusd).is_(None))
        .subquery()
    )
    kind = (
        unpriced.c.company_id,
        unpriced.c.provider,
        unpriced.c.requested_model,
        unpriced.c.resolved_model,
        unpriced.c.overridden,
    )
    query = select(
        *kind, func.count(), func.max(unpriced.c.id), func.max(unpriced.c.started_at)
    ).group_by(*kind)
    findings = []
    for company, provider, requested, resolved, _, count, call_id, at in await fetch(
        session, query
    ):
        price = await price_for(session, company, provider, requested, at, answered_by=resolved)
        calls = f"{count:,} {'call' if count == 1 else 'calls'} to {resolved or requested}"
        if price is not None:
            sentence = f"{calls} used tokens and have no cost, though the price is known."
            findings.append(Finding(Check.MISSING_COST, call_id, sentence))
        else:
            sentence = f"The price of this model is not known: {calls} have no cost."
            findings.append(Finding(Check.UNKNOWN_PRICE, call_id, sentence))
    return findings


async def without_tokens(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Calls that cost something and used nothing."""
    found = await calls_where(session, company_id, col(LlmCall.cost_microusd) > 0, TOKENS == 0)
    sentence = "The call has a cost, but used no tokens."
    return [Finding(Check.COST_WITHOUT_TOKENS, call_id, sentence) for call_id in found]


async def wrongly_estimated(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Calls whose tokens are marked as estimated, or not, in contradiction to the rest of the row.

    Only a provider can report what it read from its cache or wrote to it, and a complete answer
    that it counted has a finish reason.
    """
    estimated = col(LlmCall.tokens_estimated)
    query = select(col(LlmCall.id), estimated).where(
        of_company(company_id),
        SETTLED,
        or_(
            and_(estimated, col(LlmCall.cached_tokens) + col(LlmCall.cache_write_tokens) > 0),
            and_(
                ~estimated,
                TOKENS > 0,
                col(LlmCall.status) == CallStatus.COMPLETE,
                col(LlmCall.finish_reason).is_(None),
            ),
        ),
    )
    sentences = {
        True: "The tokens are marked as estimated, though the provider counted them.",
        False: "The tokens are not marked as estimated, though the provider never counted them.",
    }
    return [
        Finding(Check.ESTIMATE_MARK, call_id, sentences[marked])
        for call_id, marked in await fetch(session, query)
    ]
