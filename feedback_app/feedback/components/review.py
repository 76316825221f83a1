"""Submitting: the review sheet, then the final feedback, and colleagues' feedback."""

from typing import Any

import reflex as rx

from feedback_app.feedback.components.copying import copier
from feedback_app.feedback.schemas import Colleague
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.components import settled_text
from feedback_app.ui.browser import focus, print_page
from feedback_app.ui.components import tool

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""


def submit_button() -> rx.Component:
    """Opens the review sheet."""
    return rx.button(
        "Submit…",
        type="button",
        on_click=_TEXT.open_review,
        id="submit-feedback",
        variant="surface",
        color_scheme="gray",
        high_contrast=True,
        class_name="tall",
        custom_attrs={"aria-keyshortcuts": "Control+Shift+Enter"},
    )


def just_submitted() -> rx.Component:
    """Shown on the next page: the last one was submitted, with a link back to it."""
    return rx.cond(
        _TEXT.just_submitted.length() > 0,
        rx.el.span(
            rx.icon("circle-check", size=15),
            rx.el.span(_TEXT.just_submitted[1], ": submitted."),
            rx.link(
                "Read it, or open it again",
                href="/interviews/" + _TEXT.just_submitted[0],
                id="just-submitted",
            ),
            class_name="submitted-mark",
            role="status",
        ),
    )


def review_sheet() -> rx.Component:
    """What is about to be submitted: refused if something must come first, else with warnings."""
    review = _TEXT.review
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(
                rx.cond(
                    review.refusals.length() > 0, "Not ready to submit", "Submit this feedback?"
                ),
                size="5",
            ),
            rx.cond(
                review.refusals.length() > 0,
                rx.dialog.description("Do this first:", size="2"),
                rx.dialog.description(
                    "Colleagues who have submitted theirs will see it. You can take it back "
                    "for 10 minutes.",
                    size="2",
                ),
            ),
            rx.el.ul(
                rx.foreach(review.refusals, lambda text: _point("circle-x", text)),
                class_name="points bad",
            ),
            rx.cond(
                review.refusals.length() == 0,
                rx.fragment(
                    rx.el.p(
                        rx.el.span("Recommendation"),
                        rx.el.b(review.recommendation),
                        class_name="verdict",
                    ),
                    rx.el.dl(rx.foreach(review.ratings, _rating), class_name="pairs"),
                    rx.el.ul(
                        rx.foreach(review.warnings, lambda text: _point("triangle-alert", text)),
                        class_name="points",
                    ),
                ),
            ),
            rx.el.div(
                rx.dialog.close(
                    rx.button(
                        rx.cond(review.refusals.length() > 0, "Back to the feedback", "Not yet"),
                        variant="soft",
                        color_scheme="gray",
                    )
                ),
                rx.cond(
                    review.refusals.length() == 0,
                    rx.fragment(
                        rx.button(
                            "Submit",
                            on_click=_TEXT.submit,
                            variant=rx.cond(review.left > 0, "soft", "solid"),
                            id="confirm-submit",
                        ),
                        rx.cond(
                            review.left > 0,
                            rx.button(
                                f"Submit and open next ({review.left} left)",
                                on_click=_TEXT.submit_and_next,
                                id="submit-and-next",
                            ),
                        ),
                    ),
                ),
                class_name="dialog-actions",
            ),
            on_close_auto_focus=focus("submit-feedback"),
            id="review-sheet",
            max_width="520px",
        ),
        open=_TEXT.reviewing,
        on_open_change=rx.cond(_TEXT.reviewing, _TEXT.close_review, rx.noop()),
    )


def _point(icon: str, text: Any) -> rx.Component:
    return rx.el.li(rx.icon(icon, size=15), rx.el.span(text))


def _rating(rated: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(rated[0]),
        rx.el.dd(rated[1]),
        rx.cond(rated[2] != "", rx.el.dd(rated[2], class_name="given-reason", dir="auto")),
    )


def submitted_feedback(panel: Any) -> rx.Component:
    """What everybody submitted about an interview, for an administrator."""
    return rx.el.article(
        rx.el.p(
            panel.submitted,
            " submitted, ",
            panel.waiting,
            " not yet. Only its writer can see feedback that is not submitted.",
            class_name="note",
        ),
        rx.foreach(panel.readable, _colleague),
        id="submitted-feedback",
        class_name="paper-final",
        aria_label="Submitted feedback",
    )


def final_page(scorecard: rx.Component) -> rx.Component:
    """One's own submitted feedback, for reading; then what colleagues submitted."""
    return rx.el.div(
        rx.el.article(
            rx.el.div(
                rx.el.span(
                    rx.icon("circle-check", size=16),
                    "Submitted ",
                    _TEXT.submitted,
                    id="feedback-status",
                    title=_TEXT.submitted_utc,
                    custom_attrs={"data-status": "saved"},
                    class_name="submitted-mark",
                ),
                rx.el.div(
                    tool("copy", "Copy", _TEXT.copy("rich"), id="copy-rich"),
                    tool(
                        "printer",
                        "Print",
                        print_page(),
                        id="print-feedback",
                    ),
                    class_name="tools",
                ),
                copier(),
                class_name="split paper-bar",
            ),
            rx.el.div(settled_text(_TEXT.final), class_name="document", id="final-feedback"),
            class_name="paper-final",
            aria_label="Your feedback",
        ),
        rx.el.aside(
            scorecard,
            _reopen(),
            colleagues(_TEXT.panel),
            class_name="stack final-aside",
        ),
        class_name="final-columns",
    )


def _reopen() -> rx.Component:
    return rx.cond(
        _TEXT.may_reopen_freely,
        rx.el.div(
            rx.el.p("A mistake? You can reopen it for 10 minutes."),
            rx.button("Open again", on_click=_TEXT.reopen, variant="soft", id="reopen-feedback"),
            class_name="reopen",
        ),
        rx.el.details(
            rx.el.summary("Open it again"),
            rx.el.form(
                rx.el.label("Why? This is recorded.", html_for="reopen-reason"),
                rx.el.textarea(
                    id="reopen-reason",
                    name="reason",
                    rows="2",
                    required=True,
                    max_length=500,
                    class_name="input",
                ),
                rx.button("Open again", type="submit", variant="soft", id="reopen-feedback"),
                on_submit=_TEXT.reopen,
            ),
            class_name="reopen",
        ),
    )


def colleagues(panel: Any) -> rx.Component:
    """What others have submitted on the same candidate and job."""
    return rx.el.section(
        rx.heading("Colleagues", as_="h2", size="3", weight="medium"),
        rx.cond(
            panel.submitted + panel.waiting == 0,
            rx.el.p("Nobody else interviews this candidate for this job.", class_name="muted"),
            rx.cond(
                panel.readable.length() == 0,
                rx.el.p(
                    panel.submitted,
                    " submitted, ",
                    panel.waiting,
                    " still writing.",
                    class_name="muted",
                ),
            ),
        ),
        rx.foreach(panel.readable, _colleague),
        id="colleagues-feedback",
    )


def _colleague(found: rx.vars.ObjectVar[Colleague]) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.b(found.name),
            rx.el.span(found.kind, " · ", found.when, class_name="note"),
            rx.el.span(found.recommendation),
        ),
        rx.el.dl(rx.foreach(found.ratings, _rating), class_name="pairs"),
        rx.el.div(settled_text(found.blocks), class_name="document small"),
        custom_attrs={"data-id": found.id},
        class_name="colleague",
    )
