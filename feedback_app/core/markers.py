"""Marks set on a function where it is declared, read by the web layer: no rule matches names."""

from collections.abc import Callable
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

_LLM_OPERATION = "__debrief_llm_operation__"
_UNLOGGED = "__debrief_unlogged__"
_SIGN_IN = "__debrief_sign_in__"
_PUBLIC = "__debrief_public__"
_GUARDED = "__debrief_guarded__"
_WORDS = "__debrief_words__"
_TYPING = "__debrief_typing__"


def _mark(function: _F, name: str) -> _F:
    setattr(function, name, True)
    return function


def _has(function: object, name: str) -> bool:
    return getattr(function, name, False) is True


def llm_operation(endpoint: _F) -> _F:
    """Mark an HTTP endpoint that runs an LLM operation: it leaves an `llm` row, no `api` row."""
    return _mark(endpoint, _LLM_OPERATION)


def generation_event(handler: _F) -> _F:
    """Mark an event handler that belongs to a generation: it leaves no `ui` row."""
    return _mark(handler, _UNLOGGED)


def own_event(handler: _F) -> _F:
    """Mark an event handler that the app itself calls, not a person: it leaves no `ui` row."""
    return _mark(handler, _UNLOGGED)


def logged(words: str) -> Callable[[_F], _F]:
    """Give an event handler the words that its log rows use: "Rated a competency".

    The words name the action alone, never the object or the means.
    """

    def mark(handler: _F) -> _F:
        setattr(handler, _WORDS, words)
        return handler

    return mark


def typing(words: str) -> Callable[[_F], _F]:
    """The same for a handler that is called while a person types.

    It leaves one row when the typing begins, and the next only after a pause.
    """

    def mark(handler: _F) -> _F:
        return _mark(logged(words)(handler), _TYPING)

    return mark


def unlogged(endpoint: _F) -> _F:
    """Mark an HTTP endpoint that leaves no row at all, such as a health check."""
    return _mark(endpoint, _UNLOGGED)


def sign_in_attempt(endpoint: _F) -> _F:
    """Mark an HTTP endpoint that signs people in: it leaves rows though nobody is signed in yet."""
    return _mark(endpoint, _SIGN_IN)


def public(handler: _F) -> _F:
    """Mark an event handler that works without a sign-in; all others must be guarded."""
    return _mark(handler, _PUBLIC)


def mark_guarded(handler: _F) -> _F:
    """Mark an event handler that checks the session itself; `guarded` sets it."""
    return _mark(handler, _GUARDED)


def is_llm_operation(endpoint: object) -> bool:
    return _has(endpoint, _LLM_OPERATION)


def is_unlogged(handler: object) -> bool:
    return _has(handler, _UNLOGGED)


def is_sign_in_attempt(endpoint: object) -> bool:
    return _has(endpoint, _SIGN_IN)


def words_of(handler: object) -> str:
    """The log's words for an event handler; empty if none were declared."""
    return getattr(handler, _WORDS, "")


def is_typing(handler: object) -> bool:
    return _has(handler, _TYPING)


def is_public(handler: object) -> bool:
    return _has(handler, _PUBLIC)


def is_guarded(handler: object) -> bool:
    return _has(handler, _GUARDED)
