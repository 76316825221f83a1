"""The frame of every signed-in page and the account menu in it."""

import reflex as rx
from reflex.event import EventCallback

from feedback_app import routes
from feedback_app.auth.bell import bell
from feedback_app.auth.state import AuthState
from feedback_app.ui import browser
from feedback_app.ui.components import native_form
from feedback_app.ui.layout import NavLink, frame

_NAVIGATION = (
    NavLink("My interviews", routes.INTERVIEWS),
    NavLink("Hiring", routes.ADMIN_HIRING, AuthState.is_admin),
    NavLink("People", routes.ADMIN_PEOPLE, AuthState.is_admin),
    NavLink("Usage", routes.ADMIN_USAGE, AuthState.is_admin),
    NavLink("Prices", routes.ADMIN_PRICES, AuthState.is_admin),
    NavLink("Limits", routes.ADMIN_LIMITS, AuthState.is_admin),
    NavLink("Alerts", routes.ADMIN_ALERTS, AuthState.is_admin),
    NavLink("Log", routes.ADMIN_LOGS, AuthState.is_admin),
)


def signed_in_page(*content: rx.Component, active: str = "") -> rx.Component:
    """A page for people signed in; `active` is the route of its link in the top bar."""
    alerts = bell(current=active == routes.ADMIN_ALERTS)
    account = rx.fragment(rx.cond(AuthState.is_admin, alerts), account_menu())
    return frame(
        *content,
        _time_zone_teller(),
        navigation=_NAVIGATION,
        active=active,
        account=account,
    )


def on_load(*handlers: EventCallback[()]) -> list[EventCallback[()]]:
    """The `on_load` of a signed-in page: who is signed in, then the page's own handlers.

    It fills the top bar and sends anyone not signed in to the sign-in page. It protects nothing:
    each handler has its own guard.
    """
    return [AuthState.enter, *handlers]


def _time_zone_teller() -> rx.Component:
    """Tells the server the browser's time zone if it shows times in another one."""
    unknown = (AuthState.email != "") & (AuthState.time_zone != browser.TIME_ZONE)
    return rx.cond(unknown & ~AuthState.has_chosen_zone, _told_time_zone())


@rx.memo
def _told_time_zone() -> rx.Component:
    # In a component of its own, because Reflex runs `on_mount` when the outermost one is mounted.
    return rx.el.span(on_mount=AuthState.show_times_in(browser.TIME_ZONE), hidden=True)


def account_menu() -> rx.Component:
    """The person's initials; behind them, who they are and how to sign out.

    Until they are known, space is reserved for them: a page that is drawn but not connected yet
    would lose the click.
    """
    return rx.cond(
        AuthState.email != "",
        _account_menu(),
        rx.skeleton(width="32px", height="32px", border_radius="999px"),
    )


def _account_menu() -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.avatar(fallback=AuthState.initials, size="2", radius="full", variant="soft"),
                variant="ghost",
                aria_label="Account of " + AuthState.name,
                id="account-menu",
                class_name="account-button",
            )
        ),
        rx.popover.content(
            rx.flex(
                rx.el.div(
                    rx.text(AuthState.name, size="2", weight="medium"),
                    rx.text(AuthState.email, size="2", color_scheme="gray"),
                    rx.text(
                        "Times in ",
                        AuthState.time_zone,
                        size="1",
                        color_scheme="gray",
                        id="time-zone",
                    ),
                    class_name="account-names",
                ),
                rx.separator(size="4"),
                _menu_link("activity", "My usage", routes.MY_USAGE, "my-usage-link"),
                _menu_link("user-cog", "Account", routes.MY_ACCOUNT, "my-account-link"),
                native_form(
                    rx.button(
                        rx.icon("log-out", size=16),
                        "Sign out",
                        type="submit",
                        variant="soft",
                        color_scheme="gray",
                        width="100%",
                        id="sign-out",
                    ),
                    action=routes.SIGN_OUT,
                ),
                width="248px",
                direction="column",
                spacing="3",
            ),
            aria_label="Account",
            align="end",
            side_offset=8,
            size="2",
        ),
    )


def _menu_link(icon: str, label: str, href: str, element_id: str) -> rx.Component:
    return rx.popover.close(
        rx.link(
            rx.icon(icon, size=16),
            label,
            href=href,
            underline="none",
            id=element_id,
            class_name="quiet menu-link",
            margin_x="-10px",
        )
    )
