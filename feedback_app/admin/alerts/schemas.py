"""What the alerts page shows."""

from dataclasses import dataclass, field

from feedback_app.ui.wording import NO_TIME, LocalTime


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert in words."""

    alert_id: str = ""
    level: str = ""
    level_label: str = ""
    text: str = ""
    at: LocalTime = NO_TIME
    href: str = ""
    """Where to find more about it; empty for a test."""
    href_label: str = ""
    seen_by: str = ""
    """Who marked it as seen; empty while nobody has."""
    seen_at: LocalTime = NO_TIME
    delivery: str = ""
    """The state of its delivery to the webhook, in words; empty if it was not to be sent."""
    delivery_at: LocalTime = NO_TIME
    """The time at the end of `delivery`; empty if it names none."""
    delivery_status: str = ""
    """`sent`, `waiting` or `failed`."""


@dataclass(frozen=True, slots=True)
class AlertsView:
    """Everything on the page."""

    rows: list[AlertRow] = field(default_factory=list)
    unseen: int = 0
    more: str = ""
    """Says that there are older alerts; empty if there are none."""
    webhook: str = ""
    """The host that alerts are sent to; empty if none is set."""
