"""A token bucket, as the generic cell rate algorithm (ITU-T I.371) keeps it: one number."""

from feedback_app.core import clock

_ROUNDING_S = 1e-6
"""The rounding error that many intervals may add up to."""


class Bucket:
    """Lets `burst` through at once and `per_second` in the long run."""

    __slots__ = ("_interval_s", "_slack_s", "_until")

    def __init__(self, per_second: float, burst: int) -> None:
        self._interval_s = 1 / per_second
        self._slack_s = burst / per_second
        self._until = 0.0

    def take(self) -> float:
        """Take one; return how many seconds to wait before it may be used, 0 for none."""
        now = clock.monotonic()
        self._until = max(self._until, now) + self._interval_s
        return max(0.0, self._until - self._slack_s - now)

    def offers(self) -> bool:
        """Whether one more could be used at once."""
        return self.wait_s() <= _ROUNDING_S

    def wait_s(self) -> float:
        """How many seconds one that is taken now would have to wait; 0 or less for none."""
        now = clock.monotonic()
        return max(self._until, now) + self._interval_s - self._slack_s - now

    @property
    def is_full(self) -> bool:
        """Whether nothing was taken for so long that the bucket is as good as new."""
        return self._until <= clock.monotonic()
