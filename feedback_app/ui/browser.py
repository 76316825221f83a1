"""Facts and abilities of a browser that Reflex has no component or event for.

Each is an expression that names properties of the browser, none a function of ours, so the page's
policy needs no exception for it. A test checks that no other module does so. Use the facts only
once the page is live: on the server that builds the pages they would be that machine's.
"""

from typing import Any, Literal

import reflex as rx
from reflex_base.event import EventSpec
from reflex_base.vars.base import LiteralVar, Var
from reflex_base.vars.function import FunctionVar
from reflex_base.vars.object import ObjectVar
from reflex_base.vars.sequence import StringVar


def copy_formatted(plain: Var[str], html: Var[str]) -> EventSpec:
    """Copy a text to the clipboard, formatted and as plain text; Reflex's own does plain only."""
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


def scroll_to(
    element_id: Var[str] | str,
    *,
    block: Literal["center", "start"] = "center",
    when_drawn: bool = False,
) -> EventSpec:
    """Bring an element into view if there is one: Reflex's own fails if there is none.

    `block` says where in the window. `when_drawn` waits for an element that the same click shows.
    Nothing happens if the element is not displayed.
    """
    scroll = _script_on(element_id, f"scrollIntoView({{block: '{block}'}})")
    if when_drawn:
        frame = "requestAnimationFrame"
        waiting = f"{frame}(() => {frame}(() => {scroll!s}))"
        scroll = Var(waiting, _var_data=scroll._get_all_var_data())
    return rx.run_script(scroll)


def scroll_to_top() -> EventSpec:
    """Show the beginning of the page."""
    return rx.run_script(Var("window.scrollTo(0, 0)"))


def focus(element_id: Var[str] | str) -> EventSpec:
    """Move the focus to an element if there is one, by any id: Reflex's own needs a known ref."""
    return rx.run_script(_script_on(element_id, "focus()"))


def print_page() -> EventSpec:
    """Open the browser's own dialog for printing."""
    return rx.run_script(Var("window.print()"))


def _script_on(element_id: Var[str] | str, deed: str) -> Var[Any]:
    name = LiteralVar.create(element_id)
    found = f"document.getElementById({name!s})?.{deed}"
    return Var(found, _var_data=name._get_all_var_data())


_format = Var("Intl.DateTimeFormat").to(FunctionVar).call().to(ObjectVar, dict[str, Any])
_options = _format["resolvedOptions"].to(FunctionVar).call().to(ObjectVar, dict[str, Any])

TIME_ZONE: StringVar[str] = _options["timeZone"].to(str)
"""The IANA name of the zone of the browser's clock, such as `Europe/Berlin`."""

FACTS = {"time zone": TIME_ZONE}
