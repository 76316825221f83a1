"""The page frame: skip link, top bar, notice, main landmark, the banner of a lost connection."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors
from reflex_components_core.el.elements.base import BaseHTML

from feedback_app import routes
from feedback_app.ui.components import not_found_panel
from feedback_app.ui.notice import notice


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link of the top bar, shown if `visible` is true in the browser."""

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
                    *_nav_links(navigation, active),
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


def ready_icon(is_ready: bool | rx.Var[bool]) -> rx.Component:
    """Puts a dot on the icon of the browser's tab while something is ready for the person.

    React moves the link to the end of the document's head, and of several icons the last counts.
    """
    dotted = rx.el.link(rel="icon", type="image/svg+xml", href="/favicon-ready.svg")
    return rx.cond(is_ready, dotted)


def missing_page() -> rx.Component:
    """The page for an address that has none."""
    return centred(not_found_panel(routes.INTERVIEWS, "Go to my interviews"))


def page_header(
    title: str | rx.Var[str], subtitle: str | rx.Var[str] = "", *actions: rx.Component
) -> rx.Component:
    """The page's one `h1`, a line below it and the actions on the whole page."""
    return rx.el.div(
        rx.el.div(
            rx.heading(
                title,
                as_="h1",
                size="6",
                weight="bold",
                class_name="page-title",
                id="page-title",
                tab_index=-1,
            ),
            rx.cond(subtitle != "", rx.text(subtitle, size="2", color_scheme="gray")),
        ),
        rx.el.div(*actions, class_name="line") if actions else rx.fragment(),
        class_name="split page-header",
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


def _nav_links(navigation: Sequence[NavLink], active: str) -> Iterator[rx.Component]:
    """The links for everybody, then the others: side by side, in a narrow window as a menu."""
    others = [link for link in navigation if link.visible is not True]
    for link in navigation:
        if link.visible is True:
            yield _nav_link(link, current=link.href == active)
    if others:
        beside = (_nav_link(link, current=link.href == active) for link in others)
        yield rx.cond(
            others[0].visible,
            rx.fragment(rx.el.div(*beside, class_name="nav-admin"), _nav_menu(others, active)),
        )


def _nav_menu(links: Sequence[NavLink], active: str) -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                "Admin",
                rx.icon("chevron-down", size=15),
                variant="ghost",
                color_scheme="gray",
                id="admin-menu",
                class_name="quiet nav-link nav-menu",
                custom_attrs={"data-current": str(active in {x.href for x in links}).lower()},
            )
        ),
        rx.popover.content(
            *(
                rx.popover.close(
                    _nav_link(link, current=link.href == active, class_name="quiet menu-link")
                )
                for link in links
            ),
            aria_label="Administration",
            side_offset=8,
            size="1",
        ),
    )


def _nav_link(link: NavLink, *, current: bool, class_name: str = "quiet nav-link") -> rx.Component:
    return rx.link(
        link.label,
        href=link.href,
        underline="none",
        class_name=class_name,
        custom_attrs={"aria-current": "page"} if current else {},
    )
