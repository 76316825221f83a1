"""The few facts and deeds of a browser that Reflex has no component or event for.

Each is an expression that names properties of the browser; none is a function of ours.
"""

from typing import Any

import reflex as rx
from reflex_base.event import EventSpec
from reflex_base.vars.base import LiteralVar, Var
from reflex_base.vars.function import FunctionVar


def copy_formatted(plain: Var[str], html: Var[str]) -> EventSpec:
    """Put a text into the clipboard, formatted and as plain text: Reflex's own knows plain only."""
    construct = Var("Reflect.construct").to(FunctionVar)

    def blob(text: Var[str], kind: str) -> Any:
        return construct.call(Var("Blob"), LiteralVar.create([[text], {"type": kind}]))

    kinds = LiteralVar.create(
        {"text/plain": blob(plain, "text/plain"), "text/html": blob(html, "text/html")}
    )
    item = construct.call(Var("ClipboardItem"), LiteralVar.create([kinds]))
    return rx.run_script(
        Var("navigator.clipboard.write").to(FunctionVar).call(LiteralVar.create([item]))
    )


def scroll_to(element_id: Var[str] | str) -> EventSpec:
    """Bring an element into view if there is one: Reflex's own fails where there is none."""
    found = f"document.getElementById({LiteralVar.create(element_id)!s})"
    return rx.run_script(Var(f"{found}?.scrollIntoView({{block: 'center'}})"))


def focus(element_id: Var[str] | str) -> EventSpec:
    """Move the focus to an element if there is one, by any id: Reflex's own takes known refs."""
    found = f"document.getElementById({LiteralVar.create(element_id)!s})"
    return rx.run_script(Var(f"{found}?.focus()"))
