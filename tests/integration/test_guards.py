"""Event handlers: who may run them, and what the person sees when they may not."""

import inspect
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

import feedback_app.feedback_app
from feedback_app.auth import sessions
from feedback_app.auth.guards import acting_user, guarded, session_hash
from feedback_app.core.errors import NothingToAssess
from feedback_app.core.markers import is_guarded, is_public
from feedback_app.db.models import Role
from feedback_app.db.session import Database, set_database
from tests.integration.people import PASSWORD, make_user
from tests.integration.states import state_of

assert feedback_app.feedback_app


class GuardedPage(rx.State):
    done: list[str] = []

    @rx.event
    @guarded
    async def save(self, text: str) -> None:
        self.done.append(f"{acting_user().name}: {text}")

    @rx.event
    @guarded(admin=True)
    async def delete(self) -> None:
        self.done.append("deleted")

    @rx.event
    @guarded
    async def refuse(self) -> None:
        raise NothingToAssess

    @rx.event
    @guarded
    async def break_down(self) -> None:
        raise ZeroDivisionError

    @rx.event
    @guarded
    async def steps(self) -> AsyncGenerator[None, None]:
        self.done.append("first")
        yield
        raise NothingToAssess

    @rx.event(background=True)
    @guarded
    async def follow(self) -> None:
        self.done.append(acting_user().name)


async def run(state: GuardedPage, name: str, *args: Any) -> Any:
    """Run a handler as Reflex would; what it returned, or the last thing it yielded."""
    outcome = GuardedPage.event_handlers[name].fn(state, *args)
    if inspect.isasyncgen(outcome):
        last = None
        async for event in outcome:
            last = event
        return last
    return await outcome


def told(event: Any) -> str:
    """An event's name and arguments as text."""
    return f"{event.handler.fn.__qualname__} {[str(value) for _, value in event.args]}"


async def signed_in(database: Database, role: Role = Role.INTERVIEWER) -> GuardedPage:
    user = await make_user(database, role=role)
    token = await sessions.sign_in(user.email, PASSWORD, address="10.0.0.1")
    return await state_of(GuardedPage, sessions.hash_token(token))


async def test_a_guarded_handler_acts_for_the_person_signed_in(database: Database):
    page = await signed_in(database)
    assert await run(page, "save", "hello") is None
    assert page.done == ["Ada Ferreira: hello"]


@pytest.mark.parametrize("name", ["refuse", "delete", "steps", "follow", "break_down"])
@pytest.mark.parametrize("token_hash", [None, "0" * 64])
async def test_nobody_runs_a_handler_without_a_session(
    database: Database, name: str, token_hash: str | None
):
    page = await state_of(GuardedPage, token_hash, path="/interviews/7?tab=notes")
    event = await run(page, name)
    assert "_redirect" in told(event)
    assert "/login?next=%2Finterviews%2F7%3Ftab%3Dnotes" in told(event)
    assert ("NOT_SIGNED_IN" in told(event)) is (token_hash is not None)
    assert page.done == []


@pytest.mark.parametrize(
    ("path", "target"), [("/", "'\"/login\"'"), ("/?tab=2", "'\"/login?next=%2F%3Ftab%3D2\"'")]
)
async def test_the_sign_in_page_remembers_only_what_is_not_home(
    database: Database, path: str, target: str
):
    page = await state_of(GuardedPage, None, path=path)
    assert target in told(await run(page, "refuse"))


async def test_signing_out_ends_access_of_sockets_still_open_and_empties_their_tabs(
    database: Database,
):
    page = await signed_in(database)
    await run(page, "save", "before")
    assert page.done == ["Ada Ferreira: before"]
    user = await sessions.resolve(session_hash(page))
    assert user is not None
    await sessions.revoke_all(user.id)
    assert "_redirect" in told(await run(page, "save", "after"))
    assert page.done == []


async def test_only_an_administrator_runs_what_is_theirs(database: Database):
    page = await signed_in(database)
    assert "Your role does not allow this." in told(await run(page, "delete"))
    assert page.done == []


async def test_an_administrator_runs_it(database: Database):
    page = await signed_in(database, Role.ADMIN)
    await run(page, "delete")
    assert page.done == ["deleted"]


@pytest.mark.parametrize("name", ["refuse", "steps"])
async def test_a_foreseen_error_becomes_the_pages_notice(database: Database, name: str):
    page = await signed_in(database)
    event = await run(page, name)
    assert "NoticeState.show" in told(event)
    assert NothingToAssess.sentence in told(event)


async def test_what_nobody_foresaw_goes_on_to_the_apps_handler(database: Database):
    page = await signed_in(database)
    with pytest.raises(ZeroDivisionError):
        await run(page, "break_down")


async def test_a_dead_database_is_told_in_one_sentence(database: Database):
    page = await signed_in(database)
    broken = Database("postgresql://nobody@127.0.0.1:1/none")
    set_database(broken)
    event = await run(page, "save", "hello")
    await broken.aclose()
    assert "Debrief cannot reach its database right now." in told(event)


def test_a_guard_keeps_what_reflex_reads_off_a_handler():
    save, steps = (GuardedPage.event_handlers[name].fn for name in ("save", "steps"))
    assert list(inspect.signature(save).parameters) == ["self", "text"]
    assert inspect.iscoroutinefunction(save)
    assert inspect.isasyncgenfunction(steps)
    assert GuardedPage.event_handlers["follow"].is_background


def test_every_event_handler_of_the_app_is_guarded_or_declared_public():
    unguarded = [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if registered.states
        and registered.states[0].__module__.startswith("feedback_app.")
        and not name.endswith(".setvar")  # refused before it runs
        and not (is_guarded(registered.handler.fn) or is_public(registered.handler.fn))
    ]
    assert unguarded == []
