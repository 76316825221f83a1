"""How a scenario looks on the wire: the chunks OpenAI would send, with its quirks."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.upstream.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Frame:
    """One server-sent event; `tokens` of text or reasoning in it, `text_tokens` before it."""

    payload: bytes
    tokens: int = 0
    text_tokens: int | None = None


class Wire:
    """Writes one request's answer as server-sent events."""

    def __init__(self, scenario: Scenario, request_id: str, request: dict[str, Any]) -> None:
        self.scenario = scenario
        self.ends_line = b"\r\n" if scenario.crlf else b"\n"
        options = request.get("stream_options") or {}
        self.wants_usage = bool(options.get("include_usage"))
        self._head: dict[str, Any] = {
            "id": f"chatcmpl-{request_id}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": scenario.resolved_model or request["model"],
            "service_tier": "default",
            "system_fingerprint": "fp_b8bc95a0ac",
        }
        if scenario.resolved_model is None:
            del self._head["model"]

    def event(self, data: bytes) -> bytes:
        return b"data: " + data + self.ends_line * 2

    def comment(self) -> bytes:
        return b": keep-alive" + self.ends_line * 2

    def error(self) -> bytes:
        return self.event(json.dumps({"error": self.scenario.error}).encode())

    def malformed(self) -> bytes:
        return self.event(b'{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"th')

    def delta(
        self, delta: dict[str, Any], finish_reason: str | None = None, written: int = 0
    ) -> bytes:
        """A chunk; `written` tokens of the answer are out with it."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        match self.scenario.usage:
            case "with_finish" if finish_reason:
                usage = self.usage()
            case "with_each":
                usage = self.usage(None if finish_reason else written)
            case "with_first" if "role" in delta:
                usage = self.usage(0)
            case "zeros":
                usage = self.usage(0)
            case _:
                usage = None
        return self._chunk([choice], usage)

    def opening(self) -> Iterator[Frame]:
        """The role, then the reasoning."""
        yield Frame(self.delta({"role": "assistant", "content": "", "refusal": None}))
        for text, count in self._groups(self.scenario.reasoning):
            yield Frame(self.delta({self.scenario.reasoning_field: text, "content": None}), count)

    def answer(self) -> Iterator[Frame]:
        """The text; `text_tokens` counts those that went before."""
        before = 0
        for text, count in self._groups(self.scenario.tokens):
            chunk = self.delta({self.scenario.text_field: text}, written=before + count)
            yield Frame(chunk, count, before)
            before += count

    def closing(self) -> Iterator[Frame]:
        """The finish reason, the usage and the end mark, as far as the scenario has them."""
        scenario = self.scenario
        if scenario.finish_reason is not None:
            yield Frame(self.delta({}, scenario.finish_reason))
        if scenario.usage == "separate" and self.wants_usage:
            yield Frame(self._chunk([], self.usage()))
        if scenario.done:
            yield Frame(self.event(b"[DONE]"))

    def usage(self, written: int | None = None) -> dict[str, Any]:
        """Of so many tokens of the answer, or of all."""
        scenario = self.scenario
        if scenario.claimed is not None:
            return scenario.claimed
        written = len(scenario.tokens) if written is None else written
        completion = written + (scenario.reasoning_tokens or 0)
        read, written = scenario.cached_tokens, scenario.cache_write_tokens
        cached = {} if read is None else {"cached_tokens": read}
        cached |= {} if written is None else {"cache_write_tokens": written}
        reasoning = scenario.reasoning_tokens
        return {
            "prompt_tokens": scenario.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": scenario.prompt_tokens + completion,
            "prompt_tokens_details": cached or None,
            "completion_tokens_details": (
                None if reasoning is None else {"reasoning_tokens": reasoning}
            ),
        }

    def _groups(self, tokens: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        size = self.scenario.group
        for start in range(0, len(tokens), size):
            group = tokens[start : start + size]
            yield "".join(group), len(group)

    def _chunk(self, choices: list[dict[str, Any]], usage: dict[str, Any] | None) -> bytes:
        chunk = {**self._head, "choices": choices, "usage": usage}
        return self.event(json.dumps(chunk, ensure_ascii=False).encode())
