"""The people of a company, as administrators manage them, on both databases."""

import asyncio
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from feedback_app.auth import sessions
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden, Invalid, NotFound
from feedback_app.db.models import Company, Role, User
from feedback_app.db.session import Database
from feedback_app.people import links, service
from feedback_app.people.schemas import PersonRow
from feedback_app.people.state import PeopleState
from tests.factories import make_admin, make_user
from tests.integration.states import state_of


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def company_of(database: Database, user: User) -> Company:
    async with database.read() as session:
        return await session.get_one(Company, user.company_id)


async def stored(database: Database, user: User) -> User:
    async with database.read() as session:
        return await session.get_one(User, user.id)


def told(rows: list[PersonRow]) -> list[tuple[str, str, str]]:
    return [(row.email, row.role, row.status) for row in rows]


async def test_people_and_invitations_of_the_company_alone_are_listed(database: Database) -> None:
    admin = await make_admin(database, name="Ada", email="ada@example.test")
    company = await company_of(database, admin)
    await make_user(database, company, name="Bo", email="bo@example.test", is_active=False)
    other = await make_admin(database, email="else@where.test")
    await service.invite(acting(admin), "cy@example.test", Role.ADMIN)
    await service.invite(acting(other), "dee@where.test", Role.INTERVIEWER)
    view = await service.people(acting(admin))
    assert told(view.rows) == [
        ("cy@example.test", "admin", "invited"),
        ("ada@example.test", "admin", "active"),
        ("bo@example.test", "interviewer", "deactivated"),
    ]
    assert view.summary == "1 person, 1 invited"
    assert told((await service.people(acting(admin), "BO exam")).rows) == [
        ("bo@example.test", "interviewer", "deactivated")
    ]
    shown = await service.people(acting(admin), shown="invited")
    assert [row.email for row in shown.rows] == ["cy@example.test"]


async def test_a_long_list_is_shown_a_page_at_a_time(database: Database) -> None:
    admin = await make_admin(database, name="A")
    company = await company_of(database, admin)
    for number in range(service.ROWS_PER_PAGE):
        await make_user(database, company, name=f"B{number:03}")
    first = await service.people(acting(admin))
    last = await service.people(acting(admin), page=99)
    assert (len(first.rows), first.pages, first.found) == (50, 2, 51)
    assert [(row.name, last.page) for row in last.rows] == [("B049", 1)]


async def test_a_second_invitation_of_the_same_person_ends_the_first(database: Database) -> None:
    admin = await make_admin(database)
    first = await service.invite(acting(admin), "cy@example.test", Role.INTERVIEWER)
    second = await service.invite(acting(admin), "cy@example.test", Role.ADMIN)
    rows = (await service.people(acting(admin), shown="invited")).rows
    assert told(rows) == [("cy@example.test", "admin", "invited")]
    again = await service.invite_again(acting(admin), rows[0].id)
    assert [made.is_second for made in (first, second, again)] == [False, True, True]
    statuses = [
        (await links.look_up(links.LinkKind.INVITE, urlsplit(made.address).path[8:])).status
        for made in (first, second, again)
    ]
    assert statuses == ["revoked", "revoked", "live"]


async def test_a_withdrawn_invitation_is_gone_from_the_list(database: Database) -> None:
    admin = await make_admin(database)
    made = await service.invite(acting(admin), "cy@example.test", Role.INTERVIEWER)
    row = (await service.people(acting(admin), shown="invited")).rows[0]
    assert await service.withdraw(acting(admin), row.id) == "cy@example.test"
    assert (await service.people(acting(admin), shown="invited")).rows == []
    found = await links.look_up(links.LinkKind.INVITE, urlsplit(made.address).path[8:])
    assert found.status == "revoked"
    with pytest.raises(NotFound):
        await service.invite_again(acting(admin), row.id)


@pytest.mark.parametrize(
    ("email", "role", "why"),
    [
        ("no address", "admin", "not an address"),
        ("cy@example.test", "owner", "role"),
        ("taken@where.test", "admin", "account already"),
    ],
)
async def test_an_invitation_that_cannot_be_is_refused_in_a_sentence(
    database: Database, email: str, role: str, why: str
) -> None:
    admin = await make_admin(database)
    await make_user(database, email="taken@where.test")
    with pytest.raises(Invalid, match=why):
        await service.invite(acting(admin), email, role)


async def test_a_deactivated_person_is_out_at_once_and_what_is_theirs_stays(
    database: Database,
) -> None:
    admin = await make_admin(database)
    user = await make_user(database, await company_of(database, admin))
    held = await sessions.open_browser_session(user)
    await service.deactivate(acting(admin), user.id)
    assert await sessions.resolve(sessions.hash_token(held)) is None
    gone = await stored(database, user)
    assert (gone.is_active, gone.name) == (False, user.name)
    assert gone.access_ended_at is not None
    await service.activate(acting(admin), user.id)
    assert (await stored(database, user)).is_active


async def test_the_last_administrator_stays_one(database: Database) -> None:
    admin = await make_admin(database)
    company = await company_of(database, admin)
    with pytest.raises(Invalid, match="last active administrator"):
        await service.set_role(acting(admin), admin.id, Role.INTERVIEWER)
    with pytest.raises(Invalid, match="yourself"):
        await service.deactivate(acting(admin), admin.id)
    other = await make_admin(database, company, is_active=False)
    with pytest.raises(Invalid, match="last active administrator"):
        await service.set_role(acting(admin), admin.id, Role.INTERVIEWER)
    await service.activate(acting(admin), other.id)
    await service.set_role(acting(admin), admin.id, Role.INTERVIEWER)
    assert (await stored(database, admin)).role == Role.INTERVIEWER


async def test_two_administrators_who_demote_each_other_at_once_leave_one(
    database: Database,
) -> None:
    one = await make_admin(database)
    two = await make_admin(database, await company_of(database, one))
    done = await asyncio.gather(
        service.set_role(acting(one), two.id, Role.INTERVIEWER),
        service.set_role(acting(two), one.id, Role.INTERVIEWER),
        return_exceptions=True,
    )
    assert sorted(isinstance(outcome, Invalid) for outcome in done) == [False, True]
    async with database.read() as session:
        admins = await session.exec(select(User).where(User.role == Role.ADMIN))
    assert len(admins.all()) == 1


async def test_nobody_else_manages_a_companys_people(database: Database) -> None:
    admin = await make_admin(database)
    company = await company_of(database, admin)
    user = await make_user(database, company)
    await service.invite(acting(admin), "cy@example.test", Role.INTERVIEWER)
    link_id = (await service.people(acting(admin), shown="invited")).rows[0].id
    stranger = await make_admin(database)
    for actor, refusal in ((acting(user), Forbidden), (acting(stranger), NotFound)):
        for attempt in (
            service.invite_again(actor, link_id),
            service.withdraw(actor, link_id),
            service.reset_link(actor, user.id),
            service.set_role(actor, user.id, Role.ADMIN),
            service.deactivate(actor, admin.id),
            service.activate(actor, user.id),
        ):
            with pytest.raises(refusal):
                await attempt
    for attempt in (
        service.people(acting(user)),
        service.invite(acting(user), "x@y.test", "admin"),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_an_interviewers_page_of_people_holds_nothing(database: Database) -> None:
    user = await make_user(database)
    token = await sessions.open_browser_session(user)
    state = await state_of(PeopleState, sessions.hash_token(token), path="/admin/people")
    await state.load()  # pyright: ignore[reportCallIssue]
    assert (state.phase, state.view.rows) == ("refused", [])
    await state.invite({"email": "x@y.test", "role": "admin"})  # pyright: ignore[reportCallIssue]
    assert state.link.address == ""
