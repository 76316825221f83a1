"""The editor of the feedback and the earlier drafts."""

import reflex as rx

from feedback_app.feedback.live import Live
from feedback_app.feedback.schemas import DraftMeta
from feedback_app.feedback.service import MAX_FEEDBACK_CHARACTERS
from feedback_app.feedback.state import FeedbackState
from feedback_app.ui.components import card


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
                on_change=lambda text: FeedbackState.edit(FeedbackState.interview_id, text),
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
