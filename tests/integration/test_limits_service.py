"""Limits as administrators set them: what is accepted, who may, and what the audit keeps."""

from typing import Any

import pytest

from feedback_app.admin.limits import service
from feedback_app.admin.limits.schemas import LimitsView
from feedback_app.admin.limits.service import Saved, WrongValues
from feedback_app.admin.limits.state import LimitsState
from feedback_app.admin.limits.values import parse, written
from feedback_app.core.errors import Forbidden, Invalid, NotFound
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.llm.admission.limits import LimitName
from feedback_app.llm.audit import Check
from tests.factories import make_admin, make_call, make_interview, make_user
from tests.integration.generating import as_user
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in

MONEY, DRAFTS = LimitName.COMPANY_COST_PER_MONTH, LimitName.PERSON_AT_ONCE


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (MONEY, "25", 25_000_000),
        (MONEY, " $1,250.50 ", 1_250_500_000),
        (MONEY, "0.000001", 1),
        (MONEY, "0", 0),
        (MONEY, "Unlimited", None),
        (MONEY, "", "default"),
        (DRAFTS, "1,000", 1000),
        (DRAFTS, "no limit", None),
    ],
)
def test_a_value_is_read_as_people_write_it(
    name: LimitName, text: str, value: int | str | None
) -> None:
    found = parse(name, text)
    assert found == value
    if found != "default":
        assert parse(name, written(name, found)) == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (MONEY, "12,50"),
        (MONEY, "-1"),
        (MONEY, "1e3"),
        (MONEY, "10000001"),
        (MONEY, "a lot"),
        (MONEY, "0.0000001"),
        (DRAFTS, "0"),
        (DRAFTS, "-3"),
        (DRAFTS, "2.5"),
        (DRAFTS, "٣"),
        (DRAFTS, "9" * 5000),
    ],
)
def test_what_is_no_value_is_refused_with_an_example(name: LimitName, text: str) -> None:
    with pytest.raises(Invalid, match="such as"):
        parse(name, text)


async def test_a_change_is_kept_and_audited_and_one_wrong_field_saves_none(
    database: Database,
) -> None:
    admin = as_user(await make_admin(database))
    with pytest.raises(WrongValues) as wrong:
        await service.save(admin, {MONEY: "50", DRAFTS: "many"})
    assert list(wrong.value.fields) == [DRAFTS]
    assert (await service.view(admin)).changes == []
    assert await service.save(admin, {MONEY: "50", DRAFTS: "3"}) == Saved(2, "")
    assert await service.save(admin, {MONEY: "80", DRAFTS: "3"}) == Saved(1, "")
    assert await service.save(admin, {MONEY: ""}) == Saved(1, "")
    view = await service.view(admin)
    told = [(row.who, row.whose, row.before, row.after) for row in view.changes]
    assert told[:2] == [
        (admin.name, "Whole company", "$80.00", "default (no limit)"),
        (admin.name, "Whole company", "$50.00", "$80.00"),
    ]
    assert set(told[2:]) == {
        (admin.name, "Whole company", "default (no limit)", "$50.00"),
        (admin.name, "Each person", "default (10 drafts)", "3 drafts"),
    }
    assert {field.name: field.value for field in view.person}[DRAFTS] == "3"


@pytest.mark.ledger_findings("lost_call", reason="a running row that no process runs is written")
async def test_the_page_shows_what_is_used_of_a_budget_or_held_by_running_drafts(
    database: Database,
) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    await make_call(database, made, cost_microusd=8_000_000)
    await service.save(as_user(admin), {MONEY: "10"})
    field = (await service.view(as_user(admin))).company[0]
    assert (field.used, field.share, field.level) == ("$8.00 used this month, 80%", "80%", "near")
    await make_call(database, made, status=CallStatus.RUNNING, reserved_microusd=2_000_000)
    field = (await service.view(as_user(admin))).company[0]
    assert (field.used, field.level) == ("$10.00 used this month, 100%", "full")


@pytest.mark.ledger_findings(Check.UNKNOWN_PRICE, reason="a call of unknown cost is counted")
async def test_the_page_says_how_many_calls_a_budgets_sum_leaves_out(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    await make_call(database, made, cost_microusd=8_000_000)
    nameless: dict[str, Any] = {"requested_model": "house-7b", "resolved_model": None}
    await make_call(database, made, **nameless, cost_microusd=None, price_source="")
    field = (await service.view(as_user(admin))).company[0]
    assert field.used == "$8.00 + 1 of unknown cost used this month"


async def test_a_budget_that_is_used_up_when_it_is_set_is_saved_with_a_warning(
    database: Database,
) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    other = await make_user(database, company_id=admin.company_id, name="Sam Reyes")
    theirs = await make_interview(database, other)
    await make_call(database, made, cost_microusd=40_000)
    await make_call(database, theirs, cost_microusd=190_000)
    await make_call(database, await make_interview(database), cost_microusd=9_000_000)
    user, each = as_user(admin), LimitName.PERSON_COST_PER_MONTH
    assert await service.save(user, {MONEY: "0.24"}) == Saved(1, "")
    over = await service.save(user, {MONEY: "0.10"})
    assert over.warning.startswith(
        "Your company has used $0.23 of $0.10, 230% this month already: "
    )
    assert await service.save(user, {MONEY: "0.10"}) == Saved(0, ""), "nothing was set"
    field = (await service.view(user)).company[0]
    assert (field.used, field.share) == ("$0.23 used this month, 230%", "100%")
    assert field.level == "full"
    of_each = await service.save(user, {each: "0.05"})
    assert of_each.warning == (
        "Used up this month already by Sam Reyes ($0.19 of $0.05, 380%): their drafts that cost "
        "money are refused."
    )
    assert (await service.set_exception(user, other.id, each, "1")).warning == ""
    assert (await service.save(user, {each: "0.04"})).warning.startswith(
        f"Used up this month already by {admin.name} ($0.04 of $0.04, 100%): "
    )
    own = await service.set_exception(user, other.id, each, "0.1")
    assert "Sam Reyes ($0.19 of $0.10, 190%)" in own.warning
    state = await state_of(LimitsState, await signed_in(database, admin), path="/admin/limits")
    await LimitsState.load.fn(state)
    await LimitsState.save.fn(state, {MONEY: "0.2"})
    assert (state.status, state.message.partition(".")[0]) == ("warning", "Saved 1 limit")
    await LimitsState.save.fn(state, {MONEY: "20"})
    assert (state.status, state.message) == ("saved", "Saved 1 limit")


async def test_an_exception_is_for_somebody_of_the_company(database: Database) -> None:
    admin = as_user(await make_admin(database))
    colleague = await make_user(database, company_id=admin.company_id)
    stranger = await make_user(database)
    assert await service.set_exception(admin, colleague.id, DRAFTS, "7") == Saved(1, "")
    with pytest.raises(NotFound):
        await service.set_exception(admin, stranger.id, DRAFTS, "7")
    with pytest.raises(Invalid):
        await service.set_exception(admin, colleague.id, MONEY, "7")
    (row,) = (await service.view(admin)).exceptions
    assert (row.person, row.value) == (colleague.name, "7 drafts")
    assert await service.set_exception(admin, colleague.id, DRAFTS, "") == Saved(1, "")
    view = await service.view(admin)
    assert (view.exceptions, view.changes[0].whose) == ([], colleague.name)


async def test_companies_do_not_see_each_others_limits(database: Database) -> None:
    ours, theirs = [as_user(await make_admin(database)) for _ in range(2)]
    await service.save(ours, {MONEY: "50"})
    view = await service.view(theirs)
    assert (view.company[0].value, view.changes) == ("", [])
    assert [choice.value for choice in view.people] == [theirs.id]


async def test_an_interviewer_sees_and_sets_no_limits(database: Database) -> None:
    person = await make_user(database)
    user = as_user(person)
    with pytest.raises(Forbidden):
        await service.view(user)
    with pytest.raises(Forbidden):
        await service.save(user, {MONEY: "50"})
    with pytest.raises(Forbidden):
        await service.set_exception(user, person.id, DRAFTS, "7")
    state = await state_of(LimitsState, await signed_in(database, person), path="/admin/limits")
    await LimitsState.load.fn(state)
    assert (state.phase, state.view) == ("refused", LimitsView())
    for event, args in (
        ("save", ({MONEY: "50"},)),
        ("set_exception", ({"exception_value": "1"},)),
        ("remove_exception", (person.id, DRAFTS)),
    ):
        await getattr(LimitsState, event).fn(state, *args)
        assert state.view == LimitsView()
