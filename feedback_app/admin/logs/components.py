"""The pieces of the system log's page: its filters, its rows, the switch that follows them."""

from typing import Any, Literal

import reflex as rx

from feedback_app import routes
from feedback_app.admin.logs.schemas import ComponentLink, LogRow
from feedback_app.admin.logs.state import LogsState
from feedback_app.ui.choice import Choice
from feedback_app.ui.components import badge, card, empty_state, error_callout, skeleton_rows

_view = LogsState.view
_TITLE = "system-log-title"
_ON_RED: dict[str, Any] = {"variant": "outline", "color_scheme": "gray", "high_contrast": True}
"""A button on a red callout: a red one would lack contrast."""


def tail_switch() -> rx.Component:
    """Turns following of new rows on or off, from the newest page only."""
    return rx.el.div(
        rx.cond(
            _view.follows,
            rx.el.span(
                rx.el.span(class_name="dot", aria_hidden="true", style={"--dot": "var(--green-9)"}),
                "Following",
                rx.cond(LogsState.came > 0, rx.fragment(", ", LogsState.came, " new")),
                id="log-following",
                class_name="line note figure",
            ),
        ),
        rx.el.label("Show new rows as they come", html_for="log-tail", class_name="field-label"),
        rx.switch(
            id="log-tail",
            checked=_view.follows,
            on_change=rx.redirect(_view.tail_href),
        ),
        class_name="line",
    )


def filters() -> rx.Component:
    """Component, period, action, person, status and text; the address holds them all."""
    chosen = _view.filters
    return rx.el.div(
        rx.el.div(
            rx.el.nav(
                rx.foreach(chosen.components, _component),
                aria_label="Component",
                class_name="segments",
            ),
            _search(),
            class_name="line",
        ),
        rx.el.div(
            _select("Period", "period", chosen.period, chosen.periods),
            _select("Action", "action", chosen.action, chosen.actions, "Any action"),
            _select("Person", "person", chosen.person, chosen.people, "Everyone"),
            _select("Status", "status", chosen.status, chosen.statuses, "Any status"),
            rx.cond(
                chosen.can_reset,
                rx.link("Reset", href=routes.ADMIN_LOGS, size="2", id="log-reset"),
            ),
            class_name="line",
        ),
        id="log-filters",
        class_name="field",
    )


def _component(link: ComponentLink) -> rx.Component:
    return rx.link(
        link.label,
        href=link.href,
        underline="none",
        class_name="segment",
        custom_attrs={"aria-current": rx.cond(link.current, "true", "false")},
    )


def _select(
    label: str,
    name: Literal["period", "action", "person", "status"],
    value: str,
    choices: list[Choice],
    anything: str = "",
) -> rx.Component:
    return rx.el.select(
        rx.el.option(anything, value="") if anything else rx.fragment(),
        rx.foreach(choices, lambda choice: rx.el.option(choice.label, value=choice.value)),
        value=value,
        on_change=lambda chosen: LogsState.choose(name, chosen),
        aria_label=label,
        id=f"log-filter-{name}",
        class_name="input select",
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            type="search",
            name="q",
            default_value=_view.filters.q,
            key=_view.filters.q,
            placeholder="What was done, path, model or request id",
            aria_label="Search the log",
            max_length=120,
            id="log-search",
            class_name="input",
        ),
        rx.icon_button(
            rx.icon("search", size=15),
            type="submit",
            aria_label="Search",
            variant="soft",
            color_scheme="gray",
        ),
        on_submit=LogsState.search,
        role="search",
        class_name="search-field",
    )


def log() -> rx.Component:
    """The rows, newest first. Roles are given because narrow screens draw rows as cards."""
    columns = ("Time", "What", "Action", "Person", "Status", "Duration", "Details")
    return card(
        rx.heading("Rows, newest first", as_="h2", id=_TITLE, class_name="sr-only"),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        *(
                            rx.el.th(
                                label,
                                scope="col",
                                role="columnheader",
                                class_name="number" if label == "Duration" else "",
                            )
                            for label in columns
                        ),
                        role="row",
                    ),
                    role="rowgroup",
                ),
                rx.el.tbody(rx.foreach(LogsState.rows, _row), role="rowgroup"),
                role="table",
                aria_labelledby=_TITLE,
                class_name="table as-cards log-rows",
            ),
            class_name="table-scroll",
            role="region",
            aria_labelledby=_TITLE,
            tab_index=0,
        ),
        rx.el.nav(
            _turn("Newer", "arrow-left", _view.newer_href, "log-newer"),
            _turn("Older", "arrow-right", LogsState.older_href, "log-older"),
            aria_label="Pages of the log",
            class_name="pages note",
        ),
        id="system-log",
    )


def _row(row: LogRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.time(
                rx.el.span(row.day, class_name="muted"),
                " ",
                row.time,
                date_time=row.at,
                title=row.utc,
            ),
            role="cell",
            class_name="log-when figure",
        ),
        rx.el.td(
            badge(row.component_label, row.component),
            role="cell",
            class_name="log-what",
        ),
        rx.el.td(
            rx.match(
                row.component,
                ("llm", rx.cond(row.href != "", rx.link(row.action, href=row.href), row.action)),
                ("ui", rx.el.span(row.action)),
                rx.el.code(row.action),
            ),
            role="cell",
            class_name="log-action",
        ),
        rx.el.td(
            rx.cond(row.person != "", row.person, rx.el.span("–", class_name="muted")),
            role="cell",
            class_name="log-person",
        ),
        rx.el.td(
            rx.cond(row.status != "", badge(row.status, row.outcome)),
            role="cell",
            class_name="card-right",
        ),
        rx.el.td(row.duration, role="cell", class_name="number"),
        rx.el.td(
            rx.cond(row.details != "", rx.el.span(row.details)),
            rx.cond(
                row.request_id != "",
                rx.link(
                    row.request_id,
                    href=row.request_href,
                    title="Everything from this request",
                    class_name="log-request",
                ),
            ),
            role="cell",
            class_name="log-details",
        ),
        role="row",
        key=row.row_id,
        class_name=rx.cond(row.is_new, "is-new", ""),
        custom_attrs={"data-id": row.row_id, "data-component": row.component},
    )


def _turn(label: str, icon: str, href: str, element_id: str) -> rx.Component:
    drawn = [rx.icon(icon, size=15), label]
    if icon == "arrow-right":
        drawn.reverse()
    return rx.cond(
        href != "",
        rx.link(*drawn, href=href, underline="none", id=element_id, class_name="page-turn"),
        rx.el.span(*drawn, aria_disabled="true", class_name="page-turn"),
    )


def nothing_here() -> rx.Component:
    """Why there are no rows to show."""
    return rx.el.div(
        rx.cond(
            _view.filters.can_reset,
            empty_state(
                "search-x",
                "No rows match",
                "Nothing was logged in this period with these filters.",
                rx.link(rx.button("Show the last 7 days", variant="soft"), href=routes.ADMIN_LOGS),
            ),
            empty_state(
                "scroll-text",
                "Nothing in the last 7 days",
                "Clicks, requests and LLM operations of your company appear here.",
            ),
        ),
        id="log-empty",
    )


def loading() -> rx.Component:
    """Placeholder shown until the page's rows have loaded."""
    return rx.el.div(
        rx.skeleton(height="34px", width="100%"),
        skeleton_rows(8, height="44px"),
        rx.el.span("Loading the log…", role="status", class_name="sr-only"),
        class_name="stack",
    )


def invalid() -> rx.Component:
    """What is wrong with the address, and a link to one that is right."""
    return error_callout(
        LogsState.problem,
        rx.link(
            rx.button("Show the whole log", **_ON_RED),
            href=routes.ADMIN_LOGS,
        ),
        id="log-invalid",
    )


def failed() -> rx.Component:
    return error_callout(
        "The log could not be loaded.",
        rx.button("Try again", on_click=LogsState.retry, **_ON_RED),
        id="log-failed",
    )


def refused() -> rx.Component:
    """Shown to anyone who is not an administrator."""
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "The log of the whole company is shown to its administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
        ),
        id="log-refused",
    )
