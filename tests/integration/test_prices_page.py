"""The events of the page of prices: what they do for administrators, and for nobody else."""

from typing import Any

import pytest

from feedback_app.db.session import Database
from feedback_app.usage.prices.schemas import PreviewView, PriceErrors, PricesView
from feedback_app.usage.prices.state import PricesState
from tests.factories import make_admin, make_user
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in

PRICE = {"model": "house-7b", "starts_on": "2026-01-01", "input": "0.2", "output": "0.8"}
EVENTS: list[tuple[str, tuple[Any, ...]]] = [
    ("begin", ("house-7b",)),
    ("show_form", (True,)),
    ("submit", (PRICE,)),
    ("confirm", ()),
    ("reconsider", ()),
    ("ask_withdrawal", ("any",)),
    ("keep", ()),
    ("withdraw", ("any",)),
    ("look", ({"model": "house-7b", "since": "2026-01-01", "until": "2026-01-31"},)),
    ("recalculate", ()),
]


async def run(state: PricesState, event: str, *args: Any) -> list[Any]:
    """What a handler yielded or returned."""
    done = PricesState.event_handlers[event].fn(state, *args)
    return [step async for step in done] if hasattr(done, "__aiter__") else [await done]


def test_every_event_of_the_page_is_tried_below() -> None:
    own = {
        name
        for name, handler in PricesState.event_handlers.items()
        if handler.fn.__module__ == PricesState.__module__
    }
    assert own == {name for name, _ in EVENTS} | {"load"}


@pytest.mark.parametrize(("event", "args"), EVENTS, ids=[name for name, _ in EVENTS])
async def test_an_interviewer_is_refused_every_event(
    database: Database, event: str, args: tuple[Any, ...]
) -> None:
    state = await state_of(PricesState, await signed_in(database, await make_user(database)))
    (told,) = await run(state, event, *args)
    assert "Your role does not allow this." in str([str(value) for _, value in told.args])
    assert (state.setting, state.withdrawing, state.busy) == (False, False, False)


async def test_an_interviewer_loads_nothing(database: Database) -> None:
    state = await state_of(PricesState, await signed_in(database, await make_user(database)))
    await run(state, "load")
    assert (state.phase, state.view) == ("refused", PricesView())


async def test_nothing_is_confirmed_that_was_not_asked(database: Database) -> None:
    admin = await make_admin(database)
    state = await state_of(PricesState, await signed_in(database, admin))
    await run(state, "confirm")
    assert (state.view, state.errors) == (PricesView(), PriceErrors())
    slip = PRICE | {"input": "0.0002", "output": "0.0008"}
    await run(state, "submit", slip)
    assert len(state.doubts) == 3
    await run(state, "reconsider")
    await run(state, "confirm")
    assert state.view == PricesView()
    await run(state, "submit", slip)
    await run(state, "confirm")
    (row,) = state.view.overrides
    assert row.prices == "$0.0002 in, $0.0002 cached, $0.0008 out"


async def test_a_wrong_period_gets_its_sentence_and_no_preview(database: Database) -> None:
    state = await state_of(PricesState, await signed_in(database, await make_admin(database)))
    await run(state, "look", {"model": "house-7b", "since": "x", "until": "2026-01-31"})
    assert state.period_error.startswith("Enter the first and the last day")
    assert (state.preview, state.busy) == (PreviewView(), False)
    await run(state, "recalculate")
    assert state.view == PricesView()
