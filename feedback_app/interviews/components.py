"""The list of interviews."""

import reflex as rx

from feedback_app.interviews.schemas import STATUS_LABELS, InterviewRow
from feedback_app.interviews.state import ALL, InterviewListState
from feedback_app.ui.components import empty_state, skeleton_rows


def list_filters() -> rx.Component:
    """Search and status, above the list."""
    return rx.el.div(
        rx.el.label("Search interviews", html_for="interview-search", class_name="sr-only"),
        rx.input(
            rx.input.slot(rx.icon("search", size=16)),
            id="interview-search",
            type="search",
            placeholder="Search candidate or job",
            value=InterviewListState.search,
            on_change=InterviewListState.find,
            class_name="search",
        ),
        rx.segmented_control.root(
            rx.segmented_control.item("All", value=ALL),
            *(rx.segmented_control.item(label, value=key) for key, label in STATUS_LABELS.items()),
            value=InterviewListState.status,
            on_change=InterviewListState.show,
            id="interview-filter",
        ),
        class_name="filters",
    )


def interview_list() -> rx.Component:
    """The rows, or why there are none."""
    return rx.cond(
        InterviewListState.loaded,
        rx.cond(
            InterviewListState.rows,
            rx.el.ul(
                rx.foreach(InterviewListState.rows, _row),
                id="interview-list",
                class_name="card rows",
            ),
            rx.cond(
                (InterviewListState.search != "") | (InterviewListState.status != ALL),
                empty_state(
                    "search-x",
                    "No interview matches",
                    "Try another word or another status.",
                    rx.button(
                        "Show all", variant="soft", on_click=InterviewListState.reset_filters
                    ),
                ),
                empty_state(
                    "calendar-days",
                    "No interviews yet",
                    "An interview appears here as soon as you are asked to take part in one.",
                ),
            ),
        ),
        skeleton_rows(6),
    )


def _row(row: rx.vars.ObjectVar[InterviewRow]) -> rx.Component:
    return rx.el.li(
        rx.link(
            rx.avatar(fallback=row.initials, size="3", radius="full", variant="soft"),
            rx.el.div(
                rx.el.span(row.candidate, class_name="row-title"),
                rx.el.span(row.job, " · ", row.kind, class_name="row-text"),
                class_name="row-main",
            ),
            rx.el.span(row.held, class_name="row-date"),
            status_badge(row.status, row.status_label),
            href=f"/interviews/{row.id}",
            underline="none",
            class_name="row-link",
        ),
        rx.cond(
            row.can_generate & (row.status == "to_do"),
            rx.el.button(
                rx.icon("sparkles", size=14),
                "Generate feedback",
                type="button",
                on_click=InterviewListState.draft(row.id),
                class_name="row-action",
                aria_label=f"Generate feedback for {row.candidate}",
            ),
            rx.el.span(class_name="row-action empty-action", aria_hidden="true"),
        ),
        custom_attrs={"data-id": row.id},
        class_name="row",
    )


def status_badge(status: rx.Var[str], label: rx.Var[str]) -> rx.Component:
    """To do, draft or submitted, in colour and in words."""
    return rx.badge(
        label,
        color_scheme=rx.cond(
            status == "submitted", "green", rx.cond(status == "draft", "amber", "gray")
        ),
        variant="soft",
        radius="full",
        class_name="row-status",
    )
