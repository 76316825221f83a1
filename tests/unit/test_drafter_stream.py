"""How the drafter streams: order, tokens, limit and pace."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.core import clock
from feedback_app.feedback.drafter import OfflineDrafter
from feedback_app.feedback.drafter.client import split_tokens
from feedback_app.feedback.drafter.compose import compose
from feedback_app.llm.assessment import Assessment
from feedback_app.llm.completion import (
    CompletionEvent,
    CompletionRequest,
    Finished,
    Message,
    ResponseOpened,
    TextDelta,
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


def request(assessment: Assessment, max_output_tokens: int = 1200) -> CompletionRequest:
    messages = (Message("system", "12345"), Message("user", "1234"))
    return CompletionRequest("offline-drafter", messages, max_output_tokens, assessment)


async def streamed(completion: CompletionRequest) -> list[CompletionEvent]:
    return [event async for event in OfflineDrafter(tokens_per_second=None).stream(completion)]


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
    events = await streamed(request(interview("Knows SQL."), max_output_tokens=5))
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
    async for event in OfflineDrafter(tokens_per_second=10).stream(request(interview("SQL."), 4)):
        if isinstance(event, TextDelta):
            moment += 0.03
    assert waits == pytest.approx([0.4, 0.1, 0.07, 0.07, 0.07])


async def test_a_closed_stream_sends_nothing_more() -> None:
    stream = OfflineDrafter(tokens_per_second=None).stream(request(interview("Knows SQL.")))
    assert await anext(stream) == ResponseOpened()
    await stream.aclose()
    assert [event async for event in stream] == []
