"""A company's own prices: what calls cost under them, who may set them, what is listed."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, NotFound
from feedback_app.core.ids import new_id
from feedback_app.core.settings import Settings
from feedback_app.db.models import (
    CallStatus,
    Company,
    LlmCall,
    PriceOverride,
)
from feedback_app.db.session import Database
from feedback_app.feedback.service import owner_of
from feedback_app.llm.admission.admission import Admission
from feedback_app.llm.audit import Check, audit
from feedback_app.llm.ledger.entries import Reservation
from feedback_app.llm.ledger.ledger import Ledger
from feedback_app.usage.prices import queries, service
from feedback_app.usage.prices.checks import NeedsConfirmation
from feedback_app.usage.prices.queries import UsedModel
from tests.factories import make_call, store
from tests.integration.generating import as_user
from tests.integration.pricing import AT, FEBRUARY, MODEL, PAID, TYPED, UNPRICED, office
from tests.integration.test_ledger import settlement
from tests.usage_reports import FREE_MODELS, REPORTS, overrides


@pytest.mark.ledger_findings(Check.UNKNOWN_PRICE, reason="some reports are of unknown models")
async def test_a_settled_call_costs_what_was_worked_out_by_hand(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_FREE_MODELS", FREE_MODELS)
    made, admin = await office(database)
    await store(database, *overrides(admin.company_id, admin.id))
    for report in REPORTS:
        call = await make_call(
            database,
            made,
            status=CallStatus.RUNNING,
            started_at=report.started_at,
            requested_model=report.model,
            resolved_model=None,
            provider=report.provider,
        )
        done = settlement(usage=report.usage, resolved_model=report.answered_by)
        row = await Ledger(database).settle(call.id, done)
        assert row is not None
        told = (row.cost_microusd, row.price_source)
        assert told == (report.microusd, report.source), report.id


@pytest.mark.ledger_findings(Check.LOST_CALL, reason="the reserved call is never run")
async def test_a_calls_worst_case_is_reserved_at_the_companys_own_price(
    database: Database,
) -> None:
    made, admin = await office(database)
    override = await service.set_price(as_user(admin), TYPED)
    user = as_user(made.interviewer)
    reservation = Reservation(
        call_id=new_id(),
        owner=owner_of(user, made.id),
        template_id="standard",
        prompt_version="feedback-1",
        requested_model=MODEL,
        provider="openai",
        streaming=True,
        prompt_tokens=1000,
        max_output_tokens=1200,
        started_at=clock.now(),
    )
    await Admission(Settings(), database).reserve(reservation)
    async with database.read() as session:
        row = await session.get_one(LlmCall, reservation.call_id)
    # 1,000 * 0.20 + 1,200 * 0.80
    assert (row.reserved_microusd, row.price_source) == (1160, f"override:{override.id}")


@pytest.mark.ledger_findings(Check.UNKNOWN_PRICE, reason="the other company knows no price")
async def test_the_price_of_one_company_is_none_of_anothers(database: Database) -> None:
    (made, admin), (other, _) = await office(database), await office(database)
    await service.set_price(as_user(admin), TYPED)
    costs = []
    for interview in (made, other):
        call = await make_call(database, interview, **UNPRICED, status=CallStatus.RUNNING)
        row = await Ledger(database).settle(call.id, settlement(resolved_model=MODEL))
        assert row is not None
        costs.append(row.cost_microusd)
    assert costs == [360, None]
    (finding,) = await audit(database, ())
    assert finding.check == Check.UNKNOWN_PRICE
    assert f"1 call to {MODEL}" in finding.sentence


async def test_an_unlikely_price_is_set_only_when_exactly_that_is_confirmed(
    database: Database,
) -> None:
    _, admin = await office(database)
    user = as_user(admin)
    first = await service.set_price(user, TYPED)
    slip = replace(TYPED, starts_on="2026-02-01", input="200", cached="50", output="800")
    with pytest.raises(NeedsConfirmation) as asked:
        await service.set_price(user, slip)
    assert "this is 1,000 × the previous price" in asked.value.doubts[0]
    with pytest.raises(NeedsConfirmation):
        await service.set_price(user, slip, ("Yes, whatever you say.",))
    with pytest.raises(NeedsConfirmation):
        await service.set_price(user, replace(slip, input="2000"), asked.value.doubts)
    assert await _set_prices(database) == [first.id]
    second = await service.set_price(user, slip, asked.value.doubts)
    assert await _set_prices(database) == [first.id, second.id]
    assert (second.input_microusd_per_mtok, second.set_by) == (200_000_000, admin.id)


async def _set_prices(database: Database) -> list[str]:
    async with database.read() as session:
        rows = await session.exec(select(PriceOverride.id).order_by(col(PriceOverride.id)))
        return list(rows.all())


@pytest.mark.ledger_findings(Check.MISSING_COST, reason="the price is set after the call")
async def test_a_model_is_stored_as_its_calls_spell_it(database: Database) -> None:
    made, admin = await office(database)
    await make_call(database, made, **UNPRICED, started_at=AT)
    override = await service.set_price(as_user(admin), replace(TYPED, model="HOUSE-7B"))
    assert override.model == MODEL


async def test_a_withdrawn_price_stays_in_the_history_and_counts_no_more(
    database: Database,
) -> None:
    _, admin = await office(database)
    user = as_user(admin)
    old = await service.set_price(user, TYPED)
    await service.set_price(user, replace(TYPED, starts_on="2026-02-01", input="0.30"))
    newest, _ = (await service.view(user)).overrides
    assert newest.status == "in_force"
    await service.withdraw(user, newest.override_id)
    withdrawn, kept = (await service.view(user)).overrides
    assert (withdrawn.status, withdrawn.can_withdraw) == ("withdrawn", False)
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_at.text[:5]) == (admin.name, "today")
    assert (kept.override_id, kept.status) == (old.id, "in_force")
    with pytest.raises(service.AlreadyWithdrawn):
        await service.withdraw(user, newest.override_id)


async def test_only_administrators_and_only_their_own_company(database: Database) -> None:
    (made, admin), (_, other) = await office(database), await office(database)
    override = await service.set_price(as_user(admin), TYPED)
    interviewer, stranger = as_user(made.interviewer), as_user(other)
    seen = await service.preview(as_user(admin), FEBRUARY)
    for refused in (
        service.view(interviewer),
        service.blank(interviewer, MODEL),
        service.set_price(interviewer, TYPED),
        service.withdraw(interviewer, override.id),
        service.preview(interviewer, FEBRUARY),
        service.recalculate(interviewer, seen),
        service.recalculate(stranger, seen),
    ):
        with pytest.raises(Forbidden):
            await refused
    with pytest.raises(NotFound):
        await service.withdraw(stranger, override.id)
    assert (await service.view(stranger)).overrides == []


@pytest.mark.ledger_findings(
    Check.UNKNOWN_PRICE, Check.MISSING_COST, reason="calls without a cost are what is looked for"
)
async def test_the_audit_knows_from_when_on_a_price_is_known(database: Database) -> None:
    made, admin = await office(database)
    early = await make_call(
        database, made, **UNPRICED, started_at=datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    )
    later = await make_call(database, made, **UNPRICED, started_at=AT)
    await service.set_price(as_user(admin), TYPED)
    found = {finding.check: finding for finding in await audit(database, ())}
    assert {check: finding.call_id for check, finding in found.items()} == {
        Check.UNKNOWN_PRICE: early.id,
        Check.MISSING_COST: later.id,
    }
    assert all(f"1 call to {MODEL}" in finding.sentence for finding in found.values())


@pytest.mark.ledger_findings(Check.UNKNOWN_PRICE, reason="an unknown model is looked at")
async def test_unknown_models_come_first_with_their_calls(database: Database) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    for n in range(3):
        await make_call(database, made)
        await make_call(database, made, **UNPRICED, started_at=AT + timedelta(days=n))
    await make_call(
        database, made, provider="offline", requested_model="offline-drafter",
        resolved_model=None, cost_microusd=0, price_source="offline", tokens_estimated=True,
    )  # fmt: skip
    view = await service.view(user)
    unknown, known, drafter = view.models
    assert (unknown.model, unknown.calls) == (MODEL, "3")
    assert unknown.unknown == "3 calls of unknown cost"
    assert (unknown.is_known, unknown.input, view.unknown) == (
        False,
        "–",
        "3 calls of unknown cost, because no price was known.",
    )
    assert (known.model, known.input, known.cached) == (
        "gpt-4o-mini-2024-07-18",
        "$0.15",
        "$0.075",
    )
    assert (known.source, known.source_note) == ("Published", "openai/gpt-4o-mini in genai-prices")
    assert (drafter.source, drafter.can_set) == ("Free", False)
    assert "offline-drafter" not in view.names
    assert (await service.blank(user, MODEL)).starts_on == "2026-02-03"
    assert (await service.blank(user, "new")).starts_on == clock.now().date().isoformat()


@pytest.mark.ledger_findings(Check.LOST_CALL, reason="a call that still runs is looked at")
async def test_a_model_is_listed_with_its_finished_calls_under_every_name_lately_asked(
    database: Database,
) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    answered: dict[str, Any] = {"resolved_model": MODEL, "cost_microusd": 7}
    for requested, at in (
        ("house", AT - timedelta(days=40)),
        ("house-new", AT),
        ("House", AT - timedelta(hours=2)),
    ):
        await make_call(database, made, **answered, requested_model=requested, started_at=at)
    running: dict[str, Any] = {"requested_model": "first-call", "resolved_model": None}
    await make_call(database, made, **running, status=CallStatus.RUNNING)
    price = await service.set_price(user, replace(TYPED, model="house-new"))
    view = await service.view(user)
    (model,) = view.models
    assert (model.model, model.calls, model.input) == (MODEL, "3", "$0.20")
    assert view.names == ["House", MODEL, "house-new"]
    # Of two prices that calls' names have, the one last asked for is in force now.
    await service.set_price(user, replace(TYPED, model="House", input="0.30"))
    (model,) = (await service.view(user)).models
    assert model.input == "$0.20"
    assert price.model == "house-new"


@pytest.mark.ledger_findings(Check.UNKNOWN_PRICE, reason="an unknown model is looked at")
async def test_a_price_is_offered_from_the_first_day_without_a_cost_on(database: Database) -> None:
    made, admin = await office(database)
    asked: dict[str, Any] = UNPRICED | {"requested_model": "house"}
    await make_call(database, made, **PAID, started_at=AT - timedelta(days=2))
    await make_call(database, made, **asked, started_at=AT)
    await make_call(database, made, **asked, started_at=AT + timedelta(days=2))
    for model in (MODEL, "house"):
        assert (await service.blank(as_user(admin), model)).starts_on == "2026-02-03"
    assert (await service.blank(as_user(admin), "new")).starts_on == str(clock.now().date())


async def test_the_form_begins_with_the_price_that_is_to_be_changed(database: Database) -> None:
    _, admin = await office(database)
    user = as_user(admin)

    async def begun(model: str) -> tuple[str, str, str, str]:
        form = await service.blank(user, model)
        return form.input, form.cached, form.output, form.cache_write

    assert await begun("gpt-4o-mini") == ("0.15", "0.075", "0.60", "")
    assert await begun("gpt-6-luna") == ("0.10", "0.01", "0.50", "0.125")
    assert await begun(MODEL) == ("", "", "", "")
    await service.set_price(user, TYPED)
    assert await begun(MODEL) == ("0.20", "0.05", "0.80", "")
    later = replace(TYPED, starts_on="2026-02-01", cached="", cache_write="0.25")
    await service.set_price(user, later)
    assert await begun(MODEL) == ("0.20", "", "0.80", "0.25")
    (row, *_) = (await service.view(user)).overrides
    assert row.prices == "$0.20 in, $0.20 cached, $0.80 out, $0.25 cache writes"


async def test_calls_are_priced_anew_with_what_they_wrote_to_the_cache(database: Database) -> None:
    made, admin = await office(database)
    user = as_user(admin)
    await service.set_price(user, TYPED)
    written: dict[str, Any] = PAID | {
        "cost_microusd": 200,
        "prompt_tokens": 1_000,
        "completion_tokens": 0,
        "cache_write_tokens": 1_000,
    }
    call = await make_call(database, made, **written, started_at=AT)
    await service.set_price(user, replace(TYPED, starts_on="2026-02-01", cache_write="0.25"))
    await service.recalculate(user, await service.preview(user, FEBRUARY))
    async with database.read() as session:
        assert (await session.get_one(LlmCall, call.id)).cost_microusd == 250


async def test_nobody_waits_while_the_models_name_is_looked_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, admin = await office(database)
    look_up = queries.used_models

    async def with_somebody_writing(session: AsyncSession, user: CurrentUser) -> list[UsedModel]:
        async with asyncio.timeout(5), database.write() as other:
            other.add(Company(name="Meanwhile"))
        return await look_up(session, user)

    monkeypatch.setattr(queries, "used_models", with_somebody_writing)
    override = await service.set_price(as_user(admin), TYPED)
    assert override.model == MODEL
