"""The administrators' usage page."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.components import empty_state, error_callout
from feedback_app.ui.layout import page_header
from feedback_app.usage import components
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
                ("refused", _refused()),
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
        rx.cond(
            UsageState.view.is_empty,
            components.nothing_here(),
            rx.fragment(components.calls_per_day(), components.latest_calls()),
        ),
        id="usage-dashboard",
        class_name="usage",
        aria_busy=UsageState.busy,
    )


def _refused() -> rx.Component:
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "Usage and cost of the whole company are shown to its administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
        ),
        id="usage-refused",
    )


def _failed() -> rx.Component:
    return error_callout(
        "The figures could not be loaded.",
        rx.button("Try again", on_click=UsageState.refresh, variant="soft", color_scheme="red"),
        id="usage-failed",
    )
