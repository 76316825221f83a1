"""Turns any fault into an `AppError`; the raw cause goes to the log, never to a person."""

import logging

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from feedback_app.core.errors import AppError, Internal, Unavailable

_log = logging.getLogger(__name__)

_AWAY = ("08", "57P", "53300")
"""The SQLSTATE prefixes by which PostgreSQL reports a connection lost, refused, or one too many."""


class NotOpen(RuntimeError):
    """Something that lives as long as the process was used before it exists or after its end."""


def is_unavailable(fault: BaseException) -> bool:
    """Whether a fault means that the database does not answer, rather than a mistake of ours."""
    if isinstance(fault, NotOpen | OperationalError | InterfaceError | PoolTimeout | OSError):
        return True
    if not isinstance(fault, DBAPIError):
        return False
    # The driver has specific classes for few of these: a restart arrives as a generic error.
    state = getattr(fault.orig, "sqlstate", None) or ""
    return fault.connection_invalidated or state.startswith(_AWAY)


def as_app_error(fault: BaseException) -> AppError:
    """The `AppError` for a fault; anything unforeseen is logged and becomes `Internal`."""
    if isinstance(fault, AppError):
        return fault
    if is_unavailable(fault):
        _log.error("the database does not answer: %s", type(fault).__name__)
        _log.debug("its fault", exc_info=fault)
        return Unavailable()
    _log.error("unexpected %s", type(fault).__name__, exc_info=fault)
    return Internal()
