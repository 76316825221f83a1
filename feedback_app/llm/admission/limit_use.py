"""How much of one limit is used, before a call takes its part."""

from dataclasses import dataclass
from datetime import datetime

from feedback_app.llm.admission.limits import LimitName

NEAR = 0.8
"""From this share on, what is used of a limit is worth a warning."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit and what is used of it, before the call."""

    name: LimitName
    allowed: int
    used: int
    """With what running calls may use at most."""
    held: int
    """The part of `used` that running calls may use; what they do not comes back."""
    asked: int
    """The most the call may use; 0 where it costs nothing, or nobody knows what."""
    resets_at: datetime | None
    """`None` where it is free again as soon as a running call ends."""

    @property
    def left(self) -> int:
        return max(0, self.allowed - self.used)

    @property
    def fits(self) -> bool:
        return self.asked == 0 or self.used + self.asked <= self.allowed

    @property
    def is_near(self) -> bool:
        return self.asked > 0 and self.used >= NEAR * self.allowed
