"""Detects where typing begins, so that the log has one row for it and not one for each key.

The row is written when the typing begins; only the time of each person's last key is held here.
Nothing is lost when the process ends. Another process, after a reconnect, writes a row of its own.
"""

from collections import OrderedDict
from collections.abc import Hashable

from feedback_app.core import clock

PAUSE_S = 30.0
"""A pause in typing this long starts a new measurement at the next key."""
MOST_TYPISTS = 10_000
"""How many are remembered; beyond that the least recent is forgotten."""


class TypingPauses:
    """When each person last typed in each place."""

    def __init__(self) -> None:
        self._last: OrderedDict[Hashable, float] = OrderedDict()
        """The most recent typist comes last."""

    def begins(self, typist: Hashable) -> bool:
        """Record a key; return whether it is the first one, or the first after a pause."""
        now = clock.monotonic()
        self._forget_before(now - PAUSE_S)
        begins = self._last.pop(typist, None) is None
        self._last[typist] = now
        if len(self._last) > MOST_TYPISTS:
            self._last.popitem(last=False)
        return begins

    def _forget_before(self, moment: float) -> None:
        while self._last and next(iter(self._last.values())) < moment:
            self._last.popitem(last=False)
