"""A person's own usage: exactly their own calls, and no cost that nobody knows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback_app.core import clock
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.usage.mine import service
from feedback_app.usage.mine.schemas import MyUsageView
from feedback_app.usage.mine.state import MyUsageState
from tests.factories import make_admin, make_call, make_interview, make_user
from tests.integration.generating import as_user
from tests.integration.states import state_of
from tests.integration.test_logs import query_of
from tests.integration.test_usage_page import signed_in

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands at noon of 10 March 2026."""
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


@pytest.mark.usefixtures("noon")
@pytest.mark.ledger_findings("lost_call", "saved_flag", reason="calls are written by hand")
async def test_figures_agree_with_calls_counted_by_hand(database: Database) -> None:
    made = await make_interview(database)
    me = as_user(made.interviewer)
    calls: tuple[tuple[int, dict[str, Any]], ...] = (
        (0, {"saved_as_feedback": True}),
        (9, {"cost_microusd": 200_000}),
        (10, {"cost_microusd": 5_000}),
        (40, {}),
    )
    for days, values in calls:
        await make_call(database, made, started_at=NOW - timedelta(days=days), **values)
    await make_call(
        database, made, status=CallStatus.RUNNING, started_at=NOW, reserved_tokens=1_500
    )
    view = await service.view(me, {})
    assert (view.month.span, view.month.calls) == ("1 to 10 Mar 2026", "3")
    assert (view.month.cost, view.month.cost_note) == ("$0.2003", "All prices known")
    assert (view.figures.calls, view.figures.calls_note) == ("4", "1 running now")
    assert (view.figures.tokens_in, view.figures.tokens_out) == ("2,400", "900")
    assert (view.figures.saved, view.figures.saved_note) == ("1", "33% of calls")
    assert view.figures.cost == "$0.2053"
    assert (await service.view(me, {"period": "today"})).figures.calls == "2"
    assert (await service.view(me, {"period": "90d"})).figures.calls == "5"
    assert [(line.label, line.note) for line in view.limits[1:]] == [
        ("At once", "1 running now"),
        ("Pace", "within any minute"),
    ]
    assert view.limits[0].value == "1,997,400 left"


@pytest.mark.ledger_findings("missing_cost", reason="a call without a cost is written by hand")
async def test_an_unknown_cost_is_counted_and_never_summed_as_nothing(database: Database) -> None:
    made = await make_interview(database)
    me = as_user(made.interviewer)
    await make_call(database, made, cost_microusd=None)
    view = await service.view(me, {"period": "90d"})
    assert (view.figures.cost, view.figures.cost_note) == ("Unknown", "1 call of unknown cost")
    assert view.calls.rows[0].cost == "Unknown"
    await make_call(database, made)
    view = await service.view(me, {"period": "90d"})
    assert (view.figures.cost, view.figures.cost_note) == ("$0.0003", "+ 1 call of unknown cost")


async def test_nobody_sees_calls_of_a_colleague(database: Database) -> None:
    made = await make_interview(database)
    own = await make_call(database, made)
    colleague = await make_admin(database, company_id=made.interviewer.company_id)
    theirs = await make_call(database, await make_interview(database, colleague))
    mine = await service.view(as_user(made.interviewer), {})
    assert [row.call_id for row in mine.calls.rows] == [own.id]
    assert mine.figures.calls == "1"
    admins = await service.view(as_user(colleague), {"older": own.id})
    assert [row.call_id for row in admins.calls.rows] == [theirs.id]
    nothing = await service.view(as_user(await make_user(database)), {})
    assert (nothing.figures.calls, nothing.figures.cost, nothing.calls.rows) == ("0", "$0.00", [])


@pytest.mark.usefixtures("noon")
async def test_pages_hold_every_call_once(database: Database) -> None:
    made = await make_interview(database)
    me = as_user(made.interviewer)
    calls = [
        await make_call(database, made, started_at=NOW - timedelta(minutes=number // 2 + 5))
        for number in range(45)
    ]
    view = await service.view(me, {})
    seen = [row.call_id for row in view.calls.rows]
    assert view.calls.position == "1–20 of 45 calls"
    while view.calls.older_href:
        view = await service.view(me, query_of(view.calls.older_href.partition("#")[0]))
        seen += [row.call_id for row in view.calls.rows]
    assert len(seen) == 45
    assert set(seen) == {call.id for call in calls}
    assert view.calls.position == "41–45 of 45 calls"
    back = await service.view(me, query_of(view.calls.newer_href.partition("#")[0]))
    assert [row.call_id for row in back.calls.rows] == seen[20:40]


async def test_the_page_shows_the_person_who_is_signed_in_and_nothing_to_nobody(
    database: Database,
) -> None:
    made = await make_interview(database)
    await make_call(database, made)
    token_hash = await signed_in(database, made.interviewer)
    state = await state_of(MyUsageState, token_hash, path="/me/usage?period=7d")
    async for _ in MyUsageState.load.fn(state):
        pass
    assert (state.phase, state.view.figures.calls) == ("ready", "1")
    state = await state_of(MyUsageState, None, path="/me/usage")
    async for _ in MyUsageState.load.fn(state):
        pass
    assert state.view == MyUsageView()
