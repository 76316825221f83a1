"""The parts around the usage page's figures: its filters, and what is shown instead of them."""

from typing import Literal

import reflex as rx

from feedback_app import routes
from feedback_app.ui.choice import Choice
from feedback_app.ui.components import empty_state, error_callout, skeleton_rows, time_element
from feedback_app.usage.running.state import RunningState
from feedback_app.usage.schemas import PeriodLink, TabLink
from feedback_app.usage.state import Field, UsageState

_filters = UsageState.filters
_RETRY = {"variant": "outline", "color_scheme": "gray", "high_contrast": True}
"""A button on a red callout: a red one would lack contrast."""


def refresh_button() -> rx.Component:
    """Loads the figures again and shows when they were loaded; they also refresh on their own."""
    return rx.fragment(
        rx.el.span(
            "Updates automatically; last updated ",
            time_element(UsageState.updated),
            class_name="note figure",
        ),
        rx.button(
            rx.icon("refresh-cw", size=15),
            "Refresh",
            on_click=UsageState.refresh,
            loading=UsageState.busy,
            variant="soft",
            id="usage-refresh",
        ),
    )


def periods() -> rx.Component:
    """The periods; each is an address."""
    return rx.el.div(
        rx.el.nav(
            rx.foreach(_filters.periods, _period),
            aria_label="Period",
            id="usage-period",
            class_name="segments",
        ),
        rx.cond(_filters.is_custom, _days()),
        rx.el.span(UsageState.head.span, ", days in UTC", class_name="note figure at-end"),
        class_name="line",
    )


def filters() -> rx.Component:
    """Person, department, operation, model and status; each choice is an address."""
    return rx.el.div(
        _select("Person", "person", "Everyone", _filters.person, _filters.people),
        _select(
            "Department",
            "department",
            "Any department",
            _filters.department,
            _filters.departments,
        ),
        _select("Operation", "operation", "Any operation", _filters.operation, _filters.operations),
        _select("Model", "model", "Any model", _filters.model, _filters.models),
        _select("Status", "status", "Any status", _filters.status, _filters.statuses),
        rx.cond(
            _filters.can_reset,
            rx.link("Reset", href=_filters.reset_href, size="2", id="usage-reset"),
        ),
        role="group",
        aria_label="Narrow every figure and list",
        class_name="line",
    )


def tabs() -> rx.Component:
    """The parts of the page; each is an address."""
    return rx.el.nav(
        rx.foreach(UsageState.tabs, _tab),
        aria_label="Parts of the page",
        id="usage-tabs",
        class_name="usage-tabs",
    )


def _tab(tab: TabLink) -> rx.Component:
    return rx.link(
        tab.label,
        rx.cond(
            (tab.name == "running") & (RunningState.number > 0),
            rx.badge(RunningState.number, radius="full", high_contrast=True),
        ),
        href=tab.href,
        underline="none",
        class_name="usage-tab",
        custom_attrs={"aria-current": rx.cond(tab.current, "page", "false")},
    )


def _period(period: PeriodLink) -> rx.Component:
    return rx.link(
        period.label,
        href=period.href,
        underline="none",
        class_name="segment",
        custom_attrs={"aria-current": rx.cond(period.current, "true", "false")},
    )


def _days() -> rx.Component:
    return rx.el.form(
        _day("From", "from", _filters.first_day),
        _day("To", "to", _filters.last_day),
        rx.button("Show", type="submit", variant="soft", color_scheme="gray", id="usage-show-days"),
        rx.el.p(UsageState.days_problem, role="alert", id="usage-days-problem", class_name="error"),
        on_submit=UsageState.choose_days,
        id="usage-days",
        class_name="line",
    )


def _day(label: str, name: str, value: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, style={"min_width": "2.5em"}),
        rx.el.input(
            type="date",
            name=name,
            default_value=value,
            key=value,
            id=f"usage-{name}",
            class_name="input",
        ),
        class_name="line note",
    )


def _select(
    label: str, name: Field, anything: str, value: str, choices: list[Choice]
) -> rx.Component:
    return rx.el.select(
        rx.el.option(anything, value=""),
        rx.foreach(choices, lambda choice: rx.el.option(choice.label, value=choice.value)),
        value=value,
        on_change=lambda chosen: UsageState.choose(name, chosen),
        aria_label=label,
        id=f"usage-filter-{name}",
        class_name="input select",
    )


def messages() -> rx.Component:
    """The parts of the address that could not be followed, and whether the figures are stale."""
    return rx.fragment(
        rx.cond(
            UsageState.problem != "",
            rx.callout.root(
                rx.callout.icon(rx.icon("info", size=18)),
                rx.callout.text(UsageState.problem),
                color_scheme="amber",
                variant="surface",
                high_contrast=True,
                role="status",
                id="usage-problem",
            ),
        ),
        rx.cond(
            UsageState.stale,
            error_callout(
                "The figures could not be refreshed; those shown are from "
                + UsageState.updated.text,
                rx.button("Retry", on_click=UsageState.refresh, **_RETRY),
                id="usage-stale",
            ),
        ),
    )


def nothing_here() -> rx.Component:
    """Why there is no call to show."""
    return rx.cond(
        _filters.can_reset,
        empty_state(
            "search-x",
            "No calls match",
            "No calls were made in this period with these filters.",
            rx.link(rx.button("Show the last 30 days", variant="soft"), href=routes.ADMIN_USAGE),
        ),
        empty_state(
            "activity",
            "No calls yet",
            "Calls of the last 30 days appear here as soon as somebody drafts feedback with AI.",
        ),
    )


def failed() -> rx.Component:
    return error_callout(
        "The figures could not be loaded.",
        rx.button("Retry", on_click=UsageState.refresh, **_RETRY),
        id="usage-failed",
    )


def loading() -> rx.Component:
    """Placeholder shown until the page's figures have loaded."""
    return rx.el.div(
        rx.skeleton(height="34px", width="100%"),
        rx.el.div(
            *(rx.skeleton(height="150px", width="100%") for _ in range(4)),
            class_name="headlines",
            aria_hidden="true",
        ),
        rx.skeleton(height="34px", width="100%"),
        skeleton_rows(1, height="480px"),
        rx.el.span("Loading the figures…", role="status", class_name="sr-only"),
        id="usage-loading",
        class_name="usage stack",
    )


def refused(level: Literal["h1", "h2"] = "h2") -> rx.Component:
    """Shown to anyone who is not an administrator."""
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "Usage and cost of the whole company are shown to its administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
            level=level,
        ),
        id="usage-refused",
    )
