"""One's own account: profile, password, browsers, keys to the API, on both databases."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.auth import accounts, sessions
from feedback_app.auth.browsers import browser_named
from feedback_app.auth.cookies import refused_form
from feedback_app.auth.keys import api_keys
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Invalid, NotFound, SignInRefused
from feedback_app.db.models import ApiKey, Role, SessionKind, User
from feedback_app.db.session import Database
from feedback_app.people import service as people
from feedback_app.people.account import service
from feedback_app.people.account.state import AccountState
from feedback_app.people.entering import WrongField
from feedback_app.people.routes import PEOPLE_ROUTES
from tests.factories import make_admin
from tests.integration.people import PASSWORD, browser, make_user
from tests.integration.serving_api import error_of, served_api
from tests.integration.states import state_of
from tests.upstream import Upstream

APP = Starlette(routes=[*AUTH_ROUTES, *PEOPLE_ROUTES])
GOOD = "seven purple bananas"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def is_live(token: str, kind: SessionKind = SessionKind.BROWSER) -> bool:
    return await sessions.resolve(sessions.hash_token(token), kind) is not None


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
            "Gecko) Version/18.0 Safari/605.1.15",
            "Safari on Mac",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
            "like Gecko) CriOS/139.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("curl/8.5.0", ""),
        ("x" * 1_000_000, ""),
    ],
)
def test_a_browser_is_named_in_a_few_words(header: str, named: str) -> None:
    assert browser_named(header) == named


async def test_name_and_zone_are_changed_and_shown_from_then_on(database: Database) -> None:
    user = await make_user(database)
    token = await sessions.open_browser_session(user, time_zone="Europe/Berlin")
    await service.save_profile(acting(user), " Ada  Q. ", "Asia/Tokyo")
    found = await sessions.resolve(sessions.hash_token(token))
    assert found is not None
    assert (found.time_zone, found.has_chosen_zone) == ("Asia/Tokyo", True)
    await service.save_profile(acting(user), "Ada", "")
    found = await sessions.resolve(sessions.hash_token(token))
    assert found is not None
    assert (found.name, found.time_zone, found.has_chosen_zone) == ("Ada", "Europe/Berlin", False)


@pytest.mark.parametrize(
    ("name", "zone", "field"),
    [("", "", "name"), ("Ada", "Mars/Olympus", "time_zone"), ("Ada", "../etc", "time_zone")],
)
async def test_a_profile_that_cannot_be_is_refused_at_its_field(
    database: Database, name: str, zone: str, field: str
) -> None:
    user = await make_user(database)
    with pytest.raises(WrongField) as refused:
        await service.save_profile(acting(user), name, zone)
    assert refused.value.field == field


async def test_a_password_is_changed_and_ends_every_other_browser_and_token(
    database: Database,
) -> None:
    user = await make_user(database)
    other = await sessions.open_browser_session(user)
    api_token = await sessions.issue_token(user.email, PASSWORD, address="10.0.0.1")
    key = await api_keys.make(acting(user), "Tracking", {"read"}, 30)
    async with browser(APP) as client:
        await client.post(routes.SIGN_IN, data={"email": user.email, "password": PASSWORD})
        own = client.cookies[sessions.COOKIE]
        form = {"old": PASSWORD, "password": GOOD}
        answer = await client.post(routes.CHANGE_PASSWORD, data={**form, "old": "wrong"})
        assert answer.headers["location"] == routes.MY_ACCOUNT
        given = refused_form(f"debrief_form={client.cookies['debrief_form']}")
        assert (given["at"], given["because"]) == ("old", "This is not your present password.")
        answer = await client.post(routes.CHANGE_PASSWORD, data={**form, "password": "short"})
        given = refused_form(f"debrief_form={client.cookies['debrief_form']}")
        assert given["at"] == "password"
        assert await is_live(other)
        answer = await client.post(routes.CHANGE_PASSWORD, data=form)
        given = refused_form(f"debrief_form={client.cookies['debrief_form']}")
        assert (answer.headers["location"], given) == (routes.MY_ACCOUNT, {"done": "password"})
    assert [await is_live(own), await is_live(other)] == [True, False]
    assert not await is_live(api_token, SessionKind.API)
    assert await api_keys.resolve(key) is not None
    with pytest.raises(SignInRefused):
        await sessions.sign_in(user.email, PASSWORD, address="10.0.0.9")
    await sessions.sign_in(user.email, GOOD, address="10.0.0.9")


async def test_nobody_changes_a_password_without_being_signed_in_here(database: Database) -> None:
    user = await make_user(database)
    form = {"old": PASSWORD, "password": GOOD}
    async with browser(APP) as client:
        answer = await client.post(routes.CHANGE_PASSWORD, data=form)
        assert answer.headers["location"].startswith(routes.LOGIN)
        await client.post(routes.SIGN_IN, data={"email": user.email, "password": PASSWORD})
        foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
        key = {"Authorization": f"Bearer {await api_keys.make(acting(user), 'Key', {'read'}, 30)}"}
        for headers in (foreign, key):
            answer = await client.post(routes.CHANGE_PASSWORD, data=form, headers=headers)
            assert answer.headers["location"].startswith(routes.LOGIN)
    await sessions.sign_in(user.email, PASSWORD, address="10.0.0.9")


async def test_browsers_are_listed_and_signed_out_one_by_one(database: Database) -> None:
    user, stranger = await make_user(database), await make_user(database, email="bo@debrief.test")
    own = await sessions.open_browser_session(user, browser=browser_named(FIREFOX))
    others = [await sessions.open_browser_session(user) for _ in range(3)]
    foreign = await sessions.open_browser_session(stranger)
    kept = sessions.hash_token(own)
    rows = (await service.view(acting(user), kept)).browsers
    assert [row.name for row in rows if row.is_this_one] == ["Firefox on Linux"]
    assert not {row.id for row in rows} & {kept, own}
    for row in rows:
        if row.is_this_one:
            with pytest.raises(NotFound):
                await service.sign_out(acting(user), row.id, kept=kept)
    of_stranger = (await service.view(acting(stranger), "")).browsers[0].id
    with pytest.raises(NotFound):
        await service.sign_out(acting(user), of_stranger, kept=kept)
    first = next(row for row in rows if not row.is_this_one)
    await service.sign_out(acting(user), first.id, kept=kept)
    assert sum([await is_live(token) for token in others]) == 2
    assert await service.sign_out_others(acting(user), kept=kept) == 2
    assert [await is_live(token) for token in (own, foreign)] == [True, True]


async def test_a_key_is_shown_once_and_stored_as_its_hash(database: Database) -> None:
    user = await make_user(database)
    key = await api_keys.make(acting(user), " Applicant  tracking ", {"read", "hiring"}, 90)
    async with database.read() as session:
        stored = (await session.exec(select(ApiKey))).one()
    assert key.startswith("dbf_")
    assert key not in stored.model_dump_json()
    assert (stored.name, stored.scopes) == ("Applicant tracking", ["hiring", "read"])
    assert key.startswith(stored.beginning)
    assert len(stored.beginning) == 10
    row = (await service.view(acting(user), "")).api_keys[0]
    assert row.scopes == "Read interviews and calls, Change jobs, candidates and interviews"
    assert row.used.text == ""
    holder = await api_keys.resolve(key)
    assert holder is not None
    assert (holder.user.id, holder.scopes) == (user.id, {"read", "hiring"})
    assert (await service.view(acting(user), "")).api_keys[0].used.text != ""


@pytest.mark.parametrize(
    ("name", "scopes", "days", "why"),
    [
        ("", {"read"}, 90, "name"),
        ("x" * 81, {"read"}, 90, "name"),
        ("Key", set[str](), 90, "at least one"),
        ("Key", {"root"}, 90, "at least one"),
        ("Key", {"read"}, 10**9, "how long"),
    ],
)
async def test_a_key_that_cannot_be_is_refused_in_a_sentence(
    database: Database, name: str, scopes: set[str], days: int, why: str
) -> None:
    user = await make_user(database)
    with pytest.raises(Invalid, match=why):
        await api_keys.make(acting(user), name, scopes, days)


async def test_nobody_has_more_keys_than_the_bound(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MOST_KEYS", 2)
    user = await make_user(database)
    for _ in range(2):
        await api_keys.make(acting(user), "Key", {"read"}, 30)
    with pytest.raises(Invalid, match="Revoke one"):
        await api_keys.make(acting(user), "Key", {"read"}, 30)


async def test_a_key_ends_with_its_time_its_revocation_and_its_person(database: Database) -> None:
    admin = await make_admin(database)
    user = await make_user(database)
    async with database.write() as session:
        person = await session.get_one(User, user.id)
        person.company_id = admin.company_id
        session.add(person)
    first = await api_keys.make(acting(user), "One", {"read"}, 30)
    later = clock.now() + timedelta(days=30, seconds=1)
    clock.set_now(lambda: later)
    try:
        assert await api_keys.resolve(first) is None
        assert (await service.view(acting(user), "")).api_keys[0].is_expired
    finally:
        clock.set_now(None)
    row = (await service.view(acting(user), "")).api_keys[0]
    with pytest.raises(NotFound):
        await api_keys.revoke(acting(admin), row.id)
    await api_keys.revoke(acting(user), row.id)
    assert await api_keys.resolve(first) is None
    second = await api_keys.make(acting(user), "Two", {"read"}, 30)
    await people.deactivate(acting(admin), user.id)
    await people.activate(acting(admin), user.id)
    assert await api_keys.resolve(second) is None
    third = await api_keys.make(acting(user), "Three", {"read"}, 30)
    await accounts.disable(user.email)
    await accounts.enable(user.email)
    assert await api_keys.resolve(third) is None
    assert await api_keys.resolve("dbf_" + "x" * 100_000) is None


async def test_a_key_does_what_its_scopes_name_and_nothing_else(
    database: Database, upstream: Upstream
) -> None:
    async with served_api(database, upstream.base_url) as api:
        person = acting(api.on.made.interviewer)

        async def as_key(*scopes: str) -> dict[str, str]:
            key = await api_keys.make(person, "Key", set(scopes), 30)
            return {"Authorization": f"Bearer {key}"}

        async def read(headers: dict[str, str]) -> int:
            return (await api.client.get(routes.API_INTERVIEWS, headers=headers)).status_code

        reader, writer = await as_key("read"), await as_key("generate")
        assert [await read(reader), await read(writer)] == [200, 403]
        refused = await api.client.post(api.generate_path, headers=reader)
        assert "scope 'generate'" in error_of(refused, 403, "FORBIDDEN")["message"]
        async with api.stream(headers=reader) as socket:
            assert json.loads(await socket.recv())["code"] == "FORBIDDEN"
        done = await api.client.post(api.generate_path, headers=writer)
        assert (done.status_code, done.json()["type"]) == (200, "complete")
        ended = await api.client.delete(routes.API_TOKEN, headers=reader)
        assert (ended.status_code, await read(reader)) == (403, 200)
        assert await read({"Authorization": "Bearer dbf_unknown"}) == 401


async def test_the_page_makes_a_key_and_forgets_it_with_the_next_event(database: Database) -> None:
    user = await make_user(database)
    token = await sessions.open_browser_session(user)
    state = await state_of(AccountState, sessions.hash_token(token), path="/me/account")
    await state.load()  # pyright: ignore[reportCallIssue]
    assert (state.view.email, len(state.view.browsers)) == (user.email, 1)
    form = {"key_name": "Tracking", "scope-read": "on", "days": "30"}
    await state.make_key(form)  # pyright: ignore[reportCallIssue]
    assert state.new_key.startswith("dbf_")
    await state.make_key({**form, "days": "٣٠"})  # pyright: ignore[reportCallIssue]
    assert (state.new_key, state.wrong_field) == ("", "key")
    assert user.role == Role.INTERVIEWER
