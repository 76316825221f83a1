"""Reads the chunks of one streamed chat completion: JSON in, deltas out."""

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from feedback_app.core.errors import LLMContentFilter, LLMDisconnected, LLMEmpty, LLMError
from feedback_app.core.text import storable
from feedback_app.llm.client.completion import (
    LENGTH,
    Finished,
    ReasoningDelta,
    Reported,
    TextDelta,
    Usage,
)
from feedback_app.llm.client.faults import provider_fault

_CUT = frozenset({LENGTH, "max_tokens"})

MOST_TOKENS = 10**7
"""The limit for one call: more than any model reads or writes at once."""
MOST_NAME_CHARACTERS = 200
"""The limit for a model's name."""
MOST_REFUSAL_CHARACTERS = 300
"""The limit for a model's reason not to answer."""


class ChunkReader:
    """The contents of one answer so far. Only the first choice is read; tool calls are ignored."""

    def __init__(self) -> None:
        self.ended = False
        """Whether the provider has said that nothing more will come."""
        self._finish_reason: str | None = None
        self._model: str | None = None
        self._usage: Usage | None = None
        self._usage_is_current = False
        """Whether no text came after the chunk with the usage."""
        self._has_text = False
        self._refusal = ""
        self._text, self._reasoning = _WholeCharacters(), _WholeCharacters()

    @property
    def report(self) -> Reported:
        """What the provider has reported about the call so far."""
        return Reported(self._model, self._usage if self._usage_is_current else None)

    @property
    def is_whole(self) -> bool:
        """Whether the answer is complete, even if its usage is still to come."""
        return self._finish_reason is not None

    @property
    def is_declining(self) -> bool:
        """Whether the model says that it will not answer."""
        return self._refusal != ""

    def read(self, data: bytes) -> list[ReasoningDelta | TextDelta]:
        """The new text in one chunk, often none.

        Raises `ValueError` for data that is not a chunk and an `LLMError` for an error in a chunk.
        """
        if data.strip() == b"[DONE]":
            self.ended = True
            return []
        chunk: Any = json.loads(data.decode())
        if not isinstance(chunk, dict):
            raise ValueError(f"a chunk that is a {type(chunk).__name__}")
        if chunk.get("error"):
            raise provider_fault(None, chunk["error"]) from ValueError(json.dumps(chunk["error"]))
        if self._model is None:
            self._model = _name(chunk.get("model"))
        deltas: list[ReasoningDelta | TextDelta] = []
        for choice in chunk.get("choices") or ():
            if choice.get("index") in {0, None}:
                self._read_delta(choice.get("delta") or {}, deltas)
                self._finish_reason = choice.get("finish_reason") or self._finish_reason
        if told := chunk.get("usage"):
            self._usage = _usage(told)
            self._usage_is_current = self._usage is not None
        elif deltas:
            self._usage_is_current = False
        return deltas

    def read_all(
        self, events: Iterable[bytes]
    ) -> tuple[list[ReasoningDelta | TextDelta], Exception | None]:
        """The new text of chunks that came together, neighbours joined, and the exception of `read`
        at the first bad one; the text before it is good."""
        deltas: list[ReasoningDelta | TextDelta] = []
        fault: Exception | None = None
        try:
            for data in events:
                deltas += self.read(data)
        except (ValueError, TypeError, AttributeError, LLMError) as error:
            fault = error
        joined = [
            kind("".join(delta.text for delta in run), len(run))
            for kind, run in ((kind, list(run)) for kind, run in groupby(deltas, type))
        ]
        return joined, fault

    def finish(self) -> Finished:
        """The end of the answer; raises `LLMDisconnected` if there was none."""
        if self._finish_reason is None and not (self.ended and not self._has_text):
            raise LLMDisconnected
        reason = (self._finish_reason or "stop").lower()
        if self._refusal:
            reason = "content_filter"
        elif reason != "content_filter":
            reason = LENGTH if reason in _CUT else "stop"
        return Finished(reason, self._model, self.report.usage)

    def judge(self) -> None:
        """Raise the `LLMError` that a finished answer amounts to, if it is one."""
        if self._refusal:
            raise LLMContentFilter(_declined(self._refusal))
        if self._finish_reason == "content_filter":
            raise LLMContentFilter
        if not self._has_text:
            raise LLMEmpty

    def _read_delta(self, delta: dict[str, Any], deltas: list[ReasoningDelta | TextDelta]) -> None:
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(reasoning, str) and (reasoning := self._reasoning.take(reasoning)):
            deltas.append(ReasoningDelta(reasoning))
        refusal = delta.get("refusal")
        if isinstance(refusal, str):
            self._refusal += refusal[: MOST_REFUSAL_CHARACTERS - len(self._refusal)]
        text = delta.get("content") or None
        if isinstance(text, str) and (text := self._text.take(text)):
            self._has_text = self._has_text or not text.isspace()
            deltas.append(TextDelta(text))


class _WholeCharacters:
    """Joins a character whose two `\\uD8xx\\uDCxx` escapes came in two chunks.

    The result can be stored anywhere: no lone surrogates, no NUL.
    """

    def __init__(self) -> None:
        self._half = ""

    def take(self, text: str) -> str:
        if self._half:
            text, self._half = self._half + text, ""
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text.replace("\0", "")


def _declined(refusal: str) -> str:
    """The sentence for people, with the model's own reason on one line."""
    reason = "".join(filter(str.isprintable, " ".join(storable(refusal).split())))
    cut = "…" if len(refusal) >= MOST_REFUSAL_CHARACTERS else ""
    return f"The AI model declined to write this: “{reason}{cut}” Rephrase the notes, then retry."


def _name(model: object) -> str | None:
    """The model's own name in a form that can be kept and shown: short, on one line."""
    if not isinstance(model, str):
        return None
    line = " ".join(storable(model[: 2 * MOST_NAME_CHARACTERS]).split())
    return "".join(filter(str.isprintable, line))[:MOST_NAME_CHARACTERS].strip() or None


def _usage(fields: object) -> Usage | None:
    """The provider's token counts; `None` if it sent none, or impossible ones.

    Reasoning is a part of the completion, as OpenAI counts it. Other providers count it separately,
    which shows in their total, or in there being more of it than of the completion.
    """
    if not isinstance(fields, dict):
        return None
    prompt, completion = _count(fields, "prompt_tokens"), _count(fields, "completion_tokens")
    reasoning = _detail(fields, "completion_tokens_details", "reasoning_tokens")
    cached = _detail(fields, "prompt_tokens_details", "cached_tokens")
    written = _detail(fields, "prompt_tokens_details", "cache_write_tokens")
    if prompt is None or completion is None or reasoning is None:
        return None
    if cached is None or written is None or cached + written > prompt:
        return None
    is_apart = reasoning > completion or fields.get("total_tokens") == (
        prompt + completion + reasoning
    )
    completion += reasoning if is_apart else 0
    if completion > MOST_TOKENS:
        return None
    return Usage(prompt, completion, reasoning, cached, written)


def _count(fields: dict[str, Any], name: str) -> int | None:
    """A number of tokens; `None` if it is not one. `True` is a number to Python, not here."""
    value = fields.get(name)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None


def _detail(fields: dict[str, Any], group: str, name: str) -> int | None:
    """A part of a count; 0 if it is missing, `None` if it is not a count."""
    details = fields.get(group)
    if not isinstance(details, dict) or details.get(name) is None:
        return 0
    return _count(details, name)
