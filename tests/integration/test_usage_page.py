"""The usage page's events: what they show of an address, and to whom."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta

import pytest
import reflex as rx
from reflex.state import State

from feedback_app.auth.sessions import CurrentUser, hash_token
from feedback_app.core import clock
from feedback_app.db.models import CallStatus, LoginSession, Role, User
from feedback_app.db.session import Database
from feedback_app.usage import service
from feedback_app.usage import state as usage_state
from feedback_app.usage.schemas import UsageView
from feedback_app.usage.state import UsageState
from tests.factories import make_admin, make_call, make_interview, store
from tests.integration.states import open_socket, state_of


async def signed_in(database: Database, user: User) -> str:
    """The hash of a live session of the user."""
    token_hash = hash_token(user.id)
    await store(
        database,
        LoginSession(
            token_hash=token_hash, user_id=user.id, expires_at=clock.now() + timedelta(hours=1)
        ),
    )
    return token_hash


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


def shown(state: UsageState) -> UsageView:
    """What the state sends to the page."""
    return UsageView(**{var.name: getattr(state, var.name) for var in fields(UsageView)})


async def loaded(token_hash: str, path: str) -> UsageState:
    """The page's state once it has been loaded at that address."""
    state = await state_of(UsageState, token_hash, path=path)
    async for _ in UsageState.load.fn(state):
        pass
    return state


def total(state: UsageState) -> str:
    return next(tile.value for tile in state.counts if tile.tile_id == "usage-total-calls")


async def test_an_interviewer_who_calls_the_pages_events_sees_no_figures(
    database: Database,
) -> None:
    made = await make_interview(database)
    await make_call(database, made)
    token_hash = await signed_in(database, made.interviewer)
    for event in ("load", "refresh"):
        state = await state_of(UsageState, token_hash, path="/admin/usage")
        async for _ in getattr(UsageState, event).fn(state):
            assert shown(state) == UsageView()
        assert (state.phase, state.busy, shown(state)) == ("refused", False, UsageView())
    state = await state_of(UsageState, token_hash, path="/admin/usage")
    for event, *arguments in (
        ("choose", "model", "any"),
        ("search", {"q": "any"}),
        ("choose_days", {"from": "2026-01-01", "to": "2026-01-02"}),
        ("follow",),
    ):
        answer = await getattr(UsageState, event).fn(state, *arguments)
        assert "Your role does not allow this." in str(answer)
        assert shown(state) == UsageView()


async def test_an_administrator_who_is_one_no_longer_loses_the_figures(database: Database) -> None:
    admin = await make_admin(database)
    await make_call(database, await make_interview(database, admin))
    token_hash = await signed_in(database, admin)
    state = await loaded(token_hash, "/admin/usage")
    assert (state.phase, total(state)) == ("ready", "1")
    async with database.write() as session:
        user = await session.get_one(User, admin.id)
        user.role = Role.INTERVIEWER
        session.add(user)
    async for _ in UsageState.refresh.fn(state):
        pass
    assert (state.phase, shown(state)) == ("refused", UsageView())


async def test_filters_and_pages_come_from_the_address(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    await make_call(database, made, status=CallStatus.ERROR)
    await make_call(database, made)
    token_hash = await signed_in(database, admin)
    state = await loaded(token_hash, "/admin/usage?status=error&period=7d")
    assert total(state) == "1"
    assert len(state.outcomes.points) == 7
    redirect = await UsageState.choose.fn(state, "model", "a model")
    assert "/admin/usage?period=7d&status=error&model=a+model" in str(redirect)


async def test_days_that_are_none_are_told_and_lead_nowhere(database: Database) -> None:
    token_hash = await signed_in(database, await make_admin(database))
    state = await state_of(UsageState, token_hash, path="/admin/usage?status=error")
    typed = {"from": "2026-03-09", "to": "2026-03-01"}
    assert await UsageState.choose_days.fn(state, typed) is None
    assert state.days_problem == "The period ends before it begins."
    answer = await UsageState.choose_days.fn(state, {"from": "2026-03-01", "to": "2026-03-09"})
    assert state.days_problem == ""
    assert "period=custom&from=2026-03-01&to=2026-03-09&status=error" in str(answer)


async def test_a_refresh_changes_only_what_is_new(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    await make_call(database, made)
    token_hash = await signed_in(database, admin)
    state = await loaded(token_hash, "/admin/usage?period=7d")
    state._clean()
    async for _ in UsageState.refresh.fn(state):
        pass
    untouched = {var.name for var in fields(UsageView)} - {"updated"}
    assert untouched.isdisjoint(state.dirty_vars)
    await make_call(database, made)
    async for _ in UsageState.refresh.fn(state):
        pass
    assert {"headlines", "counts", "tiles", "cost", "tokens", "calls"} <= state.dirty_vars
    assert {"filters", "errors", "head"}.isdisjoint(state.dirty_vars)


@pytest.mark.parametrize(("goes_on", "seen"), [(False, "2"), (True, "1")])
async def test_a_look_shows_nothing_of_a_view_that_was_left_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch, goes_on: bool, seen: str
) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    await make_call(database, made)
    token_hash = await signed_in(database, admin)
    state = await loaded(token_hash, "/admin/usage?period=7d")

    async def opened(_state: rx.State) -> bool:
        return True

    async def view(user: CurrentUser, query: Mapping[str, str]) -> UsageView:
        found = await service_view(user, query)
        if goes_on:
            open_socket(root, token_hash, path="/admin/usage?period=90d")
        return found

    root, service_view = await state.get_state(State), service.view
    monkeypatch.setattr(usage_state, "is_open", opened)
    monkeypatch.setattr(service, "view", view)
    await make_call(database, made)
    await state._look(state._query(), state._pulse)
    assert total(state) == seen


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_the_pulse_beats_when_a_call_begins_and_when_one_ends(database: Database) -> None:
    made = await make_interview(database, await make_admin(database))
    admin = acting(made.interviewer)
    pulses = [await service.pulse(admin)]
    await make_call(database, made, status=CallStatus.RUNNING)
    pulses.append(await service.pulse(admin))
    await make_call(database, made, status=CallStatus.ERROR, cost_microusd=0)
    pulses.append(await service.pulse(admin))
    assert len(set(pulses)) == 3
    await make_call(database, await make_interview(database))
    assert await service.pulse(admin) == pulses[-1], "another company's call is none of it"
