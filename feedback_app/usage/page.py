"""The administrators' usage page."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.components import error_callout
from feedback_app.ui.layout import page_header
from feedback_app.usage import components
from feedback_app.usage.checking.components import ledger_check
from feedback_app.usage.running.components import running_now
from feedback_app.usage.state import UsageState


def usage_page() -> rx.Component:
    """What the company's LLM calls did and cost, for administrators."""
    return signed_in_page(
        page_header(
            "Usage",
            "Every call to the AI model in your company: how many, how fast, at what cost.",
            rx.cond(UsageState.phase == "ready", components.refresh_button()),
        ),
        rx.fragment(
            rx.match(
                UsageState.phase,
                ("ready", _dashboard()),
                ("refused", components.refused()),
                ("failed", _failed()),
                components.loading(),
            )
        ),
        active=routes.ADMIN_USAGE,
    )


def _dashboard() -> rx.Component:
    return rx.el.div(
        components.filters(),
        components.totals(),
        running_now(),
        rx.cond(
            UsageState.view.is_empty,
            components.nothing_here(),
            rx.fragment(components.calls_per_day(), components.latest_calls()),
        ),
        ledger_check(),
        id="usage-dashboard",
        class_name="usage",
        aria_busy=UsageState.busy,
    )


def _failed() -> rx.Component:
    return error_callout(
        "The figures could not be loaded.",
        rx.button("Try again", on_click=UsageState.refresh, variant="soft", color_scheme="red"),
        id="usage-failed",
    )
