"""The process's own log: no record can look like another, or fill it."""

import io
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from reflex_base.utils import log as reflex_log

from feedback_app.core import clock
from feedback_app.core import logging as ours
from feedback_app.core.settings import Settings
from feedback_app.core.text import on_one_line

FORGED = "2026-11-27 11:11:11,111 WARNING feedback_app.auth [aaaa] signed in"
TRICKS = [
    pytest.param(f"\n{FORGED}", id="a new line"),
    pytest.param(f"\r{FORGED}", id="a carriage return"),
    pytest.param(f"\x1b[2K\x1b[1G{FORGED}", id="a terminal's escape"),
    pytest.param(f"\x9b2K{FORGED}", id="an escape of one byte"),
    pytest.param(f"\x85{FORGED}", id="a next line"),
    pytest.param(f"\u2028{FORGED}\u2029{FORGED}", id="separators of lines and paragraphs"),
    pytest.param("\u202egnol os\u202c \u2066x\u2069 \u200f\u061c", id="bidi controls"),
    pytest.param("\x00\x07\x08\x0b\x0c\x1c\x7f", id="other controls"),
    pytest.param("\ud800", id="half a character"),
]
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
LOGGERS = ["feedback_app.auth", "reflex.app", "_granian", "uvicorn.error", "asyncio", "elsewhere"]


class Log:
    """What the handler has written."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.removesuffix("\n").split("\n")


@pytest.fixture(params=[False, True], ids=["text", "json"])
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The log as the app configures it, over loggers with handlers of their own."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root, known = logging.getLogger(), [logging.getLogger(name) for name in LOGGERS]
    before = list(root.handlers)
    for logger in known:
        logger.addHandler(logging.StreamHandler(stream))
        logger.propagate = False
        # A server that ran in this process may have silenced it.
        monkeypatch.setattr(logger, "disabled", False)
        monkeypatch.setattr(logger, "level", logging.NOTSET)
    ours.configure(Settings(LOG_JSON=request.param))  # pyright: ignore[reportCallIssue]
    yield Log(stream)
    root.handlers[:] = before
    for logger in known:
        logger.handlers.clear()
        logger.propagate = True


def own_handler() -> logging.Handler:
    (handler,) = [
        h for h in logging.getLogger().handlers if h.formatter.__module__ == ours.__name__
    ]
    return handler


@pytest.mark.parametrize("name", LOGGERS)
@pytest.mark.parametrize("trick", TRICKS)
def test_what_a_record_says_stays_on_its_line_whoever_says_it(log: Log, name: str, trick: str):
    logging.getLogger(name).error("reported: %s", trick)
    assert len(log.lines) == 1
    assert not CONTROLS.search(log.text)
    log.text.encode()


@pytest.mark.parametrize("trick", TRICKS)
def test_an_exceptions_text_cannot_begin_a_line(log: Log, trick: str):
    try:
        raise ValueError(f"odd{trick}")
    except ValueError:
        logging.getLogger("feedback_app.web").exception("unexpected")
    assert [line for line in log.lines if line.startswith("2026-11-27 11:11")] == []
    assert all(line.startswith("  | ") for line in log.lines[1:])
    assert not CONTROLS.search(log.text)
    assert "ValueError: odd" in log.text


def test_reflex_does_not_put_its_own_handler_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REFLEX_MANAGED_LOGGING", "true")
    before = list(logging.getLogger().handlers)
    ours.configure(Settings())  # pyright: ignore[reportCallIssue]
    reflex_log.ensure_configured()
    logging.getLogger().handlers[:] = before
    assert logging.getLogger("reflex").handlers == []


def test_messages_and_tracebacks_have_a_length(log: Log):
    logging.getLogger("feedback_app.web").error("x" * 1_000_000)
    assert len(log.text) < 1_500
    try:
        raise ValueError("y" * 1_000_000)
    except ValueError:
        logging.getLogger("feedback_app.web").exception("unexpected")
    assert len(log.text) < 12_000


def test_text_that_hides_nothing_is_written_as_it_is(log: Log):
    logging.getLogger("feedback_app.web").error("Größe ä 日本 \\n – “quoted”")
    written = log.lines[0]
    if written.startswith("{"):
        written = json.loads(written)["message"]
    assert written.endswith("Größe ä 日本 \\n – “quoted”")


def test_an_event_that_a_library_prints_is_left_out(log: Log):
    library = logging.getLogger("reflex.app")
    library.warning("Received event from session 1 with no token. Event data: {'notes': 'secret'}")
    library.warning("Error transforming event payload for handler State.note: 'secret' is no int")
    library.error("Error processing event queue entry for Event(name='x', payload='secret')")
    assert "secret" not in log.text
    assert log.text.count("(not shown)") == 3


def test_a_traceback_that_the_server_writes_into_its_message_is_told_as_one(log: Log):
    said = (
        "Application callable raised an exception\nTraceback (most recent call last):\n"
        '  File "/app/feedback_app/web/health.py", line 7, in readyz\nValueError: odd'
    )
    logging.getLogger("_granian").error(said)
    assert "ValueError: odd" in log.text
    assert log.lines[1:] == [] or log.lines[-1] == "  | ValueError: odd"


def test_records_of_a_library_that_are_alike_are_counted_after_the_first_thirty(
    log: Log, monkeypatch: pytest.MonkeyPatch
):
    now = 1_000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    library = logging.getLogger("reflex.app")

    def complain(times: int) -> None:
        for number in range(times):
            library.warning("client %d sent nonsense", number)

    complain(500)
    assert len(log.lines) == 30
    now += 60
    complain(1)
    assert len(log.lines) == 31
    assert "(470 more like this were left out)" in log.lines[-1]


def test_what_the_app_says_by_itself_is_never_left_out(log: Log):
    for number in range(100):
        logging.getLogger("feedback_app.llm").warning("call %d ended", number)
    assert len(log.lines) == 100


def test_a_record_that_cannot_be_written_is_told_without_what_it_holds(log: Log):
    wrong = ("feedback_app.web", logging.ERROR, "web.py", 7, "%d", ("secret",), None)
    own_handler().handle(logging.LogRecord(*wrong))
    assert "secret" not in log.text
    assert "web.py, line 7" in log.text
    assert len(log.lines) == 1


def test_a_cut_text_says_how_much_is_missing():
    assert on_one_line("abcdef", 4) == "abcd… (2 more characters)"


def test_nothing_that_happens_to_standard_error_reaches_whoever_logs(log: Log):
    handler = own_handler()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(closed := io.StringIO())
    closed.close()
    logging.getLogger("feedback_app.llm").warning("a call ended")
