"""Keyboard shortcuts of a page: none fires while text is being typed, none needs a script."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex_base.event import EventHandler
from reflex_base.vars.base import Var
from reflex_base.vars.object import ObjectVar
from reflex_components_core.core.window_events import WindowEventListener

from feedback_app.ui.browser import focus
from feedback_app.ui.components import key_cap


@dataclass(frozen=True, slots=True)
class _Target:
    tagName: str = ""  # noqa: N815
    type: str = ""
    isContentEditable: bool = False  # noqa: N815


@dataclass(frozen=True, slots=True)
class _Key:
    key: str = ""
    ctrlKey: bool = False  # noqa: N815
    metaKey: bool = False  # noqa: N815
    shiftKey: bool = False  # noqa: N815
    altKey: bool = False  # noqa: N815
    defaultPrevented: bool = False  # noqa: N815
    target: _Target = field(default_factory=_Target)


def _pressed(event: ObjectVar[_Key]) -> tuple[Any, ...]:
    """The key; whether Ctrl or Cmd, Shift and Alt are held; whether text is being typed; whether
    something else has already handled it."""
    target: Any = event.target
    plain_input = (target.tagName == "INPUT") & (target.type != "radio")
    typing = plain_input | (target.tagName == "TEXTAREA") | target.isContentEditable
    e: Any = event
    return e.key, e.ctrlKey | e.metaKey, e.shiftKey, e.altKey, typing, e.defaultPrevented


class _Keys(WindowEventListener):
    on_key_down: EventHandler[_pressed]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A key, with or without Ctrl or Cmd, its action and its label."""

    key: str
    does: Any
    label: str
    with_ctrl: bool = False
    with_shift: bool = False
    anywhere: bool = False
    """Whether it works while text is typed: only for a key that types nothing."""
    keeps_default: bool = False
    """Whether the browser's default action for the key happens, too."""
    shown: str = ""
    """The name of the key, if it is not the character itself."""

    def matches(self, key: Any, ctrl: Any, shift: Any, alt: Any, typing: Any, done: Any) -> Var:
        """Whether these are its keys; a var for the browser."""
        if self.with_ctrl:
            shifted = shift if self.with_shift else ~shift
            return (key.lower() == self.key.lower()) & ctrl & shifted & ~alt & ~done
        alone = (key == self.key) & ~ctrl & ~alt & ~done
        return alone if self.anywhere else alone & ~typing


def shortcuts(*chosen: Shortcut) -> rx.Component:
    """Listens for the keys as long as it is on the page."""

    def deal(*pressed: Any) -> list[Any]:
        return [
            rx.cond(
                one.matches(*pressed),
                one.does if one.keeps_default else getattr(one.does, "prevent_default", one.does),
                rx.noop(),
            )
            for one in chosen
        ]

    create: Any = _Keys.create
    return create(on_key_down=lambda k, c, s, a, t, d: deal(k, c, s, a, t, d))


def page_begins_at(element_id: str | rx.Var[str]) -> rx.Component:
    """Moves the focus to a page's heading, for people who use a screen reader or the keyboard."""
    return _beginning(element=element_id)


@rx.memo
def _beginning(element: rx.Var[str]) -> rx.Component:
    return rx.el.span(hidden=True, on_mount=focus(element))


def shortcut_list(*chosen: Shortcut) -> rx.Component:
    """What each key does, for the help."""
    return rx.el.dl(
        *(
            rx.el.div(
                rx.el.dt(
                    *([key_cap("Ctrl")] if one.with_ctrl else []),
                    *([key_cap("Shift")] if one.with_shift else []),
                    key_cap(one.shown or one.key),
                    class_name="choices",
                ),
                rx.el.dd(one.label),
            )
            for one in chosen
        ),
        class_name="pairs shortcuts",
    )
