"""The API's WebSocket on a real server: events, resuming, cancelling, and clients that go away."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.core import clock
from feedback_app.core.errors import Cancelled
from feedback_app.core.ids import new_id
from feedback_app.core.settings import get_settings
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.llm import following
from feedback_app.llm.endings import ended_event
from feedback_app.llm.events import ChunkEvent, Event, as_dict
from feedback_app.llm.streams import EventLog
from feedback_app.web.api import sockets, stream
from tests.factories import PASSWORD, add_interviewer, make_call, make_interview, make_user
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import HELD, as_user, follow
from tests.integration.generating import until_text as until_logged
from tests.integration.serving_api import (
    ServedApi,
    events_of,
    served_api,
    text_in,
    until_text,
)
from tests.upstream import (
    FAULTS,
    FEEDBACK,
    REASONING,
    Scenario,
    Upstream,
    feedback_tokens,
    tokens_of,
)

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FIELDS = {
    "status": ["status", "message", "progress"],
    "reasoning": ["content"],
    "chunk": ["content", "offset"],
    "complete": [
        "feedback",
        "finish_reason",
        "tokens_used",
        "prompt_tokens",
        "completion_tokens",
        "tokens_estimated",
        "model",
        "cost_usd",
        "latency_ms",
        "ttft_ms",
    ],
}
ENDED_FIELDS = ["code", "message", "retryable", "partial", "tokens_used", "cost_usd"]
PACED = Scenario(tokens=tokens_of(FEEDBACK)[:60], tokens_per_second=200)


async def whole_stream(api: ServedApi, query: str = "") -> list[dict[str, Any]]:
    async with api.stream(query, headers=await api.headers()) as followed:
        return await events_of(followed)


async def refused(
    api: ServedApi,
    query: str = "",
    headers: dict[str, str] | None = None,
    path: str | None = None,
) -> tuple[str, int | None]:
    """The code of the one event a refusal tells, and what the socket is closed with."""
    async with api.stream(query, headers=headers, path=path) as followed:
        (event,) = await events_of(followed)
    assert list(event) == ["seq", "llm_call_id", "type", *ENDED_FIELDS]
    assert (event["seq"], event["llm_call_id"], event["type"]) == (1, None, "error")
    return event["code"], followed.close_code


@asynccontextmanager
async def never_reading(api: ServedApi, query: str) -> AsyncIterator[None]:
    """A client that completes the handshake and then takes nothing, with a tiny buffer."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", api.port))
    handshake = (
        f"GET {api.generate_path}/stream{query} HTTP/1.1\r\nHost: localhost\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {await api.token()}\r\n\r\n"
    )
    await loop.sock_sendall(raw, handshake.encode())
    try:
        yield
    finally:
        raw.close()


async def until_dropped(call_id: str) -> None:
    """Wait until no socket follows this call."""
    names = {f"{what}-{call_id}" for what in ("tell", "listen", "check")}
    if tasks := [task for task in asyncio.all_tasks() if task.get_name() in names]:
        _, pending = await asyncio.wait(tasks, timeout=10)
        assert not pending


async def test_a_stream_starts_a_draft_and_tells_its_events_in_shape_and_order(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(FAULTS["reasoning"])
    async with served_api(database, upstream.base_url) as api:
        async with api.stream(headers=await api.headers()) as followed:
            events = await events_of(followed)
        assert followed.close_code == 1000
        call = await api.on.call()
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert {event["llm_call_id"] for event in events} == {call.id}
        for event in events:
            assert list(event) == ["seq", "llm_call_id", "type", *FIELDS[event["type"]]]
        assert text_in(events) == events[-1]["feedback"] == FEEDBACK
        reasoning = [event["content"] for event in events if event["type"] == "reasoning"]
        assert "".join(reasoning) == "".join(REASONING)
        stages = [event["status"] for event in events if event["type"] == "status"]
        assert list(dict.fromkeys(stages)) == [
            "connecting",
            "analyzing",
            "thinking",
            "generating",
            "streaming",
        ]
        assert events[-1]["type"] == "complete"
        assert events == [as_dict(event, "feedback") for event in api.on.log(call.id).events]
        assert [row.component for row in await api.system_log()] == ["llm"]


async def test_resuming_after_any_event_gives_the_rest_and_nothing_twice(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(PACED)
    async with served_api(database, upstream.base_url, STREAM_FLUSH_MS=5) as api:
        headers = await api.headers()
        whole = await whole_stream(api)
        call_id = whole[0]["llm_call_id"]
        assert len(whole) >= 8
        for forgotten in (False, True):
            if forgotten:
                api.on.generations.hub.forget(call_id)
            for after in range(len(whole) + 1):
                query = f"?call={call_id}&after={after}"
                async with api.stream(query, headers=headers) as followed:
                    assert await events_of(followed) == whole[after:]
                assert followed.close_code == 1000
        assert len(await api.on.calls()) == 1


async def test_a_socket_joins_midway_and_two_see_the_same(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        headers = await api.headers()
        async with api.stream(headers=headers) as first:
            begun = await until_text(first, len(TWELVE_TOKENS))
            after = f"?call={begun[0]['llm_call_id']}&after={begun[-1]['seq']}"
            async with (
                api.stream(headers=headers) as second,
                api.stream(after, headers=headers) as third,
            ):
                upstream.release()
                rest, *others = await asyncio.gather(*map(events_of, (first, second, third)))
        assert others == [begun + rest, rest]
        assert text_in(begun + rest) == FEEDBACK
        assert len(await api.on.calls()) == len(upstream.requests) == 1


async def test_cancel_by_one_is_seen_by_the_other_and_ends_the_request(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        headers = await api.headers()
        async with api.stream(headers=headers) as first, api.stream(headers=headers) as second:
            await until_text(first, len(TWELVE_TOKENS))
            for noise in ("", "{", '"cancel"', '{"type": 7}', "[" * 100_000, b"\xff"):
                await first.send(noise)
            await first.send('{"type": "cancel"}')
            told, seen = await asyncio.gather(events_of(first), events_of(second))
        assert told[-1] == seen[-1]
        assert list(told[-1]) == ["seq", "llm_call_id", "type", *ENDED_FIELDS]
        assert (told[-1]["type"], told[-1]["partial"]) == ("cancelled", TWELVE_TOKENS)
        assert first.close_code == second.close_code == 1000
        (request,) = (await upstream.idle()).requests
        assert request.ending == "client_closed"
        assert (await api.on.call()).status == CallStatus.CANCELLED


def test_a_long_message_asks_for_nothing() -> None:
    assert stream._asks_to_cancel('{"type": "cancel"}')
    assert not stream._asks_to_cancel(json.dumps({"type": "cancel", "why": "x" * 1000}))


async def test_an_old_calls_socket_cannot_cancel_the_one_that_runs(
    database: Database, upstream: Upstream
) -> None:
    async with served_api(database, upstream.base_url) as api:
        old = (await whole_stream(api))[0]["llm_call_id"]
        upstream.play(HELD)
        log = api.on.log(await api.on.start())
        await until_logged(log)
        assert not await following.stop_call(api.on.owner, old)
        upstream.release()
        assert (await follow(log))[-1].type == "complete"


async def test_accumulated_is_the_text_so_far_wherever_one_resumes(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(PACED)
    async with served_api(database, upstream.base_url, STREAM_FLUSH_MS=5) as api:
        whole = await whole_stream(api, "?accumulated=true")
        chunks = [event for event in whole if event["type"] == "chunk"]
        for chunk in chunks:
            assert (
                chunk["accumulated"] == whole[-1]["feedback"][: chunk["offset"]] + chunk["content"]
            )
        assert chunks[-1]["accumulated"] == whole[-1]["feedback"]
        after = chunks[len(chunks) // 2]["seq"]
        query = f"?call={whole[0]['llm_call_id']}&after={after}&accumulated=true"
        assert await whole_stream(api, query) == whole[after:]


@ONE_DATABASE
async def test_accumulated_is_whole_where_the_log_had_less_than_the_client_when_it_came(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the mirror of another process's log does, while it catches up."""
    async with served_api(database) as api:
        log, joined = api.on.generations.hub.open(new_id(), api.on.owner), asyncio.Event()
        batch = log.batch

        async def noticed(*args: Any) -> list[Event]:
            joined.set()
            return await batch(*args)

        monkeypatch.setattr(log, "batch", noticed)
        query = f"?call={log.call_id}&after=2&accumulated=true"
        async with api.stream(query, headers=await api.headers()) as followed:
            await joined.wait()
            for text, offset in (("One, ", 0), ("two, ", 5), ("three.", 10)):
                log.append(ChunkEvent(log.next_seq, log.call_id, text, offset))
            log.append(ended_event(log.next_seq, log.call_id, Cancelled(), "One, two, three."))
            chunk, ended = await events_of(followed)
        assert (chunk["content"], chunk["accumulated"]) == ("three.", ended["partial"])


@ONE_DATABASE
async def test_a_call_whose_process_died_is_replayed_from_what_was_kept(
    database: Database,
) -> None:
    async with served_api(database) as api:
        made = await make_call(
            database, api.on.made, text="Half a", status=CallStatus.INTERRUPTED,
            error_code="INTERRUPTED",
        )  # fmt: skip
        chunk, ended = await whole_stream(api, f"?call={made.id}&after=37")
        assert (chunk["seq"], chunk["offset"], chunk["content"]) == (38, 0, "Half a")
        assert (ended["seq"], ended["type"], ended["partial"]) == (39, "interrupted", "Half a")


@ONE_DATABASE
@pytest.mark.unaudited(reason="another process is played by writing half of its settlement")
async def test_a_call_of_another_process_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined, log_of = asyncio.Event(), following.log_of

    async def noticed(*args: Any, **options: Any) -> EventLog:
        joined.set()
        return await log_of(*args, **options)

    monkeypatch.setattr(following, "LOOK_AGAIN_S", 0.01)
    monkeypatch.setattr(following, "log_of", noticed)
    async with served_api(database) as api:
        made = await make_call(database, api.on.made, text="Elsewhere", status=CallStatus.RUNNING)
        async with api.stream(headers=await api.headers()) as followed:
            await joined.wait()
            async with database.write() as session:
                made.status = CallStatus.COMPLETE
                session.add(made)
            events = await events_of(followed)
        assert [event["type"] for event in events] == ["chunk", "complete"]
        assert events[-1]["feedback"] == "Elsewhere"


async def test_a_client_that_takes_nothing_is_dropped_and_the_draft_completes(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND_WITHIN_S", 0.3)
    tokens = tuple(token.replace("\n", " ") * 400 for token in feedback_tokens(120))
    upstream.play(Scenario(tokens=tokens, tokens_per_second=400))
    longer = {"STREAM_FLUSH_MS": 1, "LLM_MAX_OUTPUT_TOKENS": 100_000}
    async with served_api(database, upstream.base_url, **longer) as api:
        async with never_reading(api, "?accumulated=true"):
            async with asyncio.timeout(10):
                log = await api.on.generations.hub.next(api.on.owner)
            assert (await follow(log))[-1].type == "complete"
            await until_dropped(log.call_id)
        assert (await api.on.draft()).text == "".join(tokens)


async def test_a_client_that_vanishes_leaves_the_draft_alone(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        async with api.stream(headers=await api.headers()) as followed:
            begun = await until_text(followed, 1)
            followed.transport.abort()
        await until_dropped(begun[0]["llm_call_id"])
        upstream.release()
        log = api.on.log(begun[0]["llm_call_id"])
        assert (await follow(log))[-1].type == "complete"


@ONE_DATABASE
async def test_a_token_may_stand_in_the_address_and_is_logged_nowhere(
    database: Database, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="feedback_app")
    async with served_api(database, upstream.base_url) as api:
        token = await api.token()
        async with api.stream(f"?token={token}") as followed:
            assert (await events_of(followed))[-1]["type"] == "complete"
        assert (await refused(api, f"?token={token}&call=absent")) == ("NOT_FOUND", 4404)
        rows = json.dumps([row.model_dump(mode="json") for row in await api.system_log()])
        assert token not in rows + caplog.text


@ONE_DATABASE
async def test_a_browser_may_use_its_cookie_from_our_own_pages_only(
    database: Database, upstream: Upstream
) -> None:
    async with served_api(database, upstream.base_url) as api:
        cookie = await sessions.sign_in(api.on.user.email, PASSWORD, address="10.0.0.1")
        own = {"Cookie": f"{sessions.COOKIE}={cookie}"}
        foreign = {**own, "Origin": "http://evil.test"}
        assert await refused(api, headers=foreign) == ("FORBIDDEN", 4403)
        same = {**own, "Origin": f"http://127.0.0.1:{api.port}"}
        async with api.stream(headers=same) as followed:
            assert (await events_of(followed))[-1]["type"] == "complete"


async def test_every_refusal_has_its_code_and_starts_nothing(database: Database) -> None:
    async with served_api(database) as api:
        me, headers = api.on.made.interviewer, await api.headers()
        outsider = await make_user(database)
        submitted = await make_interview(database, me, scorecard={"submitted_at": clock.now()})
        other = await make_interview(database, me)
        call = await make_call(database, other)

        def path(interview_id: str) -> str:
            return routes.API_GENERATE_STREAM.format(interview_id=interview_id)

        assert await refused(api) == ("NOT_SIGNED_IN", 4401)
        assert await refused(api, "?token=nonsense") == ("NOT_SIGNED_IN", 4401)
        theirs = await api.headers(outsider)
        for query in ("", f"?call={call.id}"):
            assert await refused(api, query, theirs) == ("NOT_FOUND", 4404)
        for query in ("?call=absent", f"?call={call.id}"):
            assert await refused(api, query, headers) == ("NOT_FOUND", 4404)
        assert await refused(api, headers=headers, path=path("absent")) == ("NOT_FOUND", 4404)
        assert await refused(api, headers=headers, path=path("%00")) == ("NOT_FOUND", 4404)
        for query in ("?after=-1", "?after=x", "?template_id=mine", "?language=fr", "?call=%00"):
            assert await refused(api, query, headers) == ("INVALID", 1000)
        assert await refused(api, headers=headers, path=path(submitted.id)) == (
            "ALREADY_SUBMITTED",
            1000,
        )
        assert [row.id for row in await api.on.calls()] == [call.id]


@ONE_DATABASE
async def test_nobody_follows_or_cancels_what_another_person_drafts(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        log = api.on.log(await api.on.start())
        await until_logged(log)
        outsider = await make_user(database)
        colleague = await make_user(database, None, company_id=api.on.user.company_id)
        await add_interviewer(database, api.on.made, colleague)
        for person, interview_id in (
            (outsider, (await make_interview(database, outsider)).id),
            (outsider, api.on.interview_id),
            (colleague, api.on.interview_id),
        ):
            query, headers = f"?call={log.call_id}", await api.headers(person)
            path = routes.API_GENERATE_STREAM.format(interview_id=interview_id)
            assert await refused(api, query, headers, path) == ("NOT_FOUND", 4404)
            assert not await following.stop_call(
                service.owner_of(as_user(person), interview_id), log.call_id
            )
        upstream.release()
        assert (await follow(log))[-1].type == "complete"


@ONE_DATABASE
async def test_nobody_reads_a_finished_draft_of_another_person(database: Database) -> None:
    async with served_api(database) as api:
        query = f"?call={(await make_call(database, api.on.made)).id}"
        colleague = await make_user(database, None, company_id=api.on.user.company_id)
        await add_interviewer(database, api.on.made, colleague)
        for person in (colleague, await make_user(database)):
            assert await refused(api, query, await api.headers(person)) == ("NOT_FOUND", 4404)
        assert (await whole_stream(api, query))[-1]["type"] == "complete"


@ONE_DATABASE
async def test_limits_close_with_4429(database: Database, upstream: Upstream) -> None:
    async with served_api(database, upstream.base_url, LLM_GENERATIONS_PER_MINUTE=1) as api:
        await whole_stream(api)
        assert await refused(api, headers=await api.headers()) == ("RATE_LIMITED", 4429)


@ONE_DATABASE
async def test_a_person_has_only_so_many_sockets_and_gets_them_back(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_SOCKETS_PER_USER", "2")
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        headers = await api.headers()
        async with api.stream(headers=headers) as first, api.stream(headers=headers) as second:
            await asyncio.gather(until_text(first, 1), until_text(second, 1))
            assert await refused(api, headers=headers) == ("CONCURRENCY_LIMIT", 4429)
            await second.close()
            async with api.stream(headers=headers) as third:
                await until_text(third, 1)
            upstream.release()
            assert (await events_of(first))[-1]["type"] == "complete"
    assert not sockets._here


@ONE_DATABASE
async def test_a_session_that_ends_closes_its_sockets_but_not_the_draft(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHECK_SESSION_EVERY_S", 0.05)
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        async with api.stream(headers=await api.headers()) as followed:
            begun = await until_text(followed, 1)
            await sessions.revoke_all(api.on.user.id)
            *_, last = await events_of(followed)
        assert (last["code"], followed.close_code) == ("NOT_SIGNED_IN", 4401)
        upstream.release()
        assert (await follow(api.on.log(begun[0]["llm_call_id"])))[-1].type == "complete"


@ONE_DATABASE
async def test_no_socket_stays_open_much_longer_than_a_draft_may_take(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "AFTER_TOTAL_TIMEOUT_S", 1 - get_settings().LLM_TOTAL_TIMEOUT_S)
    upstream.play(HELD)
    async with served_api(database, upstream.base_url) as api:
        async with api.stream(headers=await api.headers()) as followed:
            begun = await events_of(followed)
        assert followed.close_code == 1011
        upstream.release()
        assert (await follow(api.on.log(begun[0]["llm_call_id"])))[-1].type == "complete"


@ONE_DATABASE
async def test_a_fault_nobody_foresaw_closes_with_1011_and_tells_no_cause(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "start", broken)
    async with served_api(database) as api:
        assert await refused(api, headers=await api.headers()) == ("INTERNAL", 1011)
