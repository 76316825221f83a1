"""Every error of the app as a class: a stable code, a sentence for people, an HTTP status.

A sentence says what happened and what to do next. It never contains a key, a URL or a stack trace:
the raw cause goes to the log with the request id.
"""

from typing import Any, ClassVar


class AppError(Exception):
    """A fault with a code and a sentence a person can act on."""

    code: ClassVar[str] = "INTERNAL"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    sentence: ClassVar[str] = "Something went wrong on our side. Please try again."

    def __init__(self, message: str | None = None, *, retry_after_s: float | None = None) -> None:
        self.message = message or self.sentence
        self.retry_after_s = retry_after_s
        """`None` if nobody knows when trying again would help."""
        super().__init__(self.message)

    def as_dict(self) -> dict[str, Any]:
        """The body every HTTP error carries."""
        return {"code": self.code, "message": self.message, "retryable": self.retryable}


class Internal(AppError):
    retryable = True


class Unavailable(AppError):
    """Something the app cannot do without, such as its database, does not answer."""

    status, retryable = 503, True
    sentence = "Debrief cannot reach its database right now. Please try again in a moment."


class NotSignedIn(AppError):
    code, status = "NOT_SIGNED_IN", 401
    sentence = "Your session has ended. Sign in again to continue."


class NotFound(AppError):
    """Absent, another company's or another person's: the three must look alike."""

    code, status = "NOT_FOUND", 404
    sentence = "There is nothing here, or it is not yours to see."


class Forbidden(AppError):
    code, status = "FORBIDDEN", 403
    sentence = "Your role does not allow this."


class Invalid(AppError):
    code, status = "INVALID", 422
    sentence = "That input cannot be used."


class NothingToAssess(AppError):
    code, status = "NOTHING_TO_ASSESS", 422
    sentence = "There is nothing to assess yet. Add a note or rate a competency first."


class AlreadySubmitted(AppError):
    code, status = "ALREADY_SUBMITTED", 409
    sentence = "This feedback has been submitted and can no longer be changed."


class ChangedElsewhere(AppError):
    """A text was saved over another version than the one it was written over; both are kept."""

    code, status = "CHANGED_ELSEWHERE", 409
    sentence = "This was changed in another tab since. Your text here is kept as a version."


class Cancelled(AppError):
    code, status, retryable = "CANCELLED", 409, True
    sentence = "Stopped. What was written so far is kept."


class Interrupted(AppError):
    code, status, retryable = "INTERRUPTED", 409, True
    sentence = "The server stopped during this draft. The text so far is kept; try again."


class SignInRefused(AppError):
    """A wrong password, an unknown person and a disabled one: the three must look alike."""

    code, status = "SIGN_IN_REFUSED", 401
    sentence = "That email and password do not match. Check both, then try again."


class SignInThrottled(AppError):
    code, status, retryable = "SIGN_IN_THROTTLED", 429, True
    sentence = "Too many attempts to sign in. Wait a moment, at most half a minute, then retry."


class RateLimited(AppError):
    code, status, retryable = "RATE_LIMITED", 429, True
    sentence = "Too many drafts in a short time. Wait a moment, then try again."


class ConcurrencyLimit(AppError):
    code, status, retryable = "CONCURRENCY_LIMIT", 429, True
    sentence = "Too many drafts are being written at once. Wait for one to finish."


class BudgetExceeded(AppError):
    """A budget of money or tokens: what is left is too little for one more call."""

    code, status = "BUDGET_EXCEEDED", 429
    sentence = "The budget for AI drafts is used up. Ask an administrator to raise it."


class LLMError(AppError):
    """A fault of the model or of the connection to it."""

    status, retryable = 503, True


class LLMUnavailable(LLMError):
    code = "LLM_UNAVAILABLE"
    sentence = "The AI service cannot be reached right now. Try again in a moment."


class LLMRateLimited(LLMError):
    code = "LLM_RATE_LIMITED"
    sentence = "The AI service is receiving too many requests. Wait a minute, then try again."


class LLMQuota(LLMError):
    code, retryable = "LLM_QUOTA", False
    sentence = "The AI account has run out of credit. Ask an administrator to top it up."


class LLMAuth(LLMError):
    code, retryable = "LLM_AUTH", False
    sentence = "The AI service refused our key. Ask an administrator to check it."


class LLMForbidden(LLMError):
    code, retryable = "LLM_FORBIDDEN", False
    sentence = "The AI service does not allow this request. Ask an administrator to check it."


class LLMModelNotFound(LLMError):
    code, retryable = "LLM_MODEL_NOT_FOUND", False
    sentence = "The AI service has no such model. Ask an administrator to check its name."


class LLMContextTooLong(LLMError):
    code, status, retryable = "LLM_CONTEXT_TOO_LONG", 422, False
    sentence = "The notes are too long for the AI model. Shorten them, then try again."


class LLMContentFilter(LLMError):
    code, status = "LLM_CONTENT_FILTER", 422
    sentence = "The AI service's content filter stopped the answer. Rephrase the notes, then retry."


class LLMConnectTimeout(LLMError):
    code, status = "LLM_CONNECT_TIMEOUT", 504
    sentence = "The AI service did not accept the connection in time. Try again in a moment."


class LLMFirstTokenTimeout(LLMError):
    code, status = "LLM_FIRST_TOKEN_TIMEOUT", 504
    sentence = "The AI model did not begin its answer in time. Try again."


class LLMTotalTimeout(LLMError):
    code, status = "LLM_TOTAL_TIMEOUT", 504
    sentence = "The answer took longer than allowed. The text so far is kept; try again."


class LLMStalled(LLMError):
    code, status = "LLM_STALLED", 504
    sentence = "The AI model went silent mid-answer. The text so far is kept; try again."


class LLMDisconnected(LLMError):
    code, status = "LLM_DISCONNECTED", 502
    sentence = "The connection to the AI service was lost. The text so far is kept; try again."


class LLMBadResponse(LLMError):
    code, status = "LLM_BAD_RESPONSE", 502
    sentence = "The AI service sent something that cannot be read. Try again."


class LLMEmpty(LLMError):
    code, status = "LLM_EMPTY", 502
    sentence = "The AI model sent an empty answer. Try again."


_BY_CODE: dict[str, type[AppError]] = {}
"""Filled on first use."""


def error_named(code: str) -> type[AppError]:
    """The error class of a stored code; `Internal` for one that is no longer known."""
    if not _BY_CODE:
        _BY_CODE[Internal.code] = Internal
        waiting: list[type[AppError]] = [AppError]
        while waiting:
            kind = waiting.pop()
            _BY_CODE.setdefault(kind.code, kind)
            waiting.extend(kind.__subclasses__())
    return _BY_CODE.get(code, Internal)
