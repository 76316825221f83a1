"""How the drafter streams: order, tokens, limit and pace."""

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.core import clock
from feedback_app.core.errors import LLMEmpty
from feedback_app.feedback.assessment import Assessment
from feedback_app.feedback.drafter.compose import compose
from feedback_app.llm.client.completion import (
    CompletionEvent,
    CompletionRequest,
    Finished,
    Message,
    ResponseOpened,
    TextDelta,
)
from feedback_app.llm.client.offline import (
    OPENING_DELAY_S,
    READING_PACE,
    OfflineClient,
    split_tokens,
)
from tests.unit.drafter_factories import interview, rated


@given(st.text())
def test_tokens_join_to_the_text_they_were_cut_from(text: str) -> None:
    assert "".join(split_tokens(text)) == text


def test_tokens_are_about_as_long_as_a_models_and_never_split_a_character() -> None:
    text = compose(interview("Explained the retries well. " * 3, rated("SQL", 4, "Solid.")))
    tokens = split_tokens(text)
    assert 3 <= len(text) / len(tokens) <= 6
    family = "👩‍👩‍👧‍👦" * 4
    assert split_tokens(family) == [family]


LONG = interview(
    "\n".join(
        f"Topic {number}: she found fault number {number} in service {number * 7} within minutes, "
        f"wrote a test for it and named the {number} people who had to know about it."
        for number in range(30)
    ),
    *(rated(f"Topic {number}", 3, f"Solid from case {number} to the end.") for number in range(12)),
)
SHORT = interview("Knows SQL well.", rated("SQL", 3))


def request(assessment: Assessment, max_output_tokens: int = 1200) -> CompletionRequest:
    messages = (Message("system", "12345"), Message("user", "1234"))
    return CompletionRequest(
        "offline-drafter", messages, max_output_tokens, partial(compose, assessment)
    )


async def streamed(completion: CompletionRequest) -> list[CompletionEvent]:
    return [event async for event in OfflineClient(tokens_per_second=None).stream(completion)]


async def test_it_streams_the_composed_text_between_opening_and_end() -> None:
    assessment = interview("Knows SQL.", rated("SQL", 3))
    first, *deltas, last = await streamed(request(assessment))
    assert first == ResponseOpened()
    texts = [delta.text for delta in deltas if isinstance(delta, TextDelta)]
    assert "".join(texts) == compose(assessment)
    assert isinstance(last, Finished)
    assert last.usage is not None
    assert (last.finish_reason, last.model) == ("stop", "offline-drafter")
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (3, len(deltas))


async def test_it_stops_at_the_output_limit_and_says_so() -> None:
    events = await streamed(request(SHORT, max_output_tokens=5))
    assert [type(event) for event in events] == [ResponseOpened, *[TextDelta] * 5, Finished]
    assert isinstance(events[-1], Finished)
    assert events[-1].finish_reason == "length"
    assert events[-1].usage is not None
    assert events[-1].usage.completion_tokens == 5


async def test_it_keeps_its_pace_by_deadlines_and_not_by_pauses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = 100.0
    waits: list[float] = []

    async def sleep(delay_s: float) -> None:
        nonlocal moment
        waits.append(delay_s)
        moment += delay_s

    monkeypatch.setattr(clock, "monotonic", lambda: moment)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    async for event in OfflineClient(tokens_per_second=10).stream(request(LONG, 4)):
        if isinstance(event, TextDelta):
            moment += 0.03
    assert waits == pytest.approx([OPENING_DELAY_S, 0.1, 0.07, 0.07, 0.07])


async def test_a_draft_of_any_length_has_ended_within_four_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = 100.0

    async def sleep(delay_s: float) -> None:
        nonlocal moment
        moment += delay_s

    monkeypatch.setattr(clock, "monotonic", lambda: moment)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    taken: list[float] = []
    for text, pace in ((LONG, 10), (SHORT, READING_PACE)):
        moment = 100.0
        async for _ in OfflineClient(pace).stream(request(text, 5000)):
            pass
        taken.append(moment - 100.0)
    assert 3.5 < taken[0] < 4.0
    assert taken[1] < 1.0


async def test_a_record_that_gives_no_word_is_an_empty_answer() -> None:
    with pytest.raises(LLMEmpty):
        await streamed(request(interview("---\n***")))


async def test_a_closed_stream_sends_nothing_more() -> None:
    stream = OfflineClient(tokens_per_second=None).stream(request(SHORT))
    assert await anext(stream) == ResponseOpened()
    await stream.aclose()
    assert [event async for event in stream] == []
