"""Conditions on interviews that several features share: what one covers, who still sees it."""

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_
from sqlmodel import col

from feedback_app.db.models import Interview, Scorecard

_COVERS = cast(col(Interview.covers), Text)
"""The stored list as text; ids have a fixed length, so one is never part of another."""


def covered(competency_id: Any) -> ColumnElement[bool]:
    """Whether the interview of the row has this competency of its job rated."""
    return or_(_COVERS == "[]", _COVERS.contains(competency_id))


STILL_LISTED = or_(col(Interview.archived_at).is_(None), col(Scorecard.submitted_at).is_not(None))
"""Whether an interviewer's list has the interview: archived ones only with submitted feedback."""
