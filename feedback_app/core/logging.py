"""The process's own log: one line per record, as text or JSON, with the request id.

What clients send ends up in messages and exceptions, especially those of libraries, and a log is
read by people and programs that trust its lines. So one handler writes for every logger: it
truncates each message, escapes what could forge or hide a line, and marks each line of a traceback
as such. Libraries print whole events when they cannot read them; of those it keeps what happened
and where, a few times a minute.
"""

import json
import logging
import os
import re
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass

from feedback_app.core import clock
from feedback_app.core.context import request_id
from feedback_app.core.settings import Settings
from feedback_app.core.text import on_one_line

_LOGGER = "feedback_app"
_MOST_OF_A_MESSAGE = 1_000
_MOST_OF_A_LIBRARYS = 250
"""Characters kept of a library's message: the rest is hardly ever the library's own words."""
_TRACE_HEAD, _TRACE_TAIL = 2_000, 6_000
"""Characters kept of a traceback: its beginning, and its end with the exception."""
_TRACE_LINE = "  | "
_ALIKE_PER_MINUTE = 30
_MINUTE_S = 60.0

_BEFORE_PAYLOAD = re.compile(r"Event data:|event queue entry for|payload for handler [\w.]+:")
"""After these words Reflex prints an event, or a value of one."""
_SAID_AGAIN = "Received event data as a string."
"""Reflex logs this warning about such an event before it reads it; if that fails, it logs again."""
_READS_FRAMES = ("engineio", "socketio")
"""The packages, and their loggers, that read the frames of sockets."""
_REFLEX_HANDLES = "REFLEX_MANAGED_LOGGING"
"""If this variable is set, Reflex reinstalls its own handler whenever it likes."""
_READS_EVENTS = (*_READS_FRAMES, "reflex")
"""The loggers of the code that turns frames into events."""
_TRACE_BEGINS = "\nTraceback (most recent call last):\n"
_FRAME_OF = re.compile(
    rf'^  File "[^"\n]*/({"|".join((_LOGGER, *_READS_FRAMES))})/[^"\n]*", line', re.MULTILINE
)
"""A line of a traceback that names a file of ours or of these packages."""


class OneLine(logging.Formatter):
    """A record as a line of text, followed by the lines of its traceback, each marked as such."""

    def format(self, record: logging.LogRecord) -> str:
        message, trace = told(record)
        where = f"{record.levelname} {record.name} [{request_id.get() or '-'}]"
        first = f"{self.formatTime(record)} {where} {message}"
        return "\n".join([first, *(f"{_TRACE_LINE}{line}" for line in trace)])


class OneObject(logging.Formatter):
    """A record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        message, trace = told(record)
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": message,
        }
        if trace:
            line["trace"] = "\n".join(trace)
        return json.dumps(line, ensure_ascii=False)


def told(record: logging.LogRecord) -> tuple[str, list[str]]:
    """A record's message on one line, and the lines of its traceback with the middle left out.

    What a client sent is removed if it can be recognised, and the traceback is dropped if all it
    would say is that a frame of a socket could not be read.
    """
    message, trace = _parts(record)
    if _is_ours(record):
        said = on_one_line(message, _MOST_OF_A_MESSAGE)
    else:
        payload = _BEFORE_PAYLOAD.search(message, 0, _MOST_OF_A_MESSAGE)
        said = on_one_line(message[: payload.end()] if payload else message, _MOST_OF_A_LIBRARYS)
        if payload:
            said += " (not shown)"
    if trace and _is_of_a_frame(record, trace):
        said, trace = f"{said}: {_place_of(record)}", ""
    if left_out := getattr(record, "left_out", 0):
        said += f" ({left_out} more like this were left out)"
    if len(trace) > _TRACE_HEAD + _TRACE_TAIL:
        trace = f"{trace[:_TRACE_HEAD]}\n…\n{trace[-_TRACE_TAIL:]}"
    return said, [on_one_line(line, _MOST_OF_A_MESSAGE) for line in trace.split("\n") if line]


def _parts(record: logging.LogRecord) -> tuple[str, str]:
    """A record's message and its traceback, which the server writes into its messages."""
    message = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        return message, "".join(traceback.format_exception(record.exc_info[1]))
    if _is_ours(record):
        return message, ""
    said, begins, trace = message.partition(_TRACE_BEGINS)
    return said, begins + trace


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _LOGGER


def _is_of_a_frame(record: logging.LogRecord, trace: str) -> bool:
    """Whether a library failed at what a client sent, before a handler of ours saw it."""
    if _is_ours(record):
        return False
    packages = _FRAME_OF.findall(trace)
    readers = [n for n, package in enumerate(packages) if package in _READS_FRAMES]
    begun = readers[0] if readers else 0 if record.name.startswith(_READS_EVENTS) else None
    return begun is not None and _LOGGER not in packages[begun:]


def _place_of(record: logging.LogRecord) -> str:
    """The kind of a record's exception and where it was raised; not its message."""
    if not record.exc_info or record.exc_info[0] is None or record.exc_info[2] is None:
        return "a frame could not be read"
    *_, (frame, line) = traceback.walk_tb(record.exc_info[2])
    return f"{record.exc_info[0].__name__} in {frame.f_globals.get('__name__')}, line {line}"


def _is_news(record: logging.LogRecord) -> bool:
    return _is_ours(record) or not str(record.msg).startswith(_SAID_AGAIN)


@dataclass(slots=True)
class _Alike:
    since: float
    count: int = 0


class FewAlike(logging.Filter):
    """Lets a limited number of records per minute through from each place in the code.

    It counts the rest, and the first record after such a minute says how many were left out. It
    applies to records of libraries and to those with a traceback, whose place is where the
    exception was raised; the app's own messages are always logged.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[tuple[object, ...], _Alike] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        raised = record.exc_info[2] if record.exc_info else None
        if _is_ours(record) and raised is None:
            return True
        place: tuple[object, ...] = (record.name, record.pathname, record.lineno)
        if raised is not None:
            *_, (frame, line) = traceback.walk_tb(raised)
            place += (frame.f_code.co_filename, line)
        now = clock.monotonic()
        alike = self._places.setdefault(place, _Alike(now))
        if now - alike.since >= _MINUTE_S:
            record.left_out = max(0, alike.count - _ALIKE_PER_MINUTE)
            alike.since, alike.count = now, 0
        alike.count += 1
        return alike.count <= _ALIKE_PER_MINUTE


class _Handler(logging.StreamHandler):
    """Writes to standard error; a record that cannot be written is logged without its contents.

    Whatever happens to standard error, even if it is closed, does not affect the caller.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        fault = sys.exc_info()[0]
        kind = fault.__name__ if fault else "fault"
        with suppress(OSError, ValueError):
            self.stream.write(f"a record of {record.pathname}, line {record.lineno}: {kind}\n")


def configure(settings: Settings) -> None:
    """Send the records of every logger to standard error through one handler.

    `LOG_LEVEL` is for this app's records; libraries keep their own levels. Call it once everything
    that installs a handler of its own is imported and configured.
    """
    handler = _Handler(sys.stderr)
    handler.setFormatter(OneObject() if settings.LOG_JSON else OneLine())
    handler.addFilter(_is_news)
    handler.addFilter(FewAlike())
    os.environ.pop(_REFLEX_HANDLES, None)
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    root = logging.getLogger()
    for own in [h for h in root.handlers if isinstance(h, _Handler)]:
        root.removeHandler(own)
    root.addHandler(handler)
    logging.getLogger(_LOGGER).setLevel(settings.LOG_LEVEL)
