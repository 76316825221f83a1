"""The state of the list: the service's view, kept up to date with the database while it is open."""

import asyncio
from dataclasses import fields
from typing import Any, cast

import reflex as rx

from feedback_app import routes
from feedback_app.auth import guards
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.markers import generation_event, logged, own_event, typing
from feedback_app.db.outage import may_be_away
from feedback_app.interviews.inbox import service
from feedback_app.interviews.inbox.schemas import (
    FILTERS,
    Counts,
    Filter,
    InboxRow,
    InboxView,
    Sizes,
)
from feedback_app.interviews.state import InterviewState

BUSY_S = 2.0
"""Seconds between two queries while a draft is being written."""
QUIET_S = 5.0
"""Seconds between two queries while none is."""

_Asked = tuple[str, Filter, bool]


class InterviewListState(rx.State):
    """My interviews: the groups of those that match the search and the filter."""

    search: str = ""
    cleared: int = 0
    """Counts how often the search was emptied; in between the browser owns its field."""
    shown: str = "all"
    all_done: bool = False
    loaded: bool = False

    today: list[InboxRow] = []
    older: list[InboxRow] = []
    waiting: list[InboxRow] = []
    done: list[InboxRow] = []
    done_hidden: int = 0
    sizes: Sizes = Sizes()
    counts: Counts = Counts()
    summary: str = ""
    due: int = 0
    ready: int = 0
    has_rows: bool = False
    is_empty: bool = False

    _open: tuple[InboxRow, ...] = ()
    """All open interviews when the view was made."""

    @rx.var
    def title(self) -> str:
        """The tab's title: how many are due."""
        return f"{f'({self.due}) ' if self.due else ''}My interviews · Debrief"

    @rx.event
    @logged("Opened the list of interviews")
    @guarded
    async def load(self) -> Any:
        await self._refresh()
        return InterviewListState.follow

    @rx.event
    @typing("Searched the interviews")
    @guarded
    async def find(self, search: str) -> None:
        """Narrow the list to the search."""
        self.search = search[: service.MAX_SEARCH_CHARACTERS]
        await self._refresh()

    @rx.event
    @logged("Filtered the interviews")
    @guarded
    async def show(self, shown: str | list[str]) -> None:
        """Narrow the list to one filter."""
        self.shown = str(shown) if str(shown) in FILTERS else "all"
        await self._refresh()

    @rx.event
    @logged("Showed all submitted interviews")
    @guarded
    async def show_all_done(self) -> None:
        """Show every submitted interview, or only the newest again."""
        self.all_done = not self.all_done
        await self._refresh()

    @rx.event
    @logged("Reset the filters of the interviews")
    @guarded
    async def reset_filters(self) -> None:
        self.search, self.shown = "", "all"
        self.cleared += 1
        await self._refresh()

    @rx.event
    @generation_event
    @guarded
    async def draft(self, interview_id: str) -> Any:
        """Open an interview and start its draft there, unless it has one by now."""
        if await service.may_draft(acting_user(), interview_id):
            (await self.get_state(InterviewState))._to_draft = interview_id
        return rx.redirect(routes.interview(interview_id))

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded
    async def follow(self) -> None:
        """Keep the rows up to date with the database, until the page is left."""
        async with self:
            seen = self._open
        while True:
            await asyncio.sleep(BUSY_S if any(row.is_writing for row in seen) else QUIET_S)
            with may_be_away():
                user = await guards.require_user(self)
                rows = await service.open_rows(user)
                if rows == seen:
                    continue
                async with self:
                    asked = self._asked()
                view = await self._view(asked)
                async with self:
                    # In the meantime the person may have searched for something else.
                    if self._asked() == asked:
                        self._take(view)
                seen = rows

    async def _refresh(self) -> None:
        self._take(await self._view(self._asked()))
        self.loaded = True

    async def _view(self, asked: _Asked) -> InboxView:
        search, shown, all_done = asked
        return await service.inbox(acting_user(), search, shown, all_done=all_done)

    def _asked(self) -> _Asked:
        return self.search, cast(Filter, self.shown), self.all_done

    def _take(self, view: InboxView) -> None:
        """Assign only what differs, so that a change of one group sends that group."""
        self._open = view.open
        for var in fields(InboxView):
            value = getattr(view, var.name)
            if var.name != "open" and getattr(self, var.name) != value:
                setattr(self, var.name, value)
