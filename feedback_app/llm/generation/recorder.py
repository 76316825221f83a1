"""Records how one answer came about, from which what its draft keeps of that is made.

A trace shows the timings, a replay over the API sends the events of the outline, and a replay on a
page shows the text at its pace. All moments are milliseconds from the beginning: the click.
"""

from collections.abc import Sequence
from typing import Any

from feedback_app.core import clock
from feedback_app.llm.events import Event
from feedback_app.llm.generation.pace import PaceRecorder
from feedback_app.llm.ledger.entries import Recording
from feedback_app.llm.stream.replay import outline_of


class Recorder:
    """Records one call; it begins when it is made."""

    def __init__(self) -> None:
        self.started_at = clock.now()
        self._began = clock.monotonic()
        self._timings: list[dict[str, Any]] = []
        self._pace = PaceRecorder()

    def mark(self, what: str, **details: str | int) -> int:
        """Record that this happened now; when that was."""
        at_ms = self.at_ms(clock.monotonic())
        self._timings.append({"event": what, "at_ms": at_ms, **details})
        return at_ms

    def text_left(self, characters: int) -> None:
        """Record that a piece of the answer's text left now."""
        self._pace.note(self.at_ms(clock.monotonic()), characters)

    def text_begins_again(self) -> None:
        """Forget the pieces that have left: another answer takes their place."""
        self._pace = PaceRecorder()

    def at_ms(self, moment: float) -> int:
        """When that moment of the monotonic clock was."""
        return round((moment - self._began) * 1000)

    def recording(self, events: Sequence[Event]) -> Recording:
        """What is kept of it, with the events that were told meanwhile."""
        return Recording(self._timings, outline_of(events), self._pace.stored())
