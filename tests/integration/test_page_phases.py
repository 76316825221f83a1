"""What an administrator's page shows while its view cannot be made, and after that."""

import inspect
from types import ModuleType
from typing import Any, Protocol, cast

import pytest

from feedback_app.admin.alerts import service as alerts
from feedback_app.admin.alerts.state import AlertsState
from feedback_app.admin.limits import service as limits
from feedback_app.admin.limits.state import LimitsState
from feedback_app.admin.logs import service as logs
from feedback_app.admin.logs.state import LogsState
from feedback_app.core.errors import Unavailable
from feedback_app.db.session import Database
from feedback_app.ui.phases import Phase
from feedback_app.usage import service as usage
from feedback_app.usage.prices import service as prices
from feedback_app.usage.prices.state import PricesState
from feedback_app.usage.state import UsageState
from tests.factories import make_admin
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in


class Paged(Protocol):
    phase: Phase


PAGES = [
    (AlertsState, alerts),
    (LimitsState, limits),
    (LogsState, logs),
    (PricesState, prices),
    (UsageState, usage),
]


@pytest.mark.parametrize(("cls", "service"), PAGES, ids=[cls.__name__ for cls, _ in PAGES])
async def test_a_page_says_that_its_view_could_not_be_made_and_shows_it_afterwards(
    database: Database, cls: Any, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await state_of(cls, await signed_in(database, await make_admin(database)))

    async def fail(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(service, "view", fail)
        told = await _load(state)
    assert Unavailable.sentence in str([getattr(event, "args", None) for event in told])
    assert cast(Paged, state).phase == "failed"
    await _load(state)
    assert cast(Paged, state).phase == "ready"


async def _load(state: Any) -> list[Any]:
    """Every event that loading the page leads to."""
    answer = type(state).load.fn(state)
    if inspect.isasyncgen(answer):
        return [event async for event in answer]
    return [await answer]
