"""Turns any fault into an `AppError`; the raw cause goes to the log, never to a person."""

import logging

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from feedback_app.core.errors import AppError, Internal, Unavailable

_log = logging.getLogger(__name__)


def is_unavailable(fault: BaseException) -> bool:
    """Whether a fault means that the database does not answer, rather than that we erred."""
    if isinstance(fault, OperationalError | InterfaceError | PoolTimeout | OSError):
        return True
    return isinstance(fault, DBAPIError) and fault.connection_invalidated


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
