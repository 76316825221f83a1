"""The page of paper: the draft streams into it, and it is the editor when the draft has ended."""

from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar
from reflex_base.event import EventHandler
from reflex_base.vars.base import Var
from reflex_base.vars.function import FunctionVar
from reflex_base.vars.object import ObjectVar
from reflex_components_core.el.elements.typography import Div

from feedback_app.feedback.asking import OnAnswer, asking
from feedback_app.feedback.copying import copier
from feedback_app.feedback.live import Live
from feedback_app.feedback.panel import RUNNING, generation_error, outcome, reasoning
from feedback_app.feedback.schemas import HistoryEntry
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.components import draft_text
from feedback_app.ui.browser import scroll_to
from feedback_app.ui.components import tool
from feedback_app.ui.editor import Draftbook, conflict_banner, rich_text, save_label

_TEXT: Any = FeedbackState
"""Its attributes as the browser has them."""
BOOK = Draftbook("feedback", None)
"""What the browser keeps of the feedback editor."""
LIT: Any = ClientStateVar.create("litlines", default="")
"""The lines that the statement under the pointer or the caret rests on, such as `#n3,7`."""

_ID = _TEXT.interview_id
_AHEAD = BOOK.is_ahead(_ID, _TEXT.save_state.acked)


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
    """A `div` that tells which citation is pointed at, focused or clicked.

    It sees keys before the editor in it does, where Ctrl+Enter would break a line.
    """

    on_key_down_capture: EventHandler[_draft_key]

    on_mouse_over: EventHandler[_cite_under]
    on_focus: EventHandler[_cite_under]
    on_click: EventHandler[_cite_under]


_surface: Any = _Surface.create


def paper(on_answer: OnAnswer) -> rx.Component:
    """The toolbar, what there is to ask, and the document."""
    return _surface(
        _toolbar(),
        generation_error(),
        _choice(),
        _conflict(),
        asking(on_answer),
        reasoning(),
        rx.el.div(
            rx.cond(
                _TEXT.over,
                rx.el.div(
                    rx.cond(
                        RUNNING & (Live.k == ""),
                        rx.cond(Live.b0, rx.fragment(), _ghost()),
                    ),
                    draft_text(Live),
                    class_name="document streaming",
                ),
            ),
            rx.el.div(_editor(), class_name="editing", hidden=_TEXT.over),
            id="live-feedback",
            class_name=rx.cond(RUNNING, "paper-text writing", "paper-text"),
            role="region",
            aria_label="Feedback text",
        ),
        rx.el.div(
            rx.el.span(_TEXT.words, id="feedback-words", class_name="figure muted"),
            save_label("feedback-status", BOOK, _ID, _TEXT.save_state),
            outcome(),
            class_name="paper-foot",
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


@rx.memo
def _begin_editor(rest: rx.RestProp) -> rx.Component:
    """When the editor begins: send what only the browser has, else forget what it had."""
    resend = _TEXT.edit(_ID, BOOK.text.value, BOOK.stamp.value, BOOK.base.value)
    return rx.el.span(hidden=True, on_mount=rx.cond(_AHEAD, resend, rx.noop()))


@rx.memo
def _text_editor(rest: rx.RestProp) -> rx.Component:
    """The editor, begun anew only under another key."""
    return rich_text(
        "feedback-editor",
        "Your feedback",
        rx.cond(_AHEAD, BOOK.text.value, _TEXT.html),
        True,
        on_update=lambda document, stamp: [
            *BOOK.note(_ID, document, stamp, _TEXT.revision),
            _TEXT.edit(_ID, document, stamp, _TEXT.revision),
        ],
        on_selection_update=lambda lines: LIT.set_value(lines),
    )


def _editor() -> rx.Component:
    key = f"{_ID} {_TEXT.editor_key}"
    return rx.fragment(
        *BOOK.vars(),
        LIT,
        _begin_editor(key=key),
        rx.cond(
            _TEXT.is_empty,
            rx.el.p(
                "Your notes and ratings become a draft here, or you write it yourself.",
                class_name="placeholder",
                aria_hidden="true",
            ),
        ),
        _text_editor(key=key),
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


def _toolbar() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(
                _TEXT.undo_label != "",
                rx.cond(
                    _TEXT.undo_label == "Redo",
                    tool("redo-2", "Redo", _TEXT.undo, id="undo-draft"),
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
            class_name="tool",
            custom_attrs={"aria-keyshortcuts": "Control+S"},
        ),
        class_name="paper-bar",
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
                class_name="tool",
                id="versions",
                custom_attrs={"popoverTarget": "feedback-history"},
            ),
            rx.el.div(
                rx.el.ul(rx.foreach(_TEXT.history, _version), class_name="history-rows"),
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
                rx.el.span(entry.label, class_name="history-label"),
                rx.el.span(entry.when, " · ", entry.words, class_name="muted figure"),
            ),
            rx.el.span(entry.opening, class_name="history-opening"),
            type="button",
            on_click=rx.cond(
                entry.kind == "draft", Live.open_draft(entry.id), _TEXT.restore(entry.id)
            ),
            class_name="history-row",
            custom_attrs={"popoverTarget": "feedback-history", "popoverTargetAction": "hide"},
        ),
        custom_attrs={"data-id": entry.id, "data-kind": entry.kind},
    )


def _choice() -> rx.Component:
    """A draft is on the page that is not in the editor: what to do with it."""
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
                        rx.el.button(
                            "Use draft",
                            type="button",
                            on_click=_TEXT.use(call),
                            id="use-draft",
                            class_name="text-button strong",
                        ),
                        _choose("Write my own", _TEXT.keep_mine, "keep"),
                    ),
                ),
                class_name="panel-actions",
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
                    rx.el.span(
                        "A draft is being written beside your text, which is kept as it is."
                    ),
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
    return rx.el.button(
        label, type="button", on_click=on_click, id=f"choose-{name}", class_name="text-button"
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


def _discard() -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(
            rx.el.button(
                rx.icon("trash-2", size=15),
                rx.el.span("Discard draft", class_name="sr-only"),
                type="button",
                title="Discard draft",
                id="discard-draft",
                class_name="tool",
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
