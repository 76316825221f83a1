"""The time zone that times are shown in: checked by its name, and set for whoever is served.

A context variable holds it, as the request id is held: `require_user` sets it for each event, so a
background handler and its tasks have it too. Whatever sets none (the API, exports, tasks of the
process itself) is in UTC.
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
    """The same time as the viewer's clock has it."""
    return value.astimezone(_zone.get())


def zone_named(name: str) -> tzinfo | None:
    """The IANA zone of that name, `None` where there is none; any text may be asked for."""
    return _load(name) if len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=1000)
def _load(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Unknown names, names that leave the folder of zones, and names of folders in it.
        return None
