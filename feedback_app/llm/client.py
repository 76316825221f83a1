"""Streams one completion from OpenAI, or a server that speaks like it, over the official SDK.

The only module that imports openai. It leaves the bytes to `sse`, the chunks to `chunks` and the
meaning of refusals to `faults`; what stays here is the request, its retries and its time limits.
"""

import asyncio
import logging
import random
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress
from datetime import date
from typing import Any, Literal, cast

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAioHttpClient

from feedback_app.core.errors import (
    LLMBadResponse,
    LLMConnectTimeout,
    LLMDisconnected,
    LLMError,
    LLMFirstTokenTimeout,
    LLMRateLimited,
    LLMStalled,
    LLMTotalTimeout,
    LLMUnavailable,
)
from feedback_app.core.settings import Settings
from feedback_app.llm.bodies import bound
from feedback_app.llm.chunks import ChunkReader
from feedback_app.llm.completion import (
    CompletionEvent,
    CompletionRequest,
    Reported,
    ResponseOpened,
    Retrying,
)
from feedback_app.llm.faults import (
    provider_fault,
    redacted,
    rejects_format,
    rejects_parameter,
    retry_after_s,
)
from feedback_app.llm.model_list import shutdown_date_of
from feedback_app.llm.sse import SSEDecoder

logger = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
RETRY_DELAYS_S = (0.5, 1.0)
LONGEST_RETRY_AFTER_S = 10.0
MAX_CONNECTIONS = 2000
"""Far above the concurrent streams of one process: admission limits those, not the pool."""
LIST_WITHIN_S = 10.0
"""How long the list of models may take, as a whole."""
USAGE_GRACE_S = 2.0
"""How long a whole answer waits for the usage and the end mark that should follow it."""
DRAIN_S = 0.1
"""How long to wait for the end of a response, so that its connection can serve the next."""

_RETRIED = (LLMConnectTimeout, LLMUnavailable, LLMRateLimited)
_LimitName = Literal["max_completion_tokens", "max_tokens"]
_Format = Literal["json_schema", "json_object", ""]
_FORMATS: tuple[_Format, ...] = ("json_schema", "json_object", "")
"""How a JSON answer is asked for; the last by the prompt alone."""


class OpenAIClient:
    """A `CompletionClient` over HTTP. Make it inside a running event loop; it pools connections."""

    provider = "openai"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = settings.OPENAI_API_KEY
        connect_s = settings.LLM_CONNECT_TIMEOUT_S
        timeout = httpx2.Timeout(None, connect=connect_s, pool=connect_s)
        limits = httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=30)
        base_url, headers = _server(settings.OPENAI_BASE_URL or OPENAI_URL)
        self._openai = AsyncOpenAI(
            api_key=key.get_secret_value() if key else "none",
            base_url=base_url,
            default_headers={**headers, "Accept-Encoding": "identity"},
            http_client=DefaultAioHttpClient(
                timeout=timeout, limits=limits, event_hooks={"response": [bound]}
            ),
            timeout=timeout,
            max_retries=0,
        )
        self._limit_name: _LimitName = (
            "max_tokens" if settings.OPENAI_BASE_URL else "max_completion_tokens"
        )
        self._asks_usage = True
        self._effort = settings.reasoning_effort
        self._formats = _FORMATS
        """How a JSON answer may be asked for, best first; what the server rejected is gone."""

    async def aclose(self) -> None:
        await self._openai.close()

    async def shutdown_date(self, model: str) -> date | None:
        """When the provider shuts the model down (UTC), as its list of models says.

        `None` where it does not say so, or cannot be asked: many servers have no such list.
        """
        try:
            async with asyncio.timeout(LIST_WITHIN_S):
                listed = await self._openai.get(
                    "/models", cast_to=httpx2.Response, options={"follow_redirects": False}
                )
        except (TimeoutError, openai.OpenAIError, httpx2.HTTPError) as error:
            logger.debug("no list of models: %s", type(error).__name__)
            return None
        return await asyncio.to_thread(shutdown_date_of, model, listed.content)

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        """Stream one completion; see `completion` for the order of events and the faults.

        Closing the generator, or cancelling the task that waits for it, closes the request.
        """
        give_up_at = _now() + self._settings.LLM_TOTAL_TIMEOUT_S
        retries = 0
        try:
            async with AsyncExitStack() as stack:
                while True:
                    first_token_by = _now() + self._settings.LLM_FIRST_TOKEN_TIMEOUT_S
                    try:
                        response = await self._open(request, stack, first_token_by, give_up_at)
                        break
                    except Exception as error:
                        fault = _fault_of(error)
                        delay_s = _retry_delay_s(fault, retries)
                        if delay_s is None or _now() + delay_s >= give_up_at:
                            raise
                        await self._log(request, fault, error)
                    retries += 1
                    yield Retrying(retries, delay_s, fault.code)
                    await asyncio.sleep(delay_s)
                yield ResponseOpened()
                async with aclosing(
                    self._read(response, request, first_token_by, give_up_at)
                ) as events:
                    async for event in events:
                        yield event
        except Exception as error:
            fault = _fault_of(error)
            await self._log(request, fault, error)
            raise fault from None

    async def _open(
        self,
        request: CompletionRequest,
        stack: AsyncExitStack,
        first_token_by: float,
        give_up_at: float,
    ) -> httpx2.Response:
        """Send the request; once more, at once, where the server does not know a parameter."""
        limit_name, asks_usage, effort = self._limit_name, self._asks_usage, self._effort
        formats = self._formats
        other_limit_name = _OTHER[limit_name]
        while True:
            try:
                async with asyncio.timeout_at(min(first_token_by, give_up_at)):
                    response = await stack.enter_async_context(
                        self._openai.chat.completions.with_streaming_response.create(
                            **_parameters(request, limit_name, asks_usage, effort, formats[0])
                        )
                    )
            except TimeoutError:
                raise _overdue(LLMFirstTokenTimeout, give_up_at) from None
            except openai.APIStatusError as error:
                refusal = error.status_code, error.body
                if asks_usage and rejects_parameter(*refusal, "stream_options"):
                    asks_usage = False
                elif effort and rejects_parameter(*refusal, "reasoning_effort"):
                    effort = None
                elif limit_name != other_limit_name and rejects_parameter(*refusal, limit_name):
                    limit_name = other_limit_name
                elif request.schema and formats[0] and rejects_format(*refusal):
                    formats = formats[1:]
                else:
                    raise
            else:
                self._limit_name, self._asks_usage, self._effort = limit_name, asks_usage, effort
                self._formats = formats
                return response.http_response

    async def _read(
        self,
        response: httpx2.Response,
        request: CompletionRequest,
        first_token_by: float,
        give_up_at: float,
    ) -> AsyncGenerator[CompletionEvent, None]:
        """The deltas and the end of an opened answer.

        Each read has its own time limit: one around the loop would stay armed across the yields
        and cancel whatever the consumer is doing there.
        """
        content_type = response.headers.get("content-type", "text/event-stream")
        if not content_type.startswith("text/event-stream"):
            raise LLMBadResponse from ValueError(f"a stream of {content_type}")
        decoder, chunks = SSEDecoder(), ChunkReader()
        reported = chunks.report
        late: type[LLMError] = LLMFirstTokenTimeout
        due_at = min(first_token_by, give_up_at)
        body = cast("AsyncGenerator[bytes, None]", response.aiter_bytes())
        async with aclosing(body):
            while not chunks.ended:
                was_whole = chunks.is_whole
                try:
                    async with asyncio.timeout_at(due_at):
                        data = await anext(body, b"")
                except (TimeoutError, httpx2.TransportError) as error:
                    if was_whole:
                        break
                    if isinstance(error, TimeoutError):
                        raise _overdue(late, give_up_at) from None
                    raise
                events = decoder.feed(data) if data else decoder.close()
                deltas, fault = chunks.read_all(events)
                if chunks.report.model != reported.model:
                    reported = Reported(chunks.report.model, None)
                    yield reported
                for delta in deltas:
                    late = LLMStalled
                    yield delta
                if chunks.report != reported:
                    reported = chunks.report
                    yield reported
                if isinstance(fault, LLMError):
                    raise fault
                if fault is not None:
                    raise (LLMBadResponse if data else LLMDisconnected) from fault
                if deltas or chunks.is_declining:
                    due_at = min(_now() + self._settings.LLM_IDLE_TIMEOUT_S, give_up_at)
                if not data:
                    break
                if late is LLMStalled and request.gather and not chunks.is_whole:
                    await request.gather()
                if chunks.is_whole and not was_whole:
                    due_at = min(_now() + USAGE_GRACE_S, give_up_at)
            yield chunks.finish()
            chunks.judge()
            with suppress(TimeoutError, httpx2.TransportError):
                async with asyncio.timeout(DRAIN_S):
                    async for _ in body:
                        pass

    async def _log(self, request: CompletionRequest, fault: LLMError, error: Exception) -> None:
        causes = _causes(error)
        facts = [" from ".join(type(cause).__name__ for cause in causes)]
        if isinstance(error, openai.APIStatusError):
            facts += [f"status {error.status_code}", f"code {error.code}", f"{error.request_id}"]
        key = self._settings.OPENAI_API_KEY
        words = await asyncio.to_thread(
            redacted,
            f"{', '.join(facts)}: {causes[-1]}",
            key.get_secret_value() if key else "",
            sent="\n".join(message.content for message in request.messages),
        )
        logger.warning("%s: %s", fault.code, words)


_OTHER: dict[_LimitName, _LimitName] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


def _now() -> float:
    """The running loop's clock, which its timeouts go by."""
    return asyncio.get_running_loop().time()


def _parameters(
    request: CompletionRequest,
    limit_name: _LimitName,
    asks_usage: bool,
    effort: str | None,
    response_format: _Format,
) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "stream": True,
        limit_name: request.max_output_tokens,
    }
    if asks_usage:
        parameters["stream_options"] = {"include_usage": True}
    if effort:
        parameters["reasoning_effort"] = "none" if request.schema else effort
    if request.schema and response_format:
        asked: dict[str, Any] = {"type": response_format}
        if response_format == "json_schema":
            asked["json_schema"] = {"name": "result", "strict": True, "schema": request.schema}
        parameters["response_format"] = asked
    return parameters


def _overdue(fault: type[LLMError], give_up_at: float) -> LLMError:
    return LLMTotalTimeout() if _now() >= give_up_at else fault()


def _retry_delay_s(fault: LLMError, retries: int) -> float | None:
    """How long to wait before the next try; `None` where there must be none."""
    if not isinstance(fault, _RETRIED) or retries == len(RETRY_DELAYS_S):
        return None
    delay_s = RETRY_DELAYS_S[retries] if fault.retry_after_s is None else fault.retry_after_s
    if delay_s > LONGEST_RETRY_AFTER_S:
        return None
    return delay_s * random.uniform(1, 1.1)  # noqa: S311 - jitter, not a secret


def _fault_of(error: Exception) -> LLMError:
    """What any exception on the way to an answer means to people."""
    match error:
        case LLMError():
            return error
        case openai.APIStatusError():
            wait_s = retry_after_s(error.response.headers)
            return provider_fault(error.status_code, error.body, wait_s)
        case openai.APIConnectionError():
            return LLMConnectTimeout() if _timed_out(error) else LLMUnavailable()
        case httpx2.TransportError():
            return LLMDisconnected()
        case _:
            return LLMBadResponse()


def _timed_out(error: BaseException) -> bool:
    """Whether a timeout is at the root; the SDK calls refused connections timeouts, too."""
    return any(isinstance(cause, TimeoutError) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from, and so on to the root."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return causes


def _server(address: str) -> tuple[str, dict[str, str]]:
    """An address without its user name and password, and the header that carries them instead."""
    url = httpx2.URL(address)
    if not url.userinfo:
        return address, {}
    token = b64encode(f"{url.username}:{url.password}".encode()).decode()
    bare = url.copy_with(username=None, password=None)
    return str(bare), {"Authorization": f"Basic {token}"}
