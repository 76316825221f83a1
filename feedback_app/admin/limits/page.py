"""The administrators' limits page."""

import reflex as rx

from feedback_app import routes
from feedback_app.admin.limits import components
from feedback_app.admin.limits.state import LimitsState
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.components import error_callout
from feedback_app.ui.layout import page_header


def limits_page() -> rx.Component:
    """What the company and each person may use, for administrators."""
    return signed_in_page(
        page_header(
            "Limits",
            "A draft that would go beyond a limit is not started; from 80% on people are warned. "
            "Days and months begin at 00:00 UTC.",
        ),
        rx.fragment(
            rx.match(
                LimitsState.phase,
                ("ready", _limits()),
                ("refused", components.refused()),
                ("failed", _failed()),
                components.loading(),
            )
        ),
        active=routes.ADMIN_LIMITS,
    )


def _limits() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Leave a field empty for the default; write “unlimited” for no limit. With a budget, "
            "a model whose price is not known may not draft.",
            class_name="note",
        ),
        components.limits_form(),
        components.exceptions(),
        components.changes(),
        id="limits-page",
        class_name="limits stack",
    )


def _failed() -> rx.Component:
    return error_callout(
        "The limits could not be loaded.",
        rx.button("Try again", on_click=LimitsState.load, variant="soft", color_scheme="red"),
        id="limits-failed",
    )
