"""Whom this process is serving right now, and the request id that ties both logs together."""

import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    """A fresh 16-character hexadecimal id, also set as the current one."""
    value = secrets.token_hex(8)
    request_id.set(value)
    return value


def current_request_id() -> str:
    """The current request's id, created on first use if no request set one."""
    return request_id.get() or new_request_id()
