"""The generator with its live preview: every phase, the way to stop, what a draft took."""

import reflex as rx

from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.components import draft_text

_RUNNING = (
    (Live.phase == "connecting")
    | (Live.phase == "analyzing")
    | (Live.phase == "thinking")
    | (Live.phase == "generating")
    | (Live.phase == "streaming")
)
_ENDED_EARLY = (Live.phase == "error") | (Live.phase == "cancelled") | (Live.phase == "interrupted")


def generation_panel() -> rx.Component:
    """Generate, watch, stop, retry; the draft and what it took."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.heading("AI draft", as_="h2", size="3", weight="medium"),
                _readiness(),
                _quote(),
                class_name="panel-title",
            ),
            rx.el.div(
                rx.cond(_ENDED_EARLY & FeedbackState.may_retry, _retry_button()),
                rx.cond(_RUNNING, _stop_button(), _generate_button()),
                class_name="panel-actions",
            ),
            class_name="panel-head",
        ),
        rx.cond(_RUNNING, _progress()),
        rx.cond(Live.error != "", _error()),
        rx.cond(Live.reasoning != "", _reasoning()),
        _preview(),
        rx.cond(~_RUNNING & (Live.meta.call_id != ""), _outcome()),
        id="generation-panel",
        class_name="card panel",
        custom_attrs={"data-phase": Live.phase},
        aria_label="AI draft",
    )


def _readiness() -> rx.Component:
    return rx.cond(
        FeedbackState.submitted != "",
        rx.text("This feedback is submitted.", size="1", color_scheme="gray"),
        rx.cond(
            FeedbackState.has_evidence,
            rx.cond(
                FeedbackState.offline,
                rx.text(
                    "Offline drafter: no AI model is configured", size="1", color_scheme="gray"
                ),
                rx.text("Written by ", FeedbackState.model, size="1", color_scheme="gray"),
            ),
            rx.text(
                "Nothing to assess yet: add a note or rate a competency first.",
                size="1",
                color_scheme="gray",
                id="generate-hint",
            ),
        ),
    )


def _quote() -> rx.Component:
    """What the next draft costs and what is left for it."""
    quote = FeedbackState.quote
    return rx.cond(
        FeedbackState.can_generate,
        rx.fragment(
            rx.el.p(quote.text, id="generation-quote", class_name="quote figure"),
            rx.cond(
                quote.refusal != "",
                # Not beside the same sentence as an error.
                rx.cond(
                    Live.error != quote.refusal,
                    rx.el.p(quote.refusal, id="generation-blocked", class_name="quote near"),
                ),
                rx.cond(
                    quote.warning != "",
                    rx.el.p(quote.warning, id="generation-warning", class_name="quote near"),
                ),
            ),
        ),
    )


def _generate_button() -> rx.Component:
    return rx.button(
        rx.icon("sparkles", size=16),
        "Generate with AI",
        on_click=Live.generate(FeedbackState.interview_id),
        disabled=rx.cond(FeedbackState.can_generate, False, True),
        variant=rx.cond(_ENDED_EARLY | (Live.phase == "complete"), "soft", "solid"),
        title=rx.cond(FeedbackState.has_evidence, "", "Add a note or rate a competency first."),
        id="generate-feedback",
    )


def _stop_button() -> rx.Component:
    return rx.button(
        rx.icon("square", size=14),
        "Stop",
        on_click=Live.stop(FeedbackState.interview_id),
        color_scheme="red",
        variant="soft",
        id="stop-generation",
    )


def _retry_button() -> rx.Component:
    return rx.button(
        rx.icon("rotate-ccw", size=15),
        "Retry",
        on_click=Live.generate(FeedbackState.interview_id),
        disabled=rx.cond(FeedbackState.can_generate, False, True),
        id="retry-generation",
    )


def _progress() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            # A spinner repaints every frame; while text streams, that would delay the text.
            rx.cond(Live.phase == "streaming", rx.icon("pen-line", size=16), rx.spinner(size="2")),
            rx.el.span(Live.message, id="generation-message", role="status"),
            rx.el.span(
                rx.el.span(Live.tokens, id="generation-tokens"),
                rx.el.span(Live.elapsed),
                class_name="progress-counts figure muted",
            ),
            class_name="progress-line",
        ),
        rx.progress(
            value=Live.progress,
            size="1",
            id="generation-progress",
            aria_label="Progress of the draft",
        ),
        class_name="progress",
    )


def _error() -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon("circle-alert", size=17)),
        rx.callout.text(Live.error),
        color_scheme=rx.cond(Live.phase == "error", "red", "amber"),
        variant="surface",
        size="1",
        role="alert",
        id="generation-error",
    )


def _reasoning() -> rx.Component:
    return rx.el.details(
        rx.el.summary("What the model is thinking"),
        rx.el.p(Live.reasoning, class_name="reasoning-text"),
        class_name="reasoning",
        id="generation-reasoning",
    )


def _preview() -> rx.Component:
    return rx.auto_scroll(
        rx.cond(
            (Live.phase == "idle"),
            rx.el.p(
                "Your notes and ratings become a structured draft here, live. "
                "You check it, change it and decide what to keep.",
                class_name="preview-hint",
            ),
            rx.fragment(
                rx.cond(_RUNNING & (Live.k == ""), rx.cond(Live.b0, rx.fragment(), _ghost())),
                draft_text(Live),
            ),
        ),
        id="live-feedback",
        class_name=rx.cond(
            _RUNNING,
            "preview writing",
            rx.cond(Live.b0, "preview", rx.cond(_ENDED_EARLY, "preview nothing", "preview")),
        ),
        custom_attrs={"aria-live": "polite", "aria-busy": rx.cond(_RUNNING, "true", "false")},
        role="region",
        aria_label="Draft",
        tab_index=0,
    )


def _ghost() -> rx.Component:
    """Where the text will be, until its first word is there."""
    return rx.el.div(
        rx.el.div(class_name="line"),
        rx.el.div(class_name="line"),
        rx.el.div(class_name="line short"),
        class_name="ghost",
        aria_hidden="true",
    )


def _outcome() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Live.meta.notice != "",
            rx.callout(
                Live.meta.notice, icon="info", size="1", color_scheme="amber", variant="surface"
            ),
        ),
        rx.el.div(
            rx.el.span(Live.meta.model),
            rx.el.span(Live.meta.tokens, id="generation-tokens", class_name="figure"),
            rx.el.span(Live.meta.cost, id="generation-cost", class_name="figure"),
            rx.el.span(Live.meta.duration, class_name="figure"),
            class_name="facts",
            id="generation-facts",
        ),
        rx.cond(
            FeedbackState.submitted == "",
            rx.el.div(
                rx.button(
                    rx.icon("arrow-down-to-line", size=15),
                    "Use draft",
                    on_click=FeedbackState.use(Live.meta.call_id),
                    variant="soft",
                    size="1",
                    id="use-draft",
                ),
                _discard(),
                class_name="panel-actions",
            ),
        ),
        class_name="outcome",
    )


def _discard() -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(
            rx.button(
                rx.icon("trash-2", size=15),
                "Discard",
                variant="ghost",
                color_scheme="gray",
                size="1",
                id="discard-draft",
            )
        ),
        rx.alert_dialog.content(
            rx.alert_dialog.title("Discard this draft?", size="4"),
            rx.alert_dialog.description(
                "It disappears from this interview. Text already in your editor stays.", size="2"
            ),
            rx.el.div(
                rx.alert_dialog.cancel(rx.button("Keep it", variant="soft", color_scheme="gray")),
                rx.alert_dialog.action(
                    rx.button(
                        "Discard",
                        color_scheme="red",
                        on_click=Live.discard(Live.meta.call_id),
                        id="confirm-discard",
                    )
                ),
                class_name="dialog-actions",
            ),
            max_width="420px",
        ),
    )
