"""What the list of running calls shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunningRow:
    """A call that runs now, in words."""

    call_id: str = ""
    href: str = ""
    person: str = ""
    subject: str = ""
    """The candidate, or the operation if no interview belongs to the call."""
    subject_note: str = ""
    model: str = ""
    phase: str = ""
    since: str = ""
    tokens: str = ""
    """Estimated tokens received so far."""
