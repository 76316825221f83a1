"""How fast passwords may be tried: after failures the next attempt has to wait, never forever.

Failures are counted in three ways over the last quarter of an hour: on this account from this
place, on the account from anywhere, and from this place on any account. Each sets a time to wait
after the last of them, which doubles with every failure up to half a minute. Somebody with hardly
any failures here waits a second at most, whatever others do to the account or from the same place:
the owner gets in, and strangers together have one guess a second. A browser that the account has
signed in from before is counted separately.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
"""How long a failure counts."""
FREE_HERE = 3
"""Failures on one account from one place, or from one known browser, before a wait."""
FREE_ON_ACCOUNT = 10
FREE_FROM_PLACE = 30
LONGEST_WAIT_S = 30.0
LONGEST_WAIT_OF_NEWCOMERS_S = 1.0
"""The longest wait because of others' failures, for anyone with fewer than `FREE_HERE` here."""


@dataclass(frozen=True, slots=True)
class Failures:
    """How many there were, and the time of the last one; `None` if there were none."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The failures within `WINDOW` that count for an attempt."""

    here: Failures
    """On this account from this place, since the last successful sign-in from here."""
    on_account: Failures
    from_place: Failures
    by_device: Failures | None = None
    """From the known browser of this attempt, since its last successful sign-in."""


def wait_s(record: Record, now: datetime) -> float:
    """Seconds until the next attempt is accepted; 0 for at once."""
    if record.by_device is not None:
        return _left(record.by_device, FREE_HERE, LONGEST_WAIT_S, now)
    newcomer = record.here.count < FREE_HERE
    longest = LONGEST_WAIT_OF_NEWCOMERS_S if newcomer else LONGEST_WAIT_S
    return max(
        _left(record.here, FREE_HERE, LONGEST_WAIT_S, now),
        _left(record.on_account, FREE_ON_ACCOUNT, longest, now),
        _left(record.from_place, FREE_FROM_PLACE, longest, now),
    )


def _left(failures: Failures, free: int, longest_s: float, now: datetime) -> float:
    """Seconds left of the wait after the last of at least `free` failures: 1, 2, 4 and so on."""
    if failures.last_at is None or failures.count < free:
        return 0.0
    whole = min(longest_s, 2.0 ** min(failures.count - free, 10))
    return max(0.0, whole - (now - failures.last_at).total_seconds())
