"""The pages of hiring, for the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.hiring.candidates.page import candidate_page
from feedback_app.hiring.candidates.state import CandidateState
from feedback_app.hiring.departments.page import department_page
from feedback_app.hiring.departments.state import DepartmentState
from feedback_app.hiring.interviews.page import hiring_interview_page
from feedback_app.hiring.interviews.state import HiringInterviewState
from feedback_app.hiring.jobs.page import job_edit_page
from feedback_app.hiring.jobs.state import JobFormState
from feedback_app.hiring.lists.page import (
    candidates_page,
    departments_page,
    hiring_interviews_page,
    jobs_page,
)
from feedback_app.hiring.lists.state import HiringListState
from feedback_app.hiring.page import job_page
from feedback_app.hiring.state import JobState


@dataclass(frozen=True, slots=True)
class HiringPage:
    """A page as the app adds it; `load` runs whenever it is opened."""

    draw: Callable[[], rx.Component]
    route: str
    title: str
    load: Any


_LIST: Any = HiringListState.load

PAGES = (
    HiringPage(jobs_page, routes.ADMIN_HIRING, "Jobs", _LIST),
    HiringPage(candidates_page, routes.ADMIN_CANDIDATES, "Candidates", _LIST),
    HiringPage(hiring_interviews_page, routes.ADMIN_INTERVIEWS, "Interviews", _LIST),
    HiringPage(departments_page, routes.ADMIN_DEPARTMENTS, "Departments", _LIST),
    HiringPage(job_page, routes.ADMIN_JOB, "Job", JobState.load),
    HiringPage(job_edit_page, routes.ADMIN_JOB_EDIT, "Job", JobFormState.load),
    HiringPage(candidate_page, routes.ADMIN_CANDIDATE, "Candidate", CandidateState.load),
    HiringPage(
        hiring_interview_page, routes.ADMIN_INTERVIEW, "Interview", HiringInterviewState.load
    ),
    HiringPage(department_page, routes.ADMIN_DEPARTMENT, "Department", DepartmentState.load),
)
