"""What a person sees of a fault nobody foresaw: one sentence; the trace goes to the log."""

import logging

from reflex.event import EventSpec

from feedback_app.core.context import current_request_id
from feedback_app.core.errors import Internal
from feedback_app.db.faults import as_app_error
from feedback_app.ui.notice import NoticeState

_log = logging.getLogger(__name__)


def show_fault(exception: Exception) -> EventSpec:
    """Log a handler's fault under its request id and tell the person in the page."""
    error = as_app_error(exception)
    message = error.message
    if isinstance(error, Internal):
        message = f"{message} If it happens again, mention {current_request_id()}."
    return NoticeState.show(message)  # pyright: ignore[reportCallIssue, reportReturnType]


def log_page_fault(exception: Exception) -> None:
    """Log a fault a browser reported."""
    _log.error("a page reported: %s", str(exception)[:2000])
