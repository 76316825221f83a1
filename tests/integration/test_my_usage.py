"""A person's own usage: exactly their own calls, and no cost that nobody knows."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from feedback_app.core import clock
from feedback_app.core.errors import BudgetExceeded, ConcurrencyLimit, RateLimited
from feedback_app.db.models import CallStatus, User
from feedback_app.db.session import Database
from feedback_app.feedback import service as feedback
from feedback_app.llm.admission.limits import LimitName
from feedback_app.llm.generation.following import stop_running
from feedback_app.usage.mine import service
from feedback_app.usage.mine.schemas import LimitLine, MyUsageView
from feedback_app.usage.mine.state import MyUsageState
from tests.factories import make_admin, make_call, make_interview, make_user
from tests.integration.generating import Stage, as_user, follow, stage
from tests.integration.rush import HeldClient
from tests.integration.states import state_of
from tests.integration.test_admission import limit
from tests.integration.test_logs import query_of
from tests.integration.test_usage_page import signed_in

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands at noon of 10 March 2026."""
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


@pytest_asyncio.fixture(autouse=True)
async def on(database: Database) -> AsyncIterator[Stage]:
    """A supervisor, as limits are told by what starts obey."""
    async with stage(database, client=HeldClient()) as opened:
        yield opened


def lines(view: MyUsageView) -> dict[str, LimitLine]:
    """The limits by their label, the company's with `Company` before it."""
    companys = {f"Company {line.label}": line for line in view.company_limits}
    return {line.label: line for line in view.limits} | companys


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
    assert view.limits == [
        LimitLine(
            "Tokens",
            "1,997,400 left",
            "of 2,000,000 today, 2,600 used; they reset on 11 Mar at 00:00 UTC",
        ),
        LimitLine("At once", "9 drafts left", "of 10 at once, 1 running now"),
        LimitLine("Pace", "20 drafts left", "of 20 within any minute"),
    ]


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


async def colleague_of(on: Stage) -> User:
    return await make_user(on.database, company_id=on.user.company_id, name="Cleo Strand")


@pytest.mark.usefixtures("noon")
@pytest.mark.ledger_findings("missing_cost", reason="a call without a cost is written by hand")
async def test_a_company_budget_is_told_with_what_everybody_used_and_nobodys_own(
    on: Stage,
) -> None:
    await limit(on, LimitName.COMPANY_COST_PER_MONTH, 5_000_000)
    theirs = await make_interview(on.database, await colleague_of(on))
    await make_call(on.database, theirs, cost_microusd=1_500_000, started_at=NOW)
    await make_call(on.database, theirs, cost_microusd=None, started_at=NOW)
    await make_call(on.database, on.made, cost_microusd=300_000, started_at=NOW)
    stranger = await make_interview(on.database)
    await make_call(on.database, stranger, cost_microusd=4_000_000, started_at=NOW)
    view = await service.view(on.user, {})
    assert view.company_limits == [
        LimitLine(
            "Budget",
            "$3.20 left",
            "of $5.00 this month, $1.80 + 1 of unknown cost used by everybody (36%); "
            "it resets on 1 Apr at 00:00 UTC",
        ),
        LimitLine("At once", "500 drafts left", "of 500 at once, none running now"),
        LimitLine("Pace", "600 drafts left", "of 600 within any minute"),
    ]
    assert "Budget" not in [line.label for line in view.limits]
    assert view.month.cost == "$0.30", "the person's own"
    assert "1.50" not in str(view)
    assert theirs.interviewer.name not in str(view)
    quote = (await feedback.view(on.user, on.interview_id)).evidence.quote
    assert quote.text.endswith(" · $3.20 left this month"), "as the button says"


async def test_what_a_running_draft_holds_is_not_left_of_any_limit(on: Stage) -> None:
    names = (LimitName.COMPANY_COST_PER_MONTH, LimitName.PERSON_COST_PER_MONTH)
    for name in names:
        await limit(on, name, 1_000)
    await limit(on, LimitName.COMPANY_AT_ONCE, 1)
    theirs = await make_interview(on.database, await colleague_of(on))
    call_id = await feedback.start(as_user(theirs.interviewer), theirs.id)
    told = lines(await service.view(on.user, {}))
    assert told["Budget"].value == "$0.001 left"
    assert "used or held" not in told["Budget"].note
    assert re.match(r"\$0\.000[1-9] left", told["Company Budget"].value)
    assert "used by everybody or held by running drafts" in told["Company Budget"].note
    assert told["At once"].note == "of 10 at once, none running now"
    assert told["Company At once"] == LimitLine(
        "At once",
        "0 drafts left",
        "of 1 at once, 1 running now; one is free as soon as a draft ends",
    )
    with pytest.raises(ConcurrencyLimit):
        await on.start()
    assert await stop_running(feedback.owner_of(as_user(theirs.interviewer), theirs.id))
    await follow(on.log(call_id))
    assert lines(await service.view(on.user, {}))["Company At once"].value == "1 draft left"


async def test_a_start_takes_from_the_pace_of_its_person_and_of_the_company(on: Stage) -> None:
    await limit(on, LimitName.COMPANY_PER_MINUTE, 1)
    theirs = await make_interview(on.database, await colleague_of(on))
    assert lines(await service.view(on.user, {}))["Company Pace"] == LimitLine(
        "Pace", "1 draft left", "of 1 within any minute"
    )
    call_id = await feedback.start(as_user(theirs.interviewer), theirs.id)
    told = lines(await service.view(on.user, {}))
    assert told["Pace"].value == "20 drafts left"
    assert told["Company Pace"].value == "0 drafts left"
    assert re.fullmatch(
        r"of 1 within any minute, 1 used by everybody; one more from \d\d:\d\d:\d\d",
        told["Company Pace"].note,
    )
    own = lines(await service.view(as_user(theirs.interviewer), {}))["Pace"]
    assert own.value == "19 drafts left"
    assert re.fullmatch(r"of 20 within any minute, 1 used; one more from \d\d:\d\d:\d\d", own.note)
    with pytest.raises(RateLimited):
        await on.start()
    await stop_running(feedback.owner_of(as_user(theirs.interviewer), theirs.id))
    await follow(on.log(call_id))


async def test_a_used_up_company_budget_that_refuses_has_nothing_left(on: Stage) -> None:
    await limit(on, LimitName.COMPANY_COST_PER_MONTH, 1_000)
    theirs = await make_interview(on.database, await colleague_of(on))
    await make_call(on.database, theirs, cost_microusd=2_000, started_at=clock.now())
    with pytest.raises(BudgetExceeded):
        await on.start()
    told = lines(await service.view(on.user, {}))["Company Budget"]
    assert told.value == "$0.00 left"
    assert told.note.startswith("of $0.001 this month, $0.002 used by everybody (200%); it resets ")


async def test_limits_that_are_taken_away_are_not_shown(on: Stage) -> None:
    for name in LimitName:
        await limit(on, name, None)
    view = await service.view(on.user, {})
    assert (view.limits, view.company_limits) == ([], [])
