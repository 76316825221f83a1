"""Interview mode."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.feedback.components.panel import PANEL
from feedback_app.feedback.components.paper import paper
from feedback_app.feedback.components.review import (
    final_page,
    just_submitted,
    review_sheet,
    submit_button,
    submitted_feedback,
)
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews import tab
from feedback_app.interviews.desk import PANE, desk_head, pane_tabs, workspace
from feedback_app.interviews.desk_keys import desk_keys
from feedback_app.interviews.notes import source_peek
from feedback_app.interviews.scorecard import own_scorecard
from feedback_app.interviews.state import InterviewState
from feedback_app.live.panel import action_bar
from feedback_app.ui.components import not_found_panel


def interview_page() -> rx.Component:
    """Interview mode: the interview on the left, the feedback on the right."""
    return signed_in_page(
        tab.icon(),
        rx.cond(
            InterviewState.missing,
            not_found_panel(routes.INTERVIEWS, "Back to my interviews"),
            rx.cond(
                InterviewState.loaded,
                rx.cond(
                    InterviewState.for_admin,
                    _submitted(),
                    rx.cond(FeedbackState.submitted != "", _final(), _desk()),
                ),
                _skeleton(),
            ),
        ),
        # Outside of what is shown only while loaded: a reconnection to a new server unloads that.
        rx.el.span(hidden=True, on_unmount=InterviewState.leave),
        active=routes.INTERVIEWS,
    )


def _skeleton() -> rx.Component:
    """The desk's own layout, so that nothing moves when it has loaded."""
    parts = (rx.skeleton(width="100%", height="100%", min_height="280px") for _ in range(2))
    return rx.el.div(
        rx.el.div(rx.skeleton(width="260px", height="36px"), class_name="desk-head"),
        *parts,
        class_name="desk",
        aria_hidden="true",
    )


def _desk() -> rx.Component:
    return rx.el.div(
        PANE,
        desk_head(just_submitted(), submit_button()),
        pane_tabs(),
        workspace(),
        rx.el.section(
            action_bar(PANEL, PANE.set_value("feedback")),
            paper(InterviewState.answer),
            id="generation-panel",
            class_name="paper-pane",
            custom_attrs={"data-phase": Live.phase},
            aria_label="Feedback",
        ),
        review_sheet(),
        desk_keys(),
        source_peek(PANE),
        class_name="desk",
        custom_attrs={"data-pane": PANE.value},
    )


def _final() -> rx.Component:
    return rx.el.div(desk_head(), final_page(own_scorecard()))


def _submitted() -> rx.Component:
    """What others submitted, for an administrator."""
    return rx.el.div(desk_head(), submitted_feedback(FeedbackState.panel))
