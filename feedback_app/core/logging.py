"""The process's own log: one line per record, as text or JSON, with the request id."""

import json
import logging
import sys

from feedback_app.core.context import request_id
from feedback_app.core.settings import Settings

_LOGGER = "feedback_app"


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get() or "-"
        return super().format(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Send this app's records to standard error; other libraries' logging is left alone."""
    logger = logging.getLogger(_LOGGER)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.LOG_JSON else _Text())
    logger.handlers = [handler]
    logger.setLevel(settings.LOG_LEVEL)
    logger.propagate = False
