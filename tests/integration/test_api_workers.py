"""The API's WebSocket on one worker, following and stopping what another worker writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.feedback.service import owner_of
from feedback_app.llm import following
from feedback_app.llm.events import as_dict
from feedback_app.llm.streams import EventLog
from feedback_app.llm.supervisor import Generations
from feedback_app.web.api import stream
from tests.factories import add_interviewer, make_call, make_interview, make_user
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import HELD, as_user, follow
from tests.integration.generating import until_text as until_logged
from tests.integration.outages import until
from tests.integration.serving_api import ServedApi, events_of, served_api, until_text
from tests.integration.test_api_stream import refused, until_dropped
from tests.integration.workers import run_of, worker
from tests.upstream import Upstream


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The API on one worker, and a draft of its interviewer's that another is writing."""

    api: ServedApi
    writer: Generations
    log: EventLog


@asynccontextmanager
async def elsewhere(
    database: Database, upstream: Upstream, valkey_url: str
) -> AsyncIterator[Elsewhere]:
    upstream.play(HELD)
    url = upstream.base_url
    async with (
        served_api(database, url, REDIS_URL=valkey_url) as api,
        worker(database, url, valkey_url) as writer,
    ):
        call_id = await writer.start(run_of(database, api.on.made))
        log = writer.hub.get(call_id)
        assert log is not None
        await until_logged(log, len(TWELVE_TOKENS))
        yield Elsewhere(api, writer, log)
        upstream.release()
        await follow(log)


async def test_a_socket_resumes_on_any_worker_while_the_draft_is_written(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    async with elsewhere(database, upstream, valkey_url) as there:
        headers = await there.api.headers()
        query = f"?call={there.log.call_id}&after=3&accumulated=true"
        async with there.api.stream(query, headers=headers) as socket:
            begun = await until_text(socket, 1)
            assert not there.log.ended
            upstream.release()
            events = begun + await events_of(socket)
        assert socket.close_code == 1000
        told = [as_dict(event, "feedback") for event in there.log.events[3:]]
        assert [{**event, "accumulated": None} for event in events] == [
            {**event, "accumulated": None} for event in told
        ]
        chunks = [event for event in events if event["type"] == "chunk"]
        assert chunks[-1]["accumulated"] == told[-1]["feedback"]


async def test_a_cancel_on_another_worker_ends_the_request(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    async with elsewhere(database, upstream, valkey_url) as there:
        headers = await there.api.headers()
        async with there.api.stream(f"?call={there.log.call_id}", headers=headers) as socket:
            await until_text(socket, 1)
            await socket.send('{"type": "cancel"}')
            *_, last = await events_of(socket)
        assert (last["type"], last["partial"]) == ("cancelled", TWELVE_TOKENS)
        (request,) = (await upstream.idle()).requests
        assert request.ending == "client_closed"
        assert (await there.api.on.call()).status == CallStatus.CANCELLED


async def test_a_call_that_is_not_followed_here_is_stopped_as_well(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    async with elsewhere(database, upstream, valkey_url) as there:
        on = there.api.on
        assert await following.stop_call(on.owner, there.log.call_id)
        assert (await follow(there.log))[-1].type == "cancelled"
        assert not await following.stop_call(on.owner, there.log.call_id)


async def test_nobody_else_follows_or_stops_a_call_of_another_worker(
    database: Database, upstream: Upstream, valkey_url: str
) -> None:
    """Nor does their asking make the call theirs on this worker."""
    async with elsewhere(database, upstream, valkey_url) as there:
        api, call_id = there.api, there.log.call_id
        outsider = await make_user(database)
        colleague = await make_user(database, None, company_id=api.on.user.company_id)
        await add_interviewer(database, api.on.made, colleague)
        own = await make_interview(database, api.on.made.interviewer)
        for person, interview_id in (
            (outsider, (await make_interview(database, outsider)).id),
            (colleague, api.on.interview_id),
            (api.on.made.interviewer, own.id),
        ):
            headers = await api.headers(person)
            path = routes.API_GENERATE_STREAM.format(interview_id=interview_id)
            assert await refused(api, f"?call={call_id}", headers, path) == ("NOT_FOUND", 4404)
            assert not await following.stop_call(owner_of(as_user(person), interview_id), call_id)
            assert api.on.generations.hub.get(call_id) is None
        assert not there.log.ended
        async with api.stream(f"?call={call_id}", headers=await api.headers()) as socket:
            await until_text(socket, 1)


@pytest.mark.unaudited(reason="a running row that no process runs is written by hand")
async def test_who_waits_for_a_call_that_is_not_shared_is_still_watched(
    database: Database, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHECK_SESSION_EVERY_S", 0.05)
    async with served_api(database, REDIS_URL=valkey_url) as api:
        call = await make_call(database, api.on.made, status=CallStatus.RUNNING)
        query, name = f"?call={call.id}", f"tell-{call.id}"
        async with api.stream(query, headers=await api.headers()) as leaving:
            await until(lambda: name in {task.get_name() for task in asyncio.all_tasks()})
            leaving.transport.abort()
        await until_dropped(call.id)
        async with api.stream(query, headers=await api.headers()) as revoked:
            await sessions.revoke_all(api.on.user.id)
            (last,) = await events_of(revoked)
        assert (last["code"], revoked.close_code) == ("NOT_SIGNED_IN", 4401)
        await until_dropped(call.id)
