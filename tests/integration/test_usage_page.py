"""The usage page's events: what they show of an address, and to whom."""

from datetime import timedelta

from feedback_app.auth.sessions import hash_token
from feedback_app.core import clock
from feedback_app.db.models import CallStatus, LoginSession, Role, User
from feedback_app.db.session import Database
from feedback_app.usage.schemas import UsageView
from feedback_app.usage.state import UsageState
from tests.factories import make_admin, make_call, make_interview, store
from tests.integration.states import state_of


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


async def test_an_interviewer_who_calls_the_pages_events_sees_no_figures(
    database: Database,
) -> None:
    made = await make_interview(database)
    await make_call(database, made)
    token_hash = await signed_in(database, made.interviewer)
    for event in ("load", "refresh"):
        state = await state_of(UsageState, token_hash, path="/admin/usage")
        async for _ in getattr(UsageState, event).fn(state):
            assert state.view == UsageView()
        assert (state.phase, state.busy, state.view) == ("refused", False, UsageView())


async def test_an_administrator_who_is_one_no_longer_loses_the_figures(database: Database) -> None:
    admin = await make_admin(database)
    await make_call(database, await make_interview(database, admin))
    token_hash = await signed_in(database, admin)
    state = await state_of(UsageState, token_hash, path="/admin/usage")
    async for _ in UsageState.load.fn(state):
        pass
    assert (state.phase, state.view.totals.calls) == ("ready", "1")
    async with database.write() as session:
        user = await session.get_one(User, admin.id)
        user.role = Role.INTERVIEWER
        session.add(user)
    async for _ in UsageState.refresh.fn(state):
        pass
    assert (state.phase, state.view) == ("refused", UsageView())


async def test_filters_and_pages_come_from_the_address(database: Database) -> None:
    admin = await make_admin(database)
    made = await make_interview(database, admin)
    await make_call(database, made, status=CallStatus.ERROR)
    await make_call(database, made)
    token_hash = await signed_in(database, admin)
    state = await state_of(UsageState, token_hash, path="/admin/usage?status=error&period=7d")
    async for _ in UsageState.load.fn(state):
        pass
    assert state.view.totals.calls == "1"
    assert len(state.view.chart.days) == 7
    redirect = await UsageState.choose.fn(state, "model", "a model")
    assert "/admin/usage?period=7d&status=error&model=a+model" in str(redirect)
