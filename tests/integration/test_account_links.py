"""Account links: set-up, invitations and new passwords, on both databases."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.auth.cookies import refused_form
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Invalid, SignInRefused
from feedback_app.db.models import AccountLink, Company, LinkKind, Role, User
from feedback_app.db.session import Database
from feedback_app.people import commands, entering, links, service
from feedback_app.people.commands import AlreadySetUp
from feedback_app.people.entering import NewCompany, WrongField
from feedback_app.people.link_state import AccountLinkState
from feedback_app.people.links import LinkEnded
from feedback_app.people.routes import PEOPLE_ROUTES
from tests.factories import make_admin, make_company, make_user
from tests.integration.people import browser
from tests.integration.states import state_of

APP = Starlette(routes=PEOPLE_ROUTES)
GOOD = "seven purple bananas"
ASKED = NewCompany("Lighthouse", "Grete Möller", "Grete@lighthouse.test", GOOD, "Europe/Berlin")


def token_in(address: str) -> str:
    return urlsplit(address).path.rsplit("/", 1)[1]


async def acting(database: Database, user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def person_of(session_token: str) -> CurrentUser:
    found = await sessions.resolve(sessions.hash_token(session_token))
    assert found is not None
    return found


async def companies(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted((await session.exec(select(Company.name))).all())


async def test_a_set_up_link_makes_a_company_and_its_administrator_once(
    database: Database,
) -> None:
    token = token_in(await commands.setup_link())
    assert (await links.look_up(LinkKind.SETUP, token)).status == "live"
    user = await person_of(await entering.set_up(token, ASKED))
    assert (user.email, user.is_admin, user.time_zone) == (
        "grete@lighthouse.test",
        True,
        "Europe/Berlin",
    )
    async with database.read() as session:
        company = (await session.exec(select(Company))).one()
    assert (company.name, company.time_zone, company.is_demo) == (
        "Lighthouse",
        "Europe/Berlin",
        False,
    )
    assert (await links.look_up(LinkKind.SETUP, token)).status == "used"
    with pytest.raises(LinkEnded):
        await entering.set_up(token, ASKED._replace(email="other@lighthouse.test"))
    with pytest.raises(AlreadySetUp):
        await commands.setup_link()


async def test_the_database_holds_no_links_token(database: Database) -> None:
    token = token_in(await commands.setup_link())
    async with database.read() as session:
        stored = (await session.exec(select(AccountLink))).one()
    assert stored.token_hash == sessions.hash_token(token)
    assert token not in stored.model_dump_json()


async def test_every_set_up_link_works_until_the_first_company_is_there(
    database: Database,
) -> None:
    first, second = [token_in(await commands.setup_link()) for _ in range(2)]
    await entering.set_up(first, ASKED)
    assert (await links.look_up(LinkKind.SETUP, second)).status == "revoked"
    further = token_in(await commands.new_company_link())
    another = ASKED._replace(company="Harbour", email="hans@harbour.test")
    await entering.set_up(further, another)
    assert await companies(database) == ["Harbour", "Lighthouse"]


async def test_of_many_who_set_up_at_once_with_any_of_the_links_one_does(
    database: Database,
) -> None:
    tokens = [token_in(await commands.setup_link()) for _ in range(2)]
    done = await asyncio.gather(
        *(
            entering.set_up(tokens[number % 2], ASKED._replace(email=f"p{number}@lighthouse.test"))
            for number in range(6)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one) is str for one in done) == [False] * 5 + [True]
    assert all(isinstance(one, str | LinkEnded) for one in done)
    assert await companies(database) == ["Lighthouse"]


async def test_the_demo_counts_as_no_company(database: Database) -> None:
    await make_company(database, is_demo=True)
    token = token_in(await commands.setup_link())
    await entering.set_up(token, ASKED)
    with pytest.raises(AlreadySetUp):
        await commands.setup_link()


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"company": "  "}, "company", "one line"),
        ({"company": "a\nb"}, "company", "one line"),
        ({"name": "x" * 201}, "name", "1 to 200"),
        ({"email": "grete"}, "email", "not an address"),
        ({"email": "interviewer@demo.test"}, "email", "demo"),
        ({"password": "short"}, "password", "too short"),
        ({"password": "grete möller!"}, "password", "name"),
    ],
)
async def test_a_field_that_cannot_be_used_is_named_and_the_link_is_not_used_up(
    database: Database, change: dict[str, str], field: str, word: str
) -> None:
    token = token_in(await commands.setup_link())
    with pytest.raises(WrongField, match=word) as refused:
        await entering.set_up(token, ASKED._replace(**change))
    assert refused.value.field == field
    assert (await links.look_up(LinkKind.SETUP, token)).status == "live"
    assert await companies(database) == []


async def test_an_email_that_has_an_account_cannot_set_up_another_company(
    database: Database,
) -> None:
    await make_user(database, email="grete@lighthouse.test")
    token = token_in(await commands.new_company_link())
    with pytest.raises(WrongField, match="already an account"):
        await entering.set_up(token, ASKED)
    assert (await links.look_up(LinkKind.SETUP, token)).status == "live"


async def test_without_a_link_no_password_is_hashed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(password: str) -> str:
        raise AssertionError(password)

    monkeypatch.setattr(entering, "hash_password", never)
    for attempt in (
        entering.set_up("unknown", ASKED),
        entering.accept("unknown", "Ole", GOOD, ""),
        entering.reset_password("unknown", GOOD, ""),
    ):
        with pytest.raises(LinkEnded):
            await attempt


async def test_an_invitation_makes_an_account_of_its_company_and_role(database: Database) -> None:
    admin = await make_admin(database)
    made = await service.invite(await acting(database, admin), " Ole@Example.test ", Role.ADMIN)
    found = await links.look_up(LinkKind.INVITE, token_in(made.address))
    assert (found.status, found.email, found.role) == ("live", "ole@example.test", "admin")
    user = await person_of(await entering.accept(token_in(made.address), " Ole ", GOOD, "UTC"))
    assert (user.company_id, user.name, user.email, user.role) == (
        admin.company_id,
        "Ole",
        "ole@example.test",
        "admin",
    )
    assert (await links.look_up(LinkKind.INVITE, token_in(made.address))).status == "used"


async def test_of_two_who_accept_one_invitation_at_once_one_is_let_in(database: Database) -> None:
    admin = await make_admin(database)
    made = await service.invite(await acting(database, admin), "ole@example.test", "interviewer")
    token = token_in(made.address)
    done = await asyncio.gather(
        *(entering.accept(token, name, GOOD, "") for name in ("Ole", "Mallory")),
        return_exceptions=True,
    )
    assert sorted(type(one) is str for one in done) == [False, True]
    async with database.read() as session:
        people = (await session.exec(select(User).where(User.email == "ole@example.test"))).all()
    assert len(people) == 1


async def test_a_link_is_for_its_own_page_only(database: Database) -> None:
    admin = await make_admin(database)
    made = await service.invite(await acting(database, admin), "ole@example.test", "interviewer")
    token = token_in(made.address)
    for kind in (LinkKind.SETUP, LinkKind.RESET):
        assert (await links.look_up(kind, token)).status == "unknown"
    with pytest.raises(LinkEnded):
        await entering.set_up(token, ASKED)
    with pytest.raises(LinkEnded):
        await entering.reset_password(token, GOOD, "")


async def test_an_expired_invitation_lets_nobody_in(database: Database) -> None:
    admin = await make_admin(database)
    made = await service.invite(await acting(database, admin), "ole@example.test", "interviewer")
    later = clock.now() + timedelta(days=7, seconds=1)
    clock.set_now(lambda: later)
    try:
        assert (await links.look_up(LinkKind.INVITE, token_in(made.address))).status == "expired"
        with pytest.raises(LinkEnded):
            await entering.accept(token_in(made.address), "Ole", GOOD, "")
    finally:
        clock.set_now(None)


async def test_a_new_password_ends_what_the_old_one_opened(database: Database) -> None:
    user = await make_user(database, email="ole@example.test")
    held = await sessions.open_browser_session(user)
    token = token_in(await commands.reset_link("OLE@example.test"))
    newer = token_in(await commands.reset_link("ole@example.test"))
    assert (await links.look_up(LinkKind.RESET, token)).status == "revoked"
    opened = await entering.reset_password(newer, GOOD, "")
    assert (await person_of(opened)).id == user.id
    assert await sessions.resolve(sessions.hash_token(held)) is None
    await sessions.sign_in("ole@example.test", GOOD, address="10.0.0.1")
    with pytest.raises(LinkEnded):
        await entering.reset_password(newer, GOOD, "")


async def test_a_password_link_of_a_person_deactivated_since_lets_them_in_no_more(
    database: Database,
) -> None:
    admin = await make_admin(database)
    company = await _company(database, admin)
    user = await make_user(database, company, email="ole@example.test")
    made = await service.reset_link(await acting(database, admin), user.id)
    await service.deactivate(await acting(database, admin), user.id)
    assert (await links.look_up(LinkKind.RESET, token_in(made.address))).status == "revoked"
    with pytest.raises(LinkEnded):
        await entering.reset_password(token_in(made.address), GOOD, "")
    with pytest.raises(Invalid, match="deactivated"):
        await commands.reset_link("ole@example.test")
    with pytest.raises(SignInRefused):
        await sessions.open_browser_session(user)


async def _company(database: Database, user: User) -> Company:
    async with database.read() as session:
        return await session.get_one(Company, user.company_id)


async def test_a_form_posted_signs_in_and_a_refused_one_comes_back(database: Database) -> None:
    token = token_in(await commands.setup_link())
    form = {**ASKED._asdict(), "token": token}
    async with browser(APP) as client:
        answer = await client.post(routes.SET_UP, data={**form, "password": "short"})
        assert answer.status_code == 303
        assert answer.headers["location"] == routes.setup(token)
        given = refused_form(f"debrief_form={client.cookies['debrief_form']}")
        assert given["at"] == "password"
        assert "too short" in given["because"]
        assert (given["company"], given["name"]) == ("Lighthouse", "Grete Möller")
        assert "short" not in [given.get("password")]
        answer = await client.post(routes.SET_UP, data=form)
        assert answer.headers["location"] == routes.INTERVIEWS
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert (await person_of(client.cookies[sessions.COOKIE])).email == "grete@lighthouse.test"
        assert "debrief_form" not in client.cookies


async def test_a_form_of_another_site_or_without_a_token_is_sent_away(database: Database) -> None:
    token = token_in(await commands.setup_link())
    form = {**ASKED._asdict(), "token": token}
    async with browser(APP) as client:
        foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
        answer = await client.post(routes.SET_UP, data=form, headers=foreign)
        assert answer.headers["location"] == routes.LOGIN
        answer = await client.post(routes.SET_UP, data=ASKED._asdict())
        assert answer.headers["location"] == routes.LOGIN
        answer = await client.post(routes.ACCEPT, data=form)
        assert answer.headers["location"] == routes.invite(token)
    assert await companies(database) == []


async def test_the_page_of_a_link_says_what_it_is_for_and_how_good_a_password_is(
    database: Database,
) -> None:
    admin = await make_admin(database)
    made = await service.invite(await acting(database, admin), "ole@example.test", "interviewer")
    path = urlsplit(made.address).path
    state = await state_of(AccountLinkState, None, path=path)
    await state.load()  # pyright: ignore[reportCallIssue]
    assert (state.phase, state.invited_email) == ("live", "ole@example.test")
    measured = []
    for typed in ("ole", "ole@example.test", "otters bananas", "nineteen blue umbrellas"):
        await state.measure(typed)  # pyright: ignore[reportCallIssue]
        measured.append(state.strength)
    assert measured == ["weak", "weak", "fair", "strong"]
    stranger = await state_of(AccountLinkState, None, path="/invite/no-such-token")
    await stranger.load()  # pyright: ignore[reportCallIssue]
    await stranger.measure("nineteen blue umbrellas")  # pyright: ignore[reportCallIssue]
    assert (stranger.phase, stranger.strength) == ("unknown", "")


async def test_an_address_is_under_the_apps_own(database: Database) -> None:
    address = await commands.setup_link()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/setup/[\w-]{43}", address)
