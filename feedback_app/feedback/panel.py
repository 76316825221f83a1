"""The generator: one button for what comes next, how far a draft has come, what it took."""

from typing import Any

import reflex as rx

from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.llm.events import STAGE_MESSAGES
from feedback_app.ui.components import small_button


def is_running() -> Any:
    """Whether a draft is being written, in the browser."""
    running: Any = Live.phase == "connecting"
    for stage in list(STAGE_MESSAGES)[1:]:
        running = running | (Live.phase == stage)
    return running


RUNNING = is_running()
ENDED_EARLY = (Live.phase == "error") | (Live.phase == "cancelled") | (Live.phase == "interrupted")


def action_bar(on_begin: Any) -> rx.Component:
    """The one action and what is said of it. `on_begin` is done in the browser at a start."""
    return rx.el.div(
        rx.el.div(_status(), class_name="action-status note"),
        main_button(on_begin),
        rx.cond(
            RUNNING,
            rx.progress(
                value=Live.progress,
                size="1",
                id="generation-progress",
                aria_label="Progress of the draft",
                class_name="action-progress",
            ),
        ),
        rx.el.span(
            Live.announcement,
            role="status",
            id="generation-announcement",
            class_name="sr-only",
        ),
        class_name="action-bar",
    )


def main_button(on_begin: Any) -> rx.Component:
    """Generate, or Stop while a draft is written: one button, so that the focus stays on it."""
    waits = ~RUNNING & (FeedbackState.wait_s > 0)
    label = rx.cond(
        RUNNING,
        "Stop",
        rx.cond(
            FeedbackState.wait_s > 0,
            f"Try again in {FeedbackState.wait_s} s",
            rx.cond(
                FeedbackState.changed != "",
                f"Update: {FeedbackState.changed} changed",
                rx.cond(FeedbackState.offline, "Draft from my notes", "Generate with AI"),
            ),
        ),
    )
    return rx.button(
        rx.cond(
            RUNNING,
            rx.icon("square", size=14),
            rx.cond(
                FeedbackState.offline, rx.icon("pen-line", size=15), rx.icon("sparkles", size=15)
            ),
        ),
        rx.el.span(label),
        type="button",
        id=rx.cond(RUNNING, "stop-generation", "generate-feedback"),
        on_click=rx.cond(
            RUNNING,
            Live.stop(FeedbackState.interview_id),
            Live.generate(FeedbackState.interview_id),
        ),
        on_mouse_up=on_begin,
        disabled=~RUNNING & (~FeedbackState.can_generate | waits),
        variant=rx.cond(RUNNING, "soft", "solid"),
        color_scheme=rx.cond(RUNNING, "red", "iris"),
        high_contrast=rx.cond(RUNNING, True, False),
        class_name="tall",
        title=rx.cond(FeedbackState.has_evidence, "", "Add a note or rate a competency first."),
        custom_attrs={"aria-keyshortcuts": "Control+Enter"},
    )


def _status() -> rx.Component:
    return rx.cond(
        RUNNING,
        rx.el.span(
            # A spinner repaints every frame; while text streams, that would delay the text.
            rx.cond(Live.phase == "streaming", rx.icon("pen-line", size=15), rx.spinner(size="1")),
            rx.el.span(Live.message, id="generation-message"),
            rx.el.span(Live.tokens, id="generation-tokens", class_name="figure muted"),
            rx.el.span(Live.elapsed, class_name="figure muted"),
            class_name="action-running",
        ),
        rx.cond(
            FeedbackState.has_evidence,
            _quote(),
            rx.el.span(
                "Nothing to draft from yet: add a note or rate a competency.", id="generate-hint"
            ),
        ),
    )


def _quote() -> rx.Component:
    """What the next draft costs, where it costs anything, and a limit that is near."""
    quote = FeedbackState.quote
    return rx.fragment(
        rx.cond(
            FeedbackState.offline,
            rx.el.span("Written from your notes, without an AI model", id="generation-quote"),
            rx.el.span(quote.text, id="generation-quote", class_name="figure"),
        ),
        rx.cond(
            quote.refusal != "",
            # Not beside the same sentence as an error.
            rx.cond(
                Live.error != quote.refusal,
                rx.el.span(quote.refusal, id="generation-blocked", class_name="near"),
            ),
            rx.cond(
                quote.warning != "",
                rx.el.span(quote.warning, id="generation-warning", class_name="near"),
            ),
        ),
    )


def generation_error() -> rx.Component:
    """Why a draft ended early or was not begun, and the way on."""
    return rx.cond(
        Live.error != "",
        rx.el.div(
            rx.icon("circle-alert", size=16),
            rx.el.span(Live.error),
            rx.cond(
                ENDED_EARLY & FeedbackState.may_retry & FeedbackState.can_generate,
                small_button(
                    rx.cond(
                        FeedbackState.wait_s > 0,
                        f"Try again in {FeedbackState.wait_s} s",
                        "Try again",
                    ),
                    Live.generate(FeedbackState.interview_id),
                    disabled=FeedbackState.wait_s > 0,
                    id="retry-generation",
                ),
            ),
            class_name=rx.cond(Live.phase == "error", "banner bad", "banner near"),
            role="alert",
            id="generation-error",
        ),
    )


def reasoning() -> rx.Component:
    """What a model that shows it is thinking, folded."""
    return rx.cond(
        Live.reasoning != "",
        rx.el.details(
            rx.el.summary("What the model is thinking"),
            rx.el.p(Live.reasoning),
            class_name="reasoning",
            id="generation-reasoning",
        ),
    )


def outcome() -> rx.Component:
    """What the draft on the page took; the rest of it behind a sign."""
    return rx.cond(
        ~RUNNING & (Live.meta.call_id != ""),
        rx.el.div(
            rx.cond(Live.meta.notice != "", rx.el.span(Live.meta.notice, class_name="near")),
            rx.el.span(Live.meta.tokens, id="generation-tokens", class_name="figure"),
            rx.el.button(
                rx.icon("info", size=14),
                type="button",
                id="about-draft",
                class_name="quiet tool",
                aria_label="About this draft",
                custom_attrs={"popoverTarget": "generation-facts"},
            ),
            rx.el.div(
                rx.el.span(Live.meta.when),
                rx.el.span(Live.meta.model),
                rx.el.span(Live.meta.cost, id="generation-cost", class_name="figure"),
                rx.el.span(Live.meta.duration, class_name="figure"),
                id="generation-facts",
                class_name="facts",
                custom_attrs={"popover": "auto"},
            ),
            class_name="line outcome",
        ),
    )
