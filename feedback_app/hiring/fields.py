"""The fields and the frame that the forms of hiring share."""

from typing import Any, Literal

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.hiring.lists.components import refused, section_nav
from feedback_app.ui.components import error_callout, not_found_panel, skeleton_rows

FieldKind = Literal["text", "email", "number", "when", "area"]


def record_page(state: Any, form: rx.Component, *, section: str, back: str) -> rx.Component:
    """The page of one row: `section` is the address of its list, `back` that list's name."""
    failed = error_callout(
        "This could not be loaded.",
        rx.button("Try again", on_click=state.load, variant="outline", color_scheme="gray"),
        id="record-failed",
    )
    return signed_in_page(
        rx.cond(
            state.shows == "refused",
            refused(),
            rx.el.div(
                section_nav(section),
                rx.match(
                    state.shows,
                    ("ready", form),
                    ("missing", not_found_panel(section, f"Back to {back}")),
                    ("failed", failed),
                    skeleton_rows(3, height="120px"),
                ),
            ),
        ),
        active=routes.ADMIN_HIRING,
    )


def heading(title: Any, href: str, back: str, *actions: rx.Component) -> rx.Component:
    """The way back, the page's `h1`, and what can be done with the row."""
    return rx.el.div(
        rx.el.div(
            rx.link(
                rx.icon("arrow-left", size=15), back, href=href, size="2", class_name="back-link"
            ),
            rx.heading(title, as_="h1", size="6", weight="bold", class_name="page-title"),
            class_name="field",
        ),
        rx.el.div(*actions, class_name="line"),
        class_name="split page-header",
    )


def archive_button(state: Any) -> rx.Component:
    """Archives the row that the form shows."""
    return rx.cond(
        (state.record_id != routes.NEW) & ~state.archived,
        rx.button(
            rx.icon("archive", size=15),
            "Archive",
            on_click=state.archive(state.record_id, True),
            variant="soft",
            color_scheme="gray",
            id="archive",
        ),
    )


def archived_banner(state: Any, consequence: str) -> rx.Component:
    """Says that the row is archived, and brings it back."""
    return rx.cond(
        state.archived,
        rx.el.div(
            rx.icon("archive", size=16),
            rx.el.span(f"Archived: {consequence}"),
            rx.button(
                "Bring back",
                on_click=state.archive(state.record_id, False),
                variant="soft",
                size="1",
                id="bring-back",
            ),
            id="archived",
            class_name="banner near",
        ),
    )


def record_form(state: Any, *content: rx.Component, element_id: str) -> rx.Component:
    """The form around its fields, which are mounted again only if `key` changes."""
    return rx.el.form(
        rx.el.input(
            type="hidden", name="record", default_value=state.record_id, key=state.record_id
        ),
        *content,
        rx.el.div(
            rx.button(
                rx.cond(state.record_id == routes.NEW, "Add", "Save"),
                type="submit",
                id="record-save",
            ),
            rx.el.span(
                state.message,
                id="record-status",
                role="status",
                class_name="save-state",
                custom_attrs={"data-status": state.status},
            ),
            class_name="line form-foot",
        ),
        on_submit=state.save,
        id=element_id,
        class_name="stack record-form",
        no_validate=True,
    )


def field(
    state: Any,
    name: Any,
    label: Any,
    *,
    hint: Any = "",
    kind: FieldKind = "text",
    rows: str = "3",
    most: int = 0,
    value: Any = None,
    key: Any = None,
    **props: Any,
) -> rx.Component:
    """A labelled field with the sentence about what is wrong with it."""
    element_id = "field-" + name
    error = state.errors.get(name, "")
    common: dict[str, Any] = {
        "id": element_id,
        "name": name,
        "default_value": state.form.get(name, "") if value is None else value,
        "key": state.key if key is None else key,
        "aria_invalid": rx.cond(error != "", "true", "false"),
        "aria_describedby": element_id + "-hint",
        "auto_complete": "off",
        "class_name": "input",
    }
    if kind in ("text", "email", "area"):
        common["dir"] = "auto"
    # A little more than is allowed, so that what is cut off is not lost without a word.
    if most:
        common["max_length"] = most + 200
    if kind == "area":
        drawn = rx.el.textarea(rows=rows, **common | props)
    else:
        modes: dict[FieldKind, Any] = {"email": "email", "number": "numeric"}
        drawn = rx.el.input(
            type="datetime-local" if kind == "when" else "text",
            input_mode=modes.get(kind, "text"),
            **common | props,
        )
    return rx.el.div(
        rx.el.label(label, html_for=element_id, class_name="field-label"),
        drawn,
        _said_below(element_id, error, hint),
        class_name="field",
    )


def choice(
    state: Any,
    name: str,
    label: str,
    options: list[rx.Component],
    *,
    hint: str = "",
    chosen: Any = None,
    **props: Any,
) -> rx.Component:
    """A labelled list to choose one from; `chosen` is the value if the state follows the choice."""
    element_id, error = f"field-{name}", state.errors.get(name, "")
    default = state.form.get(name, "")
    value = {"default_value": default} if chosen is None else {"value": chosen}
    return rx.el.div(
        rx.el.label(label, html_for=element_id, class_name="field-label"),
        rx.el.select(
            *options,
            name=name,
            id=element_id,
            key=state.key,
            aria_invalid=rx.cond(error != "", "true", "false"),
            aria_describedby=f"{element_id}-hint",
            class_name="input select wide",
            **value | props,
        ),
        _said_below(element_id, error, hint),
        class_name="field",
    )


def _said_below(element_id: Any, error: Any, hint: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(error != "", rx.el.p(error, class_name="error")),
        rx.el.p(hint, class_name="note") if not isinstance(hint, str) or hint else rx.fragment(),
        id=element_id + "-hint",
    )


def group_error(state: Any, name: str) -> rx.Component:
    """What is wrong with a group of boxes."""
    return rx.el.p(
        state.errors.get(name, ""), id=f"field-{name}-hint", role="alert", class_name="error"
    )
