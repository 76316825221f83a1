"""The dialog that adds a job by its title."""

from typing import Any

import reflex as rx

from feedback_app.hiring.checks import MOST_NAME_CHARACTERS
from feedback_app.hiring.jobs.state import NewJobState
from feedback_app.hiring.metadata import MOST_TITLE_CHARACTERS

_errors: Any = NewJobState.errors
DEPARTMENT_NAMES = "department-names"
"""The id of the list that a department's field offers."""


def new_job_button(element_id: str = "new-row") -> rx.Component:
    """Opens the dialog."""
    return rx.button(rx.icon("plus", size=15), "New job", on_click=NewJobState.begin, id=element_id)


def department_names(names: Any) -> rx.Component:
    """The departments that a field with `list=DEPARTMENT_NAMES` offers while one types."""
    return rx.el.datalist(
        rx.foreach(names, lambda name: rx.el.option(value=name)), id=DEPARTMENT_NAMES
    )


def new_job_dialog() -> rx.Component:
    """Title and department of a new job."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("New job", size="4"),
            rx.dialog.description(
                "Its page opens next: paste the description there, or name the competencies "
                "yourself.",
                class_name="note",
            ),
            rx.el.form(
                _field("title", "Title", MOST_TITLE_CHARACTERS),
                _field(
                    "department",
                    "Department",
                    MOST_NAME_CHARACTERS,
                    "Choose one or type a new one; empty is “General”.",
                    list=DEPARTMENT_NAMES,
                ),
                department_names(NewJobState.departments),
                rx.el.div(
                    rx.button(
                        "Cancel",
                        type="button",
                        variant="soft",
                        color_scheme="gray",
                        on_click=NewJobState.show(False),
                    ),
                    rx.button("Add job", type="submit", id="new-job-submit"),
                    class_name="dialog-actions",
                ),
                on_submit=NewJobState.add,
                no_validate=True,
                id="new-job-form",
                class_name="stack dialog-form",
            ),
            max_width="460px",
            size="3",
        ),
        open=NewJobState.is_open,
        on_open_change=NewJobState.show,
    )


def _field(name: str, label: str, most: int, hint: str = "", **props: Any) -> rx.Component:
    input_id, error = f"new-job-{name}", _errors.get(name, "")
    return rx.el.div(
        rx.el.label(label, html_for=input_id, class_name="field-label"),
        rx.el.input(
            id=input_id,
            name=name,
            type="text",
            default_value="",
            auto_complete="off",
            max_length=most + 200,
            dir="auto",
            aria_invalid=rx.cond(error != "", "true", "false"),
            aria_describedby=f"{input_id}-hint",
            class_name="input",
            **props,
        ),
        rx.el.div(
            rx.cond(error != "", rx.el.p(error, role="alert", class_name="error")),
            rx.el.p(hint, class_name="note") if hint else rx.fragment(),
            id=f"{input_id}-hint",
        ),
        class_name="field",
    )
