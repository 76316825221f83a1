"""Signing in and out, over the real routes and a real database."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.auth import accounts, devices, passwords, sessions
from feedback_app.auth.cookies import refused_email
from feedback_app.auth.devices import DEVICE_COOKIE
from feedback_app.auth.passwords import hash_password, verify_password
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.core import clock
from feedback_app.core.errors import SignInRefused, SignInThrottled
from feedback_app.core.settings import get_settings
from feedback_app.db.models import KnownDevice, LoginSession, SignInAttempt, User
from feedback_app.db.session import Database
from tests.integration.outages import until
from tests.integration.people import PASSWORD, browser, make_user

APP = Starlette(routes=AUTH_ROUTES)


@dataclass
class Clock:
    """What the app's clock shows."""

    now: datetime = field(default_factory=clock.now)

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


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
    assert answer.headers["location"] == f"{routes.LOGIN}?error=SIGN_IN_REFUSED"
    assert set(answer.cookies) == {"debrief_email"}


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


async def test_a_session_ends_after_its_longest_time_however_much_it_is_used(
    database: Database, still_clock: Clock
):
    token_hash = await signed_in_hash(database)
    half_a_day = timedelta(hours=11, minutes=59).total_seconds()
    for _ in range(14):
        still_clock.advance(half_a_day)
        assert await sessions.resolve(token_hash) is not None
    still_clock.advance(half_a_day)
    assert await sessions.resolve(token_hash) is None


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


async def fail(email: str, address: str, *, device: str | None = None) -> None:
    with pytest.raises(SignInRefused):
        await sessions.sign_in(email, "wrong", address=address, device=device)


async def waits(email: str, address: str, **how: Any) -> float | None:
    """How many seconds the right password has to wait."""
    with pytest.raises(SignInThrottled) as refusal:
        await sessions.sign_in(email, PASSWORD, address=address, **how)
    return refusal.value.retry_after_s


async def guesses(
    database: Database, count: int, *, email: str = "ada@debrief.test", address: str | None = None
) -> None:
    """That many wrong guesses of just now, each from a place of its own unless one is given."""
    async with database.write() as session:
        session.add_all(
            SignInAttempt(
                email=email,
                address=address or f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
                succeeded=False,
                at=clock.now(),
            )
            for n in range(count)
        )


@pytest.fixture
def still_clock() -> Iterator[Clock]:
    """A clock that stands still until it is moved."""
    moved = Clock()
    clock.set_now(lambda: moved.now)
    yield moved
    clock.set_now(None)


async def test_guessing_is_slowed_whether_the_account_exists_or_not(
    database: Database, still_clock: Clock
):
    await make_user(database)
    for email in ("ada@debrief.test", "nobody@debrief.test"):
        for _ in range(3):
            await fail(email, "192.0.2.1")
        for wait_s in (1, 2, 4, 8, 16, 30, 30):
            assert await waits(email, "192.0.2.1") == wait_s
            still_clock.advance(wait_s)
            await fail(email, "192.0.2.1")


async def test_being_told_to_wait_makes_the_wait_no_longer(database: Database, still_clock: Clock):
    await make_user(database)
    for _ in range(4):
        still_clock.advance(1)
        await fail("ada@debrief.test", "192.0.2.1")
    for _ in range(20):
        assert await waits("ada@debrief.test", "192.0.2.1") == 2
    still_clock.advance(2)
    assert await sessions.sign_in("ada@debrief.test", PASSWORD, address="192.0.2.1")


async def test_the_owner_gets_in_during_ten_thousand_guesses_from_elsewhere(
    database: Database, still_clock: Clock
):
    await make_user(database)
    await guesses(database, 10_000)
    assert await waits("ada@debrief.test", "192.0.2.1") == 1
    still_clock.advance(1)
    assert await sessions.sign_in("ada@debrief.test", PASSWORD, address="192.0.2.1")


async def test_a_distributed_guess_of_one_account_is_heard_once_a_second(
    database: Database, still_clock: Clock
):
    await make_user(database)
    await guesses(database, 10)
    heard = 0
    for place in range(40):
        still_clock.advance(0.25)
        try:
            await sessions.sign_in("ada@debrief.test", "wrong", address=f"192.0.2.{place}")
        except SignInRefused:
            heard += 1
        except SignInThrottled:
            continue
    assert heard == 10


async def test_failures_behind_one_proxy_do_not_close_the_sign_in_of_others(
    database: Database, still_clock: Clock
):
    await make_user(database)
    for number in range(30):
        await fail(f"invented{number}@debrief.test", "10.0.0.1")
    assert await waits("ada@debrief.test", "10.0.0.1") == 1
    still_clock.advance(1)
    assert await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")


async def test_a_browser_that_is_known_waits_for_nobody_elses_failures(
    database: Database, still_clock: Clock
):
    await make_user(database)
    async with browser(APP, address="10.0.0.1") as client:
        await post_sign_in(client)
        still_clock.advance(1)
        await guesses(database, 5_000)
        await guesses(database, 5_000, address="10.0.0.1")
        assert await waits("ada@debrief.test", "10.0.0.1") == 30
        answer = await post_sign_in(client)
    assert answer.headers["location"] == routes.INTERVIEWS


async def test_a_known_browser_may_not_guess_on(database: Database, still_clock: Clock):
    await make_user(database)
    device = await known_device("ada@debrief.test")
    still_clock.advance(1)
    for place in range(3):
        await fail("ada@debrief.test", f"192.0.2.{place}", device=device)
    assert await waits("ada@debrief.test", "198.51.100.1", device=device) == 1


async def test_a_browser_known_to_one_person_is_unknown_to_another(
    database: Database, still_clock: Clock
):
    await make_user(database)
    await make_user(database, email="bo@debrief.test")
    device = await known_device("bo@debrief.test")
    await guesses(database, 20, address="10.0.0.1")
    for unknown in (device, "invented", ""):
        assert await waits("ada@debrief.test", "10.0.0.1", device=unknown) == 30


async def test_logs_know_a_session_as_a_persons_only_while_it_is_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    await make_user(database)
    tokens = [
        await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1") for _ in range(2)
    ]
    ended, unused = map(sessions.hash_token, tokens)
    for token_hash in (ended, unused):
        await sessions.resolve(token_hash)
        assert sessions.identity(token_hash) is not None
    await sessions.sign_out(ended)
    assert await sessions.resolve(ended) is None
    assert sessions.identity(ended) is None
    later = clock.monotonic() + 600
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    assert sessions.identity(unused) is None


@pytest.mark.parametrize("ending", [accounts.disable, accounts.revoke])
async def test_a_persons_browsers_are_forgotten_with_their_sessions(
    database: Database, ending: Callable[[str], Awaitable[int]]
):
    await make_user(database)
    await known_device("ada@debrief.test")
    assert await ending("ada@debrief.test") == 1
    async with database.read() as session:
        assert (await session.exec(select(KnownDevice))).all() == []


async def test_a_known_browser_keeps_its_cookie_and_is_stored_as_a_hash(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        first = await post_sign_in(client)
        token = client.cookies[DEVICE_COOKIE]
        second = await post_sign_in(client)
    assert DEVICE_COOKIE in first.cookies
    assert DEVICE_COOKIE not in second.cookies
    cookie = next(c for c in first.headers.get_list("set-cookie") if DEVICE_COOKIE in c).lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    async with database.read() as session:
        stored = (await session.exec(select(KnownDevice))).one()
    assert stored.token_hash == sessions.hash_token(token)


async def test_a_device_that_a_client_made_up_is_not_taken_over(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        client.cookies.set(DEVICE_COOKIE, "planted")
        answer = await post_sign_in(client)
    assert answer.cookies[DEVICE_COOKIE] != "planted"
    async with database.read() as session:
        (stored,) = (await session.exec(select(KnownDevice.token_hash))).all()
    assert stored != sessions.hash_token("planted")


async def test_a_person_has_twenty_known_browsers_at_most(database: Database):
    await make_user(database)
    start = clock.now()
    try:
        for number in range(21):
            moment = start + timedelta(minutes=number)
            clock.set_now(lambda moment=moment: moment)
            await known_device("ada@debrief.test", address=f"10.0.0.{number}")
    finally:
        clock.set_now(None)
    async with database.read() as session:
        known = (await session.exec(select(KnownDevice.created_at))).all()
    assert (len(known), min(known)) == (20, start + timedelta(minutes=1))


async def known_device(email: str, *, address: str = "192.0.2.77") -> str:
    """The device token of a browser from which that person has signed in."""
    token = await sessions.sign_in(email, PASSWORD, address=address)
    device = await devices.remember(sessions.hash_token(token), None)
    assert device is not None
    return device


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_flood_from_everywhere_waits_in_a_short_line_and_known_browsers_do_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    await make_user(database)
    device = await known_device("ada@debrief.test")
    let_go = threading.Event()

    def slow(password: str, password_hash: str | None) -> bool:
        return password == PASSWORD or not let_go.wait(20)

    monkeypatch.setattr(passwords, "_verify", slow)
    async with asyncio.TaskGroup() as strangers:
        for number in range(27):
            strangers.create_task(fail(f"invented{number}@debrief.test", f"10.0.{number}.1"))
        await until(lambda: passwords._line().length == 27)
        assert await waits("bo@debrief.test", "192.0.2.1") == 2
        assert await sessions.sign_in(
            "ada@debrief.test", PASSWORD, address="192.0.2.1", device=device
        )
        let_go.set()
    assert passwords._line().length == 0


async def test_of_many_sign_ins_at_once_no_more_than_the_line_holds_are_hashed(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    await make_user(database)
    hashed = 0

    async def slow(_password: str, _password_hash: str | None) -> bool:
        nonlocal hashed
        hashed += 1
        await until(lambda: refused == 150 - 27)
        return False

    async def knock(number: int) -> None:
        nonlocal refused
        try:
            await sessions.sign_in(
                f"invented{number}@debrief.test", "wrong", address=f"10.{number}.0.1"
            )
        except SignInThrottled:
            refused += 1
        except SignInRefused:
            pass

    refused = 0
    monkeypatch.setattr(sessions, "verify_password", slow)
    async with asyncio.TaskGroup() as strangers:
        for number in range(150):
            strangers.create_task(knock(number))
    assert (hashed, refused) == (27, 150 - 27)


async def test_guesses_sent_at_once_are_all_counted(database: Database, still_clock: Clock):
    await make_user(database)
    outcomes = await asyncio.gather(
        *(sessions.sign_in("ada@debrief.test", "wrong", address=f"10.0.{n}.1") for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, SignInRefused) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, SignInThrottled) for outcome in outcomes) == 10


async def test_a_throttled_form_says_when_to_come_again(database: Database, still_clock: Clock):
    await make_user(database)
    await guesses(database, 5, address="10.0.0.1")
    async with browser(APP, address="10.0.0.1") as client:
        answer = await post_sign_in(client, next="/interviews/7")
    assert answer.headers["location"] == routes.login(
        next_path="/interviews/7", error="SIGN_IN_THROTTLED"
    )
    assert answer.headers["retry-after"] == "4"


async def test_signing_in_forgives_the_failures_before_it(database: Database, still_clock: Clock):
    await make_user(database)
    for _ in range(3):
        still_clock.advance(1)
        for _ in range(2):
            await fail("ada@debrief.test", "10.0.0.1")
        still_clock.advance(1)
        assert await sessions.sign_in("ADA@debrief.test ", PASSWORD, address="10.0.0.1")


async def test_the_email_of_a_refused_sign_in_is_in_no_address(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        answer = await post_sign_in(client, password="wrong", email="ada+1@debrief.test")
        assert "ada" not in answer.headers["location"]
        assert refused_email(f"debrief_email={client.cookies['debrief_email']}") == (
            "ada+1@debrief.test"
        )
        await post_sign_in(client)
        assert "debrief_email" not in client.cookies


async def test_signing_in_again_ends_the_browsers_session_before(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        await post_sign_in(client)
        first = sessions.hash_token(client.cookies[sessions.COOKIE])
        await post_sign_in(client)
        second = sessions.hash_token(client.cookies[sessions.COOKIE])
    assert await sessions.resolve(first) is None
    assert await sessions.resolve(second) is not None


async def test_a_refused_sign_in_leaves_the_session_before_alone(database: Database):
    await make_user(database)
    async with browser(APP) as client:
        await post_sign_in(client)
        first = sessions.hash_token(client.cookies[sessions.COOKIE])
        await post_sign_in(client, password="wrong")
    assert await sessions.resolve(first) is not None


async def test_a_session_ends_after_seven_days_however_much_it_is_used(
    database: Database, still_clock: Clock
):
    token_hash = await signed_in_hash(database)
    for _ in range(7 * 24 - 1):
        still_clock.advance(3600)
        assert await sessions.resolve(token_hash) is not None
    still_clock.advance(3600)
    assert await sessions.resolve(token_hash) is None


async def test_a_person_disabled_while_their_password_is_checked_stays_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    await make_user(database)

    async def meanwhile(password: str, password_hash: str | None) -> bool:
        await accounts.disable("ada@debrief.test")
        return await verify_password(password, password_hash)

    monkeypatch.setattr(sessions, "verify_password", meanwhile)
    with pytest.raises(SignInRefused):
        await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
    async with database.read() as session:
        assert (await session.exec(select(LoginSession))).all() == []


@pytest.mark.parametrize("header", ["Origin", "Referer"])
async def test_an_origin_that_cannot_be_read_is_foreign(database: Database, header: str):
    await make_user(database)
    async with browser(APP) as client:
        del client.headers["Origin"]
        client.headers[header] = "http://[bad"
        answer = await post_sign_in(client)
        assert answer.headers["location"] == routes.login(error="FORM")
        answer = await client.post(routes.SIGN_OUT)
        assert answer.headers["location"] == routes.LOGIN


async def test_signing_out_ends_the_sessions_of_every_cookie_there_is(database: Database):
    first = await signed_in_hash(database)
    async with browser(APP) as client:
        await post_sign_in(client)
        own = client.cookies[sessions.COOKIE]
        planted = await sessions.sign_in("ada@debrief.test", PASSWORD, address="10.0.0.1")
        cookies = f"{sessions.COOKIE}={own}; {sessions.COOKIE}={planted}"
        await client.post(routes.SIGN_OUT, headers={"Cookie": cookies})
    assert await sessions.resolve(sessions.hash_token(own)) is None
    assert await sessions.resolve(sessions.hash_token(planted)) is None
    assert await sessions.resolve(first) is not None


async def test_over_https_cookies_are_bound_to_this_host(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PUBLIC_URL", "https://debrief.example.com")
    get_settings.cache_clear()
    await make_user(database)
    async with browser(APP) as client:
        client.headers["Origin"] = "https://debrief.example.com"
        answer = await post_sign_in(client)
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-debrief_")
        assert "; Path=/;" in cookie
        assert "; Secure" in cookie
        assert "Domain" not in cookie


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
