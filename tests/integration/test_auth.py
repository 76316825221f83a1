"""Signing in and out, over the real routes and a real database."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.auth.passwords import hash_password, verify_password
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.core import clock
from feedback_app.core.errors import SignInRefused, SignInThrottled
from feedback_app.db.models import LoginSession, SignInAttempt, User
from feedback_app.db.session import Database
from tests.integration.people import PASSWORD, browser, make_user

APP = Starlette(routes=AUTH_ROUTES)


async def post_sign_in(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    form = {"email": "ada@debrief.test", "password": PASSWORD, **fields}
    return await client.post(routes.SIGN_IN, data=form)


async def signed_in_hash(database: Database, **user: str) -> str:
    person = await make_user(database, **user)  # pyright: ignore[reportArgumentType]
    token = await sessions.sign_in(person.email, PASSWORD, address="10.0.0.1")
    return sessions.hash_token(token)


async def test_signing_in_sets_a_cookie_scripts_cannot_read_and_goes_on(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        answer = await post_sign_in(client, next="/interviews/7")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/interviews/7"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


async def test_the_database_never_holds_the_token(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        await post_sign_in(client)
        token = client.cookies[sessions.COOKIE]
    async with database.read() as session:
        stored = (await session.exec(select(LoginSession))).one()
    assert stored.token_hash == sessions.hash_token(token)
    assert token not in stored.model_dump_json()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"password": "wrong"}, id="wrong password"),
        pytest.param({"email": "nobody@debrief.test"}, id="unknown user"),
        pytest.param({"email": "gone@debrief.test"}, id="disabled user"),
        pytest.param({"password": "x" * 5000}, id="endless password"),
    ],
)
async def test_every_refusal_looks_alike(database: Database, fields: dict[str, str]):
    await make_user(database)
    await make_user(database, email="gone@debrief.test", is_active=False)
    async with browser(APP) as client:
        answer = await post_sign_in(client, **fields)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{routes.LOGIN}?error=SIGN_IN_REFUSED&email=")
    assert "set-cookie" not in answer.headers


async def test_an_unknown_user_costs_one_hash_like_a_known_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    await make_user(database)
    hashed: list[str | None] = []

    async def counting(password: str, password_hash: str | None) -> bool:
        hashed.append(password_hash)
        return await verify_password(password, password_hash)

    monkeypatch.setattr(sessions, "verify_password", counting)
    for email in ("ada@debrief.test", "nobody@debrief.test"):
        with pytest.raises(SignInRefused):
            await sessions.sign_in(email, "wrong", address="10.0.0.1")
    assert len(hashed) == 2
    assert hashed[1] is None


async def test_a_missing_hash_never_fits_any_password():
    assert not await verify_password("nobody's password", None)
    assert await verify_password(PASSWORD, await hash_password(PASSWORD))


@pytest.mark.parametrize(
    ("page", "leads_to"),
    [
        ("/login?next=/interviews/7", "/interviews/7"),
        ("/login/?next=%2Finterviews%2F7%3Fgenerate%3D1&error=FORM", "/interviews/7?generate=1"),
        ("/login?next=//elsewhere.test", "/"),
        ("/login", "/"),
        ("/?next=/interviews/7", "/"),
    ],
)
async def test_a_form_posted_before_the_page_is_live_goes_where_the_page_would_have_led(
    database: Database, page: str, leads_to: str
):
    await make_user(database)
    async with browser(APP) as client:
        client.headers["referer"] = f"{client.base_url}{page}"
        answer = await post_sign_in(client, next="")
    assert answer.headers["location"] == leads_to


@pytest.mark.parametrize(
    "next_path",
    ["//evil.test", "/\\evil.test", "https://evil.test", "evil", "/\t/evil.test", "", "/\n//evil"],
)
async def test_signing_in_never_leads_to_another_site(database: Database, next_path: str):
    await make_user(database)
    async with browser(APP) as client:
        answer = await post_sign_in(client, next=next_path)
    assert answer.headers["location"] == routes.INTERVIEWS


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "http://evil.test"}, id="origin"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="fetch metadata"),
        pytest.param({"Origin": "null"}, id="opaque origin"),
    ],
)
async def test_a_form_of_another_site_signs_nobody_in(database: Database, headers: dict[str, str]):
    await make_user(database)
    async with browser(APP) as client:
        client.headers.update(headers)
        answer = await post_sign_in(client)
    assert "set-cookie" not in answer.headers
    assert answer.headers["location"] == routes.login(error="FORM")


async def test_a_form_of_another_site_signs_nobody_out(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        await post_sign_in(client)
        token_hash = sessions.hash_token(client.cookies[sessions.COOKIE])
        client.headers["Origin"] = "http://evil.test"
        answer = await client.post(routes.SIGN_OUT)
    assert "set-cookie" not in answer.headers
    assert await sessions.resolve(token_hash) is not None


async def test_a_request_without_any_form_goes_back_to_the_sign_in_page(database: Database):
    async with browser(APP) as client:
        answer = await client.post(routes.SIGN_IN)
    assert answer.headers["location"] == routes.login(error="FORM")


async def test_signing_out_ends_the_session_on_the_server(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        await post_sign_in(client)
        token_hash = sessions.hash_token(client.cookies[sessions.COOKIE])
        assert await sessions.resolve(token_hash) is not None
        answer = await client.post(routes.SIGN_OUT)
        assert sessions.COOKIE not in client.cookies
    assert answer.headers["location"] == routes.LOGIN
    assert await sessions.resolve(token_hash) is None


async def test_disabling_a_user_ends_their_session_at_once(database: Database):
    token_hash = await signed_in_hash(database)
    async with database.write() as session:
        user = (await session.exec(select(User))).one()
        user.is_active = False
        session.add(user)
    assert await sessions.resolve(token_hash) is None


async def test_revoking_all_sessions_leaves_other_people_signed_in(database: Database):
    first = await signed_in_hash(database)
    second = await signed_in_hash(database, email="bo@debrief.test")
    user = await sessions.resolve(first)
    assert user is not None
    await sessions.revoke_all(user.id)
    assert await sessions.resolve(first) is None
    assert await sessions.resolve(second) is not None


async def test_a_session_slides_while_used_and_ends_twelve_hours_after(database: Database):
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    try:
        clock.set_now(lambda: start)
        token_hash = await signed_in_hash(database)
        clock.set_now(lambda: start + timedelta(hours=11))
        assert await sessions.resolve(token_hash) is not None
        clock.set_now(lambda: start + timedelta(hours=22))
        assert await sessions.resolve(token_hash) is not None
        clock.set_now(lambda: start + timedelta(hours=34, seconds=1))
        assert await sessions.resolve(token_hash) is None
    finally:
        clock.set_now(None)


async def test_a_session_is_not_written_at_each_read(database: Database):
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    try:
        clock.set_now(lambda: start)
        token_hash = await signed_in_hash(database)
        clock.set_now(lambda: start + timedelta(minutes=4))
        await sessions.resolve(token_hash)
    finally:
        clock.set_now(None)
    async with database.read() as session:
        stored = (await session.exec(select(LoginSession))).one()
    assert stored.expires_at == start + sessions.LIFETIME


async def test_guessing_is_throttled_per_account_whether_it_exists_or_not(database: Database):
    await make_user(database)
    for email in ("ada@debrief.test", "nobody@debrief.test"):
        for attempt in range(8):
            with pytest.raises(SignInRefused):
                await sessions.sign_in(email, "wrong", address=f"10.0.{attempt}.1")
        with pytest.raises(SignInThrottled):
            await sessions.sign_in(email, PASSWORD, address="10.9.9.9")


async def test_guesses_sent_at_once_are_all_counted(database: Database):
    await make_user(database)
    outcomes = await asyncio.gather(
        *(sessions.sign_in("ada@debrief.test", "wrong", address=f"10.0.{n}.1") for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, SignInRefused) for outcome in outcomes) == 8
    assert sum(isinstance(outcome, SignInThrottled) for outcome in outcomes) == 12


async def test_guessing_many_accounts_is_throttled_per_address(database: Database):
    await make_user(database)
    for attempt in range(30):
        with pytest.raises(SignInRefused):
            await sessions.sign_in(f"user{attempt}@debrief.test", "wrong", address="10.0.0.1")
    with pytest.raises(SignInThrottled):
        await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
    assert await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.2")


async def test_signing_in_forgives_the_failures_before_it(database: Database):
    await make_user(database)
    for _ in range(2):
        for _ in range(7):
            with pytest.raises(SignInRefused):
                await sessions.sign_in("ada@debrief.test", "wrong", address="10.0.0.1")
        assert await sessions.sign_in("ADA@debrief.test ", PASSWORD, address="10.0.0.1")


async def test_every_attempt_is_audited(database: Database):
    await make_user(database)
    await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
    with pytest.raises(SignInRefused):
        await sessions.sign_in("ada@debrief.test", "wrong", address="10.0.0.1")
    async with database.read() as session:
        attempts = (await session.exec(select(SignInAttempt).order_by("at"))).all()
    assert [attempt.succeeded for attempt in attempts] == [True, False]


async def test_a_dead_database_is_told_in_the_page_not_as_an_error_500(database: Database):
    async with database.write() as session:
        await session.exec(select(User))
        connection = await session.connection()
        await connection.exec_driver_sql("DROP TABLE sign_in_attempt")
    async with browser(APP) as client:
        answer = await post_sign_in(client)
    assert answer.status_code == 303
    assert "error=INTERNAL" in answer.headers["location"]
