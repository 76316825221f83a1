"""What the forms of one's own account share: a labelled field with what is wrong with it."""

from typing import Any

import reflex as rx

from feedback_app.people.account.state import AccountState


def field(
    name: str,
    label: str,
    control: rx.Component,
    *,
    element_id: str = "",
    has_fault: bool = True,
) -> rx.Component:
    """A label, its control and, below, the sentence about its fault."""
    return rx.el.div(
        rx.el.label(label, html_for=element_id or f"account-{name}", class_name="field-label"),
        control,
        fault(name) if has_fault else rx.fragment(),
        class_name="field",
    )


def fault(name: str) -> rx.Component:
    """The sentence about a field's fault, empty if there is none."""
    return rx.el.p(
        rx.cond(AccountState.wrong_field == name, AccountState.wrong, ""),
        id=f"account-{name}-error",
        role="alert",
        class_name="error",
    )


def described(name: str) -> dict[str, Any]:
    """Tells assistive technology whether a control has a fault, and where that is said."""
    return {
        "aria_invalid": rx.cond(AccountState.wrong_field == name, "true", "false"),
        "custom_attrs": {"aria-describedby": f"account-{name}-error"},
    }
