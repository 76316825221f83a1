"""Which conditions raise an alert, and that each does so once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from feedback_app.alerts.conditions import conditions_of
from feedback_app.alerts.raising import active_companies
from feedback_app.core import clock
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import AlertKind, AlertLevel
from feedback_app.llm.admission.admission import month_of
from feedback_app.llm.admission.spending import spent
from feedback_app.llm.ledger.ledger import Ledger
from tests.factories import MadeInterview, make_call, make_interview, make_user
from tests.integration.alerting import (
    NOVEMBER,
    alerts,
    at,
    configured,
    look,
    set_budget,
)
from tests.integration.test_ledger import settlement

DOLLAR = 1_000_000


async def fail(database: Database, made: MadeInterview, count: int, **values: Any) -> None:
    """So many calls that failed just now, at no cost."""
    for _ in range(count):
        await make_call(
            database, made, **{"status": CallStatus.ERROR, "error_code": "LLM_STALLED"} | values
        )


async def test_a_companys_budget_alerts_at_80_percent_and_at_its_end_once_each_and_anew_next_month(
    database: Database,
) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await set_budget(database, company, 10)
    with at(NOVEMBER):
        await make_call(database, made, cost_microusd=8 * DOLLAR - 1)
        assert await look(database, company) == 0
        await make_call(database, made, cost_microusd=1)
        assert await look(database, company) == 1
        assert await look(database, company) == 0
        await make_call(database, made, cost_microusd=2 * DOLLAR)
        assert await look(database, company) == 1
        await make_call(database, made, cost_microusd=DOLLAR)
        assert await look(database, company) == 0
    with at(NOVEMBER + timedelta(days=30)):
        assert await look(database, company) == 0
        await make_call(database, made, cost_microusd=9 * DOLLAR)
        assert await look(database, company) == 1
    told = [(a.kind, a.period, a.level, a.measured, a.bound) for a in await alerts(database)]
    kind, bound = AlertKind.COMPANY_BUDGET, 10 * DOLLAR
    assert told == [
        (kind, "2026-11", AlertLevel.WARNING, 8 * DOLLAR, bound),
        (kind, "2026-11", AlertLevel.CRITICAL, 10 * DOLLAR, bound),
        (kind, "2026-12", AlertLevel.WARNING, 9 * DOLLAR, bound),
    ]


async def test_a_budget_that_is_passed_at_once_alerts_of_its_end_only(database: Database) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await set_budget(database, company, 10)
    await make_call(database, made, cost_microusd=12 * DOLLAR)
    assert await look(database, company) == 1
    (alert,) = await alerts(database)
    assert alert.level == AlertLevel.CRITICAL


async def test_a_budget_that_was_raised_alerts_at_80_percent_of_the_new_one(
    database: Database,
) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await make_call(database, made, cost_microusd=9 * DOLLAR)
    assert await look(database, company, LLM_COMPANY_BUDGET_USD_PER_MONTH=10) == 1
    assert await look(database, company, LLM_COMPANY_BUDGET_USD_PER_MONTH=20) == 0
    await make_call(database, made, cost_microusd=8 * DOLLAR)
    assert await look(database, company, LLM_COMPANY_BUDGET_USD_PER_MONTH=20) == 1
    assert [alert.bound for alert in await alerts(database)] == [10 * DOLLAR, 20 * DOLLAR]


async def test_a_persons_budget_is_the_one_that_admission_holds_for_them(
    database: Database,
) -> None:
    spender = await make_interview(database)
    company = spender.interviewer.company_id
    colleague, exempt = [
        await make_interview(database, await make_user(database, company_id=company))
        for _ in range(2)
    ]
    await set_budget(database, company, 2, colleague.interviewer.id)
    await set_budget(database, company, None, exempt.interviewer.id)
    for made in (spender, colleague, exempt):
        await make_call(database, made, cost_microusd=1_700_000)
    assert await look(database, company, LLM_BUDGET_USD_PER_MONTH=1) == 2
    told = {a.subject: (a.kind, a.level, a.measured) for a in await alerts(database)}
    assert told == {
        spender.interviewer.id: (AlertKind.PERSON_BUDGET, AlertLevel.CRITICAL, 1_700_000),
        colleague.interviewer.id: (AlertKind.PERSON_BUDGET, AlertLevel.WARNING, 1_700_000),
    }


async def test_the_figure_is_what_admission_adds_up(database: Database) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await set_budget(database, company, 1)
    with at(NOVEMBER):
        since, until = month_of(clock.now())
        for moment in (since - timedelta(seconds=1), since, NOVEMBER, until):
            await make_call(database, made, cost_microusd=900_000, started_at=moment)
        async with database.read() as session:
            found = await conditions_of(session, configured(), company, clock.now())
            month = await spent(session, company, None, since, until)
    assert [condition.measured for condition in found] == [month.cost_microusd] == [1_800_000]


async def test_a_budget_of_nothing_and_nothing_used_say_nothing(database: Database) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await set_budget(database, company, 0)
    await make_call(database, made, cost_microusd=0)
    assert await look(database, company) == 0


@pytest.mark.ledger_findings("lost_call", reason="running rows that no process runs are written")
async def test_an_error_rate_above_the_threshold_alerts_and_a_rate_at_it_does_not(
    database: Database,
) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    for _ in range(3):
        other = await make_interview(database, made.interviewer)
        await make_call(database, other, status=CallStatus.RUNNING)
    for _ in range(8):
        await make_call(database, made)
    await fail(database, made, 2)
    assert await look(database, company) == 0
    await fail(database, made, 1, status=CallStatus.INTERRUPTED, error_code="INTERRUPTED")
    await make_call(database, made, status=CallStatus.CANCELLED, error_code="CANCELLED")
    assert await look(database, company) == 1
    (alert,) = await alerts(database)
    assert (alert.kind, alert.level) == (AlertKind.ERROR_RATE, AlertLevel.CRITICAL)
    assert (alert.measured, alert.calls, alert.bound) == (3, 12, 200)


async def test_too_few_calls_say_nothing_of_a_rate_and_old_ones_do_not_count(
    database: Database,
) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await fail(database, made, 9)
    await fail(database, made, 9, started_at=clock.now() - timedelta(minutes=61))
    assert await look(database, company) == 0
    assert await look(database, company, ALERT_ERROR_WINDOW_MIN=120) == 1


async def test_the_same_failures_are_told_once_and_later_ones_again(database: Database) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    with at(NOVEMBER):
        await fail(database, made, 10)
        assert await look(database, company) == 1
    with at(NOVEMBER + timedelta(minutes=40)):
        await fail(database, made, 10)
        assert await look(database, company) == 0
    with at(NOVEMBER + timedelta(minutes=90)):
        assert await look(database, company) == 1


@pytest.mark.ledger_findings("missing_cost", "unknown_price", reason="costs are left out by hand")
async def test_a_model_without_a_price_alerts_once_a_month_and_says_how_many_calls(
    database: Database,
) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    unpriced = {"cost_microusd": None, "resolved_model": "house-model"}
    with at(NOVEMBER):
        await make_call(database, made)
        assert await look(database, company) == 0
        for _ in range(2):
            await make_call(database, made, **unpriced)
        assert await look(database, company) == 1
        await make_call(database, made, **unpriced)
        assert await look(database, company) == 0
        await make_call(database, made, cost_microusd=None, resolved_model="another")
        assert await look(database, company) == 1
    with at(month_of(NOVEMBER)[1]):
        await make_call(database, made, **unpriced, started_at=clock.now())
        assert await look(database, company) == 1
    told = [(a.kind, a.subject, a.period, a.measured) for a in await alerts(database)]
    kind = AlertKind.UNPRICED_MODEL
    assert told == [
        (kind, "house-model", "2026-11", 2),
        (kind, "another", "2026-11", 1),
        (kind, "house-model", "2026-12", 1),
    ]


@pytest.mark.parametrize("evaluators", [2, 8])
async def test_however_many_workers_look_at_once_one_alert_is_raised(
    database: Database, evaluators: int
) -> None:
    made = await make_interview(database)
    company = made.interviewer.company_id
    await set_budget(database, company, 10)
    await make_call(database, made, cost_microusd=11 * DOLLAR)
    workers = [Database(_url(database)) for _ in range(evaluators)]
    try:
        raised = await asyncio.gather(*(look(worker, company) for worker in workers))
    finally:
        for worker in workers:
            await worker.aclose()
    assert (sum(raised), len(await alerts(database))) == (1, 1)


def _url(database: Database) -> str:
    """The address of the same database, for another worker."""
    url = database.engine.url
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)


async def test_the_other_companies_calls_and_limits_do_not_count(database: Database) -> None:
    ours, theirs = [await make_interview(database) for _ in range(2)]
    await set_budget(database, theirs.interviewer.company_id, 1)
    await make_call(database, ours, cost_microusd=DOLLAR)
    await fail(database, ours, 10)
    assert await look(database, theirs.interviewer.company_id) == 0


async def test_companies_with_settled_calls_of_this_month_are_looked_at(
    database: Database,
) -> None:
    busy, idle, running = [await make_interview(database) for _ in range(3)]
    with at(NOVEMBER):
        first, _ = month_of(NOVEMBER)
        for _ in range(2):
            await make_call(database, busy, started_at=first)
        await make_call(database, idle, started_at=first - timedelta(microseconds=1))
        call = await make_call(database, running, status=CallStatus.RUNNING)
        assert await active_companies(database) == [busy.interviewer.company_id]
        await Ledger(database).settle(call.id, settlement())
        assert set(await active_companies(database)) == {
            busy.interviewer.company_id,
            running.interviewer.company_id,
        }
