"""Every fault of a model, through the whole pipeline: the events, the row, and nothing left over.

What the client alone makes of each fault is in `test_openai_faults`.
"""

import asyncio
import json
import math
import socket
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest

from feedback_app.core.errors import (
    AppError,
    LLMAuth,
    LLMBadResponse,
    LLMContentFilter,
    LLMContextTooLong,
    LLMDisconnected,
    LLMEmpty,
    LLMFirstTokenTimeout,
    LLMForbidden,
    LLMModelNotFound,
    LLMQuota,
    LLMRateLimited,
    LLMStalled,
    LLMTotalTimeout,
    LLMUnavailable,
)
from feedback_app.db.models import LlmCall
from feedback_app.db.session import Database
from feedback_app.llm.events import ChunkEvent, CompleteEvent, EndedEvent, Event, StatusEvent, usd
from feedback_app.llm.generation.allowance import SLACK
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.llm.text.structured import REPAIR_TOKENS
from tests.integration.completing import TWELVE_TOKENS, met_by
from tests.integration.generating import (
    METADATA,
    JobStage,
    Stage,
    ending_of,
    gpt_4o_mini_microusd,
    reasoning_of,
    stage,
    stages_of,
    text_of,
)
from tests.upstream import (
    FAULTS,
    FEEDBACK,
    MULTILINGUAL,
    REASONING,
    Scenario,
    Upstream,
    feedback_tokens,
    saying,
    tokens_of,
)

Counting = Literal["provider", "estimated", "nothing"]

ASKED = ["connecting", "analyzing", "thinking"]
ANSWERED = [*ASKED, "generating", "streaming"]
MAX_OUTPUT_TOKENS = 500


@dataclass(frozen=True, slots=True)
class Case:
    """What the upstream does and what must come of it."""

    answers: tuple[Scenario, ...]
    """The last one answers every further request."""
    error: type[AppError] | None = None
    text: str = ""
    counting: Counting = "provider"
    retries: int = 0
    reasoning: str = ""
    finish_reason: str | None = None
    is_named: bool = True
    """Whether the model that answers was told before the end."""

    @property
    def stages(self) -> list[str]:
        return ANSWERED if self.text else ASKED


def _whole(scenario: Scenario, text: str = FEEDBACK, **values: Any) -> Case:
    return Case((scenario,), text=text, finish_reason="stop", **values)


def _refused(name: str, error: type[AppError], retries: int = 0) -> Case:
    return Case((FAULTS[name],), error, counting="nothing", retries=retries, is_named=False)


def _broken(name: str, error: type[AppError], text: str = TWELVE_TOKENS, **values: Any) -> Case:
    return Case((FAULTS[name],), error, text=text, **{"counting": "estimated", **values})


CASES: dict[str, Case] = {
    "a whole answer": _whole(Scenario()),
    "a paced answer": _whole(saying(FEEDBACK[:400], tokens_per_second=400), FEEDBACK[:400]),
    "an answer of many scripts": _whole(FAULTS["slow-drip"], MULTILINGUAL),
    "a model that reasons": _whole(FAULTS["reasoning"], reasoning="".join(REASONING)),
    "no usage": _whole(FAULTS["no-usage"], counting="estimated"),
    "no end mark": _whole(FAULTS["no-done"]),
    "length": Case((FAULTS["length"],), text=FEEDBACK, finish_reason="length"),
    "success after 429": Case(
        (FAULTS["rate-limited-briefly"], Scenario()),
        text=FEEDBACK,
        retries=1,
        finish_reason="stop",
    ),
    "401": _refused("unauthorized", LLMAuth),
    "403": _refused("forbidden", LLMForbidden),
    "404": _refused("model-not-found", LLMModelNotFound),
    "context too long": _refused("context-too-long", LLMContextTooLong),
    "prompt filtered": _refused("content-filter-status", LLMContentFilter),
    "400": _refused("bad-request", LLMBadResponse),
    "429 for long": _refused("rate-limited", LLMRateLimited),
    "429 quota": _refused("quota", LLMQuota),
    "500 thrice": _refused("server-error", LLMUnavailable, retries=2),
    "503 thrice": _refused("overloaded", LLMUnavailable, retries=2),
    "hung up thrice": _refused("hang-up", LLMUnavailable, retries=2),
    "401 after 500": Case(
        (FAULTS["server-error"], FAULTS["unauthorized"]),
        LLMAuth,
        counting="nothing",
        retries=1,
        is_named=False,
    ),
    "no headers": _broken("stall-first", LLMFirstTokenTimeout, "", is_named=False),
    "no first token": _broken("stall-opened", LLMFirstTokenTimeout, ""),
    "only keep-alives": _broken("keep-alive-only", LLMFirstTokenTimeout, ""),
    "silence mid-stream": _broken("stall-mid", LLMStalled),
    "keep-alives mid-stream": _broken("keep-alive-mid", LLMStalled),
    "cut before the first token": _broken("cut-first", LLMDisconnected, ""),
    "cut mid-chunk": _broken("cut-mid", LLMDisconnected),
    "closed mid-chunk": _broken("closed-mid", LLMDisconnected),
    "no finish reason": _broken("no-finish", LLMDisconnected, FEEDBACK, counting="provider"),
    "malformed JSON": _broken("malformed", LLMBadResponse),
    "malformed JSON in a stream that stays open": Case(
        (replace(FAULTS["malformed"], end_delay_s=60),),
        LLMBadResponse,
        text=TWELVE_TOKENS,
        counting="estimated",
    ),
    "an error in the stream": _broken("error-in-stream", LLMUnavailable),
    "a page in place of a stream": _broken("html", LLMBadResponse, "", is_named=False),
    "empty": Case((FAULTS["empty"],), LLMEmpty, finish_reason="stop"),
    "content filter": Case(
        (FAULTS["content-filter"],),
        LLMContentFilter,
        text=TWELVE_TOKENS,
        finish_reason="content_filter",
    ),
}


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.llm.client.openai_client.RETRY_DELAYS_S", (0.01, 0.02))


@pytest.mark.parametrize("kind", [Stage, JobStage], ids=["feedback", "job_metadata"])
@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_a_generation_ends_as_it_should_and_leaves_nothing_behind(
    database: Database, upstream: Upstream, case: Case, kind: type[Stage]
) -> None:
    if kind is JobStage:
        case = as_typed(case)
    *first, last = case.answers
    upstream.queue(*first)
    upstream.play(last)
    changes = {
        "LLM_MAX_OUTPUT_TOKENS": MAX_OUTPUT_TOKENS,
        "STREAM_FLUSH_MS": 10,
        **met_by(case.error),
    }
    async with stage(database, upstream.base_url, kind=kind, **changes) as on:
        before = asyncio.all_tasks()
        events = await on.run()
        check_nothing_left(on, before)
        assert len((await upstream.idle()).requests) == case.retries + 1
        await check(on, events, case)


def as_typed(case: Case) -> Case:
    """The case with JSON in place of a draft's text."""
    whole: tuple[str, ...] = (FEEDBACK, FEEDBACK[:400], MULTILINGUAL)
    texts: dict[str, str] = dict.fromkeys(whole, METADATA)
    texts[str(TWELVE_TOKENS)] = "".join(tokens_of(METADATA)[:12])
    answers = tuple(
        replace(answer, tokens=tokens_of(texts[text]))
        if (text := "".join(answer.tokens)) in texts
        else answer
        for answer in case.answers
    )
    return replace(case, answers=answers, text=texts.get(case.text, case.text))


async def test_a_refused_connection_is_told_and_costs_nothing(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    changes: dict[str, Any] = {"LLM_MAX_OUTPUT_TOKENS": MAX_OUTPUT_TOKENS}
    async with stage(database, f"http://127.0.0.1:{port}/v1", **changes) as on:
        before = asyncio.all_tasks()
        events = await on.run()
        check_nothing_left(on, before)
        await check(
            on, events, Case((), LLMUnavailable, counting="nothing", is_named=False, retries=2)
        )


async def test_the_total_limit_ends_a_stream_that_still_flows(
    database: Database, upstream: Upstream
) -> None:
    tokens = feedback_tokens(500)
    upstream.play(Scenario(tokens=tokens, tokens_per_second=100))
    changes: dict[str, Any] = {
        "LLM_MAX_OUTPUT_TOKENS": MAX_OUTPUT_TOKENS,
        "LLM_TOTAL_TIMEOUT_S": 1.5,
    }
    async with stage(database, upstream.base_url, **changes) as on:
        before = asyncio.all_tasks()
        events = await on.run()
        check_nothing_left(on, before)
        await upstream.idle()
        text = text_of(events)
        assert text
        assert "".join(tokens).startswith(text)
        await check(on, events, Case((), LLMTotalTimeout, text=text, counting="estimated"))


def check_nothing_left(on: Stage, tasks_before: set[asyncio.Task[Any]]) -> None:
    assert asyncio.all_tasks() == tasks_before
    assert on.connections_out() == 0
    assert on.generations._lag.streams == 0


async def check(on: Stage, events: list[Event], case: Case) -> None:
    """The events, the row, the draft and the log all say what the case says."""
    check_events(events, case)
    row = await on.call()
    prompt = await on.prompt_tokens()
    check_row(row, prompt, case, is_typed=on.operation.result is not None)
    check_ending(ending_of(events), row, case)
    draft = await on.draft()
    assert (draft.llm_call_id, draft.text) == (row.id, case.text)
    if on.operation.result is None:
        assert draft.blocks == [block.as_dict() for block in parse_blocks(case.text)]
        assert draft.result is None
    else:
        assert draft.result == (None if case.error else json.loads(METADATA, strict=True))
    times = [timing["at_ms"] for timing in draft.timings]
    assert times == sorted(times)
    assert draft.timings[-1]["event"] == row.status
    (logged,) = await on.system_log()
    assert (logged.component, logged.action, logged.status) == (
        "llm",
        on.operation.name,
        row.status,
    )
    assert (logged.llm_call_id, logged.user_id, logged.company_id) == (
        row.id,
        on.user.id,
        on.user.company_id,
    )
    assert (logged.tokens, logged.duration_ms, logged.streaming) == (
        row.prompt_tokens + row.completion_tokens,
        row.latency_ms,
        True,
    )
    assert logged.model == (row.resolved_model or row.requested_model)


def check_events(events: list[Event], case: Case) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len({event.llm_call_id for event in events}) == 1
    assert stages_of(events) == case.stages
    waits = [e for e in events if isinstance(e, StatusEvent) and e.status == "thinking"]
    assert len(waits) == 1 + case.retries
    progress = [event.progress for event in events if isinstance(event, StatusEvent)]
    assert progress == sorted(progress)
    assert progress[-1] < 1
    assert text_of(events) == case.text
    assert reasoning_of(events) == case.reasoning
    told = 0
    for chunk in events:
        if isinstance(chunk, ChunkEvent):
            assert chunk.offset == told
            told += len(chunk.content)


def check_row(row: LlmCall, prompt: int, case: Case, *, is_typed: bool = False) -> None:
    assert row.status == ("error" if case.error else "complete")
    assert row.error_code == (case.error.code if case.error else None)
    assert row.finish_reason == case.finish_reason
    assert row.retries == case.retries
    tokens = (row.prompt_tokens, row.completion_tokens, row.reasoning_tokens, row.cached_tokens)
    assert tokens == _tokens(prompt, case)
    assert row.tokens_estimated == (case.counting == "estimated")
    assert row.cost_microusd == gpt_4o_mini_microusd(tokens[0], tokens[1], tokens[3])
    # A typed answer that is wrong is sent back, and asked for once more.
    repair = prompt + SLACK * MAX_OUTPUT_TOKENS + REPAIR_TOKENS if is_typed else 0
    requests = 2 if is_typed else 1
    assert row.reserved_microusd == gpt_4o_mini_microusd(
        prompt + repair, requests * MAX_OUTPUT_TOKENS
    )
    assert row.price_source == "genai-prices:openai/gpt-4o-mini"
    assert row.requested_model == "gpt-4o-mini"
    assert row.resolved_model == ("gpt-4o-mini-2024-07-18" if case.is_named else None)
    assert row.finished_at is not None
    assert row.started_at <= row.finished_at
    assert row.latency_ms is not None
    assert row.latency_ms <= (row.finished_at - row.started_at).total_seconds() * 1000 + 1
    if not case.text:
        assert (row.ttft_ms, row.stream_ms, row.chunk_count) == (None, None, 0)
        return
    assert row.ttft_ms is not None
    assert row.stream_ms is not None
    assert row.ttft_ms >= 0
    assert row.ttft_ms + row.stream_ms <= row.latency_ms + 1
    group = case.answers[-1].group if case.answers else 1
    deltas = math.ceil(len(tokens_of(case.text)) / group)
    assert row.chunk_count == deltas + (len(REASONING) if case.reasoning else 0)


def check_ending(ending: CompleteEvent | EndedEvent, row: LlmCall, case: Case) -> None:
    tokens = row.prompt_tokens + row.completion_tokens
    assert (ending.tokens_used, ending.tokens_estimated) == (tokens, row.tokens_estimated)
    assert ending.cost_usd == usd(row.cost_microusd)
    if case.error is not None:
        assert isinstance(ending, EndedEvent)
        assert (ending.type, ending.code) == ("error", case.error.code)
        assert (ending.message, ending.retryable) == (case.error.sentence, case.error.retryable)
        assert ending.partial == case.text
        return
    assert isinstance(ending, CompleteEvent)
    assert (ending.text, ending.finish_reason) == (case.text, case.finish_reason)
    assert (ending.prompt_tokens, ending.completion_tokens) == (
        row.prompt_tokens,
        row.completion_tokens,
    )
    assert (ending.latency_ms, ending.ttft_ms) == (row.latency_ms, row.ttft_ms)
    assert ending.model == row.resolved_model


def _tokens(prompt: int, case: Case) -> tuple[int, int, int, int]:
    """Prompt, completion, reasoning and cached tokens the row must have."""
    if case.counting == "nothing":
        return 0, 0, 0, 0
    if case.counting == "estimated":
        return prompt, estimate_tokens(case.text), 0, 0
    said = case.answers[-1]
    reasoning = said.reasoning_tokens or 0
    return 900, len(said.tokens) + reasoning, reasoning, said.cached_tokens or 0
