"""The notes as an ordinary editor over numbered lines, which light up with what rests on them."""

from typing import Any

import reflex as rx

from feedback_app.auth.state import AuthState
from feedback_app.feedback.components.text_editor import LIT
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.browser import scroll_to
from feedback_app.ui.components import small_button
from feedback_app.ui.editor import Draftbook, SavedArea, conflict_banner

_TEXT: Any = FeedbackState
_LIVE: Any = Live
"""The states' attributes as the browser has them."""
NOTES = Draftbook("notes")
"""The browser's own record of the notes' editor."""
_DETAIL = InterviewState.detail
_NOTES = SavedArea(
    book=NOTES,
    owner=_DETAIL.id,
    text=InterviewState.notes,
    revision=InterviewState.notes_revision,
    beginning=InterviewState.revision,
    acked=InterviewState.notes_save.acked,
    save=InterviewState.note,
)
_USED: Any = rx.cond(_TEXT.over & (_LIVE.u != ""), _LIVE.u, _TEXT.used)
"""The lines that the text on the page rests on: the draft's while one is shown."""


@rx.memo
def _begin_notes(rest: rx.RestProp) -> rx.Component:
    return _NOTES.begin()


@rx.memo
def _send_notes_again(rest: rx.RestProp) -> rx.Component:
    return _NOTES.again()


@rx.memo
def _notes_lines(
    text: rx.Var[str], newest: rx.Var[str], used: rx.Var[str], sent_lines: rx.Var[list[int]]
) -> rx.Component:
    """The lines behind the editor: their numbers, and which of them a statement rests on.

    All it shows of a draft are props: it would be redrawn whenever some text of the draft arrives.
    """

    numbers, lighted, rested_on = sent_lines.to(list[int]), newest.to(str), used.to(str)

    def line(said: Any, index: Any) -> rx.Component:
        number = rx.cond(numbers.length() > 0, numbers[index], index + 1)
        among = "," + number.to(str) + ","
        lit = "," + LIT.value.to(str)[2:] + ","
        return rx.el.div(
            said.to(str) + "\u200b",
            id="n" + number.to(str),
            class_name=rx.cond(
                lit.contains(among) | lighted.contains(among),
                "ml lit",
                rx.cond(
                    (rested_on != "") & ~rested_on.contains(among) & (said.to(str).strip() != ""),
                    "ml unused",
                    "ml",
                ),
            ),
        )

    return rx.el.div(
        rx.foreach(text.to(str).split("\n"), line),
        class_name="mirror",
        aria_hidden="true",
    )


@rx.memo
def _notes_editor(rest: rx.RestProp) -> rx.Component:
    return _NOTES.editor(
        id="interview-notes",
        placeholder="What you saw and heard. Everything is saved as you type.",
        aria_label="Notes",
        class_name="notes-area",
    )


def notes() -> rx.Component:
    return rx.fragment(
        _notes_conflict(),
        rx.el.div(
            _begin_notes(key=f"{_DETAIL.id} {InterviewState.revision}"),
            rx.cond(AuthState.returns > 0, _send_notes_again(key=f"{AuthState.returns}")),
            _notes_lines(
                text=NOTES.text.value.to(str),
                newest=_LIVE.f,
                used=_USED,
                sent_lines=_TEXT.sent_lines,
            ),
            _notes_editor(key=_NOTES.editor_key()),
            class_name="numbered",
        ),
    )


def source_peek(pane: Any) -> rx.Component:
    """In a narrow window: the line that the statement under the caret rests on."""
    lines = NOTES.text.value.to(str).split("\n")
    number = LIT.value.to(str)[2:].split(",")[0]
    return rx.cond(
        LIT.value & (pane.value == "feedback"),
        rx.el.div(
            rx.el.span(number, ": ", lines[number.to(int) - 1]),
            small_button(
                "Show in notes",
                # Leaving the text turns its lines off: they are lit again where they are shown.
                [
                    pane.set_value("notes"),
                    LIT.set_value(LIT.value),
                    scroll_to("n" + number, when_drawn=True),
                ],
            ),
            class_name="peek",
            id="source-peek",
        ),
    )


def _notes_conflict() -> rx.Component:
    return rx.cond(
        InterviewState.notes_conflict,
        conflict_banner(
            "notes",
            "You changed these notes in another tab. Which should stay?",
            mine=(
                "keep-my-notes",
                "These",
                InterviewState.keep_my_notes(_DETAIL.id, NOTES.text.value, NOTES.stamp.value),
            ),
            other=(
                "show-other-notes",
                "The others",
                [NOTES.stamp.set_value(0), InterviewState.show_other_notes(_DETAIL.id)],
            ),
        ),
    )
