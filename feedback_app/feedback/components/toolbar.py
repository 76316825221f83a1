"""The actions on the feedback as a whole: undo, versions, copy, discard, save."""

from typing import Any

import reflex as rx

from feedback_app.feedback.components.copying import copier
from feedback_app.feedback.components.panel import RUNNING
from feedback_app.feedback.live import Live
from feedback_app.feedback.schemas import HistoryEntry
from feedback_app.feedback.state import FeedbackState
from feedback_app.feedback.versions import REDO
from feedback_app.ui.components import tool

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""
_ID = _TEXT.interview_id


def toolbar() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(
                _TEXT.undo_label != "",
                rx.cond(
                    _TEXT.undo_label.startswith(REDO),
                    tool("redo-2", _TEXT.undo_label, _TEXT.undo, id="undo-draft"),
                    tool("undo-2", _TEXT.undo_label, _TEXT.undo, id="undo-draft"),
                ),
            ),
            _versions(),
            rx.cond(
                ~_TEXT.is_empty,
                rx.fragment(
                    tool("copy", "Copy", _TEXT.copy("rich"), id="copy-rich"),
                    tool(
                        "hash",
                        "Copy as Markdown",
                        _TEXT.copy("markdown"),
                        id="copy-markdown",
                        bare=True,
                    ),
                ),
            ),
            rx.cond(
                ~RUNNING & (Live.meta.call_id != ""),
                _discard(),
            ),
            copier(),
            class_name="tools",
            role="toolbar",
            aria_label="Feedback",
        ),
        rx.el.button(
            "Save",
            type="button",
            id="save-feedback",
            on_click=_TEXT.save(_ID),
            class_name="quiet tool",
            custom_attrs={"aria-keyshortcuts": "Control+S"},
        ),
        class_name="split paper-bar",
    )


def _versions() -> rx.Component:
    """Every draft and every earlier text, newest first; a click shows or restores it."""
    return rx.cond(
        _TEXT.history.length() > 0,
        rx.fragment(
            rx.el.button(
                rx.icon("history", size=15),
                rx.el.span("Versions"),
                type="button",
                class_name="quiet tool",
                id="versions",
                custom_attrs={"popoverTarget": "feedback-history"},
            ),
            rx.el.div(
                rx.el.ul(rx.foreach(_TEXT.history, _version)),
                class_name="history",
                id="feedback-history",
                custom_attrs={"popover": "auto"},
            ),
        ),
    )


def _version(entry: rx.vars.ObjectVar[HistoryEntry]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.b(entry.label),
                rx.el.span(entry.when, " · ", entry.words, class_name="muted figure"),
            ),
            rx.el.span(entry.opening),
            type="button",
            on_click=rx.cond(
                entry.kind == "draft", Live.open_draft(entry.id), _TEXT.restore(entry.id)
            ),
            class_name="quiet history-row",
            custom_attrs={"popoverTarget": "feedback-history", "popoverTargetAction": "hide"},
        ),
        custom_attrs={"data-id": entry.id, "data-kind": entry.kind},
    )


def _discard() -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(
            rx.el.button(
                rx.icon("trash-2", size=15),
                rx.el.span("Discard draft", class_name="sr-only"),
                type="button",
                title="Discard draft",
                id="discard-draft",
                class_name="quiet tool",
            )
        ),
        rx.alert_dialog.content(
            rx.alert_dialog.title("Discard this draft?", size="4"),
            rx.alert_dialog.description(
                "It leaves the list of drafts. If the editor holds it as it was drafted, it is "
                "emptied, and Undo brings it back; a text that you have changed stays.",
                size="2",
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
