"""How far a running call has got."""

from dataclasses import dataclass

from feedback_app.llm.events import Stage


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running call has got."""

    stage: Stage
    tokens: int
    """Estimated from the text so far, reasoning included."""
