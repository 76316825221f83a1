"""The page of paper: the draft streams into it, and it is the editor when the draft has ended."""

from typing import Any

import reflex as rx
from reflex_base.event import EventHandler
from reflex_base.vars.base import Var
from reflex_base.vars.function import FunctionVar
from reflex_base.vars.object import ObjectVar
from reflex_components_core.el.elements.typography import Div

from feedback_app.auth.state import AuthState
from feedback_app.feedback.components.asking import OnAnswer, asking
from feedback_app.feedback.components.choosing import choice
from feedback_app.feedback.components.panel import PANEL, RUNNING
from feedback_app.feedback.components.text_editor import (
    AHEAD,
    BOOK,
    IS_THERE,
    LIT,
    late_editor,
)
from feedback_app.feedback.components.toolbar import toolbar
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.components import draft_text
from feedback_app.live.panel import generation_error, outcome, reasoning
from feedback_app.ui.browser import scroll_to
from feedback_app.ui.editor import conflict_banner, save_label, sent_again
from feedback_app.ui.late import late

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""
_ID = _TEXT.interview_id


def _cite_under(event: ObjectVar[dict[str, Any]]) -> tuple[Var[Any]]:
    """The lines of the statement under the pointer or the focus; nothing elsewhere."""
    target = event["target"].to(ObjectVar, dict[str, Any])
    link = target["closest"].to(FunctionVar).call("a.cite").to(ObjectVar, dict[str, Any])
    return (link["hash"],)


def _draft_key(event: ObjectVar[dict[str, Any]]) -> tuple[Var[Any]]:
    """Whether Ctrl or Cmd and Enter were pressed, alone."""
    e: Any = event
    held = e["ctrlKey"].to(bool) | e["metaKey"].to(bool)
    return ((e["key"].to(str) == "Enter") & held & ~e["shiftKey"].to(bool),)


class _Surface(Div):
    """A `div` that reports which citation is pointed at, focused or clicked.

    It handles keys before the editor in it does, where Ctrl+Enter would break a line.
    """

    on_key_down_capture: EventHandler[_draft_key]

    on_mouse_over: EventHandler[_cite_under]
    on_focus: EventHandler[_cite_under]
    on_click: EventHandler[_cite_under]


_surface: Any = _Surface.create


def paper(on_answer: OnAnswer) -> rx.Component:
    """The toolbar, the questions to the writer, and the document."""
    return _surface(
        toolbar(),
        generation_error(PANEL),
        choice(),
        _conflict(),
        _departure(),
        asking(on_answer),
        reasoning(PANEL),
        rx.el.div(
            rx.cond(
                _TEXT.over,
                rx.el.div(
                    rx.cond(
                        RUNNING & (Live.k == ""),
                        rx.cond(Live.b0, rx.fragment(), _ghost()),
                    ),
                    draft_text(Live),
                    class_name="document",
                ),
            ),
            rx.el.div(_editor(), class_name="editing", hidden=_TEXT.over),
            id="live-feedback",
            class_name="paper-text scrolls",
            role="region",
            aria_label="Feedback text",
        ),
        rx.el.div(
            rx.el.span(_TEXT.words, id="feedback-words", class_name="figure muted"),
            save_label("feedback-status", BOOK, _ID, _TEXT.save_state),
            outcome(PANEL),
            class_name="line paper-foot",
        ),
        on_mouse_over=lambda lines: LIT.set_value(lines),
        on_mouse_leave=LIT.set_value(""),
        on_focus=lambda lines: LIT.set_value(lines),
        on_click=lambda lines: rx.cond(
            lines, scroll_to("n" + lines.to(str)[2:].split(",")[0]), rx.noop()
        ),
        on_key_down_capture=lambda drafts: rx.cond(
            drafts, Live.generate(_ID).prevent_default.stop_propagation, rx.noop()
        ),
        class_name="paper",
    )


def _editor() -> rx.Component:
    """The editor, or until it was loaded the text that it will begin with."""
    return rx.fragment(
        *BOOK.vars(),
        LIT,
        IS_THERE,
        _begin_editor(key=f"{_ID} {_TEXT.editor_key}"),
        rx.cond(AuthState.returns > 0, _send_again(key=f"{AuthState.returns}")),
        rx.cond(
            _TEXT.is_empty,
            rx.el.p(
                "Your notes and ratings become a draft here, or you write it yourself.",
                class_name="placeholder document",
                aria_hidden="true",
            ),
        ),
        rx.cond(IS_THERE.value | AHEAD, rx.fragment(), rx.html(_TEXT.html, class_name="document")),
        late(late_editor()),
    )


@rx.memo
def _begin_editor(rest: rx.RestProp) -> rx.Component:
    """When the editor begins: send what only the browser has, else forget what it had."""
    return rx.el.span(
        hidden=True,
        on_mount=[*BOOK.begin(_TEXT.editor_key, AHEAD), rx.cond(AHEAD, _resend(), rx.noop())],
    )


@rx.memo
def _send_again(rest: rx.RestProp) -> rx.Component:
    return sent_again(AHEAD, _resend())


def _resend() -> Any:
    return _TEXT.edit(_ID, BOOK.text.value, BOOK.stamp.value, BOOK.base.value)


def _ghost() -> rx.Component:
    """A placeholder for the text until its first word arrives."""
    return rx.el.div(
        rx.el.div(),
        rx.el.div(),
        rx.el.div(),
        class_name="ghost",
        aria_hidden="true",
    )


def _departure() -> rx.Component:
    """Warns that the text on the page departs from what its writer recorded."""
    said = rx.cond(_TEXT.over, rx.cond(RUNNING, "", Live.meta.departs), _TEXT.departs)
    return rx.cond(
        said != "",
        rx.el.div(
            rx.icon("triangle-alert", size=16),
            rx.el.span(said),
            class_name="banner near",
            role="status",
            id="draft-departs",
        ),
    )


def _conflict() -> rx.Component:
    return rx.cond(
        _TEXT.conflict,
        conflict_banner(
            "feedback",
            "You changed this feedback in another tab. Which text should stay?",
            mine=(
                "keep-my-text",
                "This one",
                _TEXT.keep_my_text(_ID, BOOK.text.value, BOOK.stamp.value),
            ),
            other=(
                "show-other-text",
                "The other one",
                [BOOK.stamp.set_value(0), _TEXT.show_other_text(_ID)],
            ),
        ),
    )
