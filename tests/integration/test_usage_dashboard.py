"""The dashboard's figures, read from hourly sums, against the calls themselves."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db import rollups
from feedback_app.db.models import CallStatus, LlmCall, User
from feedback_app.db.session import Database
from feedback_app.usage.calls import service as calls
from feedback_app.usage.dashboard.schemas import Dashboard, Totals, Waste, change
from feedback_app.usage.dashboard.service import dashboard
from feedback_app.usage.filters import NO_DEPARTMENT, filter_from
from tests.factories import make_admin, make_call, make_interview, make_user
from tests.integration.any_calls import FAILED, any_call
from tests.integration.recounting import answer_tokens

NOW = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
_FIELDS = {
    "person": lambda call: call.user_id,
    "department": lambda call: call.department_id or NO_DEPARTMENT,
    "operation": lambda call: call.operation,
    "model": lambda call: call.resolved_model or call.requested_model,
    "status": lambda call: call.status,
}

pytestmark = [
    pytest.mark.unaudited(reason="calls are made up without drafts and log rows"),
]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


def nearest_rank(values: Sequence[int | None], share: float) -> float | None:
    known = sorted(value for value in values if value is not None)
    return float(known[ceil(share * len(known)) - 1]) if known else None


def expected(found: Sequence[LlmCall]) -> Totals:
    """The totals but for percentiles and speed, from the calls."""
    saved = [call for call in found if call.saved_as_feedback]

    def cost(which: Callable[[LlmCall], bool]) -> int:
        return sum(call.cost_microusd or 0 for call in found if which(call))

    unpriced = sum(call.cost_microusd is None for call in found)
    return Totals(
        calls=len(found),
        complete=sum(call.status == "complete" for call in found),
        stopped=sum(call.status == "cancelled" for call in found),
        failed=sum(call.status == "error" for call in found),
        interrupted=sum(call.status == "interrupted" for call in found),
        drafts=sum(call.operation == "feedback" for call in found),
        saved=len(saved),
        estimated=sum(call.tokens_estimated for call in found),
        saved_unpriced=sum(call.cost_microusd is None for call in saved),
        unpriced=unpriced,
        drafts_unpriced=sum(
            call.cost_microusd is None for call in found if call.operation == "feedback"
        ),
        prompt_tokens=sum(call.prompt_tokens for call in found),
        completion_tokens=sum(call.completion_tokens for call in found),
        cached_tokens=sum(call.cached_tokens for call in found),
        cache_write_tokens=sum(call.cache_write_tokens for call in found),
        reasoning_tokens=sum(call.reasoning_tokens for call in found),
        cost_microusd=None if found and unpriced == len(found) else cost(lambda call: True),
    )


_COUNTED = (
    "calls",
    "complete",
    "stopped",
    "failed",
    "interrupted",
    "drafts",
    "saved",
    "estimated",
    "saved_unpriced",
    "unpriced",
    "drafts_unpriced",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost_microusd",
)


def assert_totals(totals: Totals, found: Sequence[LlmCall]) -> None:
    wanted = expected(found)
    assert [(name, getattr(totals, name)) for name in _COUNTED] == [
        (name, getattr(wanted, name)) for name in _COUNTED
    ]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        for what in ("latency", "ttft"):
            exact = nearest_rank([getattr(call, f"{what}_ms") for call in found], share)
            assert getattr(totals, f"{what}_{name}_ms") == (
                None if exact is None else pytest.approx(exact, rel=0.05)
            )
    streamed = [call for call in found if call.stream_ms]
    took = sum(call.stream_ms or 0 for call in streamed)
    speed = sum(map(answer_tokens, streamed)) * 1000 / took if took else None
    assert totals.tokens_per_second == (None if speed is None else pytest.approx(speed))


def assert_waste(waste: Waste, found: Sequence[LlmCall]) -> None:
    """Stopped and failed calls, and complete drafts that are a day old to the full hour."""
    a_day_ago = NOW.replace(minute=0) - timedelta(hours=24)
    wasted = [
        call
        for call in found
        if not call.saved_as_feedback
        and (
            call.status != CallStatus.COMPLETE
            or (call.operation == "feedback" and call.started_at < a_day_ago)
        )
    ]
    unpriced = [call for call in wasted if call.cost_microusd is None]
    assert (waste.calls, waste.unpriced) == (len(wasted), len(unpriced))
    all_unknown = wasted and len(unpriced) == len(wasted)
    known = sum(call.cost_microusd or 0 for call in wasted)
    assert waste.total_microusd == (None if all_unknown else known)


def assert_steps(shown: Dashboard) -> None:
    """What the first figures come to in each step adds up to them."""
    figures, totals = shown.figures, shown.totals
    assert len(figures.cost_microusd) == len(shown.steps.starts)
    assert sum(figures.cost_microusd) == (totals.cost_microusd or 0)
    assert sum(figures.drafts) == totals.drafts
    assert sum(figures.saved) == totals.saved
    assert sum(figures.failed) == totals.failed


def assert_departments(shown: Dashboard, found: Sequence[LlmCall]) -> None:
    """Each department's figures, and those of the calls of none."""
    of_department = {
        each.group_id: (each.calls, each.tokens, each.cost_microusd or 0, each.saved)
        for each in shown.departments
    }
    assert of_department == {
        department: (
            len(theirs),
            sum(call.prompt_tokens + call.completion_tokens for call in theirs),
            sum(call.cost_microusd or 0 for call in theirs),
            sum(call.saved_as_feedback for call in theirs),
        )
        for department in {call.department_id or "" for call in found}
        if (theirs := [call for call in found if (call.department_id or "") == department])
    }


def assert_people(shown: Dashboard, found: Sequence[LlmCall]) -> None:
    """The table of people, and what its rows add up to."""
    of_person = {
        person.group_id: (person.calls, person.tokens, person.cost_microusd or 0, person.saved)
        for person in shown.people
    }
    assert of_person == {
        user_id: (
            len(theirs),
            sum(call.prompt_tokens + call.completion_tokens for call in theirs),
            sum(call.cost_microusd or 0 for call in theirs),
            sum(call.saved_as_feedback for call in theirs),
        )
        for user_id in {call.user_id for call in found}
        if (theirs := [call for call in found if call.user_id == user_id])
    }


@pytest.mark.parametrize("seed", range(3))
async def test_the_figures_are_those_of_the_calls(database: Database, seed: int) -> None:
    draw = random.Random(seed)
    admin = await make_admin(database)
    first = await make_interview(database, admin)
    places = [first]
    places += [
        await make_interview(database, await make_user(database, company_id=admin.company_id))
        for _ in range(2)
    ]
    made = [any_call(draw, draw.choice(places), NOW) for _ in range(400)]
    stranger = any_call(draw, await make_interview(database), NOW)
    async with database.write() as session:
        session.add_all([*made, stranger])
        await session.flush()
        await rollups.add_calls(session, [*made, stranger])
    for _ in range(12):
        query = {
            "period": draw.choice(["today", "7d", "30d", "90d", "custom"]),
            "from": "2025-11-02",
            "to": "2026-02-14",
        }
        names = draw.sample(list(_FIELDS), draw.randrange(3))
        query |= {name: _FIELDS[name](draw.choice(made)) for name in names}
        names = [name for name in names if query[name]]
        shown = await dashboard(acting(admin), filter_from(query))

        def within(since: datetime, until: datetime, query=query, names=names) -> list[LlmCall]:
            return [
                call
                for call in made
                if since <= call.started_at < until
                and all(_FIELDS[name](call) == query[name] for name in names)
            ]

        found = within(shown.span.since, shown.span.until)
        assert_totals(shown.totals, found)
        assert_totals(shown.previous, within(shown.before.since, shown.before.until))
        assert_waste(shown.totals.waste, found)
        assert sum(map(sum, (s.calls for s in shown.models))) == len(found)
        assert sum(shown.outcomes.complete) == shown.totals.complete
        assert sum(shown.outcomes.failed) == shown.totals.failed
        assert sum(shown.outcomes.interrupted) == shown.totals.interrupted
        assert sum(error.calls for error in shown.errors) == sum(c.status in FAILED for c in found)
        assert_steps(shown)
        assert len(shown.steps.starts) == (24 if query["period"] == "today" else shown.span.days)
        assert sum(sum(cost or 0 for cost in s.cost_microusd) for s in shown.models) == (
            shown.totals.cost_microusd or 0
        )
        assert sum(sum(series.unpriced) for series in shown.models) == shown.totals.unpriced
        assert sum(error.unpriced for error in shown.errors) == sum(
            call.cost_microusd is None for call in found if call.status in FAILED
        )
        assert_people(shown, found)
        assert_departments(shown, found)
        listed = await calls.page(acting(admin), filter_from(query))
        assert listed.total == len(found)


async def test_waste_is_what_nothing_came_of(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)

    async def spend(cost: int, status: CallStatus, *, saved: bool = False, hours: int = 40) -> None:
        await make_call(
            database,
            made,
            cost_microusd=cost,
            status=status,
            saved_as_feedback=saved,
            started_at=NOW - timedelta(hours=hours),
        )

    await spend(1, CallStatus.CANCELLED)
    await spend(10, CallStatus.CANCELLED, saved=True)
    await spend(100, CallStatus.ERROR)
    await spend(1_000, CallStatus.INTERRUPTED)
    await spend(10_000, CallStatus.COMPLETE)
    await spend(100_000, CallStatus.COMPLETE, saved=True)
    await spend(1_000_000, CallStatus.COMPLETE, hours=24)
    totals = (await dashboard(acting(admin), filter_from({}))).totals
    waste = totals.waste
    assert (waste.stopped_microusd, waste.failed_microusd) == (1, 100)
    assert waste.interrupted_microusd == 1_000
    assert (waste.never_saved_microusd, waste.not_yet_saved_microusd) == (10_000, 1_000_000)
    assert waste.total_microusd == 11_101
    assert totals.cost_per_saved_microusd == round(1_111_111 / 2)


async def test_the_period_before_ends_at_the_same_hour(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    for started in (NOW, NOW - timedelta(days=1), NOW - timedelta(hours=23)):
        await make_call(database, made, started_at=started)
    shown = await dashboard(acting(admin), filter_from({"period": "today"}))
    assert (shown.totals.calls, shown.previous.calls) == (1, 1)
    assert change(shown.totals.calls, shown.previous.calls) == 0
    assert change(1, 0) is None


async def test_the_month_is_forecast_and_its_budget_runs_out(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    for day in range(1, 10):
        started = NOW.replace(day=day, hour=6)
        await make_call(database, made, started_at=started, cost_microusd=1_000)
    await make_call(database, made, started_at=NOW.replace(month=2), cost_microusd=5)
    month = (await dashboard(acting(admin), filter_from({}), budget_microusd=19_000)).burn_down
    assert (len(month.days), month.spent_microusd[:2], month.total_microusd) == (
        31,
        (1_000, 2_000),
        9_000,
    )
    elapsed = (NOW - NOW.replace(day=1, hour=0, minute=0)) / timedelta(days=1)
    assert month.forecast_microusd == round(9_000 * 31 / elapsed)
    assert month.runs_out_on == NOW.date().replace(day=int(19_000 * elapsed / 9_000) + 1)
    spent = (await dashboard(acting(admin), filter_from({}), budget_microusd=4_000)).burn_down
    assert spent.runs_out_on == NOW.date().replace(day=4)


async def test_an_interviewer_gets_no_figures(database: Database) -> None:
    made = await make_interview(database)
    user = acting(made.interviewer)
    with pytest.raises(Forbidden):
        await dashboard(user, filter_from({}))
    with pytest.raises(Forbidden):
        await calls.page(user, filter_from({}))
