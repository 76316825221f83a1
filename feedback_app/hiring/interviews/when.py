"""The time of an interview as people write it: on the clock of the zone its form was shown in."""

from datetime import UTC, datetime

from feedback_app.core.errors import Invalid
from feedback_app.core.zones import zone_named

_EARLIEST, _LATEST = 2000, 2100


def as_field(value: datetime, zone: str) -> str:
    """A time as a field of the kind `datetime-local` takes it, `2026-11-28T14:30`."""
    return f"{value.astimezone(zone_named(zone) or UTC):%Y-%m-%dT%H:%M}"


def from_field(text: str, zone: str) -> datetime:
    """The time in UTC. Of two that a clock shows twice, the earlier one.

    Raises:
        Invalid: it is missing, no time, out of bounds, or one that the clocks skip.
    """
    try:
        typed = datetime.fromisoformat(text[:19])
    except ValueError:
        raise Invalid("Choose a day and a time.") from None
    if typed.tzinfo is not None or "T" not in text:
        raise Invalid("Choose a day and a time.")
    if not _EARLIEST <= typed.year < _LATEST:
        raise Invalid(f"The year must be from {_EARLIEST} to {_LATEST - 1}.")
    there = zone_named(zone) or UTC
    at = typed.replace(tzinfo=there).astimezone(UTC)
    if at.astimezone(there).replace(tzinfo=None) != typed:
        raise Invalid("The clocks skip this time on that day. Choose another.")
    return at
