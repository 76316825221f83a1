"""The company's own settings, on both databases."""

import pytest

from feedback_app.auth import sessions
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import User
from feedback_app.db.session import Database
from feedback_app.people.company import service
from feedback_app.people.company.service import CompanyView
from feedback_app.people.company.state import CompanyState
from feedback_app.people.entering import WrongField
from tests.factories import make_admin, make_company, make_user
from tests.integration.states import state_of


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def test_settings_are_changed_for_the_company_alone(database: Database) -> None:
    admin, other = await make_admin(database), await make_admin(database)
    before = await service.view(acting(other))
    await service.save(acting(admin), " Light  house ", "Europe/Oslo", interviewers_add=False)
    shown = await service.view(acting(admin))
    assert (shown.time_zone, shown.interviewers_add) == ("Europe/Oslo", False)
    assert shown.name.startswith("Light")
    assert await service.view(acting(other)) == before


@pytest.mark.parametrize(
    ("name", "zone", "field"), [("", "UTC", "company"), ("Lighthouse", "Mars/Olympus", "time_zone")]
)
async def test_a_setting_that_cannot_be_used_changes_nothing(
    database: Database, name: str, zone: str, field: str
) -> None:
    admin = await make_admin(database)
    before = await service.view(acting(admin))
    with pytest.raises(WrongField) as refused:
        await service.save(acting(admin), name, zone, interviewers_add=False)
    assert refused.value.field == field
    assert await service.view(acting(admin)) == before


async def test_interviewers_neither_see_nor_change_the_settings(database: Database) -> None:
    company = await make_company(database)
    user = await make_user(database, company)
    with pytest.raises(Forbidden):
        await service.view(acting(user))
    with pytest.raises(Forbidden):
        await service.save(acting(user), "Mine", "UTC", interviewers_add=True)
    token = await sessions.open_browser_session(user)
    state = await state_of(CompanyState, sessions.hash_token(token), path="/admin/company")
    await state.load()  # pyright: ignore[reportCallIssue]
    assert (state.phase, state.view) == ("refused", CompanyView())
    await state.save({"company": "Mine", "time_zone": "UTC"})  # pyright: ignore[reportCallIssue]
    async with database.read() as session:
        assert (await session.get_one(type(company), company.id)).name == company.name


async def test_the_demos_administrator_is_told_how_to_leave_it(database: Database) -> None:
    admin = await make_admin(database, await make_company(database, is_demo=True))
    assert (await service.view(acting(admin))).is_demo
