"""The event decoder: the same events however the network cuts the bytes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.llm.client.sse import MAX_EVENT_BYTES, SSEDecoder

TRICKY = "e\u0301 👩🏽‍💻 𝄞 שלום العربية 日本語 🇳🇱 \u2028\u2029\u0085\x0b\x0c\x1c"

any_text = st.text(
    st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from(TRICKY))
).filter(lambda text: not {"\r", "\n"} & set(text))
events = st.lists(st.lists(any_text, min_size=1, max_size=3), max_size=6)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])
noise = st.sampled_from(["", ": keep-alive", "event: message", "id: 7", "retry: 10", ":"])


def decode(pieces: list[bytes]) -> list[str]:
    decoder = SSEDecoder()
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return [event.decode() for event in [*found, *decoder.close()]]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(bounds)]


@given(events, line_ends, noise, st.booleans(), st.lists(st.integers(0, 10_000)))
def test_any_splitting_of_any_events_gives_the_same_events(
    sent: list[list[str]], end: str, extra: str, has_mark: bool, places: list[int]
) -> None:
    lines: list[str] = []
    for event in sent:
        lines += [*([extra] if extra else []), *(f"data: {line}" for line in event), ""]
    data = ("\ufeff" if has_mark else "").encode() + "".join(f"{n}{end}" for n in lines).encode()
    expected = ["\n".join(event) for event in sent]
    assert decode(cut(data, places)) == expected
    assert decode([data[i : i + 1] for i in range(len(data))]) == expected


def test_characters_that_only_look_like_line_ends_are_text() -> None:
    assert decode([f"data: {TRICKY}\n\n".encode()]) == [TRICKY]


def test_an_event_is_given_as_soon_as_its_blank_line_arrives() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        decoder = SSEDecoder()
        assert decoder.feed(b"data: a" + end) == []
        assert decoder.feed(end) == [b"a"]
        assert decoder.feed(b"data: b" + end * 2) == [b"b"]


def test_a_last_event_without_its_blank_line_is_given_at_the_end() -> None:
    assert decode([b"data: a\n\ndata: b"]) == ["a", "b"]


def test_only_one_space_after_the_colon_is_dropped() -> None:
    assert decode([b"data:a\n\ndata:  b\n\ndata\n\n"]) == ["a", " b", ""]


def test_comments_and_other_fields_alone_make_no_event() -> None:
    assert decode([b": ping\n\nevent: x\n\nid: 1\n\ndatabase: y\n\n"]) == []


def test_an_event_without_an_end_is_refused() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: " + b"x" * (MAX_EVENT_BYTES - 100)) == []
    with pytest.raises(ValueError, match="without an end"):
        decoder.feed(b"x" * 100)


def test_an_event_of_empty_lines_without_an_end_is_refused() -> None:
    decoder = SSEDecoder()
    for _ in range(4):
        assert decoder.feed(b"data:\n" * 250_000) == []
    with pytest.raises(ValueError, match="without an end"):
        decoder.feed(b"data:\n" * 250_000)
    assert SSEDecoder().feed(b"data:\ndata: a\n\n" * 3) == [b"\na"] * 3
