"""Copies the feedback to the clipboard: a handler cannot, so it lets the page mount this."""

from typing import Any

import reflex as rx

from feedback_app.feedback.state import FeedbackState
from feedback_app.ui.browser import copy_formatted

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""


def copier() -> rx.Component:
    """Copies once for each time the state says so, and shows that it has."""
    return rx.cond(_TEXT.copies > 0, _copied(key=_TEXT.copies.to(str)))


@rx.memo
def _copied(rest: rx.RestProp) -> rx.Component:
    """Copies the text to the clipboard when it is mounted, and shows that it has."""
    return rx.el.span(
        "Copied",
        role="status",
        class_name="copied",
        on_mount=rx.cond(
            _TEXT.clip_html != "",
            copy_formatted(_TEXT.clip, _TEXT.clip_html),
            rx.set_clipboard(_TEXT.clip),
        ),
    )
