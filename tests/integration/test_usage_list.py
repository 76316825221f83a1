"""The usage page's list of calls, and the addresses that lead from view to view."""

from collections.abc import Iterator

import pytest

from feedback_app.core import clock
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.db.session import Database
from feedback_app.usage import address
from tests.factories import make_call, make_interview, make_user, store_call
from tests.integration.usage_office import NOW, ago, ids, make_office, tile


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands at noon of 10 March 2026."""
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


async def test_a_search_narrows_the_list_and_leaves_the_figures(database: Database) -> None:
    office = await make_office(database)
    stalled = await office.call(status=CallStatus.ERROR, error_code="LLM_STALLED")
    await office.call()
    view = await office.view(q="llm_stalled")
    assert ids(view.calls) == [stalled.id]
    assert tile(view, "total-calls").value == "2"
    assert view.errors.rows[0].label == "LLM_STALLED"
    assert view.errors.rows[0].href == "/admin/usage?q=LLM_STALLED#usage-calls"


async def test_every_address_of_the_page_keeps_what_is_chosen(database: Database) -> None:
    office = await make_office(database)
    call = await office.call(status=CallStatus.ERROR)
    person = office.made.interviewer.id
    view = await office.view(status="error", older=f"0.{call.id}")
    assert [link.href for link in view.filters.periods] == [
        "/admin/usage?period=today&status=error",
        "/admin/usage?period=7d&status=error",
        "/admin/usage?status=error",
        "/admin/usage?period=90d&status=error",
        "/admin/usage?period=custom&from=2026-02-09&to=2026-03-10&status=error",
    ]
    assert view.people.rows[0].href == f"/admin/usage?person={person}&status=error"
    assert view.head.csv_href == "/admin/usage/export.csv?status=error"
    assert view.calls.columns[7].href == "/admin/usage?status=error&sort=-cost#usage-calls"
    chosen = address.with_value({"period": "7d", "older": "x", "status": "error"}, "status", "")
    assert chosen == "/admin/usage?period=7d"


async def test_paging_walks_the_whole_list_there_and_back(database: Database) -> None:
    office = await make_office(database)
    made = [await office.call(started_at=ago(hours=1), cost_microusd=n) for n in range(60)]
    expected = [call.id for call in reversed(made)]
    first = (await office.view(sort="-cost")).calls
    assert ids(first) == expected[:25]
    assert (first.position, first.newer_href) == ("1–25 of 60 calls", "")
    assert [c.label for c in first.columns if c.sorted == "descending"] == ["Cost"]
    assert first.columns[7].href == "/admin/usage?sort=cost#usage-calls", "the other way round"
    second = (await office.view(sort="-cost", older=f"24.{first.rows[-1].call_id}")).calls
    assert ids(second) == expected[25:50]
    assert second.position == "26–50 of 60 calls"
    assert f"older=49.{expected[49]}" in second.older_href
    back = (await office.view(sort="-cost", newer=f"25.{expected[25]}")).calls
    assert ids(back) == expected[:25]


async def test_another_companys_call_is_no_place_in_the_list(database: Database) -> None:
    office = await make_office(database)
    made = [await office.call(started_at=ago(hours=1), cost_microusd=n) for n in (10, 20, 30)]
    stranger = await make_interview(database)
    theirs = await make_call(database, stranger, started_at=ago(hours=1), cost_microusd=25)
    calls = (await office.view(sort="-cost", older=f"0.{theirs.id}")).calls
    assert (calls.position, ids(calls)) == ("1–3 of 3 calls", [c.id for c in reversed(made)])


@pytest.mark.ledger_findings("lost_call", reason="running rows that no process runs are written")
async def test_the_list_counts_the_running_calls_it_shows_and_no_others(
    database: Database,
) -> None:
    office = await make_office(database)
    colleague = await make_user(database, office.company)
    theirs = [await make_interview(database, colleague) for _ in range(2)]
    await office.call(started_at=ago(minutes=2))
    for made in (office.made, *theirs):
        await make_call(database, made, status=CallStatus.RUNNING, started_at=ago(minutes=1))
    assert (await office.view()).calls.position == "1–4 of 4 calls"
    of_one = (await office.view(person=office.made.interviewer.id)).calls
    assert (len(of_one.rows), of_one.position) == (2, "1–2 of 2 calls")
    finished = (await office.view(status="complete")).calls
    assert (len(finished.rows), finished.position) == (1, "1–1 of 1 call")


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
    assert row.cost == "under $0.0001"
