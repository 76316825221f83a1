"""What may not start: each refusal is told, costs nothing and leaves no row."""

import asyncio

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AlreadySubmitted, NotFound, NothingToAssess, RateLimited
from feedback_app.db.session import Database
from feedback_app.feedback import service
from tests.factories import add_interviewer, make_interview, make_user
from tests.integration.generating import Stage, as_user, ended_of, follow, stage, stages_of
from tests.upstream import Upstream


async def nothing_was_asked(on: Stage, upstream: Upstream) -> bool:
    return not await on.calls() and not await on.system_log() and not upstream.requests


async def test_a_start_beyond_the_rate_is_refused_and_told_to_followers(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url, LLM_GENERATIONS_PER_MINUTE=2) as on:
        await on.run()
        last = (await on.run())[-1].llm_call_id
        waiting = asyncio.create_task(on.generations.hub.next(on.owner, last))
        await asyncio.sleep(0)
        with pytest.raises(RateLimited) as refused:
            await on.start()
        events = await follow(await waiting)
        ended = ended_of(events)
        assert refused.value.retry_after_s is not None
        assert 1 <= refused.value.retry_after_s <= 60
        assert "2 drafts a minute" in refused.value.message
        assert (ended.type, ended.code, ended.message, ended.retryable) == (
            "error",
            "RATE_LIMITED",
            refused.value.message,
            True,
        )
        assert (ended.partial, ended.tokens_used, ended.cost_usd) == ("", 0, None)
        assert ended.retry_after_s == refused.value.retry_after_s
        assert stages_of(events) == ["connecting"]
        assert len(await on.calls()) == len(await on.system_log()) == len(upstream.requests) == 2


async def test_the_rate_is_each_persons_own(database: Database, upstream: Upstream) -> None:
    async with stage(database, upstream.base_url, LLM_GENERATIONS_PER_MINUTE=1) as on:
        colleague = await make_user(database)
        theirs = await make_interview(database, colleague)
        await on.run()
        call_id = await service.start(as_user(colleague), theirs.id)
        await follow(on.log(call_id))
        with pytest.raises(RateLimited):
            await on.start()
        assert [row.status for row in await on.calls()] == ["complete", "complete"]


async def test_nothing_recorded_means_nothing_to_assess(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        bare = await make_interview(
            database, on.made.interviewer, notes=" \n", ratings={}, recommendation="yes"
        )
        owner = service.owner_of(on.user, bare.id)
        waiting = asyncio.create_task(on.generations.hub.next(owner))
        await asyncio.sleep(0)
        with pytest.raises(NothingToAssess):
            await service.start(on.user, bare.id)
        assert ended_of(await follow(await waiting)).code == "NOTHING_TO_ASSESS"
        assert await nothing_was_asked(on, upstream)


@pytest.mark.parametrize(
    "recorded",
    [
        {"notes": "Drew two tables.", "ratings": {}},
        {"notes": "", "ratings": {"System design": 1}},
        {"notes": "", "ratings": {}, "reasons": {"Collaboration": "Asked twice."}},
    ],
    ids=["a note", "a rating", "a reason"],
)
async def test_any_one_record_is_enough_to_assess(
    database: Database, upstream: Upstream, recorded: dict[str, object]
) -> None:
    async with stage(database, upstream.base_url) as on:
        made = await make_interview(database, on.made.interviewer, **recorded)  # pyright: ignore[reportArgumentType]
        call_id = await service.start(on.user, made.id)
        await follow(on.log(call_id))
        assert [row.status for row in await on.calls()] == ["complete"]


async def test_submitted_feedback_is_not_drafted_again(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        final = await make_interview(
            database, on.made.interviewer, scorecard={"submitted_at": clock.now()}
        )
        with pytest.raises(AlreadySubmitted):
            await service.start(on.user, final.id)
        assert await nothing_was_asked(on, upstream)


async def test_what_is_not_ones_own_looks_like_what_is_not_there(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        company = on.made.interviewer.company_id
        colleague = as_user(await make_user(database, company_id=company))
        stranger = as_user(await make_user(database))
        moved = CurrentUser(on.user.id, stranger.company_id, "", "", "admin")
        messages: set[str] = set()
        for person, interview_id in [
            (colleague, on.interview_id),
            (stranger, on.interview_id),
            (moved, on.interview_id),
            (on.user, "absent"),
        ]:
            with pytest.raises(NotFound) as refused:
                await service.start(person, interview_id)
            messages.add(refused.value.message)
        assert len(messages) == 1
        assert await nothing_was_asked(on, upstream)


async def test_two_interviewers_of_one_interview_draft_apart(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        colleague = await make_user(database, company_id=on.made.interviewer.company_id)
        await add_interviewer(database, on.made, colleague, notes="Saw the same.")
        first = await on.start()
        second = await service.start(as_user(colleague), on.interview_id)
        assert first != second
        for call_id in (first, second):
            await follow(on.log(call_id))
        assert {row.user_id for row in await on.calls()} == {on.user.id, colleague.id}
