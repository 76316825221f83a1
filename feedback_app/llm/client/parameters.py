"""The parameters of a completion request, and which of them a server has turned out to reject.

Servers differ in the optional fields they know. A field that a server rejects is not sent to it
again by this process.
"""

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx2

from feedback_app.core.settings import Settings
from feedback_app.llm.client.completion import CompletionRequest
from feedback_app.llm.client.faults import rejects_format, rejects_parameter

LimitParameter = Literal["max_completion_tokens", "max_tokens"]
_OTHER: dict[LimitParameter, LimitParameter] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
ResponseFormat = Literal["json_schema", "json_object", ""]
_FORMATS: tuple[ResponseFormat, ...] = ("json_schema", "json_object", "")
"""How a JSON answer is asked for; the last by the prompt alone."""


@dataclass(frozen=True, slots=True)
class AcceptedParameters:
    """The optional fields that one server has not rejected so far."""

    limit_name: LimitParameter
    asks_usage: bool
    effort: str | None
    formats: tuple[ResponseFormat, ...] = _FORMATS
    """How a JSON answer may be asked for, best first."""

    @property
    def other_limit_name(self) -> LimitParameter:
        return _OTHER[self.limit_name]

    def without_rejected(
        self, request: CompletionRequest, refusal: tuple[int, object], limit_name: LimitParameter
    ) -> "AcceptedParameters | None":
        """What to send instead, after a refusal (status and body); `None` if it names no field.

        `limit_name` is the other name of the output limit, if that has not been tried either.
        """
        if self.asks_usage and rejects_parameter(*refusal, "stream_options"):
            return replace(self, asks_usage=False)
        if self.effort and rejects_parameter(*refusal, "reasoning_effort"):
            return replace(self, effort=None)
        if self.limit_name != limit_name and rejects_parameter(*refusal, self.limit_name):
            return replace(self, limit_name=limit_name)
        if request.schema and self.formats[0] and rejects_format(*refusal):
            return replace(self, formats=self.formats[1:])
        return None

    def of(self, request: CompletionRequest) -> dict[str, Any]:
        """The fields of the request's body, named as the API names them."""
        parameters: dict[str, Any] = {
            "model": request.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "stream": True,
            self.limit_name: request.max_output_tokens,
        }
        if self.asks_usage:
            parameters["stream_options"] = {"include_usage": True}
        if self.effort:
            parameters["reasoning_effort"] = "none" if request.schema else self.effort
        response_format = self.formats[0]
        if request.schema and response_format:
            asked: dict[str, Any] = {"type": response_format}
            if response_format == "json_schema":
                asked["json_schema"] = {"name": "result", "strict": True, "schema": request.schema}
            parameters["response_format"] = asked
        return parameters


def parameters_at_first(settings: Settings) -> AcceptedParameters:
    """What to try before the server has rejected anything."""
    return AcceptedParameters(
        limit_name="max_tokens" if settings.OPENAI_BASE_URL else "max_completion_tokens",
        asks_usage=True,
        effort=settings.reasoning_effort,
    )


def server_and_headers(address: str) -> tuple[str, dict[str, str]]:
    """An address without its user name and password, and the header that carries them instead."""
    url = httpx2.URL(address)
    if not url.userinfo:
        return address, {}
    token = b64encode(f"{url.username}:{url.password}".encode()).decode()
    bare = url.copy_with(username=None, password=None)
    return str(bare), {"Authorization": f"Basic {token}"}
