"""The pages of the lists of hiring: jobs, candidates, interviews, departments."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.hiring.jobs.new import new_job_button, new_job_dialog
from feedback_app.hiring.lists import components
from feedback_app.hiring.lists.schemas import Kind
from feedback_app.hiring.lists.state import HiringListState
from feedback_app.ui.layout import page_header


def jobs_page() -> rx.Component:
    """The company's jobs, for administrators."""
    return _page(
        "jobs",
        routes.ADMIN_HIRING,
        page_header("Jobs", "What each job asks for: what interviewers rate.", new_job_button()),
        components.table("job-list", "Jobs"),
        components.nothing_here(
            "briefcase",
            "No jobs yet",
            "Add the first by its title; its description can be pasted on its page.",
            new_job_button("first-job"),
            routes.ADMIN_HIRING,
        ),
        "Title or department",
        new_job_dialog(),
    )


def candidates_page() -> rx.Component:
    """The company's candidates, for administrators."""
    path, new = routes.ADMIN_CANDIDATES, routes.admin_candidate(routes.NEW)
    return _page(
        "candidates",
        path,
        page_header("Candidates", "Who is interviewed.", _new("New candidate", new)),
        components.table("candidate-list", "Candidates"),
        components.nothing_here(
            "users",
            "No candidates yet",
            "Add the first by name; email, headline and CV can follow.",
            _new("Add a candidate", new, "first-row"),
            path,
        ),
        "Name, email or headline",
    )


def hiring_interviews_page() -> rx.Component:
    """The company's interviews, for administrators."""
    path, new = routes.ADMIN_INTERVIEWS, routes.admin_interview(routes.NEW)
    return _page(
        "interviews",
        path,
        page_header(
            "Interviews",
            "Who meets whom and when; each interviewer finds theirs in their own list.",
            _new("New interview", new),
        ),
        components.table("hiring-interview-list", "Interviews"),
        components.nothing_here(
            "calendar",
            "No interviews yet",
            "Plan the first: a candidate, a job, a time, and who asks the questions.",
            _new("Plan an interview", new, "first-row"),
            path,
        ),
        "Candidate, job, kind or interviewer",
    )


def departments_page() -> rx.Component:
    """The company's departments, for administrators."""
    path, new = routes.ADMIN_DEPARTMENTS, routes.admin_department(routes.NEW)
    return _page(
        "departments",
        path,
        page_header("Departments", "What jobs belong to.", _new("New department", new)),
        components.table("department-list", "Departments"),
        components.nothing_here(
            "building-2",
            "No departments yet",
            "Add the first by its name, or name one when you add a job.",
            _new("Add a department", new, "first-row"),
            path,
        ),
        "Name",
    )


def _new(label: str, href: str, element_id: str = "new-row") -> rx.Component:
    return rx.button(
        rx.el.a(rx.icon("plus", size=15), label, href=href),
        as_child=True,
        id=element_id,
    )


def _page(
    kind: Kind,
    path: str,
    header: rx.Component,
    table: rx.Component,
    nothing: rx.Component,
    placeholder: str,
    *others: rx.Component,
) -> rx.Component:
    state: Any = HiringListState
    # Coming from another of the lists, the state has that one's rows until this one's are loaded.
    is_here = (state.phase != "ready") | (state.view.kind == kind)
    shown = rx.el.div(
        components.controls(placeholder),
        rx.cond(state.view.rows, table, nothing),
        class_name="stack",
        aria_busy=state.busy,
    )
    return signed_in_page(
        rx.cond(
            state.phase == "refused",
            components.refused(),
            rx.el.div(
                header,
                components.section_nav(path),
                rx.match(
                    rx.cond(is_here, state.phase, "loading"),
                    ("ready", shown),
                    ("invalid", components.invalid(path)),
                    ("failed", components.failed()),
                    components.loading(),
                ),
                *others,
            ),
        ),
        active=routes.ADMIN_HIRING,
    )
