"""Translates a provider's refusal, its status and error object, into one of our errors."""

import re
from collections.abc import Iterator, Mapping
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
"""Codes and types that count if there is no status: inside a stream."""

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
_FORMAT_NAMES = ("response_format", "json_schema", "json_object", "json mode", "structured output")
_STATUS = re.compile(r"[45]\d\d")
_SECRETS = re.compile(r"\bsk-[\w*.-]+|(?<=Bearer )\S+", re.IGNORECASE)
_ADDRESSES = re.compile(
    r"""(?<=://)[^\s/'"<>)\]]+  # of a URL, with whoever signs in
    | (?<=\bhost[ ])[^\s,;'")]+
    | (?<![\w.:])\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\]?(?![\w:])  # IPv6
    | (?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])
    | (?<![\w.-])(?:[\w-]{1,63}\.)+[a-z]{2,24}(?![\w-])
    | (?<![\w.-])[a-z][\w.-]{0,62}(?=:\d{2,5}\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_ESCAPES = re.compile(r"\\[nrt]|\s+")
_LONGEST_READ = 1000
_LONGEST_LOGGED = 300
_ECHO_CHARACTERS = 16
"""The length, in letters and digits, of a passage by which sent text is recognised."""


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


def rejects_format(status: int, error: object) -> bool:
    """Whether a refusal is about `response_format`: not known, or not of this kind.

    Servers word the reason in too many ways to interpret it; a refusal for another reason does not
    name the parameter.
    """
    if status not in {400, 422}:
        return False
    details: dict[str, Any] = error if isinstance(error, dict) else {"message": str(error)}
    told = f"{details.get('param')} {details.get('message') or details}".lower()
    return any(name in told for name in _FORMAT_NAMES)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds a provider asks to wait, from `Retry-After` (seconds or a date) or its `-ms` form."""
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


def redacted(text: str, *secrets: str, sent: str = "") -> str:
    """A provider's words in a form that may be logged: one line, truncated, without keys, host
    names and anything repeated from the text that was `sent`."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    line = _ESCAPES.sub(" ", _SECRETS.sub("***", text[:_LONGEST_READ])).strip()
    return _without_echoes(_ADDRESSES.sub("***", line), sent)[:_LONGEST_LOGGED]


def _without_echoes(text: str, sent: str) -> str:
    """The text with `[…]` for every passage that occurs in `sent`, whatever is between words."""
    ours = _windows("".join(_letters(sent)))
    places = [place for place, character in enumerate(text) if character.isalnum()]
    letters = "".join(_letters(text))
    pieces: list[str] = []
    shown_from = echoed_until = 0
    for start in range(len(letters) - _ECHO_CHARACTERS + 1):
        if letters[start : start + _ECHO_CHARACTERS] not in ours:
            continue
        begins, ends = places[start], places[start + _ECHO_CHARACTERS - 1] + 1
        if begins > echoed_until or not pieces:
            pieces += [text[shown_from:begins], "[…]"]
        shown_from = echoed_until = ends
    return "".join([*pieces, text[shown_from:]])


def _windows(letters: str) -> frozenset[str]:
    """Every passage of `_ECHO_CHARACTERS`, as a set for fast lookup."""
    starts = range(len(letters) - _ECHO_CHARACTERS + 1)
    return frozenset(letters[start : start + _ECHO_CHARACTERS] for start in starts)


def _letters(text: str) -> Iterator[str]:
    """The letters and digits of a text, each as one lower-case character."""
    return (character.lower()[0] for character in text if character.isalnum())
