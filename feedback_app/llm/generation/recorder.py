"""Records how one answer was made, for its draft.

A trace shows the timings, a replay over the API sends the events of the outline, and a replay on a
page shows the text at its pace. All times are milliseconds since the click.
"""

from collections.abc import Sequence
from typing import Any

from feedback_app.core import clock
from feedback_app.llm.events import Event
from feedback_app.llm.generation.pace import PaceRecorder
from feedback_app.llm.ledger.entries import Recording
from feedback_app.llm.stream.replay import outline_of


class Recorder:
    """Records one call, from the time the recorder is created."""

    def __init__(self) -> None:
        self.started_at = clock.now()
        self._began = clock.monotonic()
        self._timings: list[dict[str, Any]] = []
        self._pace = PaceRecorder()

    def mark(self, what: str, **details: str | int) -> int:
        """Record that this happened now; return the time."""
        at_ms = self.at_ms(clock.monotonic())
        self._timings.append({"event": what, "at_ms": at_ms, **details})
        return at_ms

    def text_left(self, characters: int) -> None:
        """Record that a piece of the answer's text was sent now."""
        self._pace.note(self.at_ms(clock.monotonic()), characters)

    def text_begins_again(self) -> None:
        """Discard the recorded pieces: another answer replaces them."""
        self._pace = PaceRecorder()

    def at_ms(self, moment: float) -> int:
        """A time of the monotonic clock as milliseconds since the beginning."""
        return round((moment - self._began) * 1000)

    def recording(self, events: Sequence[Event]) -> Recording:
        """The recording to keep, with the events that were sent."""
        return Recording(self._timings, outline_of(events), self._pace.stored())
