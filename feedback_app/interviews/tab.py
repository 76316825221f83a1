"""What the browser's tab shows about the interview page: the candidate, and what is waiting."""

import reflex as rx

from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews.state import InterviewState
from feedback_app.llm.events import STAGE_MESSAGES
from feedback_app.ui.layout import ready_icon

_CANDIDATE = InterviewState.detail.candidate + " · Debrief"
_IS_OPEN = FeedbackState.submitted == ""
_IS_WRITING = rx.Var.create(list(STAGE_MESSAGES)).contains(Live.phase)
_IS_READY = _IS_OPEN & (Live.phase == "complete")


def title() -> rx.Var[str]:
    """`● Draft ready: Oskar Nyland · Debrief`."""
    return rx.cond(
        InterviewState.loaded,
        rx.cond(
            _IS_WRITING,
            "✎ Writing: " + _CANDIDATE,
            rx.cond(
                _IS_READY,
                "● Draft ready: " + _CANDIDATE,
                rx.cond(
                    _IS_OPEN & InterviewState.detail.is_due, "○ Due: " + _CANDIDATE, _CANDIDATE
                ),
            ),
        ),
        "Interview · Debrief",
    )


def icon() -> rx.Component:
    """The tab's icon has a dot while a draft waits to be checked."""
    return ready_icon(InterviewState.loaded & _IS_READY)
