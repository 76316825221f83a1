"""The HTTP API over a real socket: tokens, lists, drafts that are waited for, and every refusal."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.core import clock
from feedback_app.core.errors import BudgetExceeded
from feedback_app.core.settings import get_settings
from feedback_app.db.models import CallStatus, LlmCall, LoginSession, SessionKind, SignInAttempt
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.llm.events import Event
from feedback_app.llm.following import outcome
from feedback_app.llm.limits import LimitName
from feedback_app.llm.streams import EventLog
from feedback_app.web.api import endpoints
from tests.factories import (
    PASSWORD,
    make_admin,
    make_call,
    make_interview,
    make_user,
)
from tests.integration.generating import HELD, HeldLoad, follow, limit
from tests.integration.serving_api import ERROR_KEYS, error_of, served_api
from tests.upstream import FEEDBACK, Upstream, refusing, saying

SHORT = saying("A short answer.")


@pytest.fixture
def still_clock() -> Iterator[None]:
    """A clock that stands still."""
    moment = clock.now()
    clock.set_now(lambda: moment)
    yield
    clock.set_now(None)


async def test_a_token_is_a_session_of_an_hour_stored_as_its_hash(database: Database) -> None:
    async with served_api(database) as api:
        asked = {"email": api.on.user.email, "password": PASSWORD}
        answer = await api.client.post(routes.API_TOKEN, json=asked)
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    async with database.read() as session:
        stored = (await session.exec(select(LoginSession))).one()
        (attempt,) = (await session.exec(select(SignInAttempt))).all()
    assert stored.token_hash == sessions.hash_token(body["access_token"])
    assert stored.expires_at - stored.created_at == timedelta(hours=1)
    assert attempt.succeeded


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("still_clock")
async def test_wrong_passwords_are_refused_alike_then_throttled(database: Database) -> None:
    async with served_api(database) as api:
        for email in (api.on.user.email, "nobody@debrief.test"):
            asked = {"email": email, "password": "wrong"}
            for _ in range(3):
                answer = await api.client.post(routes.API_TOKEN, json=asked)
                error_of(answer, 401, "NOT_SIGNED_IN")
            answer = await api.client.post(routes.API_TOKEN, json=asked)
            error_of(answer, 429, "RATE_LIMITED")
            assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("still_clock")
async def test_tokens_are_throttled_by_the_address_that_our_proxy_saw(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTED_PROXY_HOPS", "1")
    get_settings.cache_clear()
    async with served_api(database) as api:
        asked = {"email": api.on.user.email, "password": "wrong"}
        for number, status in enumerate((401, 401, 401, 429)):
            forged = {"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"}
            answer = await api.client.post(routes.API_TOKEN, json=asked, headers=forged)
            assert answer.status_code == status
        elsewhere = {"X-Forwarded-For": "192.0.2.2"}
        answer = await api.client.post(routes.API_TOKEN, json=asked, headers=elsewhere)
        error_of(answer, 401, "NOT_SIGNED_IN")


async def test_a_holder_gives_a_token_back(database: Database) -> None:
    async with served_api(database) as api:
        headers, others = await api.headers(), await api.headers()
        answer = await api.client.delete(routes.API_TOKEN, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        for refused in (
            await api.client.get(routes.API_INTERVIEWS, headers=headers),
            await api.client.delete(routes.API_TOKEN, headers=headers),
            await api.client.delete(routes.API_TOKEN),
        ):
            error_of(refused, 401, "NOT_SIGNED_IN")
        answer = await api.client.get(routes.API_INTERVIEWS, headers=others)
        assert answer.status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_session_cookie_is_no_token_to_give_back(database: Database) -> None:
    async with served_api(database) as api:
        cookie = await sessions.sign_in(api.on.user.email, PASSWORD, address="10.0.0.1")
        own = {"Cookie": f"{sessions.COOKIE}={cookie}"}
        answer = await api.client.delete(routes.API_TOKEN, headers=own)
        error_of(answer, 401, "NOT_SIGNED_IN")
        assert await sessions.resolve(sessions.hash_token(cookie)) is not None


async def test_one_token_more_than_a_person_may_have_ends_the_oldest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKENS_PER_USER", "2")
    get_settings.cache_clear()
    async with served_api(database) as api:
        email, now = api.on.user.email, clock.now()
        cookie = await sessions.sign_in(email, PASSWORD, address="10.0.0.1")
        try:
            tokens = []
            for minute in range(3):
                moment = now + timedelta(minutes=minute)
                clock.set_now(lambda moment=moment: moment)
                tokens.append(await sessions.issue_token(email, PASSWORD, address="10.0.0.1"))
        finally:
            clock.set_now(None)
        live = [await sessions.resolve(sessions.hash_token(t), SessionKind.API) for t in tokens]
        assert [user is not None for user in live] == [False, True, True]
        assert await sessions.resolve(sessions.hash_token(cookie)) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_session_cookies_act_for_nobody(database: Database) -> None:
    async with served_api(database) as api:
        email = api.on.user.email
        one, two = [await sessions.sign_in(email, PASSWORD, address="10.0.0.1") for _ in range(2)]
        both = {"Cookie": f"{sessions.COOKIE}={one}; {sessions.COOKIE}={two}"}
        answer = await api.client.get(routes.API_INTERVIEWS, headers=both)
        error_of(answer, 401, "NOT_SIGNED_IN")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("header", ["Origin", "Referer"])
async def test_an_origin_that_cannot_be_read_is_another_site(
    database: Database, header: str
) -> None:
    async with served_api(database) as api:
        cookie = await sessions.sign_in(api.on.user.email, PASSWORD, address="10.0.0.1")
        own = {"Cookie": f"{sessions.COOKIE}={cookie}", header: "http://[bad"}
        answer = await api.client.get(routes.API_INTERVIEWS, headers=own)
        error_of(answer, 403, "FORBIDDEN")


async def test_a_token_ends_after_an_hour_however_much_it_is_used(database: Database) -> None:
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    async with served_api(database) as api:
        try:
            clock.set_now(lambda: start)
            headers = await api.headers()
            clock.set_now(lambda: start + timedelta(minutes=59))
            answer = await api.client.get(routes.API_INTERVIEWS, headers=headers)
            assert answer.status_code == 200
            clock.set_now(lambda: start + timedelta(minutes=61))
            answer = await api.client.get(routes.API_INTERVIEWS, headers=headers)
            error_of(answer, 401, "NOT_SIGNED_IN")
        finally:
            clock.set_now(None)


async def test_a_token_ends_with_the_persons_sessions_and_with_the_person(
    database: Database,
) -> None:
    async with served_api(database) as api:
        headers = await api.headers()
        await sessions.revoke_all(api.on.user.id)
        answer = await api.client.get(routes.API_INTERVIEWS, headers=headers)
        error_of(answer, 401, "NOT_SIGNED_IN")
        headers = await api.headers()
        async with database.write() as session:
            user = api.on.made.interviewer
            user.is_active = False
            session.add(user)
        answer = await api.client.get(routes.API_INTERVIEWS, headers=headers)
        error_of(answer, 401, "NOT_SIGNED_IN")


async def test_a_token_opens_no_page_and_a_pages_cookie_is_no_token(database: Database) -> None:
    async with served_api(database) as api:
        token = await api.token()
        cookie = await sessions.sign_in(api.on.user.email, PASSWORD, address="10.0.0.1")
        assert await sessions.resolve(sessions.hash_token(token)) is None
        for headers in (
            {"Cookie": f"{sessions.COOKIE}={token}"},
            {"Authorization": f"Bearer {cookie}"},
        ):
            answer = await api.client.get(routes.API_INTERVIEWS, headers=headers)
            error_of(answer, 401, "NOT_SIGNED_IN")
        own = {"Cookie": f"{sessions.COOKIE}={cookie}"}
        assert (await api.client.get(routes.API_INTERVIEWS, headers=own)).status_code == 200
        answer = await api.client.post(
            api.generate_path, headers={**own, "Origin": "http://evil.test"}
        )
        error_of(answer, 403, "FORBIDDEN")
        assert await api.on.calls() == []


async def test_the_list_has_my_interviews_only_and_pages_through_them(database: Database) -> None:
    async with served_api(database) as api:
        me = api.on.made.interviewer
        made = [
            await make_interview(database, me, held_at=clock.now() - timedelta(days=2 + day // 2))
            for day in range(4)
        ]
        await make_interview(database)
        headers = await api.headers()
        seen, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            answer = await api.client.get(routes.API_INTERVIEWS, headers=headers, params=query)
            assert set(answer.json()) == {"items", "next"}
            seen += answer.json()["items"]
            cursor, pages = answer.json()["next"], pages + 1
        assert pages == 3
        assert len(seen) == len({item["id"] for item in seen}) == 5
        assert {item["id"] for item in seen} == {api.on.interview_id, *(m.id for m in made)}
        assert [item["held_at"] for item in seen] == sorted(
            (item["held_at"] for item in seen), reverse=True
        )
        first = seen[0]
        assert first["candidate"] == api.on.made.candidate.name
        assert (first["status"], first["can_generate"]) == ("to_do", True)


async def test_a_draft_is_waited_for_and_answered_whole(
    database: Database, upstream: Upstream
) -> None:
    async with served_api(database, upstream.base_url) as api:
        answer = await api.generate(template_id="standard", language="en")
        body, row = answer.json(), await api.on.call()
        assert answer.status_code == 200
        assert (body["type"], body["feedback"], body["llm_call_id"]) == (
            "complete",
            FEEDBACK,
            row.id,
        )
        assert (body["tokens_used"], body["finish_reason"]) == (
            row.prompt_tokens + row.completion_tokens,
            "stop",
        )
        (logged,) = await api.system_log()
        assert (logged.component, logged.action) == ("llm", "feedback")
        assert logged.request_id == answer.headers["x-request-id"]


async def test_a_stopped_draft_answers_409_with_its_text(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        waiting = asyncio.create_task(api.generate())
        await upstream.received(1)
        assert await api.on.stop()
        body = error_of(await waiting, 409, "CANCELLED")
        assert body["partial"] == (await api.on.draft()).text


async def test_two_requests_wait_for_one_draft(database: Database, upstream: Upstream) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        waiting = [asyncio.create_task(api.generate()) for _ in range(2)]
        await upstream.received(1)
        upstream.release()
        first, second = [answer.json() for answer in await asyncio.gather(*waiting)]
        assert first["feedback"] == FEEDBACK
        assert first["llm_call_id"] == second["llm_call_id"] == (await api.on.call()).id


async def test_a_client_that_goes_away_does_not_stop_the_draft(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        headers = await api.headers()
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(
            f"POST {api.generate_path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            f"Authorization: {headers['Authorization']}\r\n\r\n".encode()
        )
        await upstream.received(1)
        writer.close()
        await writer.wait_closed()
        upstream.release()
        log = api.on.log((await api.on.call()).id)
        await follow(log)
        assert ((await api.on.call()).status, (await api.on.draft()).text) == ("complete", FEEDBACK)


async def test_what_is_not_yours_looks_like_what_does_not_exist(database: Database) -> None:
    async with served_api(database) as api:
        outsider = await make_user(database)
        colleague = await make_user(database, None, company_id=api.on.user.company_id)
        bodies = []
        for user, interview_id in (
            (outsider, api.on.interview_id),
            (colleague, api.on.interview_id),
            (None, "absent"),
            (None, "%00"),
        ):
            path = routes.API_GENERATE.format(interview_id=interview_id)
            answer = await api.client.post(path, headers=await api.headers(user))
            bodies.append(error_of(answer, 404, "NOT_FOUND"))
        assert all(body == bodies[0] for body in bodies)
        assert await api.on.calls() == []


async def test_nobody_gets_anything_without_a_token(database: Database) -> None:
    async with served_api(database) as api:
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer"}):
            for method, path in (
                ("GET", routes.API_INTERVIEWS),
                ("GET", routes.API_LLM_CALLS),
                ("POST", api.generate_path),
            ):
                answer = await api.client.request(method, path, headers=headers)
                error_of(answer, 401, "NOT_SIGNED_IN")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"template_id": "mine"}, "template_id: there is no such template"),
        ({"language": "fr"}, "language: drafts are written in 'en' only"),
        ({"instruction": "be kind"}, "instruction: extra instructions are not supported"),
        ({"tone": "warm"}, "tone: extra inputs are not permitted"),
        ({"template_id": 7}, "template_id: input should be a valid string"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_option_that_cannot_be_met_is_refused_not_ignored(
    database: Database, options: dict[str, Any], said: str
) -> None:
    async with served_api(database) as api:
        body = error_of(await api.generate(**options), 422, "INVALID")
        assert body["message"].startswith(said)
        assert await api.on.calls() == []


async def test_refusals_of_a_start_have_their_codes(database: Database, upstream: Upstream) -> None:
    upstream.play(SHORT)
    changes = {"LLM_GENERATIONS_PER_MINUTE": 1}
    async with served_api(database, upstream.base_url, **changes) as api:
        me = api.on.made.interviewer
        empty = await make_interview(database, me, notes="", ratings={})
        submitted = await make_interview(database, me, scorecard={"submitted_at": clock.now()})
        headers = await api.headers()
        for made, status, code in (
            (submitted, 409, "ALREADY_SUBMITTED"),
            (empty, 422, "NOTHING_TO_ASSESS"),
        ):
            path = routes.API_GENERATE.format(interview_id=made.id)
            answer = await api.client.post(path, headers=headers)
            assert set(error_of(answer, status, code)) == ERROR_KEYS
        assert (await api.generate()).status_code == 200
        answer = await api.generate()
        error_of(answer, 429, "RATE_LIMITED")
        assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_who_joined_a_start_that_is_refused_is_told_when_to_try_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 12, 31, 12, tzinfo=UTC)
    clock.set_now(lambda: noon)
    try:
        async with served_api(database) as api:
            await limit(api.on, LimitName.COMPANY_COST_PER_MONTH, 1_000_000)
            await make_call(database, api.on.made, cost_microusd=999_900, started_at=noon)
            admission = HeldLoad(api.on)
            starting = asyncio.create_task(api.on.generations.start(api.on.run_with(admission)))
            await admission.begun.wait()

            async def outcome_of_joined(log: EventLog) -> Event:
                admission.let_go()
                return await outcome(log)

            monkeypatch.setattr(endpoints, "outcome", outcome_of_joined)
            answer = await api.generate()
            with pytest.raises(BudgetExceeded) as refused:
                await starting
            assert error_of(answer, 429, "BUDGET_EXCEEDED")["message"] == refused.value.message
            assert answer.headers["retry-after"] == str(12 * 3600)
    finally:
        clock.set_now(None)


@pytest.mark.parametrize(
    ("model", "budget_microusd", "said"),
    [
        ("house-model", 10**9, "Ask an administrator to set it under Prices, then try again."),
        ("gpt-4o-mini", 100, "An administrator has to raise it under Limits first."),
    ],
    ids=["no known price", "a budget below one draft"],
)
async def test_a_refusal_that_no_time_lifts_names_none(
    database: Database, model: str, budget_microusd: int, said: str
) -> None:
    async with served_api(database, LLM_MODEL=model) as api:
        await limit(api.on, LimitName.COMPANY_COST_PER_MONTH, budget_microusd)
        answer = await api.generate()
        body = error_of(answer, 429, "BUDGET_EXCEEDED")
        assert body["message"].endswith(said)
        assert not body["retryable"]
        assert "retry-after" not in answer.headers


async def test_the_time_a_model_asks_for_is_passed_on(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(refusing(429, "rate_limit_exceeded", "Slow down", retry_after="30"))
    async with served_api(database, upstream.base_url) as api:
        answer = await api.generate()
        error_of(answer, 503, "LLM_RATE_LIMITED")
        assert answer.headers["retry-after"] == "30"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_error_under_api_has_the_one_shape(database: Database) -> None:
    async with served_api(database) as api:
        headers = await api.headers()
        asked: list[tuple[str, str, int, dict[str, Any]]] = [
            ("GET", "/api", 404, {}),
            ("GET", "/api/", 404, {}),
            ("GET", "/api/absent", 404, {}),
            ("POST", "/api/interviews/", 404, {}),
            ("GET", "/api/interviews/1", 404, {}),
            ("GET", routes.API_TOKEN, 405, {}),
            ("DELETE", routes.API_INTERVIEWS, 405, {}),
            ("PUT", api.generate_path, 405, {}),
            ("POST", routes.API_TOKEN, 422, {}),
            ("POST", routes.API_TOKEN, 422, {"content": b"{"}),
            ("POST", routes.API_TOKEN, 422, {"content": b"\xff\xfe"}),
            ("POST", routes.API_TOKEN, 422, {"content": b"[" * 5_000}),
            ("POST", routes.API_TOKEN, 422, {"json": ["a"]}),
            ("POST", routes.API_TOKEN, 422, {"json": {"email": "a@b.test"}}),
            ("POST", routes.API_TOKEN, 422, {"json": {"email": "a\0", "password": "x"}}),
            ("POST", routes.API_TOKEN, 422, {"json": {"email": "a", "password": "x" * 70_000}}),
            ("POST", routes.API_TOKEN, 422, {"content": b'{"email": "\\ud800", "password": "x"}'}),
            ("POST", api.generate_path, 422, {"content": b"{"}),
            ("GET", f"{routes.API_INTERVIEWS}?limit=0", 422, {}),
            ("GET", f"{routes.API_INTERVIEWS}?limit=501", 422, {}),
            ("GET", f"{routes.API_INTERVIEWS}?limit=some", 422, {}),
            ("GET", f"{routes.API_INTERVIEWS}?cursor=absent", 422, {}),
            ("GET", f"{routes.API_INTERVIEWS}?cursor=%00", 422, {}),
        ]
        for method, path, status, content in asked:
            answer = await api.client.request(method, path, headers=headers, **content)
            code = "NOT_FOUND" if status == 404 else "INVALID"
            body = error_of(answer, status, code)
            assert "partial" not in body
            assert ("Allow" in answer.headers) == (status == 405), (method, path)
        answer = await api.client.get(routes.API_TOKEN)
        assert answer.headers["allow"] == "DELETE, POST"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_nobody_foresaw_is_told_without_its_cause(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "start", broken)
    async with served_api(database) as api:
        answer = await api.generate()
        assert error_of(answer, 500, "INTERNAL")["retryable"]
        assert "secret" not in answer.text


async def test_the_ledger_is_for_administrators_of_the_company(database: Database) -> None:
    async with served_api(database) as api:
        admin = await make_admin(database, None, company_id=api.on.user.company_id)
        newest_first = [
            await make_call(database, api.on.made, started_at=clock.now() - timedelta(hours=hours))
            for hours in range(3)
        ]
        other = await make_interview(database)
        await make_call(database, other)
        answer = await api.client.get(routes.API_LLM_CALLS, headers=await api.headers())
        error_of(answer, 403, "FORBIDDEN")
        headers = await api.headers(admin)
        answer = await api.client.get(f"{routes.API_LLM_CALLS}?limit=2", headers=headers)
        page = answer.json()
        assert [item["id"] for item in page["items"]] == [call.id for call in newest_first[:2]]
        assert set(page["items"][0]) == set(LlmCall.model_fields)
        assert "A settled draft" not in answer.text
        answer = await api.client.get(
            f"{routes.API_LLM_CALLS}?cursor={page['next']}", headers=headers
        )
        assert [item["id"] for item in answer.json()["items"]] == [newest_first[2].id]
        assert answer.json()["next"] is None
        foreign = (await make_call(database, other, status=CallStatus.ERROR)).id
        answer = await api.client.get(f"{routes.API_LLM_CALLS}?cursor={foreign}", headers=headers)
        error_of(answer, 422, "INVALID")


async def test_requests_other_than_drafts_are_logged_by_their_route(database: Database) -> None:
    async with served_api(database) as api:
        headers = await api.headers()
        await api.client.get(f"{routes.API_INTERVIEWS}?token=secret", headers=headers)
        await api.client.post(routes.API_TOKEN, json={"email": "a@b.test", "password": "secret"})
        await api.client.get("/api/secret")
        rows = await api.system_log()
        assert [(row.method, row.path, row.status) for row in rows] == [
            ("GET", routes.API_INTERVIEWS, "200"),
            ("POST", routes.API_TOKEN, "401"),
        ]
        assert (rows[0].user_id, rows[0].company_id) == (api.on.user.id, api.on.user.company_id)
        assert "secret" not in json.dumps([row.model_dump(mode="json") for row in rows])
