"""The pieces that the lists of hiring share: navigation, search, table, empty states."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.hiring.lists.schemas import LONGEST_SEARCH, Cell, Row
from feedback_app.hiring.lists.state import HiringListState
from feedback_app.ui.components import (
    card,
    column_head,
    empty_state,
    error_callout,
    skeleton_rows,
)

_view: Any = HiringListState.view

_SECTIONS = (
    ("Jobs", routes.ADMIN_HIRING),
    ("Candidates", routes.ADMIN_CANDIDATES),
    ("Interviews", routes.ADMIN_INTERVIEWS),
    ("Departments", routes.ADMIN_DEPARTMENTS),
)


def section_nav(active: str) -> rx.Component:
    """The four lists; `active` is the address of the one that the page belongs to."""
    return rx.el.nav(
        *(
            rx.link(
                label,
                href=href,
                underline="none",
                class_name="segment",
                custom_attrs={"aria-current": "true" if href == active else "false"},
            )
            for label, href in _SECTIONS
        ),
        aria_label="Hiring",
        id="hiring-nav",
        class_name="segments section-nav",
    )


def controls(placeholder: str) -> rx.Component:
    """Search, archived or not, and the order, for windows too narrow for headings."""
    return rx.el.div(
        rx.el.form(
            rx.el.input(
                type="search",
                name="q",
                default_value=_view.q,
                key=f"{_view.kind} {_view.q}",
                placeholder=placeholder,
                aria_label="Search this list",
                max_length=LONGEST_SEARCH,
                id="hiring-search",
                class_name="input",
            ),
            rx.icon_button(
                rx.icon("search", size=15),
                type="submit",
                aria_label="Search",
                variant="soft",
                color_scheme="gray",
            ),
            on_submit=HiringListState.search,
            role="search",
            class_name="search-field",
        ),
        rx.el.div(
            rx.el.nav(
                _shown("In use", _view.in_use_href, current=~_view.archived),
                _shown("Archived", _view.archived_href, current=_view.archived),
                aria_label="Which rows",
                id="hiring-shown",
                class_name="segments",
            ),
            rx.el.select(
                rx.foreach(
                    _view.orders, lambda order: rx.el.option(order.label, value=order.value)
                ),
                value=_view.order,
                on_change=lambda chosen: HiringListState.choose("sort", chosen),
                aria_label="Order",
                id="hiring-sort",
                class_name="input select",
            ),
            class_name="line list-choices",
        ),
        class_name="split list-controls",
    )


def _shown(label: str, href: rx.Var[str], *, current: rx.Var[bool]) -> rx.Component:
    return rx.link(
        label,
        href=href,
        underline="none",
        class_name="segment",
        custom_attrs={"aria-current": rx.cond(current, "true", "false")},
    )


def table(element_id: str, label: str) -> rx.Component:
    """The rows. Roles are given because narrow screens draw rows as cards."""
    return card(
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(rx.foreach(_view.columns, column_head), role="row"), role="rowgroup"
                ),
                rx.el.tbody(rx.foreach(_view.rows, _row), role="rowgroup"),
                role="table",
                aria_label=label,
                id=element_id,
                class_name="table as-cards hiring-rows",
            ),
            class_name="table-scroll",
            role="region",
            aria_label=f"{label}, scrollable",
            tab_index=0,
        ),
        rx.el.nav(
            _turn("Previous", "arrow-left", _view.previous_href, "hiring-previous"),
            rx.el.span(_view.position, id="hiring-position", role="status"),
            _turn("Next", "arrow-right", _view.next_href, "hiring-next"),
            aria_label="Pages of the list",
            class_name="pages note",
        ),
    )


def _row(row: Row) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.link(row.name, href=row.href, on_click=rx.stop_propagation),
            rx.cond(row.note != "", rx.el.small(row.note)),
            role="cell",
            class_name="wraps row-name",
            dir="auto",
        ),
        rx.foreach(row.cells, _cell),
        on_click=rx.redirect(row.href),
        role="row",
        key=row.id,
        custom_attrs={"data-id": row.id, "data-href": row.href},
    )


def _cell(cell: Cell) -> rx.Component:
    return rx.el.td(
        rx.cond(
            cell.iso != "",
            rx.el.time(cell.text, date_time=cell.iso, title=cell.utc),
            rx.cond(cell.text != "", cell.text, rx.el.span("–", class_name="muted no-value")),
        ),
        role="cell",
        class_name=cell.kind,
        custom_attrs={"data-label": cell.label},
        dir="auto",
    )


def _turn(label: str, icon: str, href: rx.Var[str], element_id: str) -> rx.Component:
    drawn = [rx.icon(icon, size=15), label]
    if icon == "arrow-right":
        drawn.reverse()
    return rx.cond(
        href != "",
        rx.link(*drawn, href=href, underline="none", id=element_id, class_name="page-turn"),
        rx.el.span(*drawn, aria_disabled="true", class_name="page-turn"),
    )


def nothing_here(icon: str, title: str, text: str, action: rx.Component, path: str) -> rx.Component:
    """Why there are no rows, and what to do: add one, or look elsewhere."""
    return rx.el.div(
        rx.cond(
            _view.q != "",
            empty_state(
                "search-x",
                "Nothing matches",
                "No row of this list holds all of these words.",
                rx.link(rx.button("Show all", variant="soft"), href=path),
            ),
            rx.cond(
                _view.archived,
                empty_state(
                    "archive",
                    "Nothing is archived",
                    "What is archived leaves lists and choices, and can be brought back from here.",
                    rx.link(rx.button("Show those in use", variant="soft"), href=path),
                ),
                empty_state(icon, title, text, action),
            ),
        ),
        id="hiring-empty",
    )


def loading() -> rx.Component:
    """Placeholder shown until the page's rows have loaded."""
    return rx.el.div(
        rx.skeleton(height="36px", width="100%"),
        skeleton_rows(8, height="44px"),
        rx.el.span("Loading the list…", role="status", class_name="sr-only"),
        class_name="stack",
    )


def invalid(path: str) -> rx.Component:
    """What is wrong with the address, and a link to one that is right."""
    return error_callout(
        HiringListState.problem,
        rx.link(
            rx.button("Show the whole list", variant="outline", color_scheme="gray"), href=path
        ),
        id="hiring-invalid",
    )


def failed() -> rx.Component:
    return error_callout(
        "The list could not be loaded.",
        rx.button(
            "Try again", on_click=HiringListState.load, variant="outline", color_scheme="gray"
        ),
        id="hiring-failed",
    )


def refused() -> rx.Component:
    """Shown to anyone who is not an administrator."""
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "Jobs, candidates and interviews are looked after by administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
            level="h1",
        ),
        id="hiring-refused",
    )
