"""Shared pieces of every page: cards, empty states, errors, skeletons, a native form."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from feedback_app.ui.wording import LocalTime


class NativeForm(BaseHTML):
    """A `form` the browser posts itself; Reflex's own form would swallow the submit."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def native_form(*children: rx.Component, action: str, **props: Any) -> rx.Component:
    """A form posted to an HTTP route of this app, followed by a full page load."""
    return NativeForm.create(*children, action=action, method="post", **props)


def card(*children: rx.Component, title: str = "", **props: Any) -> rx.Component:
    """A section of a page on its own surface."""
    heading = rx.heading(title, as_="h2", size="3", weight="medium", class_name="card-title")
    return rx.el.section(heading if title else rx.fragment(), *children, class_name="card", **props)


def stat(
    label: str, value: str | rx.Var[str], note: str | rx.Var[str] = "", **props: Any
) -> rx.Component:
    """One number and what it counts."""
    return rx.el.div(
        rx.el.span(label, class_name="note"),
        rx.el.span(value, class_name="value figure", **props),
        rx.cond(note != "", rx.el.small(note)),
        class_name="card tile",
    )


_TONES = {
    "green": ("complete", "in_force"),
    "red": ("error", "interrupted", "critical"),
    "amber": ("unknown", "coming", "warning"),
    "iris": ("running", "llm"),
    "cyan": ("ui",),
}


def badge(label: str | rx.Var[str], code: str | rx.Var[str], **props: Any) -> rx.Component:
    """A word in the colour of what its code stands for; `data-status` holds the code."""
    tones = ((known, tone) for tone, codes in _TONES.items() for known in codes)
    color: Any = rx.match(rx.Var.create(code), *tones, "gray")
    return rx.badge(
        label,
        color_scheme=color,
        radius="full",
        high_contrast=True,
        custom_attrs={"data-status": code},
        **props,
    )


def empty_state(
    icon: str,
    title: str,
    text: str | rx.Var[str],
    action: rx.Component | None = None,
    *,
    level: Literal["h1", "h2"] = "h2",
) -> rx.Component:
    """What a list shows when it is empty: why, and what to do."""
    return rx.el.div(
        rx.el.div(rx.icon(icon, size=22), class_name="empty-icon", aria_hidden="true"),
        rx.heading(title, as_=level, size="4", weight="medium"),
        rx.text(text, size="2", color_scheme="gray", class_name="empty-text"),
        action or rx.fragment(),
        class_name="empty",
    )


def error_callout(message: str | rx.Var[str], *actions: rx.Component, **props: Any) -> rx.Component:
    """A failure shown next to the thing that failed: a sentence and a way forward."""
    return rx.callout.root(
        rx.callout.icon(rx.icon("circle-alert", size=18)),
        rx.callout.text(message),
        *actions,
        color_scheme="red",
        variant="surface",
        role="alert",
        **props,
    )


def not_found_panel(back_to: str, back_label: str) -> rx.Component:
    """Shown for things that do not exist and for somebody else's; the two look alike."""
    return empty_state(
        "search-x",
        "Nothing to see here",
        "It does not exist, or it is not yours to see.",
        rx.button(rx.el.a(back_label, href=back_to), as_child=True, variant="soft"),
        level="h1",
    )


def skeleton_rows(count: int = 4, *, height: str = "64px") -> rx.Component:
    """Placeholder for a list while it loads."""
    return rx.el.div(
        *(rx.skeleton(height=height, width="100%") for _ in range(count)),
        class_name="stack",
        aria_hidden="true",
    )


def tool(icon: str, label: Any, on_click: Any, *, bare: bool = False, **props: Any) -> rx.Component:
    """A small button of a toolbar; a bare one shows only its icon."""
    return rx.el.button(
        rx.icon(icon, size=15),
        rx.el.span(label, class_name="sr-only" if bare else ""),
        title=label if bare else "",
        type="button",
        on_click=on_click,
        class_name="quiet tool",
        **props,
    )


def small_button(label: Any, on_click: Any, **props: Any) -> rx.Component:
    """A button next to a sentence."""
    look = {"variant": "soft", "color_scheme": "gray", "high_contrast": True}
    return rx.button(label, type="button", on_click=on_click, **look | props)


def copyable(value: str | rx.Var[str], label: str, element_id: str) -> rx.Component:
    """A text to be copied: in a field that can only be read, with a button."""
    return rx.el.div(
        rx.el.input(
            value=value, read_only=True, aria_label=label, id=element_id, class_name="input"
        ),
        rx.button(
            rx.icon("copy", size=15),
            "Copy",
            on_click=rx.set_clipboard(value),
            type="button",
            variant="soft",
        ),
        class_name="copy-line",
    )


def column_head(column: Any) -> rx.Component:
    """The head of a table's column; one that the rows can be sorted by is a link."""
    return rx.el.th(
        rx.cond(
            column.href != "",
            rx.link(column.label, href=column.href, underline="none", class_name="sort-link"),
            column.label,
        ),
        scope="col",
        role="columnheader",
        class_name=column.kind,
        custom_attrs={"aria-sort": column.sorted},
    )


def key_cap(name: str) -> rx.Component:
    """A key of the keyboard."""
    return rx.el.kbd(name, class_name="key-cap")


def time_element(shown: LocalTime, **props: Any) -> rx.Component:
    """A time on the viewer's clock; hovering over it shows UTC."""
    return rx.el.time(shown.text, date_time=shown.iso, title=shown.utc, **props)
