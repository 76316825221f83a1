"""The pace at which a page shows the stages of a call."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from feedback_app.core import clock

ONE_FRAME_S = 0.016
"""The pause after a stage; otherwise the browser would draw two that arrive together as one."""


class Stages:
    """Keeps stages back until the one before was drawn; nothing else is kept back with them."""

    def __init__(self) -> None:
        self._waiting: deque[dict[str, Any]] = deque()
        self._due = float("-inf")

    @property
    def are_waiting(self) -> bool:
        """Whether stages are still to be shown."""
        return bool(self._waiting)

    def wait_s(self, otherwise_s: float) -> float:
        """Seconds until the next stage may be shown; `otherwise_s` if none is waiting."""
        return max(0.0, self._due - clock.monotonic()) if self._waiting else otherwise_s

    def pace(
        self, changes: dict[str, Any], later_stages: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        """What to show now of these changes and of the stages that follow: one stage at most."""
        shown = dict(changes)
        if "phase" in shown:
            self._waiting.append({name: shown.pop(name) for name in ("phase", "message")})
        self._waiting.extend(later_stages)
        if self._waiting and clock.monotonic() >= self._due:
            shown |= self._waiting.popleft()
            self._due = clock.monotonic() + ONE_FRAME_S
        return shown
