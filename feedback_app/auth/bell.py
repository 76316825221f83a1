"""The administrators' bell in the top bar: how many alerts nobody has seen yet."""

import asyncio

import reflex as rx

from feedback_app import routes
from feedback_app.auth import guards, queries
from feedback_app.auth.guards import guarded
from feedback_app.core.markers import own_event
from feedback_app.db.outage import may_be_away
from feedback_app.db.session import database

LOOK_EVERY_S = 5.0


class BellState(rx.State):
    """The number next to the bell."""

    unseen: int = 0

    @rx.event(background=True, supersedes=True)
    @own_event
    @guarded(admin=True)
    async def watch(self) -> None:
        """Keep the number up to date with the table while a page is open."""
        while True:
            with may_be_away():
                user = await guards.require_admin(self)
                async with database().read() as session:
                    unseen = await queries.unseen_alerts(session, user.company_id)
                if unseen != self.unseen:
                    async with self:
                        self.unseen = unseen
            await asyncio.sleep(LOOK_EVERY_S)


def bell(*, current: bool = False) -> rx.Component:
    """Links to the alerts; `current` is whether this is their page."""
    return rx.link(
        rx.icon("bell", size=17),
        rx.cond(
            BellState.unseen > 0,
            rx.el.span(
                rx.cond(BellState.unseen > 99, "99+", f"{BellState.unseen}"),
                id="alerts-unseen",
                class_name="bell-count figure",
                aria_hidden="true",
            ),
        ),
        href=routes.ADMIN_ALERTS,
        aria_label=rx.cond(
            BellState.unseen > 0,
            f"Alerts, {BellState.unseen} not seen",
            "Alerts",
        ),
        underline="none",
        id="alerts-bell",
        class_name="quiet bar-button",
        custom_attrs={"aria-current": "page"} if current else {},
    )
