"""How far a running call has come."""

from dataclasses import dataclass

from feedback_app.llm.events import Stage


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running call has come."""

    stage: Stage
    tokens: int
    """Estimated from what has come so far, reasoning included."""
