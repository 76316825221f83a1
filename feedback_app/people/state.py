"""The state of the page of people."""

from typing import Any

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.errors import AppError
from feedback_app.core.markers import logged, own_event, typing
from feedback_app.people import service
from feedback_app.people.schemas import FILTERS, NewLink, PeopleView
from feedback_app.ui.phases import Phase, without_view

_LONGEST = 300
"""Characters of a field that are looked at; the service says how many it may have."""


class PeopleState(rx.State):
    """The company's people and invitations. What is typed stays in the browser until it is sent."""

    phase: Phase = "loading"
    view: PeopleView = PeopleView()
    search: str = ""
    shown: str = "all"
    page: int = 0
    cleared: int = 0
    """Counts how often the search was emptied; in between the browser owns its field."""

    link: NewLink = NewLink()
    invite_error: str = ""
    invited: int = 0
    """Counts the invitations made here, so that the form starts over."""
    asked: str = ""
    """The id of the person who is about to be deactivated: asked before it is done."""
    message: str = ""

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show the people; show nothing to anyone but an administrator."""
        self.link, self.asked, self.message, self.invite_error = NewLink(), "", "", ""
        await self._show()

    @rx.event
    @typing("Searched the people")
    @guarded(admin=True)
    async def find(self, search: str) -> None:
        """Narrow the list to the search."""
        self.search, self.page = str(search)[: service.MAX_SEARCH_CHARACTERS], 0
        await self._show()

    @rx.event
    @logged("Filtered the people")
    @guarded(admin=True)
    async def show(self, shown: str | list[str]) -> None:
        """Narrow the list to one status."""
        self.shown, self.page = str(shown) if str(shown) in FILTERS else "all", 0
        await self._show()

    @rx.event
    @logged("Reset the filters of the people")
    @guarded(admin=True)
    async def reset_filters(self) -> None:
        self.search, self.shown, self.page = "", "all", 0
        self.cleared += 1
        await self._show()

    @rx.event
    @logged("Turned a page of the people")
    @guarded(admin=True)
    async def turn(self, pages: int) -> None:
        """Show the next page, or with -1 the one before."""
        self.page = self.view.page + (1 if int(pages) > 0 else -1)
        await self._show()

    @rx.event
    @logged("Invited somebody")
    @guarded(admin=True)
    async def invite(self, form: dict[str, Any]) -> None:
        """Make an invitation and show its link."""
        email, role = str(form.get("email", ""))[:_LONGEST], str(form.get("role", ""))[:_LONGEST]
        self.message = self.invite_error = ""
        try:
            self.link = await service.invite(acting_user(), email, role)
        except AppError as error:
            self.link, self.invite_error = NewLink(), error.message
            return
        self.invited += 1
        await self._show()

    @rx.event
    @logged("Made a new invitation link")
    @guarded(admin=True)
    async def invite_again(self, link_id: str) -> None:
        self.message = ""
        self.link = await service.invite_again(acting_user(), str(link_id))
        await self._show()

    @rx.event
    @logged("Withdrew an invitation")
    @guarded(admin=True)
    async def withdraw(self, link_id: str) -> None:
        email = await service.withdraw(acting_user(), str(link_id))
        self.link, self.message = NewLink(), f"The invitation of {email} was withdrawn."
        await self._show()

    @rx.event
    @logged("Made a password link")
    @guarded(admin=True)
    async def make_reset_link(self, user_id: str) -> None:
        self.message = ""
        self.link = await service.reset_link(acting_user(), str(user_id))

    @rx.event
    @logged("Changed a person's role")
    @guarded(admin=True)
    async def set_role(self, user_id: str, role: str) -> None:
        self.message = ""
        try:
            await service.set_role(acting_user(), str(user_id), str(role))
        except AppError as error:
            self.message = error.message
        await self._show()

    @rx.event
    @logged("Was asked before deactivating somebody")
    @guarded(admin=True)
    async def ask(self, user_id: str) -> None:
        """Ask before a person is deactivated; an empty id takes the question back."""
        self.asked, self.message = str(user_id)[:_LONGEST], ""

    @rx.event
    @logged("Deactivated somebody")
    @guarded(admin=True)
    async def deactivate(self, user_id: str) -> None:
        self.asked = ""
        try:
            await service.deactivate(acting_user(), str(user_id))
        except AppError as error:
            self.message = error.message
        else:
            self.link = NewLink()
            self.message = "Deactivated. Their sessions and running drafts have ended."
        await self._show()

    @rx.event
    @logged("Activated somebody")
    @guarded(admin=True)
    async def activate(self, user_id: str) -> None:
        self.message = ""
        try:
            await service.activate(acting_user(), str(user_id))
        except AppError as error:
            self.message = error.message
        await self._show()

    async def _show(self) -> None:
        with without_view(self._show_none):
            user = acting_user()
            self.view = await service.people(user, self.search, self.shown, self.page)
            self.page = self.view.page
            self.phase = "ready"

    def _show_none(self, phase: Phase) -> None:
        if phase == "refused" or self.phase != "ready":
            self.view, self.phase = PeopleView(), phase
