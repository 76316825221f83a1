"""Shows truthfully how far an editor's text is saved, and saves typing after a pause.

The browser records when each change was typed, and sends that stamp with the text. The server
returns the stamp once the text is saved. Only while both are the same does the page say "saved":
whatever happens to the connection, it never says so of text that exists only in the browser.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import reflex as rx

from feedback_app.core import clock
from feedback_app.ui.presence import is_open
from feedback_app.ui.wording import LocalTime

QUIET_S = 0.25
"""How long the typing must pause before text is kept."""
LONGEST_WAIT_S = 0.8
"""The longest it waits while typing continues."""
MOST_WAITING = 50
"""Texts that one tab may have typed but not saved yet."""
MOST_WAITING_CHARACTERS = 1_000_000
"""Their total length; notes and feedback of the maximum length together are shorter."""


@dataclass(frozen=True, slots=True)
class Save:
    """How the text that was typed at `acked` has been kept."""

    acked: float = 0.0
    status: str = ""
    """`saved` or `failed`; empty while there is nothing to say."""
    message: str = ""
    utc: str = ""
    """When it was saved, in UTC, for those who want it."""


def saved(acked: float, when: LocalTime) -> Save:
    """Says that a text was saved then; says nothing about one that never was."""
    if not when.text:
        return Save(acked)
    return Save(acked, "saved", f"Saved {when.text}", when.utc)


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that waits to be kept."""

    text: Any
    stamp: float
    base: int
    """The revision it was written over, according to the browser."""


T = TypeVar("T")
Keep = Callable[[str, Typed], Awaitable[T]]
Show = Callable[[str, Typed, T], None]


class Autosave(rx.State, mixin=True):
    """Keeps what is typed, one text by each key; a newer text of a key replaces the one waiting."""

    _waiting: dict[str, Typed] = {}
    _typing_since: float = 0.0
    """When the first of them arrived, on the monotonic clock; 0 while there are none."""
    _outage_told: bool = False
    """Whether the page's notice says that the database does not answer."""

    def _shows(self, key: str) -> bool:
        """Whether the page was shown the text of that key, to somebody who may write it.

        Each editor's state answers for its own texts; nothing is taken before that is known.
        """
        return False

    def _take(self, key: str, typed: Typed) -> None:
        """Add what was typed to the waiting texts; call it with the state locked.

        Text older than the waiting one is not added, nor text that is too long to wait: the page
        does not call it saved.
        """
        waiting = self._waiting.get(key)
        if waiting is not None and waiting.stamp > typed.stamp:
            return
        others = [each.text for of, each in self._waiting.items() if of != key]
        if len(others) < MOST_WAITING and _size([*others, typed.text]) <= MOST_WAITING_CHARACTERS:
            self._waiting[key] = typed
        self._typing_since = self._typing_since or clock.monotonic()

    async def _keep_after_pause(self, keep: Keep[T], show: Show[T]) -> None:
        """Save everything that waits once the typing pauses; for background handlers.

        `keep` decides and assigns nothing, `show` assigns the outcome. A tab that is gone is shown
        nothing: should it return, the text it typed is still waiting and is saved once more.
        """
        async with self:
            waited_s = clock.monotonic() - (self._typing_since or clock.monotonic())
        await asyncio.sleep(max(0.0, min(QUIET_S, LONGEST_WAIT_S - waited_s)))
        async with self:
            waiting = dict(self._waiting)
        for key, typed in waiting.items():
            outcome = await keep(key, typed)
            if not await is_open(self):
                continue
            async with self:
                show(key, typed, outcome)
                self._kept(key, typed)

    async def _keep_now(self, keep: Keep[T], show: Show[T]) -> None:
        """Keep everything that waits at once; for handlers that hold the state's lock."""
        for key, typed in dict(self._waiting).items():
            show(key, typed, await keep(key, typed))
            self._kept(key, typed)

    def _kept(self, key: str, typed: Typed) -> None:
        if self._waiting.get(key) == typed:
            del self._waiting[key]
        if not self._waiting:
            self._typing_since = 0.0

    def _writer(self) -> str:
        """A name that distinguishes this tab from the person's other tabs."""
        token = self.router.session.client_token
        return hashlib.sha256(token.encode()).hexdigest()[:32] if token else ""


def _size(value: Any) -> int:
    """The characters of a text or of everything in a document."""
    total, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            total += len(each)
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
    return total
