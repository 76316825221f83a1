"""The page with the form of one job."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.hiring.checks import MOST_NAME_CHARACTERS, MOST_SUMMARY_CHARACTERS
from feedback_app.hiring.fields import (
    archive_button,
    archived_banner,
    choice,
    field,
    heading,
    record_form,
    record_page,
)
from feedback_app.hiring.jobs.components import competencies
from feedback_app.hiring.jobs.new import DEPARTMENT_NAMES, department_names
from feedback_app.hiring.jobs.state import JobFormState
from feedback_app.hiring.metadata import LEVELS, MOST_TITLE_CHARACTERS
from feedback_app.ui.components import card

_STATE: Any = JobFormState


def job_edit_page() -> rx.Component:
    """What one job is and asks for, as a form, for administrators."""
    form = rx.el.div(
        heading(
            _STATE.title,
            f"{routes.ADMIN_HIRING}/jobs/" + _STATE.record_id,
            "Description and proposal",
            archive_button(_STATE),
        ),
        archived_banner(_STATE, "no interview can be planned for it. What was written stays."),
        record_form(
            _STATE,
            card(_details()),
            competencies(),
            element_id="job-edit-form",
        ),
        id="job-edit-page",
        class_name="stack wide-form",
        custom_attrs={"data-id": _STATE.record_id},
    )
    return record_page(_STATE, form, section=routes.ADMIN_HIRING, back="jobs")


def _details() -> rx.Component:
    return rx.el.div(
        field(_STATE, "title", "Title", most=MOST_TITLE_CHARACTERS),
        rx.el.div(
            field(
                _STATE,
                "department",
                "Department",
                most=MOST_NAME_CHARACTERS,
                hint="Choose one or type a new one.",
                list=DEPARTMENT_NAMES,
            ),
            choice(
                _STATE,
                "level",
                "Level",
                [rx.el.option(label, value=level) for level, label in LEVELS.items()],
            ),
            class_name="field-pair",
        ),
        department_names(_STATE.departments),
        field(
            _STATE,
            "summary",
            "Summary",
            kind="area",
            rows="2",
            most=MOST_SUMMARY_CHARACTERS,
            hint="A sentence or two that interviewers read next to their notes.",
        ),
        field(_STATE, "must_haves", "Must-haves, one per line", kind="area", rows="3", most=5_000),
        class_name="stack",
    )
