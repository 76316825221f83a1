"""Recalculates settled calls at today's prices: only on request, audited, all or nothing.

A call's cost is fixed when it is settled. An administrator who sets a price for past calls first
sees what it would change, and then confirms the change. A plan of what to write is computed by
reading only; carrying the plan out is one short transaction, which fails if anything that the plan
was made from has changed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, update
from sqlalchemy import select as select_values
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db import rollups
from feedback_app.db.models import CallStatus, LlmCall, PriceOverride, PriceRecalculation
from feedback_app.db.rollups import CostMoves
from feedback_app.db.tally import FIELDS
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.ledger.pricing import price_from

READ = 250
"""Calls priced at a time: about 15 ms of arithmetic where prices are published ones."""
WRITTEN = 1_000
"""Calls compared and changed at a time."""


class PlanOutdated(Exception):
    """Prices, or the calls of a plan, have changed since it was made."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One company's settled calls that asked for a model, or were answered by it, in a period."""

    company_id: str
    model: str
    since: datetime
    until: datetime
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The changes of a recalculation; costs include only changed calls whose cost is known."""

    calls: int = 0
    before_microusd: int = 0
    after_microusd: int = 0
    became_known: int = 0
    became_unknown: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A call whose cost, or whose price's source, is different today."""

    call_id: str
    cost_microusd: int | None
    source: str
    is_saved: bool
    new_cost_microusd: int | None
    new_source: str
    fields: Sequence[Any]
    """In the order of `db.tally.FIELDS`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that recalculating the scope would write."""

    scope: Scope
    effect: Effect
    changes: Sequence[Change]
    """In the order of their ids, in which they are locked."""
    moves: CostMoves
    overrides: frozenset[str]
    """The company's prices that it was made with."""


async def preview(session: AsyncSession, scope: Scope) -> tuple[Effect, int]:
    """What recalculating the scope would change, and how many calls were checked."""
    effect, looked_at = Effect(), 0
    async for calls, changes in _walk(session, scope, await _overrides(session, scope)):
        effect, looked_at = _plus(effect, changes), looked_at + calls
    return effect, looked_at


async def plan(session: AsyncSession, scope: Scope) -> Plan:
    """What recalculating the scope now would write."""
    overrides = await _overrides(session, scope)
    walk = _walk(session, scope, overrides)
    changes = [change async for _, found in walk for change in found]
    changes.sort(key=lambda change: change.call_id)
    moved = ((change.fields, change.new_cost_microusd) for change in changes)
    return Plan(
        scope=scope,
        effect=_plus(Effect(), changes),
        changes=changes,
        moves=await asyncio.to_thread(rollups.cost_moves, moved),
        overrides=frozenset(override.id for override in overrides),
    )


async def carry_out(session: AsyncSession, wanted: Plan, user_id: str) -> None:
    """Write what the plan says within a writing session, and record who asked for it.

    Calls settled in the meantime are not included: they have today's price.

    Raises:
        PlanOutdated: it would no longer change what it says; the session must be rolled back.
    """
    scope, effect = wanted.scope, wanted.effect
    if {override.id for override in await _overrides(session, scope)} != wanted.overrides:
        raise PlanOutdated
    for changes in _parts(wanted.changes, WRITTEN):
        await _hold(session, changes)
        await _write(session, changes)
    await rollups.move_costs(session, wanted.moves)
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


async def _overrides(session: AsyncSession, scope: Scope) -> Sequence[PriceOverride]:
    """The company's prices that are not withdrawn."""
    found = await session.exec(
        select(PriceOverride).where(
            PriceOverride.company_id == scope.company_id, col(PriceOverride.withdrawn_at).is_(None)
        )
    )
    return found.all()


async def _walk(
    session: AsyncSession, scope: Scope, overrides: Sequence[PriceOverride]
) -> AsyncIterator[tuple[int, list[Change]]]:
    """The scope's calls in batches: how many there are, and which of them would change."""
    started = col(LlmCall.started_at)
    query = select_values(
        col(LlmCall.id), col(LlmCall.provider), col(LlmCall.price_source), *FIELDS
    ).where(
        col(LlmCall.company_id) == scope.company_id,
        started >= scope.since,
        started < scope.until,
        or_(
            col(LlmCall.resolved_model) == scope.model, col(LlmCall.requested_model) == scope.model
        ),
        col(LlmCall.status) != CallStatus.RUNNING,
    )
    result = await (await session.connection()).stream(query)
    async for calls in result.partitions(READ):
        yield len(calls), [change for call in calls if (change := _change(call, overrides))]


def _change(call: Any, overrides: Sequence[PriceOverride]) -> Change | None:
    """The change of a call in the form `_walk` reads it, or `None`."""
    price = price_from(
        overrides,
        call.provider,
        call.requested_model,
        call.started_at,
        answered_by=call.resolved_model,
    )
    usage = Usage(
        call.prompt_tokens,
        call.completion_tokens,
        call.reasoning_tokens,
        call.cached_tokens,
        call.cache_write_tokens,
    )
    cost, source = (price.cost(usage), price.source) if price else (None, "")
    if (cost, source) == (call.cost_microusd, call.price_source):
        return None
    return Change(
        call_id=call.id,
        cost_microusd=call.cost_microusd,
        source=call.price_source,
        is_saved=call.saved_as_feedback,
        new_cost_microusd=cost,
        new_source=source,
        fields=call[-len(FIELDS) :],
    )


async def _hold(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Lock these calls until the session ends, if they are still as they were read.

    Raises:
        PlanOutdated: they have changed.
    """
    query = (
        select_values(
            col(LlmCall.id),
            col(LlmCall.cost_microusd),
            col(LlmCall.price_source),
            col(LlmCall.saved_as_feedback),
        )
        .where(col(LlmCall.id).in_([change.call_id for change in changes]))
        .order_by(col(LlmCall.id))
        .with_for_update()
    )
    found = (await (await session.connection()).execute(query)).all()
    if set(map(tuple, found)) != {
        (c.call_id, c.cost_microusd, c.source, c.is_saved) for c in changes
    }:
        raise PlanOutdated


async def _write(session: AsyncSession, changes: Sequence[Change]) -> None:
    priced = (
        update(LlmCall)
        .where(col(LlmCall.id) == bindparam("call"))
        .values(cost_microusd=bindparam("cost"), price_source=bindparam("source"))
    )
    await (await session.connection()).execute(
        priced,
        [{"call": c.call_id, "cost": c.new_cost_microusd, "source": c.new_source} for c in changes],
    )


def _plus(effect: Effect, changes: Iterable[Change]) -> Effect:
    moves = [(change.cost_microusd, change.new_cost_microusd) for change in changes]
    return Effect(
        effect.calls + len(moves),
        effect.before_microusd + sum(old or 0 for old, _ in moves),
        effect.after_microusd + sum(new or 0 for _, new in moves),
        effect.became_known + sum(old is None and new is not None for old, new in moves),
        effect.became_unknown + sum(old is not None and new is None for old, new in moves),
    )


def _parts(changes: Sequence[Change], length: int) -> Iterator[Sequence[Change]]:
    for place in range(0, len(changes), length):
        yield changes[place : place + length]
