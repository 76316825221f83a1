"""Turns any fault into an `AppError`; the raw cause goes to the log, never to a person."""

import logging

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from feedback_app.core.errors import AppError, Internal, Unavailable

_log = logging.getLogger(__name__)

_AWAY = ("08", "57P", "53300")
"""How PostgreSQL's SQLSTATE begins when a connection was lost, refused, or one too many."""


class NotOpen(RuntimeError):
    """Asked for what lives as long as the process: before it is there, or in the process's end."""


def is_unavailable(fault: BaseException) -> bool:
    """Whether a fault means that the database does not answer, rather than that we erred."""
    if isinstance(fault, NotOpen | OperationalError | InterfaceError | PoolTimeout | OSError):
        return True
    if not isinstance(fault, DBAPIError):
        return False
    # The driver has a class of its own for few of these: a restart comes as a plain error.
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
