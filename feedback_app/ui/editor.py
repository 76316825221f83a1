"""Editors that belong to the browser: nothing the server sends touches what is being typed.

Each begins with a text and is restarted only by a new key. The latest text, when it was typed and
where it belongs are kept in the browser as well, so that a page that loses its server shows what
was typed, not what the server last knew, and sends it once there is a server again.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar
from reflex_base.event import EventHandler
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData
from reflex_base.vars.base import Var
from reflex_base.vars.function import FunctionVar
from reflex_base.vars.object import ObjectVar
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_core.el.elements.forms import Textarea

from feedback_app.ui.components import small_button

_TIPTAP = "3.34.0"
LONG_TEXT = 20_000
"""The length from which a text is sent once the typing pauses, not with every key press."""


@dataclass(frozen=True, slots=True)
class _Target:
    value: str = ""


@dataclass(frozen=True, slots=True)
class _InputEvent:
    target: _Target = _Target()
    timeStamp: float = 0.0  # noqa: N815


def _typed(event: ObjectVar[_InputEvent]) -> tuple[Var[str], Var[float]]:
    return event.target.value, event.timeStamp  # pyright: ignore[reportReturnType]


class TypedArea(Textarea):
    """A `textarea` that reports what was typed, and when."""

    on_change: EventHandler[_typed]


def typed_area(**props: Any) -> rx.Component:
    """A `textarea` whose `on_change` is called with what was typed, and when."""
    create: Any = TypedArea.create
    return create(**props)


class Draftbook:
    """What the browser keeps of one editor: its latest text, when it was typed, over which
    revision, and whose it is."""

    def __init__(self, name: str, empty: Any = "") -> None:
        self.text: Any = ClientStateVar.create(f"{name}text", default=empty)
        self.stamp: Any = ClientStateVar.create(f"{name}stamp", default=0)
        self.base: Any = ClientStateVar.create(f"{name}base", default=0)
        self.owner: Any = ClientStateVar.create(f"{name}owner", default="")
        self._begun: Any = ClientStateVar.create(f"{name}begun", default=-1)
        """The number of the restart that the editor shows."""
        self._passed: Any = ClientStateVar.create(f"{name}passed", default=-1)
        """The number of a restart that arrived while the browser was ahead."""

    def vars(self) -> list[Any]:
        """All vars, to be placed once in the page, above whatever uses them."""
        return [self.text, self.stamp, self.base, self.owner, self._begun, self._passed]

    def beginning(self, number: Any, ahead: Any) -> Any:
        """For the editor's key: which of the restarts counted by the server it shows.

        No editor restarts while only the browser has its text: that would take the focus from
        somebody who is typing, whose keys would then be shortcuts. The text that the server wanted
        to show is skipped; the browser's text is sent, and the answer says what happened to it.
        """
        return rx.cond((self._passed.value == number) | ahead, self._begun.value, number)

    def begin(self, number: Any, ahead: Any) -> list[Any]:
        """The browser's bookkeeping when the server counts a restart."""
        return [
            self._passed.set_value(rx.cond(ahead, number, self._passed.value)),
            self._begun.set_value(rx.cond(ahead, self._begun.value, number)),
        ]

    def note(self, owner: Any, text: Any, stamp: Any, base: Any = 0) -> list[Any]:
        """The browser's bookkeeping when an editor changes."""
        return [
            self.owner.set_value(owner),
            self.text.set_value(text),
            self.stamp.set_value(stamp),
            self.base.set_value(base),
        ]

    def is_ahead(self, owner: Any, acked: Any) -> Any:
        """Whether the browser has a text of `owner` that the server has not kept."""
        return (self.owner.value == owner) & (self.stamp.value != 0) & (self.stamp.value != acked)


@dataclass(frozen=True)
class SavedArea:
    """A plain text that saves itself: its editor in the browser and what the server has of it.

    `begin` and `editor` each belong in an `rx.memo` of the page, as only the key of a memo makes
    React start over: `begin` with one that holds `beginning`, `editor` with `editor_key()`.
    """

    book: Draftbook
    owner: Any
    """The id of what the text is about."""
    text: Any
    """The text as the server has it."""
    revision: Any
    """The revision of that text."""
    beginning: Any
    """Counted by the server whenever the editor must show the server's text instead of its own."""
    acked: Any
    """The stamp of the latest typing that the server has answered."""
    save: Any
    """The event handler that saves: takes owner, text, stamp and the revision typed over."""

    @property
    def ahead(self) -> Any:
        return self.book.is_ahead(self.owner, self.acked)

    def editor_key(self) -> Any:
        return f"{self.owner} {self.book.beginning(self.beginning, self.ahead)}"

    def begin(self) -> rx.Component:
        """When the editor begins: sends what only the browser has, else takes the server's."""
        book, ahead = self.book, self.ahead
        resend = self.save(self.owner, book.text.value, book.stamp.value, book.base.value)
        return rx.el.span(
            hidden=True,
            on_mount=[
                *book.begin(self.beginning, ahead),
                rx.cond(ahead, resend, rx.noop()),
                book.text.set_value(rx.cond(ahead, book.text.value, self.text)),
                book.owner.set_value(self.owner),
                book.stamp.set_value(rx.cond(ahead, book.stamp.value, self.acked)),
            ],
        )

    def again(self) -> rx.Component:
        """When a connection is back: sends what only the browser has. In an `rx.memo`, as above."""
        return sent_again(
            self.ahead,
            self.save(
                self.owner, self.book.text.value, self.book.stamp.value, self.book.base.value
            ),
        )

    def editor(self, **props: Any) -> rx.Component:
        """The `textarea`; a long text is sent once the typing pauses."""

        def typed(text: Any, stamp: Any) -> list[Any]:
            base = rx.cond(self.ahead, self.book.base.value, self.revision)
            save = self.save(self.owner, text, stamp, base)
            is_short = text.to(str).length() < LONG_TEXT
            return [
                *self.book.note(self.owner, text, stamp, base),
                rx.cond(is_short, save, save.debounce(400)),
            ]

        return typed_area(
            default_value=rx.cond(self.ahead, self.book.text.value.to(str), self.text),
            dir="auto",
            on_change=typed,
            **props,
        )


def sent_again(ahead: Any, resend: Any) -> rx.Component:
    """Where it is mounted, sends a text that the browser is ahead with; the editor goes on."""
    return rx.el.span(hidden=True, on_mount=rx.cond(ahead, resend, rx.noop()))


def save_label(name: str, book: Draftbook, owner: Any, save: Any) -> rx.Component:
    """Saved, saving or not saved: the present state of the editor's text."""
    ahead = book.is_ahead(owner, save.acked)
    return rx.el.span(
        rx.cond(
            ahead,
            rx.cond(
                has_connection_errors,
                "Not saved: no connection. It stays here and is saved when you are back online.",
                "Saving…",
            ),
            save.message,
        ),
        id=name,
        class_name="save-state",
        role="status",
        title=save.utc,
        custom_attrs={
            "data-status": rx.cond(
                ahead, rx.cond(has_connection_errors, "unsaved", "saving"), save.status
            )
        },
    )


def conflict_banner(
    name: str, question: str, *, mine: tuple[str, str, Any], other: tuple[str, str, Any]
) -> rx.Component:
    """Asks which text stays if another tab has saved another. Choices are id, label and event."""
    return rx.el.div(
        rx.el.span(question),
        rx.el.div(
            *(small_button(label, event, id=identity) for identity, label, event in (mine, other)),
            class_name="choices",
        ),
        class_name="banner near",
        role="alert",
        id=f"{name}-conflict",
    )


# The rich text editor ---------------------------------------------------------------------------


def _updated(event: ObjectVar[dict[str, Any]]) -> tuple[Var[Any], Var[float]]:
    """The document as JSON, and when it changed."""
    editor = event["editor"].to(ObjectVar, dict[str, Any])
    when = event["transaction"].to(ObjectVar, dict[str, Any])["time"]
    return editor["getJSON"].to(FunctionVar).call(), when.to(float)


def _selected(event: ObjectVar[dict[str, Any]]) -> tuple[Var[Any]]:
    """The link the caret is in; null elsewhere."""
    editor = event["editor"].to(ObjectVar, dict[str, Any])
    link = editor["getAttributes"].to(FunctionVar).call("link").to(ObjectVar, dict[str, Any])
    return (link["href"],)


def _from(module: str, name: str) -> VarData:
    """An import from a package that the editor itself installs."""
    return VarData(imports={module: [ImportVar(tag=name, install=False)]})


_EXTENSIONS = Var(
    "[StarterKit.configure({underline: false, trailingNode: false, heading: {levels: [2, 3, 4, 5]},"
    " link: {openOnClick: false, autolink: false, linkOnPaste: false,"
    " HTMLAttributes: {class: 'cite', target: null, rel: null}}})]",
    _var_data=_from("@tiptap/starter-kit", "StarterKit"),
)
"""Paragraphs, headings, lists, quotations, code, marks and their undo; links are citations."""
_CLEAN_COPY = Var(
    "DOMSerializer.fromSchema(getSchema([StarterKit.configure({underline: false, link: false})]))",
    _var_data=VarData.merge(
        _from("@tiptap/pm/model", "DOMSerializer"),
        _from("@tiptap/core", "getSchema"),
        _from("@tiptap/starter-kit", "StarterKit"),
    ),
)
"""Copied text knows no links, so citations never leave the page."""


class RichText(rx.Component):
    """Tiptap: an editor of rich text that keeps its own document, selection and history."""

    library = f"@tiptap/react@{_TIPTAP}"
    tag = "EditorProvider"
    lib_dependencies: list[str] = [
        f"@tiptap/{name}@{_TIPTAP}" for name in ("core", "extensions", "pm", "starter-kit")
    ]

    extensions: Var[Any]
    content: Var[Any]
    """Its initial content: HTML, or a document as JSON."""
    editable: Var[bool]
    editor_props: Var[Any]
    on_update: EventHandler[_updated]
    on_selection_update: EventHandler[_selected]


def rich_text(
    element_id: str, label: str, content: Any, editable: Any, **events: Any
) -> rx.Component:
    """A rich text editor whose editable element has the id `element_id`."""
    attributes = {
        "id": element_id,
        "aria-label": label,
        "role": "textbox",
        "aria-multiline": "true",
        "class": "document",
    }
    properties = Var.create({"attributes": attributes, "clipboardSerializer": _CLEAN_COPY})
    return RichText.create(
        extensions=_EXTENSIONS,
        content=content,
        editable=editable,
        editor_props=properties,
        **events,
    )
