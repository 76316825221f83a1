"""Prices settled calls anew at today's price list: only on purpose, audited, all or nothing.

A call's cost is frozen when it is settled. Whoever sets a price for calls of the past sees first
what it would change, and then has it changed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db import rollups
from feedback_app.db.models import CallStatus, LlmCall, PriceOverride, PriceRecalculation
from feedback_app.llm.completion import Usage
from feedback_app.llm.pricing import price_from

BATCH = 500
"""Calls read and written at a time."""

Rebuild = Callable[[AsyncSession, str, datetime, datetime], Awaitable[None]]
"""What follows from changed costs: called in the same transaction with the company and the period,
from a moment up to but not including another, once the calls are priced anew."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One company's settled calls that asked for a model, or were answered by it, in a period."""

    company_id: str
    model: str
    since: datetime
    until: datetime
    """Not in it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What pricing anew changes; costs are of the changed calls, as far as they are known."""

    calls: int = 0
    before_microusd: int = 0
    after_microusd: int = 0
    became_known: int = 0
    became_unknown: int = 0


@dataclass(frozen=True, slots=True)
class _Change:
    call_id: str
    before_microusd: int | None
    after_microusd: int | None
    source: str


async def preview(session: AsyncSession, scope: Scope) -> tuple[Effect, int]:
    """What `recalculate` would change, and how many calls it would look at."""
    return await _walk(session, scope, write=False)


async def recalculate(
    session: AsyncSession, scope: Scope, user_id: str, *, rebuild: Rebuild = rollups.rebuild
) -> Effect:
    """Price the scope's calls anew within a writing session, and record it."""
    effect, _ = await _walk(session, scope, write=True)
    session.add(
        PriceRecalculation(
            company_id=scope.company_id,
            user_id=user_id,
            model=scope.model,
            since=scope.since,
            until=scope.until,
            calls=effect.calls,
            before_microusd=effect.before_microusd,
            after_microusd=effect.after_microusd,
            became_known=effect.became_known,
            became_unknown=effect.became_unknown,
        )
    )
    await session.flush()
    await rebuild(session, scope.company_id, scope.since, scope.until)
    return effect


async def _walk(session: AsyncSession, scope: Scope, *, write: bool) -> tuple[Effect, int]:
    overrides = (
        await session.exec(
            select(PriceOverride).where(
                PriceOverride.company_id == scope.company_id,
                col(PriceOverride.withdrawn_at).is_(None),
            )
        )
    ).all()
    effect, looked_at, after = Effect(), 0, None
    while batch := await _batch(session, scope, after, lock=write):
        changes = [change for call in batch if (change := _change(call, overrides))]
        if write and changes:
            await _write(session, changes)
        effect = _plus(effect, changes)
        looked_at += len(batch)
        after = batch[-1]
        for call in batch:
            session.expunge(call)
    return effect, looked_at


async def _batch(
    session: AsyncSession, scope: Scope, after: LlmCall | None, *, lock: bool
) -> Sequence[LlmCall]:
    """The calls that follow `after`; locked, so that of two who recalculate one sees the other."""
    started, call_id = col(LlmCall.started_at), col(LlmCall.id)
    conditions: list[ColumnElement[bool]] = [
        col(LlmCall.company_id) == scope.company_id,
        started >= scope.since,
        started < scope.until,
        or_(
            col(LlmCall.resolved_model) == scope.model, col(LlmCall.requested_model) == scope.model
        ),
        col(LlmCall.status) != CallStatus.RUNNING,
    ]
    if after is not None:
        conditions.append(
            or_(
                started > after.started_at,
                and_(started == after.started_at, call_id > after.id),
            )
        )
    query = select(LlmCall).where(*conditions).order_by(started, call_id).limit(BATCH)
    return (await session.exec(query.with_for_update() if lock else query)).all()


def _change(call: LlmCall, overrides: Sequence[PriceOverride]) -> _Change | None:
    price = price_from(
        overrides,
        call.provider,
        call.requested_model,
        call.started_at,
        answered_by=call.resolved_model,
    )
    usage = Usage(
        call.prompt_tokens, call.completion_tokens, call.reasoning_tokens, call.cached_tokens
    )
    cost, source = (price.cost(usage), price.source) if price else (None, "")
    if (cost, source) == (call.cost_microusd, call.price_source):
        return None
    return _Change(call.id, call.cost_microusd, cost, source)


async def _write(session: AsyncSession, changes: Sequence[_Change]) -> None:
    priced = (
        update(LlmCall)
        .where(col(LlmCall.id) == bindparam("call"))
        .values(cost_microusd=bindparam("cost"), price_source=bindparam("source"))
    )
    await (await session.connection()).execute(
        priced,
        [{"call": c.call_id, "cost": c.after_microusd, "source": c.source} for c in changes],
    )


def _plus(effect: Effect, changes: Sequence[_Change]) -> Effect:
    before = [change.before_microusd for change in changes]
    after = [change.after_microusd for change in changes]
    moves = list(zip(before, after, strict=True))
    return Effect(
        effect.calls + len(changes),
        effect.before_microusd + sum(cost or 0 for cost in before),
        effect.after_microusd + sum(cost or 0 for cost in after),
        effect.became_known + sum(old is None and new is not None for old, new in moves),
        effect.became_unknown + sum(old is not None and new is None for old, new in moves),
    )
