"""Starting, stopping and following a generation."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy.exc import IntegrityError

from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.llm.client.completion import (
    CompletionEvent,
    CompletionRequest,
    ResponseOpened,
    TextDelta,
)
from feedback_app.llm.events import Event
from feedback_app.llm.generation.following import stop_running
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from tests.factories import add_interviewer, make_call, make_interview, make_user
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import (
    HELD,
    HeldLoad,
    as_user,
    ended_of,
    follow,
    gpt_4o_mini_microusd,
    stage,
    text_of,
    until_read,
    until_text,
)
from tests.upstream import FEEDBACK, Scenario, Upstream, tokens_of


async def test_stop_keeps_text_and_cost_and_closes_the_request(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        assert await on.stop()
        ended = ended_of(await follow(log))
        (request,) = (await upstream.idle()).requests
        assert request.ending == "client_closed"
        row, prompt = await on.call(), await on.prompt_tokens()
        completion = estimate_tokens(TWELVE_TOKENS)
        assert (ended.type, ended.code, ended.retryable) == ("cancelled", "CANCELLED", True)
        assert ended.partial == (await on.draft()).text == TWELVE_TOKENS
        assert (row.status, row.error_code) == ("cancelled", "CANCELLED")
        assert (row.prompt_tokens, row.completion_tokens) == (prompt, completion)
        assert row.tokens_estimated
        assert row.cost_microusd == gpt_4o_mini_microusd(prompt, completion)
        assert row.finished_at is not None
        assert [logged.status for logged in await on.system_log()] == ["cancelled"]


async def test_stop_before_the_first_token_leaves_no_text_and_the_prompts_cost(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(stall_before_headers=True))
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        await upstream.received(1)
        assert await on.stop()
        ended = ended_of(await follow(log))
        await upstream.idle()
        row, prompt = await on.call(), await on.prompt_tokens()
        assert (ended.type, ended.partial) == ("cancelled", "")
        assert (row.status, row.prompt_tokens, row.completion_tokens) == ("cancelled", prompt, 0)
        assert row.cost_microusd == gpt_4o_mini_microusd(prompt, 0)
        assert row.ttft_ms is None


async def test_stop_while_it_is_being_admitted_means_that_nothing_is_asked(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        load = HeldLoad(on)
        starting = asyncio.create_task(on.generations.start(on.run_with(load)))
        await load.begun.wait()
        assert await on.stop()
        load.let_go()
        log = on.log(await starting)
        assert ended_of(await follow(log)).type == "cancelled"
        row = await on.call()
        assert (row.status, row.prompt_tokens, row.completion_tokens) == ("cancelled", 0, 0)
        assert row.cost_microusd == 0
        assert not row.tokens_estimated
        assert upstream.requests == []


async def test_stop_in_the_moment_it_started_is_not_lost(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        assert await on.generations.stop(log.call_id)
        assert ended_of(await follow(log)).type == "cancelled"
        assert (await on.call()).status == "cancelled"


async def test_stop_of_what_is_not_running_does_nothing_and_says_so(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        assert not await on.stop()
        await on.run()
        assert not await on.stop()
        assert not await on.generations.stop("absent")
        assert (await on.call()).status == "complete"


async def test_nobody_stops_somebody_elses_generation(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        colleague = await make_user(database)
        await add_interviewer(database, on.made, colleague)
        log = on.log(await on.start())
        await until_text(log)
        assert not await stop_running(service.owner_of(as_user(colleague), on.interview_id))
        upstream.release()
        assert text_of(await follow(log)) == FEEDBACK


async def test_stopping_twice_ends_it_once(database: Database, upstream: Upstream) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        await until_text(log)
        assert await on.stop()
        await until_read(log)
        await on.stop()
        assert ended_of(await follow(log)).type == "cancelled"
        assert len(await on.system_log()) == 1


class _SlowToClose:
    """A model whose request takes a while to be closed."""

    provider = "openai"

    def __init__(self) -> None:
        self.closing, self.let_go = asyncio.Event(), asyncio.Event()
        self.closed = False

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        yield ResponseOpened()
        yield TextDelta("So far")
        try:
            await asyncio.Event().wait()
        finally:
            self.closing.set()
            await self.let_go.wait()
            self.closed = True

    async def aclose(self) -> None:
        """Nothing is open."""


async def test_a_second_stop_does_not_cut_short_the_closing_of_the_request(
    database: Database,
) -> None:
    client = _SlowToClose()
    async with stage(database, client=client) as on:
        log = on.log(await on.start())
        await until_text(log)
        assert await on.stop()
        await client.closing.wait()
        assert await on.stop()
        await asyncio.sleep(0)
        client.let_go.set()
        assert ended_of(await follow(log)).partial == "So far"
        assert client.closed


async def test_a_second_start_joins_the_running_one(database: Database, upstream: Upstream) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        first = await on.start()
        assert await on.start() == first
        await until_text(on.log(first))
        assert await on.start() == first
        upstream.release()
        await follow(on.log(first))
        assert [row.id for row in await on.calls()] == [first]
        assert len(upstream.requests) == 1


async def test_twenty_starts_at_once_are_one_generation(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        started = await asyncio.gather(*(on.start() for _ in range(20)))
        (call_id,) = set(started)
        await until_text(on.log(call_id))
        upstream.release()
        assert text_of(await follow(on.log(call_id))) == FEEDBACK
        assert [row.id for row in await on.calls()] == [call_id]
        assert len(upstream.requests) == 1


async def test_a_start_after_the_end_is_a_new_call(database: Database, upstream: Upstream) -> None:
    async with stage(database, upstream.base_url) as on:
        first, second = await on.run(), await on.run()
        assert first[0].llm_call_id != second[0].llm_call_id
        assert [row.id for row in await on.calls()] == [
            first[0].llm_call_id,
            second[0].llm_call_id,
        ]


async def test_an_ended_generation_is_forgotten_after_its_time(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.generation.supervisor.KEEP_LOG_S", 0)
    async with stage(database, upstream.base_url) as on:
        call_id = await on.start()
        supervision = [t for t in asyncio.all_tasks() if t.get_name() == f"supervision-{call_id}"]
        await asyncio.wait(supervision)
        await asyncio.sleep(0)
        assert on.generations.hub.get(call_id) is None
        assert await on.generations.hub.running(on.owner) is None


async def test_who_goes_away_while_starting_does_not_take_the_generation_along(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        load = HeldLoad(on)
        starting = asyncio.create_task(on.generations.start(on.run_with(load)))
        await load.begun.wait()
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        load.let_go()
        log = await on.generations.hub.running(on.owner)
        assert log is not None
        assert text_of(await follow(log)) == FEEDBACK
        assert (await on.call()).status == "complete"


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_the_database_itself_refuses_a_second_running_call(database: Database) -> None:
    made = await make_interview(database)
    await make_call(database, made)
    await make_call(database, made, status=CallStatus.CANCELLED)
    await make_call(database, made, status=CallStatus.RUNNING)
    with pytest.raises(IntegrityError):
        await make_call(database, made, status=CallStatus.RUNNING)
    await make_call(database, made, status=CallStatus.RUNNING, operation="another")


@pytest.mark.ledger_findings(
    "lost_call", reason="a running row that no process runs is written by hand"
)
async def test_a_call_that_runs_elsewhere_is_joined_and_leaves_no_second_row(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        elsewhere = await make_call(database, on.made, status=CallStatus.RUNNING)
        assert await on.start() == elsewhere.id
        assert [row.id for row in await on.calls()] == [elsewhere.id]
        assert upstream.requests == []


async def test_a_follower_that_joins_at_any_event_sees_the_same(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(tokens=tokens_of(FEEDBACK)[:60], tokens_per_second=400))
    async with stage(database, upstream.base_url, STREAM_FLUSH_MS=5) as on:
        log = on.log(await on.start())
        joined: dict[int, asyncio.Task[list[Event]]] = {}
        while not log.ended:
            joined[len(log.events)] = asyncio.create_task(follow(log, len(log.events)))
            await log.batch(len(log.events))
        whole = list(log.events)
        assert len(joined) > 5
        for after, following in joined.items():
            assert await following == whole[after:]
        for after in range(len(whole)):
            assert await follow(log, after) == whole[after:]
