"""The administrators' page of one job."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.hiring import components
from feedback_app.hiring.fields import heading
from feedback_app.hiring.lists.components import section_nav
from feedback_app.hiring.state import JobState
from feedback_app.ui.components import (
    empty_state,
    error_callout,
    not_found_panel,
    skeleton_rows,
)


def job_page() -> rx.Component:
    """One job: its description, and what it is read as."""
    return signed_in_page(
        rx.fragment(
            rx.match(
                JobState.shows,
                ("ready", rx.fragment(section_nav(routes.ADMIN_HIRING), _job())),
                ("missing", not_found_panel(routes.ADMIN_HIRING, "Back to jobs")),
                ("refused", _refused()),
                ("failed", _failed("The job could not be loaded.", JobState.load)),
                skeleton_rows(3, height="180px"),
            )
        ),
        active=routes.ADMIN_HIRING,
    )


def _job() -> rx.Component:
    edit = f"{routes.ADMIN_HIRING}/jobs/" + JobState.job.id + "/edit"
    return rx.el.div(
        heading(
            JobState.job.title,
            routes.ADMIN_HIRING,
            "Jobs",
            rx.el.span(JobState.job.department, class_name="muted", id="job-department"),
            rx.button(
                rx.el.a(rx.icon("pencil", size=15), "Edit job", href=edit),
                as_child=True,
                variant="soft",
                id="edit-job",
            ),
        ),
        rx.cond(
            JobState.job.archived,
            rx.el.p(
                "Archived: no interview can be planned for it. It is brought back where it is "
                "edited.",
                id="archived",
                class_name="banner near card-head",
            ),
        ),
        rx.el.div(components.description(), components.proposal(), class_name="job-desk"),
        id="job-page",
        custom_attrs={"data-id": JobState.job.id},
    )


def _refused() -> rx.Component:
    return empty_state(
        "lock", "For administrators", "Only administrators see what jobs ask for.", level="h1"
    )


def _failed(message: str, again: Any) -> rx.Component:
    return error_callout(
        message,
        rx.button("Try again", on_click=again, variant="soft", color_scheme="red"),
        id="jobs-failed",
    )
