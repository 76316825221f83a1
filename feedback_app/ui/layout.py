"""The page frame: skip link, top bar, notice, main landmark, the banner of a lost connection."""

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors
from reflex_components_core.el.elements.base import BaseHTML

from feedback_app import routes
from feedback_app.ui.components import not_found_panel
from feedback_app.ui.notice import notice


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link of the top bar, shown where `visible` holds in the browser."""

    label: str
    href: str
    visible: rx.Var[bool] | bool = True


class _SkipLink(BaseHTML):
    """A link the browser follows itself; Reflex's own would leave the address's query behind."""

    tag = "a"

    href: rx.Var[str]


def logo() -> rx.Component:
    """The mark and the name, linking home."""
    return rx.link(
        rx.el.img(src="/logo.svg", alt=""),
        rx.el.span("Debrief", class_name="brand-name"),
        href=routes.INTERVIEWS,
        class_name="brand",
        aria_label="Debrief, home",
        underline="none",
    )


def color_mode_button() -> rx.Component:
    """Switches between light and dark; the choice is kept in the browser."""
    return rx.icon_button(
        rx.color_mode_cond(light=rx.icon("moon", size=17), dark=rx.icon("sun", size=17)),
        on_click=rx.toggle_color_mode,
        aria_label=rx.color_mode_cond(light="Switch to dark mode", dark="Switch to light mode"),
        variant="ghost",
        color_scheme="gray",
        size="2",
        id="color-mode",
        class_name="bar-button",
    )


def frame(
    *content: rx.Component,
    navigation: Sequence[NavLink],
    active: str,
    account: rx.Component,
) -> rx.Component:
    """A page: `active` is the href of the navigation link it belongs to, or empty."""
    return rx.el.div(
        _SkipLink.create("Skip to content", href="#content", class_name="skip-link"),
        rx.el.header(
            rx.el.div(
                logo(),
                rx.el.nav(
                    *(_nav_link(link, current=link.href == active) for link in navigation),
                    aria_label="Main",
                    class_name="nav",
                ),
                rx.el.div(color_mode_button(), account, class_name="bar-end"),
                class_name="bar-inner",
            ),
            class_name="bar",
        ),
        rx.el.main(notice(), *content, id="content", tab_index=-1, class_name="page"),
        class_name="app",
    )


def centred(*content: rx.Component) -> rx.Component:
    """A page without navigation: one narrow column in the middle."""
    return rx.el.div(
        rx.el.div(color_mode_button(), class_name="corner"),
        rx.el.main(notice(), *content, id="content", class_name="centred"),
        class_name="app",
    )


def missing_page() -> rx.Component:
    """What an address without a page shows."""
    return centred(not_found_panel(routes.INTERVIEWS, "Go to my interviews"))


def page_header(
    title: str | rx.Var[str], subtitle: str | rx.Var[str] = "", *actions: rx.Component
) -> rx.Component:
    """The page's one `h1`, a line below it and what can be done with the whole page."""
    return rx.el.div(
        rx.el.div(
            rx.heading(title, as_="h1", size="6", weight="bold", class_name="page-title"),
            rx.cond(subtitle != "", rx.text(subtitle, size="2", color_scheme="gray")),
        ),
        rx.el.div(*actions, class_name="page-actions") if actions else rx.fragment(),
        class_name="page-header",
    )


def connection_banner() -> rx.Component:
    """Says in plain words that the server cannot be reached, until it can."""
    return rx.el.div(
        rx.cond(
            has_too_many_connection_errors,
            rx.el.div(
                rx.icon("wifi-off", size=16),
                rx.el.span("The connection was lost. Reconnecting…"),
                id="connection-lost",
                class_name="connection-lost",
            ),
        ),
        role="status",
    )


def _nav_link(link: NavLink, *, current: bool) -> rx.Component:
    drawn = rx.link(
        link.label,
        href=link.href,
        underline="none",
        class_name="nav-link",
        custom_attrs={"aria-current": "page"} if current else {},
    )
    return drawn if link.visible is True else rx.cond(link.visible, drawn)
