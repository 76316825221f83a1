"""What happened when in one call, and how far it has come."""

from dataclasses import dataclass
from typing import Any

from feedback_app.core import clock
from feedback_app.llm.events import Stage


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running call has come."""

    stage: Stage
    tokens: int
    """Estimated from what has come so far, reasoning included."""


class Timeline:
    """What happened when in one call, in milliseconds from its beginning: the click."""

    def __init__(self) -> None:
        self.started_at = clock.now()
        self.began = clock.monotonic()
        self.marks: list[dict[str, Any]] = []

    def mark(self, what: str, **details: str | int) -> None:
        """Note that this happened now."""
        self.marks.append({"event": what, "at_ms": self.at_ms(clock.monotonic()), **details})

    def at_ms(self, moment: float) -> int:
        """When that moment of the monotonic clock was."""
        return round((moment - self.began) * 1000)
