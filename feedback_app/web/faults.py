"""What a person sees of an unforeseen fault, and how faults reported by pages are logged."""

import logging
from collections import Counter

import reflex as rx
from reflex.app import App
from reflex.event import Event, EventSpec
from reflex.state import BaseState, FrontendEventExceptionState, StateUpdate

from feedback_app.auth.guards import session_hash
from feedback_app.auth.sessions import identity
from feedback_app.core import clock
from feedback_app.core.context import current_request_id
from feedback_app.core.errors import Internal
from feedback_app.core.text import on_one_line
from feedback_app.db.faults import as_app_error
from feedback_app.ui.notice import NoticeState

_log = logging.getLogger(__name__)

MOST_OF_A_REPORT = 300
"""In characters: the browser's own message; the rest is a stack of built code."""
REPORTS_PER_SOCKET = 5
REPORTS_IN_ALL = 30
"""Within `REPORTS_WINDOW_S`, as the ones per socket."""
REPORTS_WINDOW_S = 60.0
_REPORT = f"{FrontendEventExceptionState.get_full_name()}.handle_frontend_exception"


def show_fault(exception: Exception) -> EventSpec:
    """Log a handler's fault under its request id and show a notice on the page."""
    error = as_app_error(exception)
    message = error.message
    if isinstance(error, Internal):
        message = f"{message} If it happens again, mention {current_request_id()}."
    return NoticeState.show(message)  # pyright: ignore[reportCallIssue, reportReturnType]


def log_page_fault(exception: Exception) -> None:
    """Log a fault a browser reported, on one line."""
    _log.error("a page reported: %s", on_one_line(str(exception), MOST_OF_A_REPORT))


class PageFaults(rx.Middleware):
    """Rejects reports of faulty pages from people not signed in, and from those who flood.

    Reflex accepts such a report from anyone. A session counts as live here once this process has
    resolved it, which the page's own load has done before it can fail.
    """

    def __init__(self) -> None:
        self._since = clock.monotonic()
        self._reports: Counter[str] = Counter()

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        if event.name != _REPORT:
            return None
        socket = state.router.session.session_id
        if identity(session_hash(state)) is None or not self._has_room(socket):
            return StateUpdate()
        return None

    def _has_room(self, socket: str) -> bool:
        now = clock.monotonic()
        if now - self._since >= REPORTS_WINDOW_S:
            self._since = now
            self._reports.clear()
        if self._reports.total() >= REPORTS_IN_ALL or self._reports[socket] >= REPORTS_PER_SOCKET:
            return False
        self._reports[socket] += 1
        return True
