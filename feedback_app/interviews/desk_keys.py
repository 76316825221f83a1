"""The shortcuts of interview mode, and the list of them."""

from typing import Any

import reflex as rx

from feedback_app.feedback.assessment import RATING_LABELS
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.browser import focus
from feedback_app.ui.keys import Shortcut, shortcut_list, shortcuts


def _press(key: str) -> Any:
    return InterviewState.press(key)


SHORTCUTS = (
    Shortcut("Enter", _press("draft"), "Draft, or update the draft", with_ctrl=True),
    # Popups are still closed by it as usual.
    Shortcut(
        "Escape", _press("stop"), "Stop the draft", anywhere=True, keeps_default=True, shown="Esc"
    ),
    Shortcut("s", _press("save"), "Save", with_ctrl=True, shown="S"),
    Shortcut("Enter", _press("submit"), "Review and submit", with_ctrl=True, with_shift=True),
    Shortcut("n", _press("next"), "Next interview to write about"),
    Shortcut("t", focus("interview-notes"), "To the notes"),
    Shortcut("e", focus("feedback-editor"), "To the feedback"),
    Shortcut("j", _press("j"), "Next competency"),
    Shortcut("k", _press("k"), "Competency before"),
    *(
        Shortcut(str(step), _press(str(step)), f"Rate it {label}")
        for step, label in RATING_LABELS.items()
    ),
    Shortcut("0", _press("0"), "Not assessed"),
    Shortcut("?", _press("?"), "This list"),
)


def desk_keys() -> rx.Component:
    """The shortcuts of the page, and the list of them."""
    return rx.fragment(
        shortcuts(*SHORTCUTS),
        rx.dialog.root(
            rx.dialog.content(
                rx.dialog.title("Shortcuts", size="4"),
                rx.dialog.description("None of them works while you type text.", size="2"),
                shortcut_list(*SHORTCUTS),
                rx.el.div(
                    rx.dialog.close(rx.button("Close", variant="soft")), class_name="dialog-actions"
                ),
                id="shortcuts",
                max_width="440px",
            ),
            open=InterviewState.helping,
            on_open_change=InterviewState.close_help,
        ),
        rx.cond(InterviewState.moves > 0, _to_current(key=f"{InterviewState.moves}")),
    )


@rx.memo
def _to_current(rest: rx.RestProp) -> rx.Component:
    """Moves the focus to the competency that keys rate."""
    return rx.el.span(hidden=True, on_mount=focus(f"competency-{InterviewState.current}"))
