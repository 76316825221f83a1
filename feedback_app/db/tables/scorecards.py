"""The tables of what interviewers write about an interview, with its versions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, false, true
from sqlmodel import Field, SQLModel, UniqueConstraint

from feedback_app.db.columns import UtcDateTime as UtcDateTime
from feedback_app.db.columns import id_, json_dict, json_list, long_text, moment, optional_moment


class Scorecard(SQLModel, table=True):
    """One interviewer's part in one interview: notes, verdict, feedback.

    Whoever has one takes part in the interview.
    """

    __tablename__ = "scorecard"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("interview_id", "user_id"),)

    id: str = id_()
    interview_id: str = Field(foreign_key="interview.id", index=True)
    user_id: str = Field(foreign_key="app_user.id", index=True)
    notes: str = long_text()
    notes_saved_at: datetime | None = optional_moment()
    notes_revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Counts the saves, so that an older text cannot overwrite a newer one unseen."""
    notes_writer: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    """The tab that saved them last, hashed: a later text from the same tab is always newer."""
    recommendation: str | None = Field(default=None, max_length=20)
    feedback: str = long_text()
    """Markdown, without citations: what is submitted, copied and exported."""
    feedback_blocks: list[dict[str, Any]] = json_list()
    """The same text as blocks, with the lines of the notes that its statements rest on; empty if
    the text was written by a program."""
    feedback_saved_at: datetime | None = optional_moment()
    feedback_revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    feedback_writer: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    feedback_call_id: str | None = Field(default=None, max_length=36)
    """The LLM call whose draft the saved feedback started from."""
    feedback_kept: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether the person has accepted it as theirs; false for a draft nobody has touched yet."""
    undo_id: str | None = Field(default=None, max_length=36)
    """The version of the feedback that Undo brings back."""
    put_back: list[str] = json_list()
    """Keys of remarks about the person that the writer allows in drafts after all."""
    placements: dict[str, str] = json_dict()
    """By key of a line of the notes, the competency the writer put it under; empty if left out."""
    answers: dict[str, str] = json_dict()
    """By key of a contradiction, how the writer settled it."""
    submitted_at: datetime | None = optional_moment()


class CompetencyRating(SQLModel, table=True):
    """One competency's rating, 1 to 4 or `None`, and its reason, on one scorecard."""

    __tablename__ = "competency_rating"  # pyright: ignore[reportAssignmentType]

    scorecard_id: str = Field(foreign_key="scorecard.id", primary_key=True)
    competency_id: str = Field(foreign_key="competency.id", primary_key=True)
    rating: int | None = None
    not_assessed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Chosen explicitly; a competency without a rating is just not rated yet."""
    reason: str = long_text()


class VersionKind(StrEnum):
    """What the text of a version was about to be replaced by, or why it was kept."""

    DRAFT = "draft"
    REPLACED = "replaced"
    APPENDED = "appended"
    REWRITTEN = "rewritten"
    DISCARDED = "discarded"
    RESTORED = "restored"
    UNDONE = "undone"
    TYPED = "typed"
    ELSEWHERE = "elsewhere"


class TextVersion(SQLModel, table=True):
    """An earlier text of somebody's notes or feedback, kept so that nothing is ever lost."""

    __tablename__ = "text_version"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_text_version_scorecard", "scorecard_id", "field", "id"),)

    id: str = id_()
    scorecard_id: str = Field(foreign_key="scorecard.id")
    field: str = Field(max_length=10)
    """`notes` or `feedback`."""
    kind: str = Field(max_length=20)
    text: str = long_text()
    blocks: list[dict[str, Any]] = json_list()
    call_id: str | None = Field(default=None, max_length=36)
    """The draft the text had started from."""
    placements: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    """The writer's placements at that time, as `Scorecard.placements`; `None` for notes."""
    writer: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    """The tab that a text which was not saved came from, as `Scorecard.feedback_writer`."""
    base: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The revision that such a text was written over."""
    at: datetime = moment()


class ScorecardEvent(SQLModel, table=True):
    """The record that a scorecard was submitted, or reopened and why."""

    __tablename__ = "scorecard_event"  # pyright: ignore[reportAssignmentType]

    id: str = id_()
    scorecard_id: str = Field(foreign_key="scorecard.id", index=True)
    user_id: str = Field(foreign_key="app_user.id")
    kind: str = Field(max_length=20)
    """`submitted` or `reopened`."""
    reason: str = long_text()
    at: datetime = moment()
