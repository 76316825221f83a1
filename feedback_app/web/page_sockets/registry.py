"""Every open socket of this process, and the limits per person, per address and overall."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.web.page_sockets.bucket import Bucket
from feedback_app.web.page_sockets.connection import Connection, served

EVENTS_PER_SECOND, EVENTS_AT_ONCE = 120, 400
"""For one socket of somebody signed in: the fastest typing is a fraction of it."""
STRANGERS_EVENTS_PER_SECOND, STRANGERS_EVENTS_AT_ONCE = 5, 20
"""For one socket on which nobody has signed in."""
ALL_STRANGERS_EVENTS_PER_SECOND, ALL_STRANGERS_EVENTS_AT_ONCE = 20, 100
"""For all of those together: creating a page's state takes about 10 ms."""
OPENINGS_PER_SECOND, OPENINGS_AT_ONCE = 5, 60
"""For sockets on which nobody has signed in, by address."""
PEOPLES_OPENINGS_PER_SECOND, PEOPLES_OPENINGS_AT_ONCE = 2, 120
"""The same by person: a browser that opens all its tabs again, or reloads one ten times."""
_KEPT = 10_000
"""Addresses or people whose openings are remembered."""
STRANGERS_CHARACTERS = 16_000
"""The longest frame of somebody who has not signed in: there is nothing to write in yet."""
STRANGERS_UNREAD = 150_000
"""What such a socket may leave unread, in characters."""


class _Openings:
    """How fast each person or address may open sockets."""

    def __init__(self, per_second: float, at_once: int) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._buckets: dict[str, Bucket] = {}

    def take(self, who: str) -> bool:
        """Whether one more may be opened; it counts if so."""
        bucket = self._buckets.get(who)
        if bucket is None:
            if len(self._buckets) >= _KEPT:
                self._buckets = {key: b for key, b in self._buckets.items() if not b.is_full}
            if len(self._buckets) >= _KEPT:
                return False
            bucket = self._buckets[who] = Bucket(self._per_second, self._at_once)
        if not bucket.offers():
            return False
        bucket.take()
        return True


class Sockets:
    """Those that are open, in the order they were opened."""

    def __init__(self) -> None:
        self._open: dict[Connection, None] = {}
        self._of_people: Counter[str] = Counter()
        self._strangers: dict[Connection, None] = {}
        self._events_of_strangers = Bucket(
            ALL_STRANGERS_EVENTS_PER_SECOND, ALL_STRANGERS_EVENTS_AT_ONCE
        )
        self._openings = _Openings(OPENINGS_PER_SECOND, OPENINGS_AT_ONCE)
        self._openings_of_people = _Openings(PEOPLES_OPENINGS_PER_SECOND, PEOPLES_OPENINGS_AT_ONCE)
        self.unread = 0
        """Characters that all of them together have not read."""

    def __len__(self) -> int:
        return len(self._open)

    def may_knock(self, user_id: str | None, address: str) -> bool:
        """Whether this person, or somebody not signed in at this address, may open a socket now."""
        if user_id is not None:
            return self._openings_of_people.take(user_id)
        return self._openings.take(address)

    @contextmanager
    def one_more(
        self, settings: Settings, *, user_id: str | None, address: str
    ) -> Iterator[Connection | None]:
        """Count a socket until the block ends; yield `None` if there may be no more.

        Of those on which nobody is signed in, the oldest makes room: a sign-in takes a moment, and
        somebody who opens many closes their own.
        """
        if user_id is not None:
            if self._of_people[user_id] >= settings.SOCKETS_PER_USER:
                yield None
                return
        else:
            self._make_room(settings, address)
        if len(self._open) >= settings.SOCKETS:
            yield None
            return
        connection = self._made(settings, user_id, address)
        self._add(connection)
        reset = served.set(connection)
        try:
            yield connection
        finally:
            served.reset(reset)
            self._remove(connection)

    def end_what_is_stuck(self, settings: Settings) -> None:
        """End the sockets that accept nothing any more, and the fullest if all hold too much."""
        late = clock.monotonic() - settings.SOCKET_SEND_WITHIN_S
        for connection in list(self._open):
            if connection.sending_since is not None and connection.sending_since < late:
                connection.end("took nothing for too long")
        most = settings.SOCKETS_UNREAD_MB * 1_000_000
        if self.unread <= most:
            return
        for connection in sorted(self._open, key=lambda each: -each.unread):
            if not connection.ended:
                connection.end("left most unread of all")
            if self.unread - connection.unread <= most:
                return

    def _made(self, settings: Settings, user_id: str | None, address: str) -> Connection:
        if user_id is None:
            own = Bucket(STRANGERS_EVENTS_PER_SECOND, STRANGERS_EVENTS_AT_ONCE)
            return Connection(
                user_id=None,
                address=address,
                most_characters=STRANGERS_CHARACTERS,
                most_unread=STRANGERS_UNREAD,
                own=own,
                shared=self._events_of_strangers,
                counted=self._count,
            )
        return Connection(
            user_id=user_id,
            address=address,
            most_characters=settings.SOCKET_MESSAGE_KB * 1000,
            most_unread=settings.SOCKET_UNREAD_KB * 1000,
            own=Bucket(EVENTS_PER_SECOND, EVENTS_AT_ONCE),
            shared=None,
            counted=self._count,
        )

    def _make_room(self, settings: Settings, address: str) -> None:
        open_ones = [each for each in self._strangers if not each.ended]
        here = [each for each in open_ones if each.address == address]
        if len(here) >= settings.SOCKETS_OF_STRANGERS_PER_ADDRESS:
            here[0].end("made room for a newer one from its address")
        elif len(open_ones) >= settings.SOCKETS_OF_STRANGERS:
            fullest, _ = Counter(each.address for each in open_ones).most_common(1)[0]
            oldest = next(each for each in open_ones if each.address == fullest)
            oldest.end("made room for a newer one")

    def _add(self, connection: Connection) -> None:
        self._open[connection] = None
        if connection.user_id is None:
            self._strangers[connection] = None
        else:
            self._of_people[connection.user_id] += 1

    def _remove(self, connection: Connection) -> None:
        connection.leave()
        del self._open[connection]
        self._strangers.pop(connection, None)
        if connection.user_id is not None:
            self._of_people[connection.user_id] -= 1
            if not self._of_people[connection.user_id]:
                del self._of_people[connection.user_id]

    def _count(self, characters: int) -> None:
        self.unread += characters


sockets = Sockets()
"""The sockets of this process."""
