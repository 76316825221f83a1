"""The usage page's words: true figures, of the administrators' own company only."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from feedback_app.core import clock, zones
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import CallStatus, LimitValue
from feedback_app.db.session import Database
from feedback_app.llm.admission.limits import LimitName
from feedback_app.usage import labels, service
from tests.factories import make_call, make_interview, make_user, store
from tests.integration.usage_office import (
    NOW,
    acting,
    ago,
    calls_of_days,
    headline,
    ids,
    make_office,
    notes,
    tile,
)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands at noon of 10 March 2026."""
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


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
    view = await office.view()
    assert tile(view, "total-calls").value == "10"
    assert tile(view, "total-tokens").value == f"{28_000 + 728 + 3 * 1100:,}"
    assert (tile(view, "tokens-in").value, tile(view, "tokens-out").value) == ("30,400", "1,628")
    assert headline(view, "total-cost").value == "$3.4568", "28 x 123,457 + 1 micro-dollars"
    assert headline(view, "drafts").value == "10"
    failed = headline(view, "failed")
    assert (failed.value, notes(failed)) == (
        "1",
        ["10.0% of 10 calls", "1 more interrupted: the server went away"],
    )
    stops = tile(view, "stops")
    assert (stops.value, stops.note) == ("10.0%", "1 of 10 calls stopped by people")
    assert view.cost.table.total[-1] == "$3.456797"
    assert view.tokens.table.total[-1] == f"{28_000 + 728 + 3 * 1100:,}"


async def test_many_tiny_costs_add_up_without_rounding(database: Database) -> None:
    office = await make_office(database)
    for _ in range(21):
        await office.call(cost_microusd=33)
    view = await office.view()
    assert headline(view, "total-cost").value == "$0.0007", "693 micro-dollars, not 21 times $0.00"


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
    assert tile(view, "total-calls").value == "1"
    assert tile(view, "total-calls").note == "None running now"
    assert calls_of_days(view)[-1] == 1
    assert ids(view.calls) == [mine.id]
    assert [choice.label for choice in view.filters.people] == ["Ines Okafor"]
    assert [choice.value for choice in view.filters.departments] == [
        office.made.department.id,
        "none",
    ]
    assert [choice.label for choice in view.filters.models] == ["gpt-4o-mini-2024-07-18"]
    assert [row.label for row in view.people.rows] == ["Ines Okafor"]
    assert ids((await office.view(older=f"0.{theirs.id}")).calls) == [mine.id]
    guessed = await office.view(person=other.made.interviewer.id)
    assert (ids(guessed.calls), guessed.filters.person) == ([mine.id], "")
    assert guessed.problem == "Nobody by that id has made a call here, so everybody is shown."
    guessed = await office.view(department=other.made.department.id)
    assert (ids(guessed.calls), guessed.filters.department) == ([mine.id], "")
    assert guessed.problem == "There is no such department here, so all of them are shown."


@pytest.mark.ledger_findings("missing_cost", reason="costs are left out by hand")
async def test_unknown_prices_are_counted_and_never_taken_for_nothing(database: Database) -> None:
    office = await make_office(database)
    await office.call(cost_microusd=None)
    only_unknown = await office.view()
    cost = headline(only_unknown, "total-cost")
    assert (cost.value, notes(cost)[0]) == ("Unknown", "1 call of unknown cost")
    assert only_unknown.cost.table.total == ["1 of unknown cost", "1 of unknown cost"]
    assert only_unknown.cost.points[-1]["s0"] is None
    assert only_unknown.cost.note == "Bars leave out 1 call of unknown cost."
    (person,) = only_unknown.people.rows
    assert (person.value, person.note) == ("Unknown", "1 call of unknown cost")
    await office.call(cost_microusd=None)
    await office.call(cost_microusd=2_500)
    view = await office.view()
    cost = headline(view, "total-cost")
    assert (cost.value, notes(cost)[0]) == ("$0.0025", "+ 2 calls of unknown cost")
    assert [row.cost for row in view.calls.rows].count("Unknown") == 2


@pytest.mark.ledger_findings("missing_cost", reason="costs are left out by hand")
async def test_a_model_that_costs_nothing_does_not_hide_one_of_unknown_cost(
    database: Database,
) -> None:
    office = await make_office(database)
    await office.call(resolved_model="priced", cost_microusd=7)
    await office.call(resolved_model="mystery", cost_microusd=None)
    table = (await office.view(period="today")).cost.table
    assert table.columns[1:] == ["priced", "mystery", "All"]
    unknown, both = "1 of unknown cost", "$0.000007 + 1 of unknown cost"
    assert table.rows[11].cells == ["$0.000007", unknown, both]
    assert table.rows[0].cells == ["$0.000000"] * 3
    assert table.total == ["$0.000007", unknown, both]


@pytest.mark.ledger_findings("missing_cost", "saved_flag", reason="costs are left out by hand")
async def test_every_sum_says_how_many_calls_of_unknown_cost_it_leaves_out(
    database: Database,
) -> None:
    office = await make_office(database)
    known = {"started_at": ago(days=2), "cost_microusd": 2_000}
    unknown = {"started_at": ago(days=2), "cost_microusd": None}
    failed = {"status": CallStatus.ERROR, "error_code": "LLM_STALLED"}
    await office.call(**known, saved_as_feedback=True)
    await office.call(**known)
    await office.call(**known, **failed)
    for _ in range(2):
        await office.call(**unknown, saved_as_feedback=True)
    await office.call(**unknown)
    await office.call(**unknown, **failed)
    view = await office.view(period="7d")

    assert notes(headline(view, "total-cost"))[0] == "+ 4 calls of unknown cost"
    per_saved = tile(view, "per-saved")
    assert per_saved.value == "$0.006", "three priced drafts by the one of them that was saved"
    assert per_saved.note == (
        "$0.006 for all drafts of feedback, divided by the 1 saved. Other calls, such as parsing "
        "a CV, are left out, and 4 drafts of unknown cost."
    )
    waste = tile(view, "waste")
    assert waste.value == "$0.004"
    assert waste.note == (
        "$0.002 failed + $0.002 complete, but not saved within a day; + 2 calls of unknown cost"
    )

    both = "$0.006000 + 4 of unknown cost"
    assert view.cost.summary == f"Cost per day by model, {both} in all."
    assert view.cost.note == "Bars leave out 4 calls of unknown cost."
    assert view.cost.table.rows[4].cells == [both, both], "a cell of one model, too"
    assert view.cost.table.total == [both, both]
    (person,) = view.people.rows
    assert (person.value, person.note) == ("$0.006", "+ 4 calls of unknown cost")
    assert (view.people.is_noted, view.people.height) == (True, 58)
    assert view.errors.table.rows[0].cells == ["2", "$0.002000 + 1 of unknown cost"]
    assert view.errors.table.total == ["2", "$0.002000 + 1 of unknown cost"]

    assert view.budget.summary == (
        "$0.006 + 4 of unknown cost spent this month; $0.0196 by its end at this pace; "
        "no budget is set."
    )
    spent = [row.cells[0] for row in view.budget.table.rows[6:11]]
    assert spent == ["$0.000000", both, both, both, "–"]


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_running_calls_are_told_apart_from_finished_ones(database: Database) -> None:
    office = await make_office(database)
    await office.call()
    running = await office.call(status=CallStatus.RUNNING, started_at=ago(seconds=3))
    view = await office.view()
    calls = tile(view, "total-calls")
    assert (calls.value, calls.note) == ("1", "+ 1 running now")
    assert calls_of_days(view)[-1] == 1
    first = view.calls.rows[0]
    assert (first.call_id, first.status_label, first.cost) == (running.id, "Running", "–")
    assert view.calls.position == "1–2 of 2 calls"
    failed = await office.view(status="error")
    assert tile(failed, "total-calls").note == "None running now", "of the chosen calls"


async def test_days_without_calls_are_shown_as_zero(database: Database) -> None:
    office = await make_office(database)
    await office.call(started_at=ago(days=6))
    await office.call(started_at=ago(days=2), status=CallStatus.CANCELLED)
    await office.call(started_at=ago(days=2))
    outcomes = (await office.view(period="7d")).outcomes
    assert [point["step"] for point in outcomes.points] == [f"{n} Mar" for n in range(4, 11)]
    assert [row.cells for row in outcomes.table.rows[:5:4]] == [
        ["1", "0", "0", "0", "1"],
        ["1", "1", "0", "0", "2"],
    ]
    assert calls_of_days(await office.view(period="7d")) == [1, 0, 0, 0, 2, 0, 0]
    assert outcomes.ticks == [0, 1, 2]


async def test_days_begin_at_midnight_utc_and_today_is_told_by_the_hour(
    database: Database,
) -> None:
    office = await make_office(database)
    midnight = NOW.replace(hour=0)
    await office.call(started_at=midnight - timedelta(microseconds=1))
    await office.call(started_at=midnight)
    assert calls_of_days(await office.view(period="7d"))[-2:] == [1, 1]
    today = await office.view(period="today")
    assert tile(today, "total-calls").value == "1"
    assert (len(today.outcomes.points), today.outcomes.points[9]["step"]) == (24, "09:00")
    assert today.outcomes.table.columns[0] == "Hour"
    zones.show_times_in("Asia/Kolkata")
    today = await office.view(period="today")
    assert today.outcomes.points[9]["step"] == "14:30"
    assert today.outcomes.table.rows[9].heading == "14:30 to 15:30"


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ({"period": "today"}, "1"),
        ({"period": "7d"}, "2"),
        ({"period": "30d"}, "3"),
        ({"period": "90d"}, "4"),
        ({"period": ""}, "3"),
        ({"period": "nonsense"}, "3"),
        ({"period": "custom", "from": "2025-12-11", "to": "2026-03-04"}, "3"),
    ],
)
async def test_a_period_counts_whole_days(
    database: Database, query: dict[str, str], calls: str
) -> None:
    office = await make_office(database)
    for days in (0, 6, 29, 89, 90):
        await office.call(started_at=NOW.replace(hour=0) - timedelta(days=days))
    assert tile(await office.view(**query), "total-calls").value == calls


async def test_filters_narrow_the_figures_and_the_list_alike(database: Database) -> None:
    office = await make_office(database)
    other = await make_interview(database, await make_user(database, office.company))
    await office.call()
    failed = await office.call(status=CallStatus.ERROR, error_code="LLM_STALLED")
    asked_only = await office.call(requested_model="gpt-4o", resolved_model=None)
    theirs = await make_call(database, other)
    parsed = await office.call(operation="cv_parse")
    for query, expected in (
        ({"person": other.interviewer.id}, theirs),
        ({"status": "error"}, failed),
        ({"model": "gpt-4o"}, asked_only),
        ({"department": other.department.id}, theirs),
        ({"operation": "cv_parse"}, parsed),
    ):
        view = await office.view(**query)
        assert ids(view.calls) == [expected.id]
        assert tile(view, "total-calls").value == "1"
        assert calls_of_days(view)[-1] == 1
        assert view.filters.can_reset
        assert view.problem == ""
    none = await office.view(person=other.interviewer.id, status="error")
    assert none.head.is_empty
    assert headline(none, "total-cost").value == "$0.00"


@pytest.mark.ledger_findings("missing_cost", reason="costs are left out by hand")
async def test_departments_and_the_calls_of_none_add_up_to_the_whole(database: Database) -> None:
    office = await make_office(database)
    other = await make_interview(database, await make_user(database, office.company))
    await office.call(cost_microusd=2_000, saved_as_feedback=False)
    await make_call(database, other, cost_microusd=500)
    parsed = await office.call(operation="cv_parse", department_id=None, cost_microusd=70)
    unpriced = await office.call(operation="cv_parse", department_id=None, cost_microusd=None)
    stalled = {"status": CallStatus.ERROR, "error_code": "LLM_STALLED", "department_id": None}
    failed = await office.call(**stalled, cost_microusd=9, started_at=ago(days=3))

    view = await office.view()
    rows = view.departments.table.rows
    assert (rows[-1].heading, rows[-1].cells) == (
        labels.NO_DEPARTMENT_NAME,
        ["$0.000079", "1", "3", "3,300", "0"],
    )
    assert [row.cells[0] for row in rows[:-1]] == ["$0.002000", "$0.000500"]
    assert view.departments.table.total == ["$0.002579", "1", "5", "5,500", "0"]

    none = await office.view(department="none")
    assert set(ids(none.calls)) == {parsed.id, unpriced.id, failed.id}
    assert none.calls.position == "1–3 of 3 calls"
    assert headline(none, "total-cost").value == "under $0.0001"
    assert headline(none, "failed").value == "1"
    assert [row.heading for row in none.departments.table.rows] == ["None"]
    assert none.filters.department == "none"
    assert none.problem == ""
    assert none.head.csv_href == "/admin/usage/export.csv?department=none"
    assert sum(calls_of_days(none)) == 3
    of_one = await office.view(department="none", person=other.interviewer.id)
    assert of_one.head.is_empty
    each = [await office.view(department=c.value) for c in view.filters.departments]
    assert sum(int(tile(v, "total-calls").value) for v in each) == 5


async def test_failures_lead_to_exactly_as_many_calls(database: Database) -> None:
    office = await make_office(database)
    ended = (
        ("error", "LLM_STALLED", 3),
        ("interrupted", "INTERRUPTED", 2),
        ("complete", None, 4),
        ("cancelled", "CANCELLED", 1),
    )
    for status, code, number in ended:
        for _ in range(number):
            await office.call(status=status, error_code=code)
    view = await office.view(period="7d")
    failed = headline(view, "failed")
    for note, number in zip(failed.notes, (3, 2), strict=True):
        query = dict(parse_qsl(urlsplit(note.href).query))
        assert query["period"] == "7d"
        assert len((await office.view(**query)).calls.rows) == number
    assert failed.value == "3"
    assert view.outcomes.table.total == ["4", "1", "3", "2", "10"]
    assert [(row.label, row.value) for row in view.errors.rows] == [
        ("LLM_STALLED", "3"),
        ("INTERRUPTED", "2"),
    ]


async def test_the_month_is_held_against_the_budget_that_is_set(database: Database) -> None:
    office = await make_office(database)
    await office.call(cost_microusd=2_000_000)
    assert (await office.view()).budget.summary == (
        "$2.00 spent this month; $6.5263 by its end at this pace; no budget is set."
    )
    for name, user_id, value in (
        (LimitName.COMPANY_COST_PER_MONTH, None, 5_000_000),
        (LimitName.PERSON_COST_PER_MONTH, office.made.interviewer.id, 9_000_000),
    ):
        await store(
            database,
            LimitValue(company_id=office.company.id, user_id=user_id, name=name, value=value),
        )
    budget = (await office.view()).budget
    assert budget.summary == (
        "$2.00 spent this month of $5.00 (40%); $6.5263 by its end at this pace; "
        "the budget runs out on 24 Mar."
    )
    assert [series.label for series in budget.series] == ["Spent", "Forecast", "Budget"]
    of_person = (await office.view(person=office.made.interviewer.id)).budget
    assert "of $9.00 (22%)" in of_person.summary
    assert "the budget lasts" in of_person.summary


async def test_the_month_of_a_chosen_person_is_what_that_person_spent(database: Database) -> None:
    office = await make_office(database)
    other = await make_interview(database, await make_user(database, office.company))
    await office.call(cost_microusd=2_000_000)
    await make_call(database, other, cost_microusd=3_000_000)
    assert (await office.view()).budget.summary.startswith("$5.00 spent this month")
    of_one = await office.view(person=office.made.interviewer.id)
    assert of_one.budget.summary.startswith("$2.00 spent this month")


async def test_an_interviewer_gets_nothing_from_the_service(database: Database) -> None:
    office = await make_office(database)
    await office.call()
    interviewer = acting(office.made.interviewer)
    for asked in (service.view(interviewer, {}), service.pulse(interviewer)):
        with pytest.raises(Forbidden):
            await asked


async def test_an_empty_company_has_figures_of_nothing(database: Database) -> None:
    office = await make_office(database)
    view = await office.view()
    assert view.head.is_empty
    assert not view.filters.can_reset
    cost = headline(view, "total-cost")
    assert (cost.value, cost.change) == ("$0.00", "None now and none before.")
    assert notes(cost) == ["$0.00 this month; no budget is set"]
    assert tile(view, "latency").value == "–"
    assert view.cost.is_empty
    assert view.calls.rows == []
