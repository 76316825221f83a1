"""The tables of jobs, candidates and interviews."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from feedback_app.db.columns import UtcDateTime as UtcDateTime
from feedback_app.db.columns import id_, json_list, long_text, moment, optional_moment


class Job(SQLModel, table=True):
    __tablename__ = "job"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    department_id: str = Field(foreign_key="department.id")
    title: str
    summary: str = long_text()
    level: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    must_haves: list[str] = json_list()
    description: str = long_text()
    """The job description as somebody pasted it."""
    description_saved_at: datetime | None = optional_moment()
    description_revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    description_writer: str = Field(
        default="", max_length=32, sa_column_kwargs={"server_default": ""}
    )
    """Both as `Scorecard.notes_revision` and `notes_writer`."""
    metadata_call_id: str | None = Field(default=None, max_length=36)
    """The LLM call whose result for the description was confirmed."""
    archived_at: datetime | None = optional_moment()
    """Archived rows are left out of lists and choices; what was written about them stays."""


class Competency(SQLModel, table=True):
    """What a job asks for; `position` orders them within the job."""

    __tablename__ = "competency"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    job_id: str = Field(foreign_key="job.id", index=True)
    name: str
    description: str = long_text()
    steps: list[str] = json_list()
    """What each of the four ratings looks like, lowest first; empty if nobody has said."""
    position: int


class Candidate(SQLModel, table=True):
    __tablename__ = "candidate"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    name: str
    email: str = ""
    headline: str = ""
    """One line: present role and years."""
    cv_text: str = long_text()
    archived_at: datetime | None = optional_moment()


class Interview(SQLModel, table=True):
    """One meeting with a candidate; `kind` is such as "Technical interview"."""

    __tablename__ = "interview"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_interview_company_held", "company_id", "held_at", "id"),
        Index("ix_interview_candidate", "candidate_id", "archived_at", "held_at"),
        Index("ix_interview_job", "job_id", "archived_at"),
    )

    id: str = id_()
    company_id: str = Field(foreign_key="company.id", index=True)
    job_id: str = Field(foreign_key="job.id")
    candidate_id: str = Field(foreign_key="candidate.id")
    kind: str
    held_at: datetime = moment()
    duration_min: int = 60
    covers: list[str] = json_list()
    """The ids of the competencies that its interviewers rate; empty if they rate all of the job."""
    archived_at: datetime | None = optional_moment()
    created_by: str | None = Field(default=None, foreign_key="app_user.id")
    """Who added it; `None` if it came from elsewhere."""
