"""A row of the system log in words."""

from feedback_app import routes
from feedback_app.admin.logs.queries import LogRecord
from feedback_app.admin.logs.schemas import LogRow
from feedback_app.core import zones
from feedback_app.db.models import CallStatus, LogComponent, SystemLog
from feedback_app.ui import wording

_BADGES: dict[str, str] = {
    LogComponent.API: "Request",
    LogComponent.UI: "Page",
    LogComponent.LLM: "LLM",
}
_STATUS_LABELS: dict[str, str] = {
    CallStatus.COMPLETE: "Complete",
    CallStatus.CANCELLED: "Stopped",
    CallStatus.ERROR: "Failed",
    CallStatus.INTERRUPTED: "Interrupted",
}
NO_STATUS = "received"
"""For what people did on the pages: the outcome is not known when the row is written."""
_HOME = "/index"
"""How the first page's route is written in the log."""


def status_label(status: str) -> str:
    """`Stopped` for `cancelled`; an HTTP status as it is."""
    return _STATUS_LABELS.get(status, status)


def row_in_words(record: LogRecord, *, request_href: str) -> LogRow:
    """What the page shows of a row."""
    row = record.row
    at = zones.local(row.at)
    milliseconds = row.duration_ms
    return LogRow(
        row_id=row.id,
        at=row.at.isoformat(timespec="microseconds"),
        day=f"{at.day} {at:%b}",
        time=f"{at:%H:%M:%S}",
        utc=wording.local_time(row.at).utc,
        component=row.component,
        component_label=_BADGES.get(row.component, row.component),
        action=_action(row),
        href=routes.admin_call(row.llm_call_id) if row.llm_call_id else "",
        person=record.person or "",
        status="" if row.status == NO_STATUS else status_label(row.status),
        outcome=_outcome(row.status),
        duration=""
        if milliseconds is None
        else f"{milliseconds} ms"
        if milliseconds < 1000
        else wording.duration(milliseconds),
        details=_details(row),
        request_id=row.request_id,
        request_href=request_href,
    )


def _action(row: SystemLog) -> str:
    """`GET /admin/usage` for a request, `CV parse` for the operation `cv_parse`."""
    if row.component == LogComponent.API:
        return f"{row.method} {row.action}" if row.method else row.action
    if row.component == LogComponent.LLM:
        return row.action.replace("_", " ").capitalize().replace("Cv ", "CV ")
    return row.action


def _details(row: SystemLog) -> str:
    said: list[str] = []
    if row.path and row.path != row.action:
        path = "/" if row.path == _HOME else row.path
        said.append(f"on {path}" if row.component == LogComponent.UI else path)
    if row.model:
        said.append(row.model)
    if row.tokens is not None:
        said.append(wording.tokens(row.tokens))
    if row.streaming is not None:
        said.append("streamed" if row.streaming else "not streamed")
    return " · ".join(said)


def _outcome(status: str) -> str:
    """The outcome that gives a status its colour: good, bad, or neither."""
    if status == CallStatus.COMPLETE or status[:1] == "2":
        return CallStatus.COMPLETE
    if status in {CallStatus.ERROR, CallStatus.INTERRUPTED} or status[:1] in {"4", "5"}:
        return CallStatus.ERROR
    return ""
