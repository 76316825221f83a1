"""What a provider's refusal means: its status and error object as one of our errors."""

import re
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from feedback_app.core import clock
from feedback_app.core.errors import (
    LLMAuth,
    LLMBadResponse,
    LLMContentFilter,
    LLMContextTooLong,
    LLMError,
    LLMForbidden,
    LLMModelNotFound,
    LLMQuota,
    LLMRateLimited,
    LLMUnavailable,
)

_BY_NAME: tuple[tuple[type[LLMError], frozenset[str]], ...] = (
    (
        LLMQuota,
        frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}),
    ),
    (LLMContextTooLong, frozenset({"context_length_exceeded", "exceed_context_size_error"})),
    (LLMContentFilter, frozenset({"content_filter", "content_policy_violation"})),
)
"""Codes and types that say more than the status they come with."""

_BY_NAME_ALONE: tuple[tuple[type[LLMError], frozenset[str]], ...] = (
    (LLMRateLimited, frozenset({"rate_limit_exceeded", "rate_limit_error", "requests", "tokens"})),
    (LLMAuth, frozenset({"invalid_api_key", "authentication_error"})),
    (LLMForbidden, frozenset({"permission_error", "unsupported_country_region_territory"})),
    (LLMModelNotFound, frozenset({"model_not_found"})),
    (LLMBadResponse, frozenset({"invalid_request_error"})),
)
"""Codes and types that count where there is no status: inside a stream."""

_BY_STATUS: dict[int, type[LLMError]] = {
    401: LLMAuth,
    402: LLMQuota,
    403: LLMForbidden,
    404: LLMModelNotFound,
    408: LLMUnavailable,
    409: LLMUnavailable,
    413: LLMContextTooLong,
    429: LLMRateLimited,
}

_CONTEXT_TOO_LONG = re.compile(r"maximum context length|context (window|size)", re.IGNORECASE)
_UNSUPPORTED = re.compile(
    r"un(supported|known|recognized|expected)|not (supported|permitted|allowed)|extra field",
    re.IGNORECASE,
)
_SECRETS = re.compile(r"\bsk-[\w*.-]+|(?<=Bearer )\S+|(?<=://)[^/@\s]+(?=@)", re.IGNORECASE)
_STATUS = re.compile(r"[45]\d\d")
_LONGEST_LOGGED = 300


def provider_fault(
    status: int | None, error: object, retry_after_s: float | None = None
) -> LLMError:
    """The error a provider means by `status` (`None` inside a stream) and its `error` value."""
    details = error if isinstance(error, dict) else {"message": error}
    names = {str(details.get(name)).lower() for name in ("code", "type")}
    if status is None:
        status = next((int(name) for name in names if _STATUS.fullmatch(name)), None)
    for fault, known in _BY_NAME if status else _BY_NAME + _BY_NAME_ALONE:
        if names & known:
            return fault(retry_after_s=retry_after_s)
    if status in {400, 422} and _CONTEXT_TOO_LONG.search(str(details.get("message"))):
        return LLMContextTooLong()
    if status is None or status >= 500:
        return LLMUnavailable(retry_after_s=retry_after_s)
    return _BY_STATUS.get(status, LLMBadResponse)(retry_after_s=retry_after_s)


def rejects_parameter(status: int, error: object, name: str) -> bool:
    """Whether a refusal says that the server does not know the request parameter `name`."""
    if status not in {400, 422}:
        return False
    details: dict[str, Any] = error if isinstance(error, dict) else {"message": str(error)}
    message, param = str(details.get("message") or details), details.get("param")
    if details.get("code") != "unsupported_parameter" and not _UNSUPPORTED.search(message):
        return False
    return param.split(".")[0] == name if isinstance(param, str) and param else name in message


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds a provider asks to wait, from `Retry-After` (seconds or a date) or its `-ms` kin."""
    for name, in_a_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(KeyError, ValueError):
            seconds = float(headers[name]) / in_a_second
            if isfinite(seconds):
                return max(0.0, seconds)
    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, (moment - clock.now()).total_seconds())
    except (TypeError, ValueError):
        return None


def redacted(text: str, *secrets: str) -> str:
    """A provider's words as they may be logged: one line, cut short, without keys."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return " ".join(_SECRETS.sub("***", text).split())[:_LONGEST_LOGGED]
