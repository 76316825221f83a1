"""The administrators' page of one LLM call."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.components import not_found_panel
from feedback_app.usage.components import refused
from feedback_app.usage.trace import components
from feedback_app.usage.trace.state import TraceState


def call_page() -> rx.Component:
    """What one call did, when, at what cost, and what was asked and answered."""
    return signed_in_page(
        rx.fragment(
            rx.match(
                TraceState.shows,
                ("ready", _trace()),
                ("missing", not_found_panel(routes.ADMIN_USAGE, "Back to usage")),
                ("refused", refused("h1")),
                ("failed", components.failed()),
                components.loading(),
            )
        ),
        active=routes.ADMIN_USAGE,
    )


def _trace() -> rx.Component:
    return rx.el.div(
        components.header(),
        rx.el.div(
            components.failure(),
            components.timeline(),
            components.facts(),
            components.answer(),
            components.prompt(),
            class_name="stack",
        ),
        id="call-trace",
        custom_attrs={"data-id": TraceState.view.call_id},
    )
