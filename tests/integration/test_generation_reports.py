"""What a provider said of a call counts however the call ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedback_app.db.models import LlmCall
from feedback_app.db.session import Database
from feedback_app.llm.ledger.ledger import Ledger
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from tests.integration.completing import TWELVE_TOKENS
from tests.integration.generating import Stage, follow, gpt_4o_mini_microusd, stage, until_text
from tests.upstream import FAULTS, REASONING, Scenario, Upstream

ANSWERS_AS = "gpt-4o-mini-2024-07-18"


async def _stopped_after_twelve_tokens(on: Stage) -> LlmCall:
    log = on.log(await on.start())
    await until_text(log, len(TWELVE_TOKENS))
    assert await on.stop()
    await follow(log)
    return await on.call()


async def test_usage_told_with_each_chunk_is_what_a_stopped_call_used(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(usage="with_each", hold_after=12, cached_tokens=128))
    async with stage(database, upstream.base_url) as on:
        row = await _stopped_after_twelve_tokens(on)
    assert (row.status, row.tokens_estimated) == ("cancelled", False)
    assert (row.prompt_tokens, row.completion_tokens, row.cached_tokens) == (900, 12, 128)


async def test_cache_writes_are_settled_with_their_own_price(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(replace(FAULTS["cache-writes"], resolved_model="gpt-6-luna"))
    async with stage(database, upstream.base_url, LLM_MODEL="gpt-6-luna") as on:
        await on.run()
        row = await on.call()
    assert (row.prompt_tokens, row.cached_tokens, row.cache_write_tokens) == (900, 128, 512)
    # 260 * 0.10 + 128 * 0.01 + 512 * 0.125 + output * 0.50
    assert row.cost_microusd == round(26 + 1.28 + 64 + row.completion_tokens * 0.5)


@pytest.mark.parametrize("usage", ["separate", "with_first", "zeros"])
async def test_usage_that_is_not_of_all_that_came_is_estimated_instead(
    database: Database, upstream: Upstream, usage: str
) -> None:
    upstream.play(Scenario(usage=usage, hold_after=12))  # pyright: ignore[reportArgumentType]
    async with stage(database, upstream.base_url) as on:
        row = await _stopped_after_twelve_tokens(on)
        assert row.prompt_tokens == await on.prompt_tokens()
    assert (row.completion_tokens, row.tokens_estimated) == (estimate_tokens(TWELVE_TOKENS), True)
    assert row.cost_microusd == gpt_4o_mini_microusd(row.prompt_tokens, row.completion_tokens)


async def test_a_stopped_and_a_broken_call_keep_the_name_of_the_model_that_answered(
    database: Database, upstream: Upstream
) -> None:
    upstream.queue(Scenario(hold_after=12), Scenario(cut_after=12))
    async with stage(database, upstream.base_url) as on:
        assert (await _stopped_after_twelve_tokens(on)).resolved_model == ANSWERS_AS
        await on.run()
        assert [(row.status, row.resolved_model) for row in await on.calls()] == [
            ("cancelled", ANSWERS_AS),
            ("error", ANSWERS_AS),
        ]


async def test_a_call_whose_process_died_keeps_its_model_and_its_reasoning(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(reasoning=REASONING, hold_after=12))
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        await until_text(log, len(TWELVE_TOKENS))
        await on.generations._checkpoint()
        await Ledger(database).sweep(stale_after=timedelta(0))
        row = await on.call()
        await on.stop()
        await follow(log)
    thought = sum(estimate_tokens(piece) for piece in REASONING)
    assert (row.status, row.resolved_model) == ("interrupted", ANSWERS_AS)
    assert 0 < row.reasoning_tokens <= thought
    assert row.completion_tokens == row.reasoning_tokens + estimate_tokens(TWELVE_TOKENS)
    assert row.cost_microusd == gpt_4o_mini_microusd(row.prompt_tokens, row.completion_tokens)


async def test_a_stopped_call_is_charged_what_was_thought_before_its_text(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(reasoning=REASONING, hold_after=12))
    async with stage(database, upstream.base_url) as on:
        row = await _stopped_after_twelve_tokens(on)
    assert row.status == "cancelled"
    assert row.reasoning_tokens > 0
    assert row.completion_tokens == row.reasoning_tokens + estimate_tokens(TWELVE_TOKENS)
    assert row.cost_microusd == gpt_4o_mini_microusd(row.prompt_tokens, row.completion_tokens)
