"""The feedback column: the generator with its live preview, the editor, the earlier drafts."""

import reflex as rx

from feedback_app.feedback.draft_view import draft_text
from feedback_app.feedback.live import Live
from feedback_app.feedback.schemas import DraftMeta
from feedback_app.feedback.service import MAX_FEEDBACK_CHARACTERS
from feedback_app.feedback.state import FeedbackState
from feedback_app.llm.events import STAGE_MESSAGES
from feedback_app.ui.components import card

_RUNNING = (
    (Live.phase == "connecting")
    | (Live.phase == "analyzing")
    | (Live.phase == "thinking")
    | (Live.phase == "generating")
    | (Live.phase == "streaming")
)
_ENDED_EARLY = (Live.phase == "error") | (Live.phase == "cancelled") | (Live.phase == "interrupted")
_STEPS = tuple(STAGE_MESSAGES)


def generation_panel() -> rx.Component:
    """Generate, watch, stop, retry; the draft and what it took."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.heading("AI draft", as_="h2", size="3", weight="medium"),
                _readiness(),
                class_name="panel-title",
            ),
            rx.el.div(
                rx.cond(_ENDED_EARLY & Live.retryable, _retry_button()),
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
            rx.spinner(size="2"),
            rx.el.span(Live.message, id="generation-message", role="status"),
            rx.el.span(Live.tokens, id="generation-tokens", class_name="figure muted"),
            rx.el.span(Live.elapsed, class_name="figure muted"),
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
                draft_text(),
            ),
        ),
        id="live-feedback",
        class_name=rx.cond(_RUNNING, "preview writing", "preview"),
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
            rx.el.span(Live.meta.tokens, id="generation-tokens"),
            rx.el.span(Live.meta.cost, id="generation-cost"),
            rx.el.span(Live.meta.duration),
            class_name="facts figure",
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


def feedback_editor() -> rx.Component:
    """The person's own text, saved and submitted by them."""
    return card(
        rx.cond(FeedbackState.waiting_call != "", _choice()),
        rx.el.form(
            rx.el.label("Feedback", html_for="feedback-editor", class_name="sr-only"),
            rx.el.textarea(
                id="feedback-editor",
                name="feedback",
                value=FeedbackState.text,
                on_change=FeedbackState.edit,
                read_only=FeedbackState.submitted != "",
                max_length=MAX_FEEDBACK_CHARACTERS * 2,
                placeholder="Write your feedback, or let a draft fill this in.",
                class_name="editor",
            ),
            rx.el.div(
                rx.el.span(
                    FeedbackState.message,
                    role="status",
                    id="feedback-status",
                    class_name="save-state",
                    custom_attrs={"data-status": FeedbackState.status},
                ),
                rx.cond(
                    FeedbackState.submitted == "",
                    rx.el.div(
                        rx.button("Save draft", type="submit", variant="soft", id="save-feedback"),
                        _submit(),
                        class_name="panel-actions",
                    ),
                ),
                class_name="editor-foot",
            ),
            on_submit=FeedbackState.save,
            prevent_default=True,
        ),
        title="Your feedback",
    )


def _choice() -> rx.Component:
    call = FeedbackState.waiting_call
    return rx.el.div(
        rx.text("A new draft is ready. You have text of your own here.", size="2"),
        rx.el.div(
            rx.button(
                "Replace mine",
                size="1",
                on_click=FeedbackState.replace_with(call),
                id="choose-replace",
            ),
            rx.button(
                "Append",
                size="1",
                variant="soft",
                on_click=FeedbackState.append(call),
                id="choose-append",
            ),
            rx.button(
                "Keep mine",
                size="1",
                variant="soft",
                color_scheme="gray",
                on_click=FeedbackState.keep_mine,
                id="choose-keep",
            ),
            class_name="panel-actions",
        ),
        class_name="choice",
        role="alert",
        id="draft-choice",
    )


def _submit() -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(
            rx.button("Submit", type="button", id="submit-feedback"),
        ),
        rx.alert_dialog.content(
            rx.alert_dialog.title("Submit this feedback?", size="4"),
            rx.alert_dialog.description(
                "It becomes final: notes, ratings and feedback can no longer be changed.", size="2"
            ),
            rx.cond(
                ~FeedbackState.has_recommendation,
                rx.callout(
                    "Give your own recommendation first.",
                    icon="info",
                    size="1",
                    color_scheme="amber",
                    margin_top="12px",
                ),
            ),
            rx.el.div(
                rx.alert_dialog.cancel(rx.button("Not yet", variant="soft", color_scheme="gray")),
                rx.alert_dialog.action(
                    rx.button(
                        "Submit",
                        on_click=FeedbackState.submit,
                        disabled=rx.cond(FeedbackState.has_recommendation, False, True),
                        id="confirm-submit",
                    )
                ),
                class_name="dialog-actions",
            ),
            max_width="440px",
        ),
    )


def draft_history() -> rx.Component:
    """Every draft that was not discarded, newest first; a click shows it above."""
    return rx.cond(
        FeedbackState.history,
        rx.el.details(
            rx.el.summary("Earlier drafts (", FeedbackState.history_length, ")"),
            rx.el.ul(rx.foreach(FeedbackState.history, _past_draft), class_name="history-rows"),
            class_name="card history",
            id="feedback-history",
        ),
    )


def _past_draft(meta: rx.vars.ObjectVar[DraftMeta]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(meta.when),
            rx.badge(
                meta.status,
                color_scheme=rx.cond(
                    meta.status == "complete",
                    "green",
                    rx.cond(meta.status == "error", "red", "amber"),
                ),
                variant="soft",
            ),
            rx.el.span(meta.model, class_name="muted"),
            rx.el.span(meta.cost, class_name="figure muted"),
            type="button",
            on_click=Live.open_draft(meta.call_id),
            class_name="history-row",
        ),
        custom_attrs={"data-id": meta.call_id},
    )
