"""The time zone that times are shown in: validated by its name, and set for each event served.

A context variable holds it, like the request id: `require_user` sets it for each event, so a
background handler and its tasks have it too. Code that sets none (the API, exports, tasks of the
process itself) runs in UTC.
"""

from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

UTC_NAME = "UTC"
LONGEST_NAME = 64
"""Characters; the longest name in use has 32."""

_zone: ContextVar[tzinfo] = ContextVar("time_zone", default=UTC)


def show_times_in(name: str) -> None:
    """Show times in this zone for the rest of the event; in UTC if there is no such zone."""
    _zone.set(zone_named(name) or UTC)


def local(value: datetime) -> datetime:
    """The same time on the viewer's clock."""
    return value.astimezone(_zone.get())


def zone_named(name: str) -> tzinfo | None:
    """The IANA zone of that name, `None` if there is none; any text may be passed."""
    return _load(name) if len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=1000)
def _load(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Unknown names, names that leave the folder of zones, and names of folders in it.
        return None
