"""A company as the tests of its usage arrange it, and how they read what the page shows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import Company, LlmCall, User
from feedback_app.db.session import Database
from feedback_app.usage import service
from feedback_app.usage.calls.views import CallsView
from feedback_app.usage.dashboard.views import Headline, Tile
from feedback_app.usage.schemas import UsageView
from tests.factories import (
    MadeInterview,
    make_admin,
    make_call,
    make_company,
    make_interview,
    make_user,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""The moment that tests of an office set the clock to."""


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


def tile(view: UsageView, name: str) -> Tile:
    found = [*view.counts, *view.tiles]
    return next(t for t in found if t.tile_id == f"usage-{name}")


def headline(view: UsageView, name: str) -> Headline:
    return next(h for h in view.headlines if h.tile_id == f"usage-{name}")


def notes(shown: Headline) -> list[str]:
    return [note.text for note in shown.notes]


def ids(calls: CallsView) -> list[str]:
    return [row.call_id for row in calls.rows]


def calls_of_days(view: UsageView) -> list[int]:
    return [int(row.cells[-1]) for row in view.outcomes.table.rows]
