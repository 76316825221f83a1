"""Streams one completion from OpenAI, or a compatible server, through the official SDK.

The only module that imports openai. `parameters` defines what is sent, `answer` how an answer is
read, `faults` what refusals mean; here the request is sent, and sent again after a fault.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from datetime import date

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
    LLMUnavailable,
)
from feedback_app.core.settings import Settings
from feedback_app.llm.client.answer import loop_time, overdue, read_answer
from feedback_app.llm.client.bodies import bound
from feedback_app.llm.client.completion import (
    CompletionEvent,
    CompletionRequest,
    ResponseOpened,
    Retrying,
)
from feedback_app.llm.client.faults import (
    provider_fault,
    redacted,
    retry_after_s,
)
from feedback_app.llm.client.model_list import shutdown_date_of
from feedback_app.llm.client.parameters import parameters_at_first, server_and_headers

logger = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
RETRY_DELAYS_S = (0.5, 1.0)
LONGEST_RETRY_AFTER_S = 10.0
MAX_CONNECTIONS = 2000
"""Far above the concurrent streams of one process: admission limits those, not the pool."""
LIST_WITHIN_S = 10.0
"""How long the list of models may take, as a whole."""

_RETRIED = (LLMConnectTimeout, LLMUnavailable, LLMRateLimited)


class OpenAIClient:
    """A `CompletionClient` over HTTP. Make it inside a running event loop; it pools connections."""

    provider = "openai"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = settings.OPENAI_API_KEY
        connect_s = settings.LLM_CONNECT_TIMEOUT_S
        timeout = httpx2.Timeout(None, connect=connect_s, pool=connect_s)
        limits = httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=30)
        base_url, headers = server_and_headers(settings.OPENAI_BASE_URL or OPENAI_URL)
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
        self._accepted = parameters_at_first(settings)

    async def aclose(self) -> None:
        await self._openai.close()

    async def shutdown_date(self, model: str) -> date | None:
        """When the provider shuts the model down (UTC), according to its list of models.

        `None` if the list does not say, or cannot be fetched: many servers have no such list.
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
        give_up_at = loop_time() + self._settings.LLM_TOTAL_TIMEOUT_S
        retries = 0
        try:
            async with AsyncExitStack() as stack:
                while True:
                    first_token_by = loop_time() + self._settings.LLM_FIRST_TOKEN_TIMEOUT_S
                    try:
                        response = await self._open(request, stack, first_token_by, give_up_at)
                        break
                    except Exception as error:
                        fault = _fault_of(error)
                        delay_s = _retry_delay_s(fault, retries)
                        if delay_s is None or loop_time() + delay_s >= give_up_at:
                            raise
                        await self._log(request, fault, error)
                    retries += 1
                    yield Retrying(retries, delay_s, fault.code)
                    await asyncio.sleep(delay_s)
                yield ResponseOpened()
                async with aclosing(
                    read_answer(
                        response,
                        request.gather,
                        first_token_by=first_token_by,
                        give_up_at=give_up_at,
                        idle_s=self._settings.LLM_IDLE_TIMEOUT_S,
                    )
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
        """Send the request; once more, at once, if the server does not know a parameter."""
        accepted = self._accepted
        other_limit_name = accepted.other_limit_name
        while True:
            try:
                async with asyncio.timeout_at(min(first_token_by, give_up_at)):
                    response = await stack.enter_async_context(
                        self._openai.chat.completions.with_streaming_response.create(
                            **accepted.of(request)
                        )
                    )
            except TimeoutError:
                raise overdue(LLMFirstTokenTimeout, give_up_at) from None
            except openai.APIStatusError as error:
                refusal = error.status_code, error.body
                fewer = accepted.without_rejected(request, refusal, other_limit_name)
                if fewer is None:
                    raise
                accepted = fewer
            else:
                self._accepted = accepted
                return response.http_response

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


def _retry_delay_s(fault: LLMError, retries: int) -> float | None:
    """How long to wait before the next attempt; `None` if there must be none."""
    if not isinstance(fault, _RETRIED) or retries == len(RETRY_DELAYS_S):
        return None
    delay_s = RETRY_DELAYS_S[retries] if fault.retry_after_s is None else fault.retry_after_s
    if delay_s > LONGEST_RETRY_AFTER_S:
        return None
    return delay_s * random.uniform(1, 1.1)  # noqa: S311 - jitter, not a secret


def _fault_of(error: Exception) -> LLMError:
    """The error that people see for any exception on the way to an answer."""
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
    """Whether the root cause is a timeout; the SDK calls refused connections timeouts, too."""
    return any(isinstance(cause, TimeoutError) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """The error, the exception it was raised from, and so on to the root."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return causes
