"""The lists of hiring: what the address of each asks for."""

from typing import Any, Literal

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.markers import logged, own_event
from feedback_app.hiring.lists import service
from feedback_app.hiring.lists.schemas import Kind, ListView
from feedback_app.ui.phases import Phase, without_view


class HiringListState(rx.State):
    """One list of the company; its search, order and page are in the address."""

    phase: Phase | Literal["invalid"] = "loading"
    busy: bool = False
    problem: str = ""
    """What is wrong with the address."""
    view: ListView = ListView()

    @rx.event
    @own_event
    @guarded
    async def load(self) -> Any:
        """Show what the address asks for; show nothing to anyone but an administrator."""
        self.busy = True
        yield
        try:
            with without_view(self._forget):
                self.view = await service.view(acting_user(), self._kind(), self._query())
                self.phase = "ready"
        except service.BadAddress as error:
            self._forget("invalid")
            self.problem = error.message
        finally:
            self.busy = False

    @rx.event
    @logged("Sorted or filtered a list of hiring")
    @guarded(admin=True)
    async def choose(self, name: Literal["sort", "archived"], value: str) -> rx.event.EventSpec:
        """Go to the same list in another order."""
        return rx.redirect(service.address_with(self._kind(), self._query(), name, str(value)))

    @rx.event
    @logged("Searched a list of hiring")
    @guarded(admin=True)
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Go to the rows of the same list that hold a text."""
        text = str(form.get("q", ""))
        return rx.redirect(service.address_with(self._kind(), self._query(), "q", text))

    def _forget(self, phase: Phase | Literal["invalid"]) -> None:
        self.view, self.phase = ListView(), phase

    def _kind(self) -> Kind:
        path = str(self.router.url.path).rstrip("/") or routes.ADMIN_HIRING
        return service.PATHS.get(path, "jobs")

    def _query(self) -> dict[str, str]:
        return dict(self.router.url.query_parameters)
