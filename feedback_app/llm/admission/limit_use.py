"""How much of one limit is used, before a call takes its part."""

from dataclasses import dataclass
from datetime import datetime

from feedback_app.llm.admission.limits import LimitName

NEAR = 0.8
"""The share from which the use of a limit deserves a warning."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit and how much of it is used, before the call."""

    name: LimitName
    allowed: int
    used: int
    """Includes the most that running calls may use."""
    held: int
    """The part of `used` that running calls may use; the unused rest is released."""
    asked: int
    """The most the call may use; 0 if it costs nothing, or the cost is unknown."""
    resets_at: datetime | None
    """`None` if it is free again as soon as a running call ends."""

    @property
    def left(self) -> int:
        return max(0, self.allowed - self.used)

    @property
    def fits(self) -> bool:
        return self.asked == 0 or self.used + self.asked <= self.allowed

    @property
    def is_near(self) -> bool:
        return self.asked > 0 and self.used >= NEAR * self.allowed
