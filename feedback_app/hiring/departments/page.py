"""The page of one department."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.hiring.checks import MOST_NAME_CHARACTERS
from feedback_app.hiring.departments.state import DepartmentState
from feedback_app.hiring.fields import (
    archive_button,
    archived_banner,
    field,
    heading,
    record_form,
    record_page,
)
from feedback_app.ui.components import card

_STATE: Any = DepartmentState


def department_page() -> rx.Component:
    """One department, for administrators: rename it, archive it, bring it back."""
    is_new = _STATE.record_id == routes.NEW
    form = rx.el.div(
        heading(
            rx.cond(is_new, "New department", _STATE.title),
            routes.ADMIN_DEPARTMENTS,
            "Departments",
            archive_button(_STATE),
        ),
        archived_banner(_STATE, "no job can be put into it. Its jobs stay."),
        card(
            record_form(
                _STATE,
                field(
                    _STATE,
                    "name",
                    "Name",
                    most=MOST_NAME_CHARACTERS,
                    hint="Jobs show it, and usage is summed by it.",
                ),
                element_id="department-form",
            ),
        ),
        rx.cond(
            is_new,
            rx.fragment(),
            rx.link(
                "Jobs of this department",
                href=routes.ADMIN_HIRING + "?q=" + _STATE.title,
                size="2",
                id="department-jobs",
            ),
        ),
        id="department-page",
        class_name="stack narrow-form",
        custom_attrs={"data-id": _STATE.record_id},
    )
    return record_page(_STATE, form, section=routes.ADMIN_DEPARTMENTS, back="departments")
