"""Answers that are to be JSON: asked for, read, repaired once, and told as what they are."""

import json
from dataclasses import replace
from typing import Any

import pytest

from feedback_app.core.errors import LLMBadResponse, LLMContentFilter, LLMEmpty
from feedback_app.db.session import Database
from feedback_app.llm.events import ChunkEvent, CompleteEvent, Event
from feedback_app.llm.generation.following import log_of
from feedback_app.llm.generation.generation import CUT_RESULT, WRONG_RESULT
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from tests.integration.generating import (
    METADATA,
    JobStage,
    ended_of,
    ending_of,
    gpt_4o_mini_microusd,
    stage,
    text_of,
)
from tests.upstream import Scenario, Upstream, saying, tokens_of

WRONG = '{"title": 7, "level": "senior"}'
OPENAI: dict[str, Any] = {"LLM_MAX_OUTPUT_TOKENS": 500, "STREAM_FLUSH_MS": 10}


def final_text(events: list[Event]) -> str:
    """The text as a client has it that heeds each chunk's offset."""
    text = ""
    for event in events:
        if isinstance(event, ChunkEvent):
            text = text[: event.offset] + event.content
    return text


async def test_a_result_is_asked_for_by_its_schema_without_reasoning(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(METADATA))
    async with stage(
        database, upstream.base_url, kind=JobStage, LLM_REASONING_EFFORT="high", **OPENAI
    ) as on:
        events = await on.run()
        draft = await on.draft()
    (request,) = (await upstream.idle()).requests
    asked = request.body["response_format"]
    assert asked["type"] == "json_schema"
    assert asked["json_schema"]["strict"] is True
    schema = asked["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"title", "level", "competencies", "must_haves"}
    (competency,) = schema["$defs"].values()
    assert competency["additionalProperties"] is False
    assert request.body["reasoning_effort"] == "none"
    assert text_of(events) == METADATA
    assert draft.result == json.loads(METADATA)
    assert draft.blocks[0]["kind"] == "code"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (f"```json\n{METADATA}\n```", METADATA + "\n"),
        (f"\n\n{METADATA}\n\n", f"\n\n{METADATA}\n\n"),
        (METADATA[:-1] + ', "salary": 1, "notes": ["x"]}', None),
    ],
    ids=["in a fence", "between blank lines", "with fields nobody asked for"],
)
async def test_what_is_around_a_result_does_not_matter(
    database: Database, upstream: Upstream, answer: str, told: str | None
) -> None:
    upstream.play(saying(answer))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        draft = await on.draft()
        assert len((await upstream.idle()).requests) == 1
    assert ending_of(events).type == "complete"
    assert text_of(events).strip() == (told or answer).strip()
    assert draft.result == json.loads(METADATA)


async def test_a_wrong_result_is_asked_for_once_more_in_the_same_account(
    database: Database, upstream: Upstream
) -> None:
    upstream.queue(saying(WRONG))
    upstream.play(saying(METADATA))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        call, draft = await on.call(), await on.draft()
        first, second = (await upstream.idle()).requests
        # As a follower that comes later, once the log is out of memory.
        on.generations.hub.forget(call.id)
        again = (await log_of(on.owner, call.id)).events
    assert second.body["messages"][:2] == first.body["messages"]
    *_, answered, asked = second.body["messages"]
    assert answered == {"role": "assistant", "content": WRONG}
    assert "title" in asked["content"]
    assert "competencies" in asked["content"]
    ending = ending_of(events)
    assert isinstance(ending, CompleteEvent)
    assert ending.text == final_text(events) == METADATA
    assert draft.result == json.loads(METADATA)
    written = len(tokens_of(WRONG)) + len(tokens_of(METADATA))
    assert (call.prompt_tokens, call.completion_tokens) == (1800, written)
    assert call.cost_microusd == gpt_4o_mini_microusd(1800, written)
    assert (call.cost_microusd or 0) <= (call.reserved_microusd or 0)
    assert not call.tokens_estimated
    assert [mark["event"] for mark in draft.timings].count("repair") == 1
    assert [event.seq for event in again] == [event.seq for event in events]
    # Of the first answer only the places are known; the second comes as it came.
    chunks = [event for event in events if isinstance(event, ChunkEvent)]
    begins = max(number for number, chunk in enumerate(chunks) if chunk.offset == 0)
    assert begins > 0
    assert [event for event in again if isinstance(event, ChunkEvent)] == chunks[begins:]


async def test_a_result_that_is_wrong_twice_ends_the_call_with_what_came(
    database: Database, upstream: Upstream
) -> None:
    upstream.queue(saying(METADATA + " Done."))
    upstream.play(saying(WRONG))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        call, draft = await on.call(), await on.draft()
        assert len((await upstream.idle()).requests) == 2
    ended = ended_of(events)
    assert (ended.code, ended.message) == (LLMBadResponse.code, WRONG_RESULT)
    assert ended.partial == draft.text == WRONG
    assert draft.result is None
    assert call.cost_microusd == gpt_4o_mini_microusd(1800, call.completion_tokens)


async def test_a_repair_that_fails_leaves_the_first_answer(
    database: Database, upstream: Upstream
) -> None:
    upstream.queue(saying(WRONG))
    upstream.play(Scenario(status=401, error={"message": "no", "code": "invalid_api_key"}))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        call = await on.call()
    assert (ended_of(events).code, ended_of(events).partial) == ("LLM_AUTH", WRONG)
    assert (call.prompt_tokens, call.completion_tokens) == (900, len(tokens_of(WRONG)))


@pytest.mark.parametrize("reported", [True, False], ids=["counted", "not counted"])
async def test_a_result_that_is_cut_is_not_asked_for_again(
    database: Database, upstream: Upstream, reported: bool
) -> None:
    usage: Any = "separate" if reported else "never"
    upstream.play(saying(METADATA[:90], finish_reason="length", usage=usage))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        call = await on.call()
        assert len((await upstream.idle()).requests) == 1
    ended = ended_of(events)
    assert (ended.code, ended.message, ended.partial) == (
        LLMBadResponse.code,
        CUT_RESULT,
        METADATA[:90],
    )
    tokens = len(tokens_of(METADATA[:90])) if reported else estimate_tokens(METADATA[:90])
    assert call.completion_tokens == tokens


async def test_an_answer_without_end_is_cut_and_bounded(
    database: Database, upstream: Upstream
) -> None:
    endless = METADATA[:-2] + ', "' + "x" * 200_000
    upstream.play(saying(endless, group=200))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        draft = await on.draft()
    assert ended_of(events).message == CUT_RESULT
    assert len(draft.text) <= 2 * 4 * 500
    assert endless.startswith(draft.text)


async def test_a_refusal_is_no_result(database: Database, upstream: Upstream) -> None:
    upstream.play(saying("I cannot read that.", text_field="refusal"))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        assert len((await upstream.idle()).requests) == 1
    assert ended_of(events).code == LLMContentFilter.code


@pytest.mark.parametrize("thought", [f"Well: {METADATA}", "Nothing of use"])
async def test_json_that_arrives_as_reasoning_is_taken_once(
    database: Database, upstream: Upstream, thought: str
) -> None:
    upstream.play(Scenario(tokens=(), reasoning=tokens_of(thought), reasoning_tokens=9))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
        draft = await on.draft()
        assert len((await upstream.idle()).requests) == 1
    if METADATA not in thought:
        assert ended_of(events).code == LLMEmpty.code
        return
    assert ending_of(events).type == "complete"
    assert text_of(events) == METADATA
    assert draft.result == json.loads(METADATA)


@pytest.mark.parametrize(
    ("accepted", "formats"),
    [
        ("json_object", ["json_schema", "json_object", "json_object"]),
        ("", ["json_schema", "json_object", None, None]),
    ],
)
async def test_a_server_that_knows_no_schema_is_asked_more_simply_from_then_on(
    database: Database, upstream: Upstream, accepted: str, formats: list[str | None]
) -> None:
    said = "'response_format.type' must be 'text'" if not accepted else "json_schema: not here"
    refusal = Scenario(status=400, error={"message": said, "param": "response_format"})
    upstream.queue(*[refusal] * (len(formats) - 2))
    upstream.play(saying(METADATA))
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        for _ in range(2):
            assert ending_of(await on.run()).type == "complete"
        requests = (await upstream.idle()).requests
        calls = await on.calls()
    asked = [request.body.get("response_format", {}).get("type") for request in requests]
    assert asked == formats
    assert [call.retries for call in calls] == [0, 0]


async def test_a_model_that_is_slow_to_name_a_field_still_fills_the_others(
    database: Database, upstream: Upstream
) -> None:
    """The pieces of a character, a number and a word that are cut anywhere still make one text."""
    scenario = replace(saying(METADATA), write_bytes=3)
    upstream.play(scenario)
    async with stage(database, upstream.base_url, kind=JobStage, **OPENAI) as on:
        events = await on.run()
    assert final_text(events) == METADATA
