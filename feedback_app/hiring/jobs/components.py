"""The competencies in the form of a job: added, moved, removed, copied from another job."""

from typing import Any

import reflex as rx
from reflex_base.event import EventHandler, no_args_event_spec
from reflex_components_core.el.elements.inline import Span
from reflex_components_core.el.elements.typography import Li

from feedback_app.hiring.fields import field
from feedback_app.hiring.jobs.schemas import STEPS, CompetencyRow
from feedback_app.hiring.jobs.service import MOST_ABOUT_CHARACTERS
from feedback_app.hiring.jobs.state import JobFormState
from feedback_app.hiring.metadata import MOST_LINE_CHARACTERS
from feedback_app.hiring.scale import RATING_LABELS
from feedback_app.ui.components import card

_STATE: Any = JobFormState
_ROWS: Any = JobFormState.rows
"""The state's attribute as the browser has it."""


class _Place(Li):
    """A place in the list that something can be dropped on."""

    on_drag_over: EventHandler[no_args_event_spec]
    on_drop: EventHandler[no_args_event_spec]


class _Handle(Span):
    """What is dragged. The fields are not, as a drag would take the caret from them."""

    on_drag_start: EventHandler[no_args_event_spec]


def competencies() -> rx.Component:
    """The job's competencies in the order in which interviewers rate them."""
    return card(
        rx.el.p(
            "What interviewers rate, in this order. What each step looks like helps them to "
            "rate alike.",
            class_name="note card-head",
        ),
        rx.cond(
            _ROWS.length() > 0,
            rx.el.ol(rx.foreach(_ROWS, _competency), id="job-competencies-list"),
            rx.el.p("This job has none yet. Add the first one.", class_name="note card-head"),
        ),
        rx.el.div(
            rx.button(
                rx.icon("plus", size=15),
                "Add a competency",
                type="button",
                variant="soft",
                on_click=_STATE.add,
                id="add-competency",
            ),
            rx.cond(_STATE.others.length() > 0, _copying()),
            class_name="split",
        ),
        rx.el.p(_STATE.said, role="status", id="competencies-said", class_name="note said"),
        title="Competencies",
    )


def _copying() -> rx.Component:
    return rx.el.div(
        rx.el.select(
            rx.el.option("From another job…", value=""),
            rx.foreach(_STATE.others, lambda job: rx.el.option(job.label, value=job.value)),
            value=_STATE.source,
            on_change=_STATE.choose_source,
            aria_label="Job to copy competencies from",
            name="copy_source",
            id="copy-source",
            class_name="input select",
        ),
        rx.button(
            "Copy competencies",
            type="button",
            variant="soft",
            color_scheme="gray",
            on_click=_STATE.copy_from,
            id="copy-competencies",
        ),
        class_name="line copying",
    )


def _competency(row: CompetencyRow, index: Any) -> rx.Component:
    name = rx.cond(row.name != "", row.name, "the new competency")
    removed = rx.el.div(
        rx.el.span(rx.el.b(name), " is removed when you save."),
        rx.button(
            "Put back",
            type="button",
            variant="soft",
            color_scheme="gray",
            high_contrast=True,
            size="1",
            on_click=_STATE.put_back(row.id),
        ),
        class_name="banner near",
    )
    return _Place.create(
        rx.cond(row.removed, removed),
        rx.el.div(
            rx.el.div(
                _Handle.create(
                    rx.icon("grip-vertical", size=16),
                    draggable=True,
                    on_drag_start=_STATE.grab(row.id),
                    aria_hidden="true",
                    title="Drag to move",
                    class_name="drag-handle",
                ),
                rx.el.span(index + 1, class_name="muted figure competency-number"),
                _typed(row, "name", "Name", most=MOST_LINE_CHARACTERS),
                _button("arrow-up", f"Move {name} up", _STATE.move(row.id, -1), "up"),
                _button("arrow-down", f"Move {name} down", _STATE.move(row.id, 1), "down"),
                _button("trash-2", f"Remove {name}", _STATE.remove(row.id), "remove"),
                class_name="competency-bar",
            ),
            rx.cond(row.note != "", rx.el.p(row.note, role="alert", class_name="banner near")),
            _typed(
                row, "about", "What it means", kind="area", rows="2", most=MOST_ABOUT_CHARACTERS
            ),
            _steps(row),
            hidden=row.removed,
            class_name="stack competency-form",
        ),
        key=row.id,
        on_drag_over=rx.prevent_default,
        on_drop=_STATE.drop(row.id).prevent_default,
        custom_attrs={"data-id": row.id, "data-removed": rx.cond(row.removed, "true", "false")},
    )


def _steps(row: CompetencyRow) -> rx.Component:
    """Folded unless something is written there, as a job may have a dozen competencies."""
    return rx.el.details(
        rx.el.summary("What each step looks like", class_name="field-label"),
        rx.el.div(
            *(
                _typed(
                    row,
                    f"step{step}",
                    rx.fragment(rx.el.b(str(step)), f" {RATING_LABELS[step]}"),
                    kind="area",
                    rows="2",
                    most=MOST_LINE_CHARACTERS,
                )
                for step in range(1, STEPS + 1)
            ),
            class_name="step-fields",
        ),
        open=row.has_steps | _wrong_step(row),
        class_name="steps",
    )


def _wrong_step(row: CompetencyRow) -> Any:
    wrong: Any = False
    for step in range(1, STEPS + 1):
        wrong |= _STATE.errors.get(f"step{step}-" + row.id, "") != ""
    return wrong


def _typed(row: CompetencyRow, name: str, label: Any, **props: Any) -> rx.Component:
    return field(_STATE, f"{name}-" + row.id, label, key=_STATE.key + row.id, **props)


def _button(icon: str, label: Any, on_click: Any, deed: str) -> rx.Component:
    return rx.icon_button(
        rx.icon(icon, size=15),
        type="button",
        aria_label=label,
        on_click=on_click,
        variant="ghost",
        color_scheme="gray",
        class_name="competency-button",
        custom_attrs={"data-deed": deed},
    )
