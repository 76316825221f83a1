"""The page of one call: what it took, and its answer as a replay.

A replay is part of the address, `?replay=1`: the page's `load` starts it, so that it ends when the
page is left, and stopping it means going back to the address without it.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal
from urllib.parse import unquote

import reflex as rx

from feedback_app import routes
from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, NotFound
from feedback_app.core.markers import own_event
from feedback_app.db.outage import may_be_away, once_it_answers
from feedback_app.live.text import LiveText
from feedback_app.live.view import LiveView
from feedback_app.usage.trace import service
from feedback_app.usage.trace.playback import Moment
from feedback_app.usage.trace.schemas import TraceView
from feedback_app.usage.trace.service import Trace

TICK_S = 1.0
"""How often the elapsed time advances while nothing arrives, and the session is checked."""

Shows = Literal["loading", "ready", "missing", "refused", "failed"]


class TraceState(LiveText, rx.State):
    """One call of the company."""

    shows: Shows = "loading"
    view: TraceView = TraceView()
    replaying: bool = False
    replay_href: str = ""
    stop_href: str = ""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> Any:
        """Show the call of the page's address; show nothing to anyone but an administrator."""
        call_id = self._call_id()
        if self.view.call_id != call_id:
            self.shows, self.view = "loading", TraceView()
            yield
        self.replaying = False
        self._clear()
        try:
            shown = await service.trace(acting_user(), call_id)
        except (Forbidden, NotFound) as error:
            self.view = TraceView()
            self.shows = "refused" if isinstance(error, Forbidden) else "missing"
            return
        except Exception:
            self.shows, self.view = "failed", TraceView()
            raise
        self.view, self.shows = shown.view, "ready"
        asked = self._asked_replay()
        self.replay_href = routes.admin_call(call_id, replay=asked + 1)
        self.stop_href = routes.admin_call(call_id, replay=0)
        if asked and shown.view.can_replay:
            self.replaying = True
            yield TraceState.replay
        else:
            self._show(shown.answer, shown.view.status)

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded
    async def replay(self) -> None:
        """Replay the call's answer at its original pace."""
        async with self:
            call_id = self._call_id()
        try:
            moments = await once_it_answers(partial(service.moments, acting_user(), call_id))
            await self._play(moments)
            shown = await once_it_answers(partial(self._trace, call_id))
        except Exception:
            async with self:
                self.replaying = False
            raise
        async with self:
            self._show(shown.answer, shown.view.status)
            self.replaying = False

    async def _play(self, moments: Sequence[Moment]) -> None:
        view, began, played, looked = LiveView(), clock.monotonic(), 0, 0.0
        while played < len(moments):
            passed_ms = (clock.monotonic() - began) * 1000
            due = played
            while due < len(moments) and moments[due].at_ms <= passed_ms:
                due += 1
            played, batch = due, [moment.event for moment in moments[played:due]]
            for shown in filter(None, (view.take(batch), *view.later_stages)):
                async with self:
                    self._assign(shown)
            if played < len(moments):
                wait_s = moments[played].at_ms / 1000 - (clock.monotonic() - began)
                await asyncio.sleep(min(max(0.0, wait_s), TICK_S))
            if clock.monotonic() - looked >= TICK_S:
                with may_be_away():
                    await guards.require_admin(self)
                looked = clock.monotonic()

    async def _trace(self, call_id: str) -> Trace:
        return await service.trace(await guards.require_admin(self), call_id)

    def _show(self, answer: dict[str, Any], status: str) -> None:
        """Show the whole final answer."""
        self._clear()
        self.phase, self.message = status, ""
        self._assign(answer)

    def _call_id(self) -> str:
        """The id in the page's address, as the browser gave it."""
        return unquote(str(self.router.url.path).rstrip("/").rpartition("/")[2])

    def _asked_replay(self) -> int:
        """Which replay the address asks for, counting from 1; 0 for none."""
        asked = self.router.url.query_parameters.get("replay", "")
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
