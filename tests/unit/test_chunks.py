"""The chunk reader: tolerant of what providers leave out, strict on what it gives back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.core.errors import LLMContentFilter, LLMDisconnected, LLMEmpty, LLMError
from feedback_app.llm.chunks import ChunkReader
from feedback_app.llm.completion import Finished, ReasoningDelta, TextDelta, Usage


def chunk(delta: dict[str, Any] | None = None, **fields: Any) -> bytes:
    finish_reason = fields.pop("finish_reason", None)
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return json.dumps({"choices": [choice], **fields}).encode()


def reader_of(*chunks: bytes) -> ChunkReader:
    reader = ChunkReader()
    for data in chunks:
        reader.read(data)
    return reader


SAID = chunk({"content": "Fair."})
DONE = chunk({}, finish_reason="stop")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1))
def test_a_character_escaped_across_two_chunks_comes_out_whole(text: str) -> None:
    escaped = text.encode("utf-16-be", "surrogatepass")
    units = [escaped[i : i + 2].hex() for i in range(0, len(escaped), 2)]
    reader = ChunkReader()
    deltas = [
        delta
        for unit in units
        for delta in reader.read(b'{"choices":[{"delta":{"content":"\\u%s"}}]}' % unit.encode())
    ]
    assert "".join(delta.text for delta in deltas) == text
    for delta in deltas:
        delta.text.encode()


def test_chunks_that_came_together_are_joined_and_counted() -> None:
    together = [chunk({"reasoning": "H"}), chunk({"reasoning": "m."}), SAID, SAID, DONE]
    deltas, fault = ChunkReader().read_all(together)
    assert deltas == [ReasoningDelta("Hm.", 2), TextDelta("Fair.Fair.", 2)]
    assert fault is None


@pytest.mark.parametrize(
    ("bad", "kind"),
    [(b"{", ValueError), (b'{"error": {"code": "insufficient_quota"}}', LLMError)],
)
def test_text_before_a_bad_chunk_is_not_lost(bad: bytes, kind: type[Exception]) -> None:
    deltas, fault = ChunkReader().read_all([SAID, bad, SAID])
    assert deltas == [TextDelta("Fair.")]
    assert isinstance(fault, kind)


def test_what_cannot_be_stored_is_taken_out() -> None:
    (delta,) = ChunkReader().read(rb'{"choices":[{"delta":{"content":"a\u0000b\udc00c"}}]}')
    assert delta == TextDelta("ab\ufffdc")


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        ({"content": "Fair."}, [TextDelta("Fair.")]),
        ({"content": None, "refusal": "I cannot."}, []),
        ({"reasoning_content": "Hm."}, [ReasoningDelta("Hm.")]),
        (
            {"reasoning": "Hm.", "content": "Fair."},
            [ReasoningDelta("Hm."), TextDelta("Fair.")],
        ),
        ({"reasoning": {"effort": "low"}, "content": ""}, []),
        ({"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}, []),
        ({"role": "assistant"}, []),
        (None, []),
    ],
)
def test_a_delta_gives_its_text(delta: dict[str, Any] | None, expected: list[Any]) -> None:
    assert ChunkReader().read(chunk(delta)) == expected


def test_other_choices_than_the_first_are_ignored() -> None:
    second = {"index": 1, "delta": {"content": "Other."}, "finish_reason": "stop"}
    reader = ChunkReader()
    assert reader.read(json.dumps({"choices": [second]}).encode()) == []
    assert not reader.is_whole


_COUNTS: dict[str, Any] = {"prompt_tokens": 9, "completion_tokens": 5}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "completion_tokens_details": {"reasoning_tokens": 3},
                "prompt_tokens_details": {"cached_tokens": 4},
            },
            Usage(9, 5, 3, 4),
        ),
        (
            {**_COUNTS, "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 5}},
            Usage(9, 5, cached_tokens=4, cache_write_tokens=5),
        ),
        (
            {**_COUNTS, "prompt_tokens_details": {"cache_write_tokens": 9}},
            Usage(9, 5, cache_write_tokens=9),
        ),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "completion_tokens_details": {"reasoning_tokens": None},
                "prompt_tokens_details": None,
            },
            Usage(9, 5),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 5}, Usage(9, 5)),
        ({"prompt_tokens": None, "completion_tokens": 5}, None),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "total_tokens": 17,
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            Usage(9, 8, 3),
        ),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "completion_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(9, 35, 30),
        ),
        ({}, None),
        (None, None),
    ],
)
def test_usage_is_read_as_far_as_it_is_told(
    usage: dict[str, Any] | None, expected: Usage | None
) -> None:
    apart = json.dumps({"choices": [], "usage": usage}).encode()
    assert reader_of(SAID, DONE, apart).finish().usage == expected
    within = chunk({}, finish_reason="stop", usage=usage)
    assert reader_of(SAID, within).finish().usage == expected


@pytest.mark.parametrize(
    "usage",
    [
        *(
            {**_COUNTS, name: value}
            for name in _COUNTS
            for value in (-1, 10**7 + 1, 10**30, 5.0, 5.5, "5", True, [5], {"n": 5}, None)
        ),
        {"prompt_tokens": 9},
        {**_COUNTS, "prompt_tokens_details": {"cached_tokens": 10}},
        {**_COUNTS, "prompt_tokens_details": {"cached_tokens": -1}},
        {**_COUNTS, "prompt_tokens_details": {"cached_tokens": "4"}},
        {**_COUNTS, "prompt_tokens_details": {"cache_write_tokens": 10}},
        {**_COUNTS, "prompt_tokens_details": {"cache_write_tokens": -1}},
        {**_COUNTS, "prompt_tokens_details": {"cache_write_tokens": 4.0}},
        {**_COUNTS, "prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 5}},
        {**_COUNTS, "completion_tokens_details": {"reasoning_tokens": -1}},
        {**_COUNTS, "completion_tokens_details": {"reasoning_tokens": 10**7}},
        {"usage": _COUNTS},
        [9, 5],
        "9 and 5",
        7,
    ],
)
def test_a_count_that_cannot_be_is_none_and_harms_no_text(usage: Any) -> None:
    apart = json.dumps({"choices": [], "usage": usage}).encode()
    deltas, fault = (reader := ChunkReader()).read_all([SAID, DONE, apart])
    assert (deltas, fault) == ([TextDelta("Fair.")], None)
    assert reader.finish().usage is None


def test_a_count_that_cannot_be_takes_back_one_that_could() -> None:
    told = [json.dumps({"choices": [], "usage": {**_COUNTS, "prompt_tokens": n}}) for n in (9, -9)]
    assert reader_of(SAID, DONE, *(usage.encode() for usage in told)).finish().usage is None


@pytest.mark.parametrize("details", [[], "many", 3, {"cached_tokens": None}])
def test_details_that_tell_nothing_leave_the_count(details: Any) -> None:
    usage = {**_COUNTS, "prompt_tokens_details": details}
    assert reader_of(chunk({}, finish_reason="stop", usage=usage)).report.usage == Usage(9, 5)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini-2025-08-07"),
        ("m" * 5_000, "m" * 200),
        ("m\0\udc00\n\x1b[31m1\u202e", "m? [31m1"),
        ("\0", None),
        ("", None),
        (7, None),
    ],
)
def test_a_models_name_is_kept_short_and_on_one_line(told: Any, kept: str | None) -> None:
    assert reader_of(chunk({"content": "Fair."}, model=told)).report.model == kept


@pytest.mark.parametrize(
    ("told", "finish_reason"),
    [("stop", "stop"), ("length", "length"), ("MAX_TOKENS", "length"), ("eos", "stop")],
)
def test_a_finish_reason_is_stop_or_length(told: str, finish_reason: str) -> None:
    reader = reader_of(SAID, chunk({}, finish_reason=told, model="m-1"))
    assert reader.finish() == Finished(finish_reason, "m-1", None)


@pytest.mark.parametrize(
    ("chunks", "fault"),
    [
        ([SAID], LLMDisconnected),
        ([SAID, b"[DONE]"], LLMDisconnected),
        ([], LLMDisconnected),
        ([b"[DONE]"], LLMEmpty),
        ([DONE], LLMEmpty),
        ([chunk({"content": " \n"}), DONE], LLMEmpty),
        ([chunk({"reasoning": "Hm."}), chunk({}, finish_reason="length")], LLMEmpty),
    ],
)
def test_an_answer_without_an_end_or_without_text_is_a_fault(
    chunks: list[bytes], fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        _end(reader_of(*chunks))


def test_a_filtered_answer_tells_its_usage_before_it_is_a_fault() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    reader = reader_of(SAID, chunk({}, finish_reason="content_filter", usage=usage))
    assert reader.finish().usage == Usage(3, 2)
    with pytest.raises(LLMContentFilter):
        reader.judge()


def _end(reader: ChunkReader) -> None:
    reader.finish()
    reader.judge()


@pytest.mark.parametrize("data", [b"{", b"[]", b"null", b"7", b'{"choices": [{"delta": "\xff"}]}'])
def test_what_is_no_chunk_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's, the codec's and our own alike
        ChunkReader().read(data)
