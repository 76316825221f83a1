"""The administrators' pages of jobs."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.hiring import components
from feedback_app.hiring.state import JobsState, JobState
from feedback_app.ui.components import (
    empty_state,
    error_callout,
    not_found_panel,
    skeleton_rows,
)
from feedback_app.ui.layout import page_header


def jobs_page() -> rx.Component:
    """The company's jobs, for administrators."""
    return signed_in_page(
        page_header("Jobs", "What each job asks for: what interviewers rate."),
        rx.fragment(
            rx.match(
                JobsState.phase,
                ("ready", components.job_list()),
                ("refused", _refused()),
                ("failed", _failed("The jobs could not be loaded.", JobsState.load)),
                skeleton_rows(4),
            )
        ),
        active=routes.ADMIN_HIRING,
    )


def job_page() -> rx.Component:
    """One job: its description, and what it is read as."""
    return signed_in_page(
        rx.fragment(
            rx.match(
                JobState.shows,
                ("ready", _job()),
                ("missing", not_found_panel(routes.ADMIN_HIRING, "Back to jobs")),
                ("refused", _refused()),
                ("failed", _failed("The job could not be loaded.", JobState.load)),
                skeleton_rows(3, height="180px"),
            )
        ),
        active=routes.ADMIN_HIRING,
    )


def _job() -> rx.Component:
    return rx.el.div(
        rx.flex(
            rx.link(
                rx.icon("arrow-left", size=15),
                "Jobs",
                href=routes.ADMIN_HIRING,
                size="2",
                display="inline-flex",
                align_items="center",
                gap="6px",
            ),
            rx.heading(
                JobState.job.title, as_="h1", size="6", weight="bold", class_name="page-title"
            ),
            rx.text(JobState.job.department, size="2", color_scheme="gray"),
            direction="column",
            align="start",
            spacing="2",
            margin_bottom="20px",
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
