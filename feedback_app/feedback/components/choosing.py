"""The choice about a draft that is shown on the page but is not in the editor."""

from typing import Any

import reflex as rx

from feedback_app.feedback.components.panel import RUNNING
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.ui.components import small_button

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""


def choice() -> rx.Component:
    """Asks what to do with a draft that is shown on the page but is not in the editor."""
    call = Live.meta.call_id
    own = ~_TEXT.is_empty
    return rx.cond(
        _TEXT.over & ~RUNNING & (Live.meta.call_id != ""),
        rx.el.div(
            rx.el.span(rx.cond(own, "Your own text is kept. Use this draft?", "Use this draft?")),
            rx.el.div(
                rx.cond(
                    own,
                    rx.fragment(
                        _choose("Replace mine", _TEXT.replace_with(call), "replace"),
                        _choose("Append", _TEXT.append(call), "append"),
                        _choose("Keep mine", _TEXT.keep_mine, "keep"),
                    ),
                    rx.fragment(
                        small_button(
                            "Use draft",
                            _TEXT.use(call),
                            id="use-draft",
                            variant="solid",
                            color_scheme="iris",
                            high_contrast=False,
                        ),
                        _choose("Write my own", _TEXT.keep_mine, "keep"),
                    ),
                ),
                class_name="choices",
            ),
            class_name="banner",
            role=rx.cond(_TEXT.waiting_call != "", "alert", "group"),
            id="draft-choice",
        ),
        rx.cond(
            _TEXT.waiting_call != "",
            rx.el.div(
                rx.el.span("A new draft is ready."),
                _choose("Look at it", _TEXT.look("draft"), "look"),
                class_name="banner",
                role="alert",
                id="draft-waiting",
            ),
            rx.cond(
                RUNNING & own,
                rx.el.div(
                    rx.el.span("A draft is being written next to your text, which stays as it is."),
                    rx.cond(
                        _TEXT.over,
                        _choose("Show mine", _TEXT.look("text"), "look"),
                        _choose("Show the draft", _TEXT.look("draft"), "look"),
                    ),
                    class_name="banner",
                ),
            ),
        ),
    )


def _choose(label: str, on_click: Any, name: str) -> rx.Component:
    return small_button(label, on_click, id=f"choose-{name}")
