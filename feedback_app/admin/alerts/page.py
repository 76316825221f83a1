"""The administrators' alerts page."""

import reflex as rx

from feedback_app import routes
from feedback_app.admin.alerts import components
from feedback_app.admin.alerts.state import AlertsState
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.components import error_callout
from feedback_app.ui.layout import page_header


def alerts_page() -> rx.Component:
    """What the company's administrators should know about, newest first."""
    return signed_in_page(
        page_header(
            "Alerts",
            "Budgets that run out, calls that fail, models without a price.",
            components.mark_all(),
        ),
        rx.fragment(
            rx.match(
                AlertsState.phase,
                ("ready", _alerts()),
                ("refused", components.refused()),
                ("failed", _failed()),
                components.loading(),
            )
        ),
        active=routes.ADMIN_ALERTS,
    )


def _alerts() -> rx.Component:
    return rx.el.div(
        components.alert_list(), components.webhook(), id="alerts-page", class_name="stack"
    )


def _failed() -> rx.Component:
    return error_callout(
        "The alerts could not be loaded.",
        rx.button("Try again", on_click=AlertsState.load, variant="soft", color_scheme="red"),
        id="alerts-failed",
    )
