"""Turns a typed answer's events into the fields of a form, while its JSON is written."""

from collections.abc import Callable, Sequence
from typing import Any

from feedback_app.core import clock
from feedback_app.live.view import LiveView
from feedback_app.llm.events import ChunkEvent, CompleteEvent, EndedEvent, Event
from feedback_app.llm.text.structured import so_far

EVERY_S = 0.1
"""How often the fields change at most: a list is sent whole whenever it grows."""


class FieldsView(LiveView):
    """What has been shown of one typed answer to one follower.

    `fill` makes page vars of the fields so far; a field may be missing, or end early.
    """

    def __init__(self, fill: Callable[[dict[str, Any]], dict[str, Any]], age_s: float = 0) -> None:
        super().__init__(age_s)
        self._fill = fill
        self._shown: dict[str, Any] = {}
        self._filled = float("-inf")
        self._is_behind = False
        """Whether text has arrived that the fields do not show yet."""

    def take(self, events: Sequence[Event]) -> dict[str, Any]:
        """Like any live view; text held back is shown at the next call even without an event."""
        changes = super().take(events)
        if self._is_behind and clock.monotonic() - self._filled >= EVERY_S:
            changes |= self._changes()
        return changes

    def _grow(self, chunks: Sequence[ChunkEvent]) -> dict[str, Any]:
        for chunk in chunks:
            # An answer that was wrong is written again from its beginning.
            self.text = self.text[: chunk.offset] + chunk.content
        self._is_behind = True
        return {}

    def _finish_text(self, ending: CompleteEvent | EndedEvent) -> dict[str, Any]:
        return self._changes()

    def _changes(self) -> dict[str, Any]:
        self._filled, self._is_behind = clock.monotonic(), False
        filled = self._fill(so_far(self.text))
        changed = {name: value for name, value in filled.items() if self._shown.get(name) != value}
        self._shown = filled
        return changed
