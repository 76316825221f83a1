"""Pricing calls anew: the preview, what it changes, and what happens meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Invalid
from feedback_app.db import rollups
from feedback_app.db.models import (
    CallStatus,
    LlmCall,
    PriceRecalculation,
)
from feedback_app.db.session import Database
from feedback_app.llm.audit import Check
from feedback_app.llm.ledger import recalculation
from feedback_app.llm.ledger.ledger import Ledger
from feedback_app.llm.ledger.recalculation import Plan, Scope
from feedback_app.usage.prices import service
from tests.factories import MadeInterview, make_call, make_interview
from tests.integration.generating import as_user
from tests.integration.pricing import AT, FEBRUARY, MODEL, PAID, TYPED, UNPRICED, call_of, office
from tests.integration.recounting import assert_sums_are_those_of_the_calls
from tests.integration.test_ledger import settlement
from tests.saving import save_feedback


@pytest.mark.ledger_findings(
    Check.UNKNOWN_PRICE, Check.LOST_CALL, reason="calls beside the recalculated ones are left"
)
async def test_pricing_anew_changes_what_its_preview_says_and_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculation, "READ", 2)
    monkeypatch.setattr(recalculation, "WRITTEN", 2)
    monkeypatch.setattr(rollups, "PER_STATEMENT", 2)
    (made, admin), (others, stranger) = await office(database), await office(database)
    user = as_user(admin)
    inside = [
        await make_call(database, made, **UNPRICED, started_at=AT + timedelta(minutes=n))
        for n in range(5)
    ]
    paid: dict[str, Any] = UNPRICED | {"cost_microusd": 7000}
    dearer = await make_call(database, made, **paid, started_at=AT + timedelta(hours=1))
    alone = [
        await make_call(database, made, **UNPRICED, started_at=datetime(2025, 12, 31, tzinfo=UTC)),
        await make_call(database, made, started_at=AT),
        await make_call(database, made, **UNPRICED, started_at=AT, status=CallStatus.RUNNING),
        await make_call(database, others, **UNPRICED, started_at=AT),
    ]
    override = await service.set_price(user, TYPED)
    seen = await service.preview(user, FEBRUARY)
    assert seen.effect == recalculation.Effect(6, 7000, 2400, became_known=5)
    assert seen.looked_at == 6
    assert (await call_of(database, inside[0])).cost_microusd is None, "a preview changes nothing"

    assert await service.recalculate(user, seen) == seen.effect
    await assert_sums_are_those_of_the_calls(database)
    for call in (*inside, dearer):
        row = await call_of(database, call)
        assert (row.cost_microusd, row.price_source) == (400, f"override:{override.id}")
    for call in alone:
        assert await call_of(database, call) == call
    (entry,) = (await service.view(user)).recalculations
    assert entry.outcome == "6 calls: $0.007 → $0.0024; 5 calls unknown → known"
    assert (entry.made_by, entry.made_at.text[:6]) == (admin.name, "today ")
    assert (await service.view(as_user(stranger))).recalculations == []
    assert (await service.preview(user, FEBRUARY)).effect.calls == 0


@pytest.mark.ledger_findings(Check.MISSING_COST, reason="nothing is priced anew in the end")
async def test_what_changed_since_the_preview_is_not_done_unseen(database: Database) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    call = await make_call(database, made, **UNPRICED, started_at=AT)
    await service.set_price(user, TYPED)
    seen = await service.preview(user, FEBRUARY)
    await service.set_price(user, replace(TYPED, input="0.30"))
    with pytest.raises(service.PreviewOutdated):
        await service.recalculate(user, seen)
    assert (await call_of(database, call)).cost_microusd is None
    assert await records(database) == []


async def dear_calls(database: Database, made: MadeInterview, count: int = 1) -> list[LlmCall]:
    """Calls at another cost than the price typed makes; each is another hour's."""
    return [
        await make_call(database, made, **PAID, started_at=AT + timedelta(hours=hours))
        for hours in range(count)
    ]


async def dear_calls_previewed(
    database: Database, made: MadeInterview, user: CurrentUser, count: int = 1
) -> tuple[list[LlmCall], service.Preview]:
    """Such calls, and what pricing them anew at the price typed would change."""
    calls = await dear_calls(database, made, count)
    await service.set_price(user, TYPED)
    return calls, await service.preview(user, FEBRUARY)


def between_plan_and_writing(
    monkeypatch: pytest.MonkeyPatch, happen: Callable[[], Awaitable[object]]
) -> list[Plan]:
    """Let something happen right after a recalculation was planned, once; the plans made."""
    plans: list[Plan] = []
    make_plan = recalculation.plan

    async def plan(session: AsyncSession, scope: Scope) -> Plan:
        plans.append(await make_plan(session, scope))
        if len(plans) == 1:
            await happen()
        return plans[-1]

    monkeypatch.setattr(recalculation, "plan", plan)
    return plans


async def records(database: Database) -> Sequence[PriceRecalculation]:
    async with database.read() as session:
        return (await session.exec(select(PriceRecalculation))).all()


async def test_a_recalculation_that_breaks_off_leaves_everything_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    calls, seen = await dear_calls_previewed(database, made, user, 2)

    async def break_off(session: AsyncSession, moves: rollups.CostMoves) -> None:
        await move_costs(session, moves)
        raise ZeroDivisionError

    move_costs = rollups.move_costs
    monkeypatch.setattr(rollups, "move_costs", break_off)
    with pytest.raises(ZeroDivisionError):
        await service.recalculate(user, seen)
    assert [await call_of(database, call) for call in calls] == calls
    assert await records(database) == []
    await assert_sums_are_those_of_the_calls(database)
    monkeypatch.setattr(rollups, "move_costs", move_costs)
    assert await service.recalculate(user, seen) == seen.effect
    await assert_sums_are_those_of_the_calls(database)


async def test_of_two_who_recalculate_at_once_one_is_told_to_look_again(
    database: Database,
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    _, seen = await dear_calls_previewed(database, made, user, 3)
    done = await asyncio.gather(
        *(service.recalculate(user, seen) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["Effect", "PreviewOutdated"]
    (record,) = await records(database)
    assert (record.user_id, record.calls, record.after_microusd) == (admin.id, 3, 1200)
    await assert_sums_are_those_of_the_calls(database)


async def test_a_price_set_while_it_is_planned_is_not_passed_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    calls, seen = await dear_calls_previewed(database, made, user)
    plans = between_plan_and_writing(
        monkeypatch, lambda: service.set_price(user, replace(TYPED, input="0.30"))
    )
    with pytest.raises(service.PreviewOutdated):
        await service.recalculate(user, seen)
    assert len(plans) == 2
    assert [await call_of(database, call) for call in calls] == calls
    assert await records(database) == []


async def test_a_draft_saved_while_it_is_planned_is_counted_at_its_new_cost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    (call,), seen = await dear_calls_previewed(database, made, user)
    plans = between_plan_and_writing(
        monkeypatch,
        lambda: save_feedback(as_user(made.interviewer), made.id, "Text", call.id),
    )
    assert await service.recalculate(user, seen) == seen.effect
    assert len(plans) == 2
    row = await call_of(database, call)
    assert (row.saved_as_feedback, row.cost_microusd) == (True, 400)
    await assert_sums_are_those_of_the_calls(database)


async def test_a_call_settled_while_it_is_planned_is_not_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    running = await make_call(database, made, **UNPRICED, started_at=AT, status=CallStatus.RUNNING)
    (call,), seen = await dear_calls_previewed(database, made, user)
    assert seen.looked_at == 1
    done = settlement(resolved_model=MODEL)
    plans = between_plan_and_writing(monkeypatch, lambda: Ledger(database).settle(running.id, done))
    assert await service.recalculate(user, seen) == seen.effect
    assert len(plans) == 1
    assert (await call_of(database, call)).cost_microusd == 400
    assert (await call_of(database, running)).cost_microusd == 360
    assert (await service.preview(user, FEBRUARY)).effect.calls == 0
    await assert_sums_are_those_of_the_calls(database)


async def test_settlements_amid_a_recalculation_are_all_counted(database: Database) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    await dear_calls(database, made, 5)
    running = [
        await make_call(
            database,
            await make_interview(database, made.interviewer),
            **UNPRICED,
            started_at=AT + timedelta(hours=hours),
            status=CallStatus.RUNNING,
        )
        for hours in range(5)
    ]
    await service.set_price(user, TYPED)
    seen = await service.preview(user, FEBRUARY)
    ledger, done = Ledger(database), settlement(resolved_model=MODEL)
    effect, *settled = await asyncio.gather(
        service.recalculate(user, seen), *(ledger.settle(call.id, done) for call in running)
    )
    assert effect == seen.effect
    assert all(settled)
    await assert_sums_are_those_of_the_calls(database)


@pytest.mark.ledger_findings(Check.UNKNOWN_PRICE, reason="the price was withdrawn")
async def test_withdrawing_and_pricing_anew_makes_costs_unknown_and_says_so(
    database: Database,
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    override = await service.set_price(user, TYPED)
    paid: dict[str, Any] = UNPRICED | {
        "cost_microusd": 400,
        "price_source": f"override:{override.id}",
    }
    call = await make_call(database, made, **paid, started_at=AT)
    await service.withdraw(user, override.id)
    seen = await service.preview(user, FEBRUARY)
    assert seen.effect == recalculation.Effect(1, 400, 0, became_unknown=1)
    await service.recalculate(user, seen)
    row = await call_of(database, call)
    assert (row.cost_microusd, row.price_source) == (None, "")
    (entry,) = (await service.view(user)).recalculations
    assert entry.outcome == "1 call: $0.0004 → unknown; 1 call known → unknown"


async def test_nothing_to_change_is_not_recorded(database: Database) -> None:
    _, admin = await office(database)
    seen = await service.preview(as_user(admin), FEBRUARY)
    with pytest.raises(Invalid, match="nothing to change"):
        await service.recalculate(as_user(admin), seen)
