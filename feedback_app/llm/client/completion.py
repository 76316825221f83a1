"""The one shape of a streamed completion, whichever client serves it.

A client yields, in this order: any `Retrying`, one `ResponseOpened`, then deltas, then one
`Finished`. `Reported` comes whenever the provider has said more about the call: the model's name
before the text that came with it, the usage after it. It raises an `LLMError` for every fault,
after `Finished` if the provider ended an answer that is unusable (empty, filtered). Closing the
iterator closes the request.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

LENGTH = "length"
"""The finish reason of an answer that reached its limit."""


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; `role` is `system` or `user`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One completion to stream."""

    model: str
    messages: tuple[Message, ...]
    max_output_tokens: int
    write_offline: Callable[[], str] | None = None
    """Writes the answer without a model, in a thread; `None` if nothing can."""
    gather: Callable[[], Awaitable[None]] | None = None
    """Awaited between two reads of the answer, so that more of it arrives at once."""
    schema: Mapping[str, Any] | None = None
    """The JSON schema that the answer is asked to match; it arrives without reasoning."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reported them.

    Reasoning is a part of the completion; the tokens read from the provider's cache, and those
    written to it, are two parts of the prompt that never overlap.
    """

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """The sum of two requests of one call."""
        return Usage(*(getattr(self, name) + getattr(other, name) for name in Usage.__slots__))


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request failed before its first token and is tried again after `delay_s` seconds."""

    attempt: int
    delay_s: float
    code: str


@dataclass(frozen=True, slots=True)
class ResponseOpened:
    """The provider accepted the request and opened its answer."""


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """New reasoning text of a model that shows it."""

    text: str
    chunks: int = 1
    """How many of the provider's chunks it came in."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """New text of the answer."""

    text: str
    chunks: int = 1
    """How many of the provider's chunks it came in."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the provider has reported about the call so far; later reports include earlier ones."""

    model: str | None
    """The model that really answers, if the provider named it."""
    usage: Usage | None
    """The usage of the answer up to here, if the provider counted it; else `None`."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the answer. `usage` is `None` if the provider reported none."""

    finish_reason: str
    """`stop`, `length` or `content_filter`."""
    model: str | None
    """The model that really answered, if the provider named it."""
    usage: Usage | None


CompletionEvent = Retrying | ResponseOpened | ReasoningDelta | TextDelta | Reported | Finished


class CompletionClient(Protocol):
    """A client that can serve a completion: the OpenAI client and the offline one."""

    provider: str

    def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        """Stream one completion; see the module docstring for order and faults."""
        ...

    async def aclose(self) -> None:
        """Release every connection."""
        ...


class Rewriter(Protocol):
    """Changes the text of one answer while it streams; held-back text comes at the end."""

    def feed(self, text: str) -> str:
        """The part of the text that is already certain."""
        ...

    def finish(self) -> str:
        """The text that was held back."""
        ...


class Unchanged:
    """Passes an answer on unchanged."""

    def feed(self, text: str) -> str:
        """The text."""
        return text

    def finish(self) -> str:
        """Nothing is ever held back."""
        return ""
