"""Interview mode."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.feedback.components import draft_history, feedback_editor
from feedback_app.feedback.panel import generation_panel
from feedback_app.interviews import tab
from feedback_app.interviews.components import (
    background_card,
    competencies_card,
    interview_header,
    notes_card,
    recommendation_card,
)
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.components import not_found_panel, skeleton_rows


def interview_page() -> rx.Component:
    """Interview mode: the interview on the left, the feedback on the right."""
    return signed_in_page(
        tab.icon(),
        rx.cond(
            InterviewState.missing,
            not_found_panel(routes.INTERVIEWS, "Back to my interviews"),
            rx.cond(
                InterviewState.loaded,
                rx.fragment(
                    interview_header(),
                    rx.el.div(
                        rx.el.div(
                            notes_card(),
                            competencies_card(),
                            recommendation_card(),
                            background_card(),
                            class_name="column",
                        ),
                        rx.el.div(
                            generation_panel(),
                            feedback_editor(),
                            draft_history(),
                            class_name="column feedback-column",
                        ),
                        class_name="columns",
                    ),
                ),
                skeleton_rows(3, height="180px"),
            ),
        ),
        # Outside of what is shown only while loaded: a reconnection to a new server unloads that.
        rx.el.span(hidden=True, on_unmount=InterviewState.leave),
        active=routes.INTERVIEWS,
    )
