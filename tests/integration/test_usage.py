"""The administrators' usage: true figures, of their own company only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import CallStatus, Company, LlmCall, User
from feedback_app.db.session import Database
from feedback_app.usage import service
from feedback_app.usage.calls.views import CallsView
from feedback_app.usage.schemas import UsageView
from tests.factories import (
    MadeInterview,
    make_admin,
    make_call,
    make_company,
    make_interview,
    make_user,
    store_call,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands at noon of 10 March 2026."""
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


@dataclass(frozen=True, slots=True)
class Office:
    """A company with an administrator and one interview."""

    database: Database
    company: Company
    admin: CurrentUser
    made: MadeInterview

    async def call(self, **values: Any) -> LlmCall:
        """A finished call of the interviewer, unless `values` say otherwise."""
        return await make_call(self.database, self.made, **values)

    async def view(self, **query: str) -> UsageView:
        return await service.view(self.admin, query)


async def make_office(database: Database) -> Office:
    company = await make_company(database)
    interviewer = await make_user(database, company, name="Ines Okafor")
    admin = await make_admin(database, company, name="Ada Lindqvist")
    return Office(database, company, acting(admin), await make_interview(database, interviewer))


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def ids(calls: CallsView) -> list[str]:
    return [row.call_id for row in calls.rows]


async def test_totals_agree_with_rows_counted_by_hand(database: Database) -> None:
    office = await make_office(database)
    for number in range(1, 8):
        await office.call(
            started_at=ago(days=number),
            prompt_tokens=1000 * number,
            completion_tokens=100 + number,
            cost_microusd=123_457 * number,
        )
    await office.call(started_at=ago(hours=1), status=CallStatus.ERROR, cost_microusd=1)
    await office.call(started_at=ago(hours=2), status=CallStatus.INTERRUPTED, cost_microusd=0)
    await office.call(started_at=ago(hours=3), status=CallStatus.CANCELLED, cost_microusd=0)
    totals = (await office.view()).totals
    assert totals.calls == "10"
    assert totals.tokens == f"{28_000 + 728 + 3 * 1100:,}"
    assert totals.tokens_note == "30,400 in, 1,628 out"
    assert totals.cost == "$3.4568", "28 x 123,457 + 1 micro-dollars"
    assert totals.cost_note == "All prices known"
    assert totals.failed == "3"
    assert totals.failed_note == "2 failed, 1 stopped, 30.0% of calls"


async def test_many_tiny_costs_add_up_without_rounding(database: Database) -> None:
    office = await make_office(database)
    for _ in range(21):
        await office.call(cost_microusd=33)
    view = await office.view()
    assert view.totals.cost == "$0.0007", "693 micro-dollars, not 21 times $0.0000"


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_calls_of_another_company_are_neither_counted_nor_listed(database: Database) -> None:
    office, other = await make_office(database), await make_office(database)
    mine = await office.call()
    await other.call(status=CallStatus.RUNNING)
    theirs = await other.call(
        started_at=ago(days=1), requested_model="their-model", resolved_model=None
    )
    view = await office.view()
    assert view.totals.calls == "1"
    assert view.totals.calls_note == "None running now"
    assert view.chart.days[-1].calls == 1
    assert view.totals.latency_note == "Over 1 call"
    assert ids(view.calls) == [mine.id]
    assert [choice.label for choice in view.filters.people] == ["Ines Okafor"]
    assert [choice.label for choice in view.filters.models] == ["gpt-4o-mini-2024-07-18"]
    assert ids((await office.view(older=theirs.id)).calls) == [mine.id]
    assert ids((await office.view(person=other.made.interviewer.id)).calls) == [mine.id]


@pytest.mark.ledger_findings("missing_cost", reason="costs are left out by hand")
async def test_unknown_prices_are_counted_and_never_taken_for_nothing(database: Database) -> None:
    office = await make_office(database)
    await office.call(cost_microusd=None)
    only_unknown = (await office.view()).totals
    assert (only_unknown.cost, only_unknown.cost_note) == ("Unknown", "1 call with unknown price")
    await office.call(cost_microusd=None)
    await office.call(cost_microusd=2_500)
    view = await office.view()
    assert view.totals.cost == "$0.0025"
    assert view.totals.cost_note == "+ 2 calls with unknown price"
    assert [row.cost for row in view.calls.rows].count("Unknown") == 2


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_running_calls_are_told_apart_from_finished_ones(database: Database) -> None:
    office = await make_office(database)
    await office.call()
    running = await office.call(status=CallStatus.RUNNING, started_at=ago(seconds=3))
    view = await office.view()
    assert view.totals.calls == "1"
    assert view.totals.calls_note == "+ 1 running now"
    assert view.totals.cost_note == "All prices known"
    assert view.chart.days[-1].calls == 1
    first = view.calls.rows[0]
    assert (first.call_id, first.status_label, first.cost) == (running.id, "Running", "–")
    assert view.calls.position == "1–2 of 2 calls"


@pytest.mark.parametrize(
    ("latencies", "median"),
    [
        pytest.param([], "–", id="none"),
        pytest.param([700], "700 ms", id="one"),
        pytest.param([900, 100, 300], "300 ms", id="odd"),
        pytest.param([400, 100, 300, 90_000], "350 ms", id="even"),
        pytest.param([200, 200, 200, 800], "200 ms", id="equal values"),
    ],
)
async def test_medians_are_exact(database: Database, latencies: list[int], median: str) -> None:
    office = await make_office(database)
    for latency in latencies:
        await office.call(latency_ms=latency, ttft_ms=latency)
    await office.call(latency_ms=None, ttft_ms=None, status=CallStatus.ERROR)
    totals = (await office.view()).totals
    assert (totals.latency, totals.ttft) == (median, median)
    noun = "call" if len(latencies) == 1 else "calls"
    assert totals.latency_note == totals.ttft_note == f"Over {len(latencies)} {noun}"


async def test_days_without_calls_are_shown_as_zero(database: Database) -> None:
    office = await make_office(database)
    await office.call(started_at=ago(days=6))
    await office.call(started_at=ago(days=2), status=CallStatus.CANCELLED)
    await office.call(started_at=ago(days=2))
    chart = (await office.view(period="7d")).chart
    assert [day.day for day in chart.days] == [f"{number} Mar" for number in range(4, 11)]
    assert [day.calls for day in chart.days] == [1, 0, 0, 0, 2, 0, 0]
    assert [day.unfinished for day in chart.days] == [0, 0, 0, 0, 1, 0, 0]
    assert [day.height for day in chart.days[3:5]] == ["0.00%", "100.00%"]
    assert [line.label for line in chart.axis] == ["0", "1", "2"]


async def test_days_begin_at_midnight_utc(database: Database) -> None:
    office = await make_office(database)
    midnight = NOW.replace(hour=0)
    await office.call(started_at=midnight - timedelta(microseconds=1))
    await office.call(started_at=midnight)
    chart = (await office.view(period="7d")).chart
    assert [day.calls for day in chart.days[-2:]] == [1, 1]
    assert (await office.view(period="today")).totals.calls == "1"


@pytest.mark.parametrize(
    ("period", "calls"),
    [("today", "1"), ("7d", "2"), ("30d", "3"), ("90d", "4"), ("", "3"), ("nonsense", "3")],
)
async def test_a_period_counts_whole_days_up_to_today(
    database: Database, period: str, calls: str
) -> None:
    office = await make_office(database)
    for days in (0, 6, 29, 89, 90):
        await office.call(started_at=NOW.replace(hour=0) - timedelta(days=days))
    assert (await office.view(period=period)).totals.calls == calls


async def test_filters_narrow_the_figures_and_the_list_alike(database: Database) -> None:
    office = await make_office(database)
    other = await make_interview(database, await make_user(database, office.company))
    await office.call()
    failed = await office.call(status=CallStatus.ERROR, error_code="LLM_STALLED")
    asked_only = await office.call(requested_model="gpt-4o", resolved_model=None)
    theirs = await make_call(database, other)
    for query, expected in (
        ({"person": other.interviewer.id}, theirs),
        ({"status": "error"}, failed),
        ({"model": "gpt-4o"}, asked_only),
    ):
        view = await office.view(**query)
        assert ids(view.calls) == [expected.id]
        assert view.totals.calls == "1"
        assert view.chart.days[-1].calls == 1
        assert view.totals.latency_note == "Over 1 call"
        assert view.filters.can_reset
    none = await office.view(person=other.interviewer.id, status="error")
    assert none.is_empty
    assert none.totals.cost == "$0.00"
    assert (await office.view(status="no-such-status")).totals.calls == "4"


async def test_a_period_link_keeps_the_filters_and_leaves_the_page(database: Database) -> None:
    office = await make_office(database)
    call = await office.call(status=CallStatus.ERROR)
    view = await office.view(status="error", older=call.id)
    assert [link.href for link in view.filters.periods] == [
        "/admin/usage?period=today&status=error",
        "/admin/usage?period=7d&status=error",
        "/admin/usage?status=error",
        "/admin/usage?period=90d&status=error",
    ]
    chosen = service.address_with({"period": "7d", "older": "x", "status": "error"}, "status", "")
    assert chosen == "/admin/usage?period=7d"


async def test_paging_walks_the_whole_list_there_and_back(database: Database) -> None:
    office = await make_office(database)
    same_moment = ago(hours=1)
    made = [await office.call(started_at=same_moment) for _ in range(30)]
    made += [await office.call(started_at=ago(hours=2 + n)) for n in range(35)]
    order = sorted(made, key=lambda call: (call.started_at, call.id), reverse=True)
    expected = [call.id for call in order]

    first = (await office.view()).calls
    assert ids(first) == expected[:25]
    assert (first.position, first.newer_href) == ("1–25 of 65 calls", "")
    second = (await office.view(older=first.rows[-1].call_id)).calls
    assert ids(second) == expected[25:50]
    assert second.position == "26–50 of 65 calls"
    last = (await office.view(older=second.rows[-1].call_id)).calls
    assert ids(last) == expected[50:]
    assert (last.position, last.older_href) == ("51–65 of 65 calls", "")
    back = (await office.view(newer=last.rows[0].call_id)).calls
    assert ids(back) == expected[25:50]
    assert ids((await office.view(newer=expected[3])).calls) == expected[:25]
    assert ids((await office.view(older="no-such-call")).calls) == expected[:25]


async def test_a_row_says_whom_the_call_concerned_and_what_is_estimated(
    database: Database,
) -> None:
    office = await make_office(database)
    await office.call(
        status=CallStatus.CANCELLED,
        tokens_estimated=True,
        error_code="CANCELLED",
        cost_microusd=400,
        latency_ms=4200,
        ttft_ms=410,
    )
    calls = (await office.view()).calls
    row = calls.rows[0]
    assert (row.person, row.subject) == ("Ines Okafor", office.made.candidate.name)
    assert (row.status_label, row.error_code) == ("Stopped", "CANCELLED")
    assert (row.tokens_in, row.tokens_out) == ("≈ 800", "≈ 300")
    assert (row.cost, row.latency, row.ttft) == ("$0.0004", "4.2 s", "410 ms")
    assert calls.has_estimates


async def test_a_call_without_an_interview_is_listed_by_its_operation(database: Database) -> None:
    office = await make_office(database)
    call = LlmCall(
        operation="cv_parse",
        company_id=office.admin.company_id,
        user_id=office.admin.id,
        requested_model="gpt-4o-mini",
        provider="openai",
        status=CallStatus.COMPLETE,
        cost_microusd=5,
        prompt_tokens=30,
        finish_reason="stop",
        started_at=ago(minutes=1),
        finished_at=ago(seconds=58),
    )
    await store_call(database, call)
    row = (await office.view()).calls.rows[0]
    assert (row.person, row.subject) == ("Ada Lindqvist", "CV parse")
    assert row.cost == "less than $0.0001"


async def test_an_interviewer_gets_nothing_from_the_service(database: Database) -> None:
    office = await make_office(database)
    await office.call()
    with pytest.raises(Forbidden):
        await service.view(acting(office.made.interviewer), {})


async def test_an_empty_company_has_figures_of_nothing(database: Database) -> None:
    office = await make_office(database)
    view = await office.view()
    assert view.is_empty
    assert not view.filters.can_reset
    assert (view.totals.calls, view.totals.cost, view.totals.cost_note) == ("0", "$0.00", "")
    assert view.chart.summary == "No finished calls."
    assert view.calls.rows == []
