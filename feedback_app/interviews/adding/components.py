"""The form that adds an interview of one's own, above the list."""

from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar

from feedback_app.interviews.adding.service import KINDS
from feedback_app.interviews.adding.state import AddingState
from feedback_app.ui.browser import focus
from feedback_app.ui.components import card, error_callout
from feedback_app.ui.keys import page_begins_at

_OPEN: Any = ClientStateVar.create("addinginterview", default=False)
"""Whether the form is shown. It stays mounted when it is not, so nothing typed is lost."""
_FIRST = "new-candidate"


def open_button() -> rx.Component:
    """Shows the form, to whoever may add interviews."""
    return rx.cond(
        AddingState.view.is_allowed,
        rx.button(
            rx.icon("plus", size=16),
            "New interview",
            on_click=_OPEN.set_value(True),
            id="new-interview",
        ),
    )


def adding_form() -> rx.Component:
    """Candidate, job, kind and raw notes."""
    return rx.fragment(
        _OPEN,
        rx.cond(
            AddingState.view.is_allowed,
            rx.el.div(_form(), hidden=~_OPEN.value.to(bool), class_name="adding"),
        ),
        rx.cond(_OPEN.value, page_begins_at(_FIRST)),
        rx.cond(AddingState.added > 0, _closed(key=f"{AddingState.added}")),
    )


@rx.memo
def _closed(rest: rx.RestProp) -> rx.Component:
    """Closes the form when an interview has been added, and when its page is opened again."""
    return rx.el.span(hidden=True, on_mount=_OPEN.set_value(False))


def _form() -> rx.Component:
    return card(
        rx.el.form(
            rx.cond(AddingState.message != "", error_callout(AddingState.message, id="new-error")),
            rx.el.div(
                _line("candidate", "Candidate", "Their name", required=True),
                _line(
                    "job",
                    "Job",
                    "Choose one or type its title",
                    rx.foreach(AddingState.view.jobs, lambda title: rx.el.option(value=title)),
                    required=True,
                ),
                _line("kind", "Kind", KINDS[0], *(rx.el.option(value=kind) for kind in KINDS)),
                class_name="adding-lines",
            ),
            rx.el.div(
                rx.el.label("Notes", html_for="new-notes", class_name="field-label"),
                rx.el.textarea(
                    name="notes",
                    id="new-notes",
                    rows="8",
                    placeholder="Paste or type what you noted, as it is: bullets, half sentences, "
                    "a transcript. You can go on writing on the next page.",
                    key=AddingState.added,
                    class_name="input",
                    **_described("notes"),
                ),
                _fault("notes"),
                class_name="field",
            ),
            rx.el.div(
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        name="draft",
                        id="new-draft",
                        default_checked=True,
                        key=AddingState.added,
                    ),
                    rx.text("Start a draft from the notes", as_="span", size="2"),
                    class_name="check",
                ),
                rx.el.div(
                    rx.button(
                        "Cancel",
                        type="button",
                        variant="soft",
                        color_scheme="gray",
                        on_click=[_OPEN.set_value(False), focus("new-interview")],
                    ),
                    rx.button("Add interview", type="submit", id="new-submit"),
                    class_name="line",
                ),
                class_name="split",
            ),
            on_submit=AddingState.add,
            no_validate=True,
            class_name="stack",
        ),
        title="New interview",
        aria_label="New interview",
    )


def _line(
    name: str, label: str, placeholder: str, *choices: rx.Component, required: bool = False
) -> rx.Component:
    offers = {"list": f"new-{name}-choices"} if choices else {}
    described = _described(name)
    return rx.el.div(
        rx.el.label(label, html_for=f"new-{name}", class_name="field-label"),
        rx.el.input(
            name=name,
            id=f"new-{name}",
            placeholder=placeholder,
            auto_complete="off",
            required=required,
            key=AddingState.added,
            class_name="input",
            aria_invalid=described["aria_invalid"],
            custom_attrs={**described["custom_attrs"], **offers},
        ),
        rx.el.datalist(*choices, id=f"new-{name}-choices") if choices else rx.fragment(),
        _fault(name),
        class_name="field",
    )


def _described(name: str) -> dict[str, Any]:
    return {
        "aria_invalid": rx.cond(AddingState.errors.get(name, "") != "", "true", "false"),
        "custom_attrs": {"aria-describedby": f"new-{name}-error"},
    }


def _fault(name: str) -> rx.Component:
    return rx.el.p(
        AddingState.errors.get(name, ""), id=f"new-{name}-error", role="alert", class_name="error"
    )
