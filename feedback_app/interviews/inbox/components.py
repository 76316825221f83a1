"""The pieces of the list: search and filters, the groups, a row with its one next step."""

import reflex as rx

from feedback_app.interviews.adding.state import AddingState
from feedback_app.interviews.inbox.schemas import FILTERS, Group, InboxRow
from feedback_app.interviews.inbox.state import InterviewListState
from feedback_app.ui.components import empty_state, skeleton_rows, time_element

_TITLES: dict[Group, str] = {
    "today": "To write today",
    "older": "Older",
    "waiting": "Waiting",
    "done": "Done",
}


def list_filters() -> rx.Component:
    """Search and filter, above the list."""
    counts = InterviewListState.counts
    return rx.el.div(
        rx.el.label("Search interviews", html_for="interview-search", class_name="sr-only"),
        rx.input(
            rx.input.slot(rx.icon("search", size=16)),
            id="interview-search",
            type="search",
            placeholder="Search candidate or job",
            default_value=InterviewListState.search,
            on_change=lambda typed: InterviewListState.find(typed).debounce(150),
            key=InterviewListState.cleared,
            class_name="search",
        ),
        rx.el.fieldset(
            rx.el.legend("Show", class_name="sr-only"),
            *(_filter(key, label, getattr(counts, key)) for key, label in FILTERS.items()),
            id="interview-filter",
            class_name="segments",
        ),
        class_name="line filters",
    )


def _filter(key: str, label: str, count: int) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="interview-filter",
            value=key,
            checked=InterviewListState.shown == key,
            on_change=lambda _picked: InterviewListState.show(key),
            class_name="sr-only",
        ),
        rx.el.span(
            label,
            rx.el.span(
                " ",
                rx.cond(InterviewListState.loaded, count, ""),
                class_name="muted figure filter-count",
            ),
            class_name="segment",
        ),
        class_name="filter-choice",
        custom_attrs={"data-filter": key},
    )


def inbox() -> rx.Component:
    """The groups, or the reason why there are none."""
    state = InterviewListState
    return rx.cond(
        state.loaded,
        rx.cond(
            state.has_rows,
            rx.el.div(
                _group("today", state.today, state.sizes.today),
                _group("older", state.older, state.sizes.older),
                _group("waiting", state.waiting, state.sizes.waiting),
                _group("done", state.done, state.sizes.done, _all_done()),
                id="interview-list",
                class_name="stack inbox",
            ),
            rx.cond(
                state.is_empty,
                empty_state(
                    "calendar-days",
                    "No interviews yet",
                    rx.cond(
                        AddingState.view.is_allowed,
                        "Interviews that you are to give feedback on are listed here. Have you "
                        "just had one? Add it, paste your notes, and your draft is written.",
                        "Interviews that you are to give feedback on are listed here. None has "
                        "been entered with you as an interviewer so far.",
                    ),
                ),
                empty_state(
                    "search-x",
                    "No interview matches",
                    "Try another word or another filter.",
                    rx.button("Show all", variant="soft", on_click=state.reset_filters),
                ),
            ),
        ),
        skeleton_rows(6),
    )


def _group(group: Group, rows: list[InboxRow], count: int, *more: rx.Component) -> rx.Component:
    title = f"inbox-{group}"
    return rx.cond(
        rows,
        rx.el.section(
            rx.el.h2(
                _TITLES[group],
                " ",
                rx.el.span(count, class_name="figure"),
                id=title,
                class_name="group-title",
            ),
            rx.el.ul(rx.foreach(rows, _row), class_name="card rows"),
            *more,
            aria_labelledby=title,
            custom_attrs={"data-group": group},
        ),
    )


def _all_done() -> rx.Component:
    state = InterviewListState
    return rx.cond(
        (state.done_hidden > 0) | state.all_done,
        rx.button(
            rx.cond(state.all_done, "Show the newest only", f"Show all {state.sizes.done}"),
            on_click=state.show_all_done,
            variant="ghost",
            color_scheme="gray",
            id="show-all-done",
            class_name="show-all",
        ),
    )


def _row(row: InboxRow) -> rx.Component:
    return rx.el.li(
        rx.avatar(
            fallback=row.initials,
            color_scheme=row.tint,  # pyright: ignore[reportArgumentType]
            size="3",
            radius="full",
            variant="soft",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.link(
                row.candidate,
                href=row.href,
                on_click=rx.stop_propagation,
                underline="none",
                class_name="row-title",
            ),
            rx.el.span(row.job, " · ", row.kind, class_name="row-text"),
            class_name="row-main",
        ),
        rx.el.div(
            time_element(row.held),
            rx.el.span(row.note),
            class_name="row-when",
        ),
        rx.el.div(
            rx.cond(
                row.group == "done",
                rx.el.span("Submitted ", time_element(row.submitted)),
                rx.cond(
                    row.progress != "",
                    rx.fragment(
                        rx.el.span(row.progress),
                        rx.el.span(
                            rx.el.span(style={"inline_size": row.share}),
                            aria_hidden="true",
                            class_name="meter",
                        ),
                    ),
                ),
            ),
            class_name="row-progress",
        ),
        _step(row),
        on_click=rx.redirect(row.href),
        custom_attrs={
            "data-id": row.id,
            "data-step": row.step,
            "data-state": rx.cond(row.is_writing, "writing", rx.cond(row.is_ready, "ready", "")),
        },
        key=row.id,
        class_name="row",
    )


def _step(row: InboxRow) -> rx.Component:
    label = f"{row.step_label}: {row.candidate}"
    return rx.cond(
        row.step == "draft",
        rx.el.button(
            rx.icon("pen-line", size=14),
            row.step_label,
            type="button",
            on_click=InterviewListState.draft(row.id).stop_propagation,
            aria_label=label,
            class_name="quiet row-action",
        ),
        rx.link(
            row.step_label,
            href=row.href,
            on_click=rx.stop_propagation,
            underline="none",
            aria_label=label,
            class_name="quiet row-action",
        ),
    )
